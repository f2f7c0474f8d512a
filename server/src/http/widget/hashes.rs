//! What the widget's files hash to, computed once from the bytes that are served.

use std::{collections::BTreeMap, sync::LazyLock};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{PACKAGE, SCRIPT, Widget};

/// All of them.
pub(in crate::http) struct Hashes {
    /// `/connect.js`, whose bytes change with the server's version.
    pub(in crate::http) script: Hashed,
    /// The same code under a name that changes with its bytes.
    pub(in crate::http) entry: Option<Hashed>,
    /// Every script there is, these two among them, by path.
    pub(in crate::http) scripts: Vec<Hashed>,
    /// The npm package; hashed as npm writes it into lock files.
    pub(in crate::http) package: Option<Hashed>,
    /// SHA-256 of the WebAssembly module that the scripts carry as text, in hex.
    pub(in crate::http) wasm: Option<String>,
}

/// One file.
#[derive(Clone, Serialize)]
pub(in crate::http) struct Hashed {
    /// In a URL.
    pub(in crate::http) path: String,
    bytes: usize,
    /// As the attribute `integrity` has it.
    pub(in crate::http) integrity: String,
}

/// `GET /connect.json`.
#[derive(Serialize)]
pub(super) struct Listing<'a> {
    version: &'static str,
    entry: Option<&'a Hashed>,
    script: &'a Hashed,
    files: &'a [Hashed],
    importmap: ImportMap<'a>,
    package: Option<&'a Hashed>,
    wasm: Option<Module<'a>>,
}

/// Holds what the entry imports to its hash; a script tag's `integrity` speaks of one file alone. Addresses are whole,
/// since pages of other origins take it over.
#[derive(Serialize)]
struct ImportMap<'a> {
    integrity: BTreeMap<String, &'a str>,
}

#[derive(Serialize)]
struct Module<'a> {
    sha256: &'a str,
}

/// `None` for a binary without the widget.
pub(super) fn of_this_binary() -> Option<&'static Hashes> {
    static HASHES: LazyLock<Option<Hashes>> = LazyLock::new(Hashes::compute);
    HASHES.as_ref()
}

impl Hashes {
    fn compute() -> Option<Self> {
        let mut names: Vec<_> = Widget::iter().filter(|name| name.ends_with(".js")).collect();
        names.sort();
        let scripts: Vec<_> = names.iter().filter_map(|name| Hashed::of(name, sha384)).collect();
        let find = |wanted: fn(&str) -> bool| scripts.iter().find(|script| wanted(&script.path)).cloned();
        Some(Self {
            script: Hashed::of(SCRIPT, sha384)?,
            entry: find(|path| path.starts_with("/connect/entry-")),
            package: Hashed::of(PACKAGE, sha512),
            wasm: Widget::get("wasm/byo.wasm").map(|file| hex::encode(Sha256::digest(&file.data))),
            scripts,
        })
    }

    /// The document, for pages that know this server by `origin`.
    pub(super) fn listing(&self, origin: &str) -> Listing<'_> {
        let address = |file: &Hashed| [origin, &file.path].concat();
        let integrity = self.scripts.iter().map(|file| (address(file), file.integrity.as_str())).collect();
        Listing {
            version: env!("CARGO_PKG_VERSION"),
            entry: self.entry.as_ref(),
            script: &self.script,
            files: &self.scripts,
            importmap: ImportMap { integrity },
            package: self.package.as_ref(),
            wasm: self.wasm.as_deref().map(|sha256| Module { sha256 }),
        }
    }
}

impl Hashed {
    fn of(name: &str, hash: fn(&[u8]) -> String) -> Option<Self> {
        let file = Widget::get(name)?;
        Some(Self { path: format!("/{name}"), bytes: file.data.len(), integrity: hash(&file.data) })
    }
}

fn sha384(bytes: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)))
}

fn sha512(bytes: &[u8]) -> String {
    format!("sha512-{}", STANDARD.encode(Sha512::digest(bytes)))
}
