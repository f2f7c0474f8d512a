//! Lenses: each undoes one encoding wherever it can, and says where every byte came from.
//!
//! They decode whatever looks encoded. What comes out is only searched for eight characters of the key, so decoding
//! too much finds nothing more, while decoding too little would miss something.

mod base64;
mod digits;
mod escape;
mod layout;

use super::view::View;

pub(super) use base64::{NONE as NOT_BASE64, value as base64_value};
pub(super) use digits::nibble;
pub(super) use escape::backslash;
pub(super) use layout::{join, reverse};

/// Decodes a text into an empty view; false when there is nothing to decode, whatever is left in the view.
type Lens = fn(&View, &mut View) -> bool;

/// All of them. Where it cannot be known where an encoding begins, every beginning is a lens of its own.
pub(super) const LENSES: [Lens; 12] = [
    escape::percent,
    escape::backslash,
    escape::entity,
    escape::quoted_printable,
    layout::without_nul,
    |text, out| digits::hex(text, out, 0),
    |text, out| digits::hex(text, out, 1),
    digits::decimal,
    |text, out| base64::base64(text, out, 0),
    |text, out| base64::base64(text, out, 2),
    |text, out| base64::base64(text, out, 4),
    |text, out| base64::base64(text, out, 6),
];
