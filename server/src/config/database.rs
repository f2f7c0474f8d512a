//! Where things are remembered.

use std::path::{Path, PathBuf};

use super::{Problem, reader::Reader};

/// The database.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    path: Option<PathBuf>,
}

impl DatabaseConfig {
    /// The SQLite file: the one that was set, else `byo.db` in the data folder.
    #[must_use]
    pub fn sqlite_path(&self, data_dir: &Path) -> PathBuf {
        self.path.clone().unwrap_or_else(|| data_dir.join("byo.db"))
    }
}

pub(super) fn read(reader: &mut Reader) -> Option<DatabaseConfig> {
    // A secret, because a PostgreSQL URL carries a password.
    let path = reader.secret("database.url", |text| sqlite_path(&text))?;
    Some(DatabaseConfig { path })
}

fn sqlite_path(url: &str) -> Result<PathBuf, Problem> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Err(Problem::PostgresNotYet);
    }
    match url.strip_prefix("sqlite://") {
        // `?` and `#` would be options to other readers of such a URL; `:memory:` would forget everything.
        Some(path) if !path.is_empty() && !path.contains(['?', '#', '%']) && !path.contains(":memory:") => {
            Ok(PathBuf::from(path))
        }
        _ => Err(Problem::Invalid { expected: "sqlite:// and the path of a file, such as sqlite://byo.db".into() }),
    }
}
