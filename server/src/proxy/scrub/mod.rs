//! No fragment of a provider key leaves in what a provider answers.
//!
//! Providers repeat the key they refuse, whole or masked, and what stands between (an edge, a WAF, a gateway) repeats
//! request headers in encoded forms. So the text is read in every likely way: as it stands, its lines joined, and through
//! [`lens`]es that undo one encoding each, two deep. Every reading keeps where in the text each of its bytes came
//! from; where a reading holds a fragment, that place in the text becomes `[redacted]`.
//!
//! | file | |
//! |---|---|
//! | `needle` | eight characters of the key in a row, also backwards, in any case, and with one thing between each two |
//! | `mask` | what is left of a masked key: `sk-ab***wxyz` |
//! | `lens` | one encoding undone |
//! | `view` | a reading, and the places found |
//! | `fit` | replacing without breaking JSON, events or characters |
//! | `public` | what of a key is no secret |
//! | `glimpse` | the quick test of a good answer's headers |
//! | `disguise` | for it: whether a text may be encoded |
//!
//! Not found, on purpose: fewer than eight characters of a key without a mask beside them, more than two encodings on
//! top of each other (a JSON string, line breaks and SSE lines around them do not count), encodings other than those
//! in `lens`, and text whose case was changed after base64. An upstream that wants to pass a key on can: it has it.

mod disguise;
mod fit;
mod glimpse;
mod lens;
mod mask;
mod needle;
mod public;
#[cfg(test)]
mod tests;
mod view;

use lens::LENSES;
use mask::Masks;
use needle::Needle;
use view::{Marks, View};

use crate::secret::ProviderKey;

pub use glimpse::Glimpse;

/// How many encodings on top of each other are undone.
const DEPTH: usize = 2;

/// One reading for each of these, one with joined lines, and one from right to left.
const DESK: usize = DEPTH + 2;

/// Everything a key could show itself by. Built once per answer that needs it; wiped on drop.
pub struct Scrubber {
    needle: Needle,
    masks: Masks,
}

impl Scrubber {
    /// For this key.
    #[must_use]
    pub fn new(key: &ProviderKey) -> Self {
        Self { needle: Needle::new(key), masks: Masks::new(key) }
    }

    /// The bytes with `[redacted]` in place of every fragment; `None` when there was none. Valid JSON stays valid, also
    /// in the `data:` lines of an event.
    ///
    /// Takes time linear in the length, but with a large factor: on hostile text a microsecond or two a byte. So anything
    /// over some 16 KiB belongs on a thread that may block.
    #[must_use]
    pub fn scrub(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut marks = Marks::all(bytes.len());
        self.look(bytes, &mut marks);
        marks.found().then(|| fit::replace(bytes, &marks.covered()))
    }

    /// Whether these bytes hold any fragment.
    #[must_use]
    pub fn finds(&self, bytes: &[u8]) -> bool {
        let mut marks = Marks::first();
        self.look(bytes, &mut marks);
        marks.found()
    }

    fn look(&self, bytes: &[u8], marks: &mut Marks) {
        if self.needle.is_empty() {
            return;
        }
        if self.needle.is_short() {
            return self.needle.search_whole(bytes, marks);
        }
        let text = View::of(bytes);
        self.search(&text, marks);
        let mut desk = [(); DESK].map(|()| View::room(bytes.len()));
        self.look_into(&text, &mut desk, marks);
        // What stands in a JSON string is read as the string says, at no cost in depth.
        let mut unescaped = View::room(bytes.len());
        if lens::backslash(&text, &mut unescaped) {
            self.search(&unescaped, marks);
            self.look_into(&unescaped, &mut desk, marks);
        }
    }

    /// Line breaks and SSE's line starts are taken out first, at no cost in depth.
    fn look_into(&self, text: &View, desk: &mut [View; DESK], marks: &mut Marks) {
        let [joined, reversed, desk @ ..] = desk;
        joined.clear();
        let text = if lens::join(text, joined) {
            self.search(joined, marks);
            // Lines may also have set apart what is now one: numbers, one a line.
            self.undo(text, &mut desk[1..], marks);
            joined
        } else {
            text
        };
        self.undo(text, desk, marks);
        // The needle knows itself backwards; this is for an encoding that was turned round, which is one of the two.
        reversed.clear();
        lens::reverse(text, reversed);
        self.undo(reversed, &mut desk[1..], marks);
    }

    /// As many encodings deep as there is room on the desk.
    fn undo(&self, text: &View, desk: &mut [View], marks: &mut Marks) {
        let Some((decoded, desk)) = desk.split_first_mut() else { return };
        for lens in LENSES {
            decoded.clear();
            if !marks.is_enough() && lens(text, decoded) {
                self.search(decoded, marks);
                self.undo(decoded, desk, marks);
            }
        }
    }

    fn search(&self, text: &View, marks: &mut Marks) {
        if marks.is_enough() {
            return;
        }
        marks.count(text.bytes().len());
        self.needle.search(text, marks);
        self.masks.search(text, marks);
    }
}
