//! What every server needs of the network.

pub(crate) mod accept;
pub(crate) mod goodbye;
pub(crate) mod http;
pub(crate) mod limits;
pub(crate) mod listener;
pub(crate) mod metrics;
pub(crate) mod neighbours;
pub(crate) mod prefixed;
pub(crate) mod shaper;
pub(crate) mod shutdown;
pub(crate) mod unsent;
