//! Skips a step whose inputs are those of its last success.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

/// A file that remembers which inputs a step last succeeded with.
pub(crate) struct Stamp {
    file: PathBuf,
    inputs: String,
}

impl Stamp {
    pub(crate) fn new(file: PathBuf, inputs: &Inputs) -> Self {
        Self { file, inputs: format!("{:016x}", inputs.0.finish()) }
    }

    /// The step last succeeded with just these inputs.
    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|remembered| remembered == self.inputs)
    }

    /// To be called before the step changes anything: an interrupted step is never taken for done.
    pub(crate) fn forget(&self) -> Result<()> {
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| self.file.display().to_string())
            }
            _ => Ok(()),
        }
    }

    /// To be called when the step has succeeded.
    pub(crate) fn remember(&self) -> Result<()> {
        if let Some(dir) = self.file.parent() {
            fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
        }
        fs::write(&self.file, &self.inputs).with_context(|| self.file.display().to_string())
    }
}

/// A running hash over everything a step reads. Guards against staleness, not against attackers.
#[derive(Default)]
pub(crate) struct Inputs(DefaultHasher);

impl Inputs {
    pub(crate) fn text(mut self, text: &str) -> Self {
        text.hash(&mut self.0);
        self
    }

    /// A file, or every file below a folder but for installed packages and build output.
    pub(crate) fn path(mut self, root: &Path, path: &str) -> Result<Self> {
        for file in files_below(&root.join(path))? {
            file.strip_prefix(root).unwrap_or(&file).hash(&mut self.0);
            fs::read(&file).with_context(|| file.display().to_string())?.hash(&mut self.0);
        }
        Ok(self)
    }
}

fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut entries = fs::read_dir(path)
        .with_context(|| path.display().to_string())?
        .collect::<Result<Vec<_>, _>>()
        .with_context(|| path.display().to_string())?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        if name != "node_modules" && name != "target" {
            files.extend(files_below(&entry.path())?);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_current_until_an_input_changes() {
        let dir = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        let source = dir.join("source");
        fs::create_dir_all(source.join("node_modules")).unwrap();
        fs::write(source.join("a"), "1").unwrap();
        let stamp =
            || Stamp::new(dir.join("stamp"), &Inputs::default().text("tool 1").path(&dir, "source").unwrap());

        assert!(!stamp().is_current(), "nothing was done yet");
        stamp().remember().unwrap();
        assert!(stamp().is_current());
        fs::write(source.join("node_modules/ignored"), "x").unwrap();
        assert!(stamp().is_current(), "installed packages are no input");
        fs::write(source.join("a"), "2").unwrap();
        assert!(!stamp().is_current());
        fs::write(source.join("a"), "1").unwrap();
        stamp().forget().unwrap();
        assert!(!stamp().is_current(), "an interrupted step is not done");
        stamp().forget().unwrap();

        fs::remove_dir_all(dir).unwrap();
    }
}
