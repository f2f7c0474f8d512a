//! Where settings come from.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{ConfigError, Fault, Problem};

const DEFAULT_FILE: &str = "byo.toml";

/// The layers above the defaults, as text.
#[derive(Default)]
pub struct Sources {
    /// The settings file, if there is one.
    pub file: Option<FileLayer>,
    /// All variables; those that do not start with `BYO_` are not looked at.
    pub environment: Vec<(String, String)>,
    /// Dotted settings from the command line.
    pub flags: BTreeMap<String, String>,
}

/// A settings file.
pub struct FileLayer {
    /// For messages.
    pub path: PathBuf,
    /// TOML.
    pub text: String,
}

impl Sources {
    /// The file that was named, else `./byo.toml` where there is one; and this process's environment.
    pub(super) fn from_process(
        file: Option<&Path>,
        flags: BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let (path, is_named) = (file.unwrap_or(Path::new(DEFAULT_FILE)), file.is_some());
        let file = match std::fs::read_to_string(path) {
            Ok(text) => Some(FileLayer { path: path.to_owned(), text }),
            Err(error) if !is_named && error.kind() == std::io::ErrorKind::NotFound => None,
            Err(source) => {
                let problem = Problem::Unreadable { path: path.to_owned(), source };
                return Err(ConfigError { faults: vec![Fault { setting: path.display().to_string(), problem }] });
            }
        };
        // Other programs' variables may be anything. One of ours that is not Unicode is refused where it is read.
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .collect();
        Ok(Self { file, environment, flags })
    }
}
