//! The master key.

use super::{Problem, reader::Reader};
use crate::vault::MasterKey;

/// Encryption at rest.
pub struct VaultConfig {
    /// A server does not start without it; the other commands do without.
    pub master_key: Option<MasterKey>,
}

pub(super) fn read(reader: &mut Reader) -> Option<VaultConfig> {
    let parse = |text: zeroize::Zeroizing<String>| MasterKey::parse(&text).map_err(Problem::MasterKey);
    Some(VaultConfig { master_key: reader.secret("vault.master_key", parse)? })
}
