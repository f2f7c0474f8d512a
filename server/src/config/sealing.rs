//! The keys that browsers seal to.

use std::{sync::Arc, time::Duration};

use super::{Problem, reader::Reader};
use crate::directory::DirectoryKey;

/// The keys that browsers seal to.
pub struct SealingConfig {
    /// How long browsers seal to one key.
    pub rotate_every: Duration,
    /// How long envelopes for the one before it are still opened.
    pub overlap: Duration,
    /// Signs the directory; without one there is none.
    pub directory_key: Option<Arc<DirectoryKey>>,
}

const DAY: Duration = Duration::from_hours(24);

pub(super) fn read(reader: &mut Reader) -> Option<SealingConfig> {
    let rotate_every = reader.duration("sealing.rotate_every", DAY..=DAY * 366);
    // A page may stand open for a day with parameters it has fetched.
    let overlap = reader.duration("sealing.overlap", DAY..=DAY * 31);
    let directory_key = reader.secret("sealing.directory_key", |text| {
        DirectoryKey::parse(&text).map(Arc::new).map_err(Problem::DirectoryKey)
    });
    Some(SealingConfig { rotate_every: rotate_every?, overlap: overlap?, directory_key: directory_key? })
}
