//! Where in a short text something in base64 or in hexadecimal may stand that says visible ASCII, told without a key.
//!
//! Nearly every header is a number, a word or an id made by chance, so this has to say no in a nanosecond or so a byte.
//! Of four characters of base64 three decide the highest bits of the bytes they stand for, of two hexadecimal digits one
//! does, and those are clear in ASCII. So a text is one walk in which six counters run side by side, one for every place
//! where an encoding may begin, and each falls to zero where its encoding cannot be.

use super::{
    lens::{NOT_BASE64, base64_value, nibble},
    needle::WINDOW,
};

/// Longer ones are left to a whole look. No counter runs over into the next by then.
const LONGEST: usize = 128;
/// Eight characters with an escape among them.
const SHORTEST: usize = WINDOW + 1;

/// Counters 0 to 3 are base64 that begins at the first to fourth character, 4 and 5 hexadecimal at the first and second.
const LANES: usize = 6;
const BASE64: usize = 4;
/// Added to the counters, this sets the highest bit of those that have counted enough: eight bytes decide about 10 characters
/// of base64 at least, or 16 digits.
const NEARLY: u64 = 0x0000_7070_7676_7676;
const ENOUGH: u64 = 0x0000_8080_8080_8080;
const ONE_EACH: u64 = 0x0000_0101_0101_0101;
/// Something else undoes this one.
const ESCAPE: u64 = 1 << 63;

/// For each character, at each of four places: which counters it lets go on.
static GOES_ON: [[u64; 256]; 4] = {
    let mut places = [[0; 256]; 4];
    let mut place = 0;
    while place < 4 {
        let mut byte = 0;
        while byte < 256 {
            places[place][byte] = goes_on(byte as u8, place);
            byte += 1;
        }
        place += 1;
    }
    places
};

const fn goes_on(byte: u8, place: usize) -> u64 {
    let mut mask = if matches!(byte, b'%' | b'\\' | b'&') { ESCAPE } else { 0 };
    let mut lane = 0;
    while lane < LANES {
        let is_possible = if lane < BASE64 {
            let high_bit = [0x20, 0x08, 0x02, 0][(place + 4 - lane) % 4];
            let value = base64_value(byte);
            value != NOT_BASE64 && value & high_bit == 0
        } else {
            let is_high = (place + lane).is_multiple_of(2);
            matches!((nibble(byte), is_high), (Some(2..8), true) | (Some(_), false))
        };
        if is_possible {
            mask |= 0xff << (8 * lane);
        }
        lane += 1;
    }
    mask
}

/// What a text may hide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disguise {
    /// Nothing, in these encodings.
    None,
    /// This much of it, for [`Disguises::any`].
    Some(Disguises),
    /// It is long, or there are escapes in it.
    Anything,
}

/// Which counters have counted enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disguises(u64);

impl Disguise {
    pub(super) fn of(text: &[u8]) -> Self {
        match text.len() {
            ..SHORTEST => return Self::None,
            SHORTEST..=LONGEST => {}
            _ => return Self::Anything,
        }
        let (mut counters, mut seen) = (0, 0);
        let mut step = |place: usize, byte: &u8| {
            let mask = GOES_ON[place][usize::from(*byte)];
            counters = (counters + ONE_EACH) & mask;
            seen |= (mask & ESCAPE) | (counters + NEARLY);
        };
        let (fours, rest) = text.as_chunks::<4>();
        fours.iter().for_each(|four| four.iter().enumerate().for_each(|(place, byte)| step(place, byte)));
        rest.iter().enumerate().for_each(|(place, byte)| step(place, byte));
        match seen & (ENOUGH | ESCAPE) {
            0 => Self::None,
            seen if seen & ESCAPE != 0 => Self::Anything,
            seen => Self::Some(Disguises(seen)),
        }
    }
}

impl Disguises {
    /// Whether it is this, in any encoding that may be there; where none is, garbage is asked for. Wiped afterwards.
    pub(super) fn any(self, text: &[u8], mut is_it: impl FnMut(&[u8]) -> bool) -> bool {
        let mut said = zeroize::Zeroizing::new([0; LONGEST]);
        (0..LANES).filter(|lane| self.0 & 0x80 << (8 * lane) != 0).any(|lane| {
            let length = if lane < BASE64 {
                base64(&text[lane..], &mut said)
            } else {
                hexadecimal(&text[lane - BASE64..], &mut said)
            };
            is_it(&said[..length])
        })
    }
}

fn base64(text: &[u8], said: &mut [u8; LONGEST]) -> usize {
    let places = text.chunks(4).zip(said.chunks_exact_mut(3));
    places.fold(0, |length, (four, three)| {
        let bits = four.iter().fold(0, |bits, byte| bits << 6 | u32::from(base64_value(*byte) & 0x3f));
        let bits = bits << (6 * (4 - four.len()));
        three.copy_from_slice(&bits.to_be_bytes()[1..]);
        length + 3
    })
}

fn hexadecimal(text: &[u8], said: &mut [u8; LONGEST]) -> usize {
    let digit = |byte| nibble(byte).unwrap_or_default();
    let places = text.as_chunks::<2>().0.iter().zip(said.iter_mut());
    places.fold(0, |length, ([high, low], byte)| {
        *byte = digit(*high) << 4 | digit(*low);
        length + 1
    })
}
