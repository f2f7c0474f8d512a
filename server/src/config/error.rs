//! What can be wrong with settings.

use std::{fmt, io, path::PathBuf};

use super::admin::WeakAdminKey;
use crate::{directory::InvalidDirectoryKey, vault::WeakMasterKey};

/// Everything that is wrong with the settings, one line each.
#[derive(Debug)]
pub struct ConfigError {
    /// At least one.
    pub faults: Vec<Fault>,
}

/// One thing that is wrong.
#[derive(Debug)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What is wrong with it.
    pub problem: Problem,
}

/// Where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A setting, dotted, for example `server.listen`.
    Setting(String),
    /// A variable of the environment that stands for no setting or holds no text.
    Variable(String),
    /// The settings file.
    File(PathBuf),
}

/// What is wrong with a setting. The text of each says what would be right.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// There is no such setting.
    #[error("is not a setting; the nearest is {}", both(nearest))]
    Unknown {
        /// The setting with the most similar name, dotted.
        nearest: String,
    },
    /// The value has another type or form.
    #[error("must be {expected}")]
    Invalid {
        /// What would be right.
        expected: String,
    },
    /// The settings file is not TOML.
    #[error("is not TOML in line {line}: {message}")]
    NotToml {
        /// From 1.
        line: usize,
        /// The parser's words, without the line itself.
        message: String,
    },
    /// The settings file, or the file that a setting names, cannot be read.
    #[error("cannot be read: {source}")]
    Unreadable {
        /// Why.
        source: io::Error,
    },
    /// A secret and its file are both given.
    #[error("is given beside {}; keep one of them", both(other))]
    GivenTwice {
        /// The other setting, dotted.
        other: String,
    },
    /// It means nothing without another setting.
    #[error("needs {} too: {why}", both(other))]
    Needs {
        /// The other setting, dotted.
        other: String,
        /// What for.
        why: &'static str,
    },
    /// byo cannot do that yet.
    #[error("asks for PostgreSQL, which is not yet supported; use sqlite://<path>, or leave it out")]
    PostgresNotYet,
    /// Not fit to encrypt anything.
    #[error("{0}; it must be 32 random bytes in base64: make them with `openssl rand -base64 32`")]
    MasterKey(WeakMasterKey),
    /// Not fit to keep anybody out.
    #[error("{0}; make one with `openssl rand -hex 32`")]
    AdminKey(WeakAdminKey),
    /// Not fit to sign a directory.
    #[error("{0}; it must be what `byo keys root sign` writes")]
    DirectoryKey(InvalidDirectoryKey),
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings are not right:")?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.place, &self.problem) {
            // It has no name in the environment, as it is no setting.
            (Place::Setting(unknown), Problem::Unknown { .. }) => f.write_str(unknown)?,
            (Place::Setting(setting), _) => f.write_str(&both(setting))?,
            (Place::Variable(name), _) => f.write_str(name)?,
            (Place::File(path), _) => write!(f, "{}", path.display())?,
        }
        write!(f, " {}", self.problem)
    }
}

/// The name of a setting in the environment: `server.listen` is `BYO_SERVER__LISTEN`.
pub(super) fn in_environment(setting: &str) -> String {
    format!("BYO_{}", setting.replace('.', "__").to_ascii_uppercase())
}

fn both(setting: &str) -> String {
    format!("{setting} ({})", in_environment(setting))
}
