//! The signed key directory: who vouches for the public keys that browsers seal to.
//!
//! Three links, each signed by the one before: a root that the operator keeps offline and embedders pin; a directory
//! key that it vouches for, at most 90 days and for named origins, held by the servers; the list of sealing keys, good
//! for 48 hours, with a serial that only grows. Whoever takes over the server's TLS or DNS can then not put a sealing
//! key of their own in place of byo's. It does not protect an embedder whose page loads the widget from that server.

mod key;
mod list;
mod root;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use byo_seal::signed::Signed;
pub use key::{Certificate, DirectoryKey, InvalidDirectoryKey, LONGEST_TERM};
pub use list::{KeyList, ListedKey, ListedState};
pub use root::{InvalidRoot, RootKey, TrustRoot};

/// Where browsers find it, below the base URL.
pub const PATH: &str = "/.well-known/byo-keys.json";

/// What is served at [`PATH`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Directory {
    /// DSSE envelope, signed by the root: which key signs the list, for which origins, from when to when.
    #[schema(value_type = Object)]
    pub directory_key: Signed,
    /// DSSE envelope, signed by that key: the keys that browsers may seal to.
    #[schema(value_type = Object)]
    pub directory: Signed,
}
