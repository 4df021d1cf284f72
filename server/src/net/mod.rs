//! What every server needs of the network.

pub(crate) mod http;
pub(crate) mod limits;
pub(crate) mod listener;
pub(crate) mod prefixed;
pub(crate) mod shaper;
pub(crate) mod shutdown;
