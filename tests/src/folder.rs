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

    /// Whether these bytes stand in one of its files.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        let files = std::fs::read_dir(&self.0).expect("it is there").filter_map(Result::ok);
        let mut texts = files.filter_map(|file| std::fs::read(file.path()).ok());
        texts.any(|text| text.windows(bytes.len()).any(|window| window == bytes))
    }

    /// Another folder with the same files.
    pub fn copy(&self) -> Self {
        let copy = Self::new();
        for file in std::fs::read_dir(&self.0).expect("it is there").filter_map(Result::ok) {
            std::fs::copy(file.path(), copy.0.join(file.file_name())).expect("there is room");
        }
        copy
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
