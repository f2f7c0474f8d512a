//! Opening the file: lock, settings, migrations.

use std::{
    fs::{DirBuilder, File, TryLockError},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sqlx::{
    Connection, SqliteConnection,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{SqliteStore, grant::HotReader, remembered::Remembered, writer::Writer};
use crate::entropy::SharedEntropy;

const READERS: u32 = 4;

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("{} is in use by another byo process; stop that one, or give this one another database", .0.display())]
    InUse(PathBuf),
    /// Its folder or lock file cannot be made.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite cannot open it.
    #[error("cannot open the database: {0}")]
    Database(#[from] sqlx::Error),
    /// Its schema is newer than this program, or was changed by other hands.
    #[error("cannot bring the database's schema up to date: {0}")]
    Schema(#[from] MigrateError),
}

impl SqliteStore {
    /// Opens the file, making it and its folder if they are not there, and brings its schema up to date.
    pub async fn open(path: &Path, entropy: SharedEntropy) -> Result<Self, OpenError> {
        let (path, lock) = take_lock(path)?;
        let options = options(&path);
        let mut writer = SqliteConnection::connect_with(&options).await?;
        Migrator::with_migrations(migrations()).run(&mut writer).await?;
        // Nobody waits for these any more: the process that reserved them is gone.
        sqlx::query("DELETE FROM challenges WHERE answer IS NULL").execute(&mut writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.create_if_missing(false).pragma("query_only", "ON"))
            .await?;
        let remembered = Arc::<Remembered>::default();
        Ok(Self {
            readers,
            hot: HotReader::new(path, Arc::clone(&remembered)),
            writer: Writer::start(writer, remembered),
            entropy,
            _lock: Arc::new(lock),
        })
    }
}

/// One lock a file, however its path is spelled. Folder and files are for their owner alone.
fn take_lock(database: &Path) -> Result<(PathBuf, File), OpenError> {
    let failed = |source| OpenError::File { path: database.to_owned(), source };
    if let Some(folder) = database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    }
    private(database).map_err(failed)?;
    let database = database.canonicalize().map_err(failed)?;
    let mut lock = database.as_os_str().to_owned();
    lock.push(".lock");
    let lock = private(Path::new(&lock)).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok((database, lock)),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(database)),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Opens a file, making an empty one that only its owner can read. SQLite gives its other files the same mode.
fn private(path: &Path) -> std::io::Result<File> {
    File::options().create(true).truncate(false).write(true).mode(0o600).open(path)
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL may lose acknowledged commits when the power fails.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        // Revoked ciphertext is overwritten, not just unlinked.
        .pragma("secure_delete", "ON")
}

fn migrations() -> Vec<Migration> {
    const ALL: [(i64, &str, &str); 3] = [
        (1, "start", include_str!("../../../migrations/sqlite/0001_start.sql")),
        (2, "proxy", include_str!("../../../migrations/sqlite/0002_proxy.sql")),
        (3, "widget", include_str!("../../../migrations/sqlite/0003_widget.sql")),
    ];
    ALL.into_iter()
        .map(|(version, description, sql)| {
            Migration::new(
                version,
                description.into(),
                MigrationType::Simple,
                sqlx::SqlStr::from_static(sql),
                false,
            )
        })
        .collect()
}
