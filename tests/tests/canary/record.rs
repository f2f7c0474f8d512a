//! What came out of the server anywhere, and which secrets may stand in it.

use std::path::Path;

use super::spelling::{Leak, Search};

/// Everything that came out, by where.
#[derive(Default)]
pub(crate) struct Record {
    secrets: Vec<(String, Vec<u8>)>,
    sinks: Vec<(String, Vec<u8>)>,
}

/// A secret that is shown, once, to whoever it is made for: its name, and the one answer.
pub(crate) type Shown = (&'static str, &'static str);

impl Record {
    /// Notes a secret; a name can stand for many.
    pub(crate) fn secret(&mut self, name: &str, secret: impl Into<Vec<u8>>) {
        self.secrets.push((name.to_owned(), secret.into()));
    }

    /// Notes what came out somewhere.
    pub(crate) fn sink(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.sinks.push((name.into(), bytes.into()));
    }

    /// Notes every file below a folder.
    pub(crate) fn files(&mut self, when: &str, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("the folder is there").filter_map(Result::ok) {
            let path = entry.path();
            self.sink(format!("{when}: name of {}", path.display()), path.display().to_string());
            if path.is_dir() {
                self.files(when, &path);
            } else {
                let bytes = std::fs::read(&path).expect("it is ours");
                self.sink(format!("{when}: {}", path.display()), bytes);
            }
        }
    }

    /// What stands where it may not, as `secret (form) in sink: text`; and of `shown`, what was not seen at all.
    pub(crate) fn judge(&self, shown: &[Shown]) -> Verdict {
        let search = Search::new(self.secrets.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
        let mut seen = Vec::new();
        let mut leaks = Vec::new();
        for (sink, bytes) in &self.sinks {
            for Leak { secret, form, around } in search.find(bytes) {
                if let Some(may) = shown.iter().find(|(name, place)| *name == secret && sink == place) {
                    seen.push(*may);
                } else {
                    leaks.push(format!("{secret} ({form}) in {sink}: {around}"));
                }
            }
        }
        leaks.dedup();
        let unseen = shown.iter().filter(|may| !seen.contains(may)).copied().collect();
        Verdict { leaks, unseen }
    }

    /// How many secrets, sinks and bytes.
    pub(crate) fn extent(&self) -> (usize, usize, usize) {
        (self.secrets.len(), self.sinks.len(), self.sinks.iter().map(|(_, bytes)| bytes.len()).sum())
    }
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// Secrets where they have no business.
    pub(crate) leaks: Vec<String>,
    /// Secrets that should have been shown and were not: the search is blind, or the list is stale.
    pub(crate) unseen: Vec<Shown>,
}
