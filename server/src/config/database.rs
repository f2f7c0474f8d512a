//! Where things are remembered.

use std::path::{Path, PathBuf};

use super::{Problem, reader::Reader};

/// The database.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// The one that was set.
    pub url: Option<DatabaseUrl>,
}

/// Which database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
}

impl DatabaseConfig {
    /// The SQLite file: the one that was set, else `byo.db` in the data folder.
    #[must_use]
    pub fn sqlite_path(&self, data_dir: &Path) -> PathBuf {
        match &self.url {
            Some(DatabaseUrl::Sqlite(path)) => path.clone(),
            None => data_dir.join("byo.db"),
        }
    }
}

pub(super) fn read(reader: &mut Reader) -> Option<DatabaseConfig> {
    // A secret, because a PostgreSQL URL carries a password.
    Some(DatabaseConfig { url: reader.secret("database.url", |text| parse(&text))? })
}

fn parse(url: &str) -> Result<DatabaseUrl, Problem> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Err(Problem::PostgresNotYet);
    }
    match url.strip_prefix("sqlite://") {
        // `?`, `#` and `%` mean something to other readers of such a URL; `:memory:` would forget everything.
        Some(path) if !path.is_empty() && !path.contains(['?', '#', '%']) && path != ":memory:" => {
            Ok(DatabaseUrl::Sqlite(PathBuf::from(path)))
        }
        _ => Err(Problem::Invalid {
            expected: "sqlite:// and the path of a file, such as sqlite://byo.db".into(),
        }),
    }
}
