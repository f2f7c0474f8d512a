//! Looking through the memory of another process, as whoever has its core dump can.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    os::unix::fs::FileExt,
};

/// Pieces of this length count as found; the hint, which is told, is shorter.
const FRAGMENT: usize = 8;
const BLOCK: usize = 1 << 20;

/// Texts to look for.
pub(crate) struct Needles {
    texts: Vec<String>,
    /// Every piece, and whose it is.
    fragments: HashMap<[u8; FRAGMENT], usize>,
    /// Whether a piece starts with these three bytes: most of memory is told apart by that.
    starts: Vec<bool>,
}

/// Where a text was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// How often as a whole.
    pub(crate) whole: usize,
    /// How many pieces of eight bytes, those of whole copies included.
    pub(crate) fragments: usize,
    /// Where the first ones lie, with what is around them.
    pub(crate) places: Vec<String>,
}

impl Needles {
    /// Takes the texts; `skip` bytes at the start of each may stand in memory for other reasons.
    pub(crate) fn new(texts: &[String], skip: usize) -> Self {
        let mut needles =
            Self { texts: texts.to_vec(), fragments: HashMap::new(), starts: vec![false; 1 << 24] };
        for (index, text) in texts.iter().enumerate() {
            for fragment in text.as_bytes()[skip..].windows(FRAGMENT) {
                needles.starts[start(fragment)] = true;
                needles.fragments.insert(fragment.try_into().expect("windows have this length"), index);
            }
        }
        needles
    }

    /// Looks through all of a process's readable memory. Gives the texts that were found, and how many bytes were
    /// looked at.
    pub(crate) fn search(&self, process: u32) -> (BTreeMap<String, Trace>, u64) {
        let regions = std::fs::read_to_string(format!("/proc/{process}/maps")).expect("the process runs");
        let memory = File::open(format!("/proc/{process}/mem")).unwrap_or_else(|error| {
            panic!("the memory of process {process} cannot be read, run as its user or as root: {error}")
        });
        let mut found = BTreeMap::new();
        let mut looked_at = 0;
        let mut block = vec![0; BLOCK + self.longest()];
        for region in regions.lines().filter_map(Region::parse) {
            let mut at = region.start;
            while at < region.end {
                // Blocks overlap by the longest text, so that none hides on an edge.
                let wanted = usize::try_from(region.end - at).unwrap_or(usize::MAX).min(block.len());
                // What the kernel keeps there for itself cannot be read by anybody, nor dumped.
                if memory.read_exact_at(&mut block[..wanted], at).is_err() {
                    break;
                }
                self.look(&block[..wanted], &region, at, &mut found);
                looked_at += wanted.min(BLOCK) as u64;
                at += BLOCK as u64;
            }
        }
        (found, looked_at)
    }

    fn look(&self, block: &[u8], region: &Region<'_>, at: u64, found: &mut BTreeMap<String, Trace>) {
        let end = block.len().min(BLOCK + FRAGMENT - 1);
        let mut offset = 0;
        while offset + FRAGMENT <= end {
            // Most memory is empty.
            if block[offset] == 0 && block[offset..].starts_with(&[0; 256]) {
                offset += 256;
                continue;
            }
            let piece = &block[offset..offset + FRAGMENT];
            if self.starts[start(piece)]
                && let Some(&index) = self.fragments.get(piece)
            {
                let text = self.texts[index].as_str();
                let trace = found.entry(text.to_owned()).or_default();
                trace.fragments += 1;
                // Counted where its last piece is found.
                let from = (offset + FRAGMENT).checked_sub(text.len());
                if from.is_some_and(|from| block[from..offset + FRAGMENT] == *text.as_bytes()) {
                    trace.whole += 1;
                }
                if trace.places.len() < 3 {
                    let around = &block[offset.saturating_sub(64)..(offset + 64).min(block.len())];
                    let around = around.escape_ascii();
                    trace.places.push(format!(
                        "{} +{:#x}: {around}",
                        region.name,
                        at + offset as u64 - region.start
                    ));
                }
            }
            offset += 1;
        }
    }

    fn longest(&self) -> usize {
        self.texts.iter().map(String::len).max().unwrap_or(0)
    }
}

fn start(piece: &[u8]) -> usize {
    usize::from(piece[0]) << 16 | usize::from(piece[1]) << 8 | usize::from(piece[2])
}

struct Region<'a> {
    start: u64,
    end: u64,
    name: &'a str,
}

impl<'a> Region<'a> {
    /// A line of `/proc/PID/maps`, if the region can be read.
    fn parse(line: &'a str) -> Option<Self> {
        let mut fields = line.split_whitespace();
        let (range, mode) = (fields.next()?, fields.next()?);
        let (start, end) = range.split_once('-')?;
        let number = |text| u64::from_str_radix(text, 16).ok();
        let region =
            Self { start: number(start)?, end: number(end)?, name: fields.nth(3).unwrap_or("(anonymous)") };
        mode.starts_with('r').then_some(region)
    }
}
