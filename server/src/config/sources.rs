//! Where settings come from.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{ConfigError, Fault, Place, Problem};

/// What the name of every setting starts with in the environment.
pub(super) const PREFIX: &str = "BYO_";

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
        let mut faults = Vec::new();
        let (path, is_named) = (file.unwrap_or(Path::new(DEFAULT_FILE)), file.is_some());
        let file = match std::fs::read_to_string(path) {
            Ok(text) => Some(FileLayer { path: path.to_owned(), text }),
            Err(error) if !is_named && error.kind() == ErrorKind::NotFound => None,
            Err(source) => {
                faults.push(Fault {
                    place: Place::File(path.to_owned()),
                    problem: Problem::Unreadable { source },
                });
                None
            }
        };
        let mut environment = Vec::new();
        #[expect(clippy::disallowed_methods, reason = "this is where settings come in")]
        // Not `vars`, which panics over any program's variable that is not Unicode.
        let variables = std::env::vars_os();
        for (name, value) in variables {
            // Without a Unicode name it is not ours.
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => environment.push((name, value)),
                Err(_) if !name.starts_with(PREFIX) => {}
                Err(_) => faults.push(Fault {
                    place: Place::Variable(name),
                    problem: Problem::Invalid { expected: "Unicode text".into() },
                }),
            }
        }
        if faults.is_empty() { Ok(Self { file, environment, flags }) } else { Err(ConfigError { faults }) }
    }
}
