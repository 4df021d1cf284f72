//! The words by which mpv says what is wrong with a request; scripts compare them.

use thiserror::Error;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Refusal {
    #[error("invalid parameter")]
    InvalidParameter,
    #[error("property not found")]
    PropertyNotFound,
    #[error("property unavailable")]
    PropertyUnavailable,
    #[error("unsupported format for accessing property")]
    PropertyFormat,
    #[error("error accessing property")]
    PropertyError,
    #[error("error running command")]
    CommandFailed,
}
