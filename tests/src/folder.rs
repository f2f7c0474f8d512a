//! A folder that is gone with the test.

use std::path::{Path, PathBuf};

use crate::unique;

/// A new, empty folder.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one.
    #[expect(clippy::new_without_default, reason = "making a folder is no default")]
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(unique("byo-test-"));
        std::fs::create_dir(&path).expect("the system's folder for temporary files takes one more");
        Self(path)
    }

    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Every byte of every file in it.
    pub fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(&self.0).expect("it is there").filter_map(Result::ok);
        files.filter_map(|file| std::fs::read(file.path()).ok()).flatten().collect()
    }

    /// Where it is.
    pub fn as_path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _: Result<(), _> = std::fs::remove_dir_all(&self.0);
    }
}
