//! Where things lie in the checkout.

use std::path::{Path, PathBuf};

/// The paths that more than one step uses.
pub(crate) struct Layout {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// Cargo's output, `target` unless `CARGO_TARGET_DIR` says otherwise.
    cargo_target: PathBuf,
}

impl Layout {
    /// The checkout that this xtask was compiled in.
    pub(crate) fn of_this_checkout() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("xtask lies one level below the checkout's root")
            .to_owned();
        let cargo_target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => root.join(dir),
            None => root.join("target"),
        };
        Self { root, cargo_target }
    }

    /// A copy of the checkout, with whatever is built of it inside.
    pub(crate) fn copy_at(root: PathBuf) -> Self {
        let cargo_target = root.join("target");
        Self { root, cargo_target }
    }

    /// What cargo leaves for a profile or `target/profile`, for example `debug/byo`.
    pub(crate) fn cargo_output(&self, path: &str) -> PathBuf {
        self.cargo_target.join(path)
    }

    /// Files the server embeds; a path below it is the path in the URL.
    pub(crate) fn embed(&self) -> PathBuf {
        self.generated("embed")
    }

    /// The npm package, ready for `npm publish`.
    pub(crate) fn npm_package(&self) -> PathBuf {
        self.generated("npm/byo-connect")
    }

    /// What our own steps generate. It stays in the checkout even when cargo builds elsewhere,
    /// because the server embeds from there.
    pub(crate) fn generated(&self, path: &str) -> PathBuf {
        self.root.join("target").join(path)
    }
}
