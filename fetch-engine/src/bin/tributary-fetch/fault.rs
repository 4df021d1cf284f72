//! What went wrong, and the exit code for it.

use std::io;
use std::path::Path;

use fetch_engine::{DirectorError, EngineError, Failure, FailureKind, OpenError};

/// Why the program ends without having done what it was told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The command line, or the configuration, can't be followed.
    #[error("{0}")]
    Usage(String),
    /// Nothing of that name, or nobody to ask for it.
    #[error("{0}")]
    Nothing(String),
    /// Every copy was refused or wrong.
    #[error("{0}")]
    NoHonestCopy(String),
    /// A file here could not be written or read.
    #[error("{0}")]
    File(String),
    /// Ctrl-C.
    #[error("{0}")]
    Interrupted(String),
}

impl Fault {
    /// The exit code.
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Nothing(_) => 3,
            Self::NoHonestCopy(_) => 4,
            Self::File(_) => 5,
            Self::Interrupted(_) => 130,
        }
    }

    /// An error of a file.
    pub(crate) fn file(what: &str, path: &Path, why: &io::Error) -> Self {
        Self::File(format!("{} can't be {what}: {why}", path.display()))
    }

    /// The same fault with a sentence after it.
    pub(crate) fn followed_by(self, sentence: &str) -> Self {
        let add = |text: String| format!("{text} {sentence}");
        match self {
            Self::Usage(text) => Self::Usage(add(text)),
            Self::Nothing(text) => Self::Nothing(add(text)),
            Self::NoHonestCopy(text) => Self::NoHonestCopy(add(text)),
            Self::File(text) => Self::File(add(text)),
            Self::Interrupted(text) => Self::Interrupted(add(text)),
        }
    }
}

impl From<DirectorError> for Fault {
    fn from(error: DirectorError) -> Self {
        match error {
            DirectorError::Address(_) => Self::Usage(error.to_string()),
            _ => Self::Nothing(error.to_string()),
        }
    }
}

impl From<OpenError> for Fault {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Director(why) => why.into(),
            OpenError::NoHonestCopy { .. } => Self::NoHonestCopy(error.to_string()),
            OpenError::SizeUnknown { .. } | OpenError::NoFile { .. } => Self::Nothing(error.to_string()),
            OpenError::Ambiguous { .. } => {
                Self::Usage(format!("{error}. Say which with --size BYTES, or fetch one by its hash."))
            }
            OpenError::NoDirector(_) => Self::Usage(format!(
                "{error}. Use --director http://HOST:PORT, TRIBUTARY_DIRECTOR, or a line `director = \
                 \"http://HOST:PORT\"` in tributary/config.toml in the configuration directory."
            )),
            _ => Self::Usage(error.to_string()),
        }
    }
}

impl From<EngineError> for Fault {
    fn from(error: EngineError) -> Self {
        Self::File(error.to_string())
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            FailureKind::NobodyReachable => Self::Nothing(failure.message),
            FailureKind::NoHonestCopy => Self::NoHonestCopy(failure.message),
        }
    }
}
