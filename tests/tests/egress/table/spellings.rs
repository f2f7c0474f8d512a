//! Private IPv4 addresses in spellings that one parser or another reads as an address.

use std::net::Ipv4Addr;

use super::Row;

const PRIVATE: [[u8; 4]; 7] = [
    [127, 0, 0, 1],
    [10, 0, 0, 5],
    [172, 16, 0, 5],
    [192, 168, 1, 1],
    [169, 254, 169, 254],
    [100, 100, 100, 200],
    [0, 0, 0, 0],
];

pub(super) fn rows() -> Vec<Row> {
    let rows = PRIVATE.into_iter().flat_map(|octets| {
        let address = Ipv4Addr::from(octets);
        spellings(octets)
            .into_iter()
            .map(move |(what, host)| Row::new(format!("https://{host}/v1"), format!("{address} {what}")))
    });
    rows.collect()
}

/// Every spelling but the canonical one.
pub(super) fn spellings(octets: [u8; 4]) -> Vec<(&'static str, String)> {
    let [a, b, c, d] = octets;
    let address = Ipv4Addr::from(octets);
    let number = address.to_bits();
    let text = address.to_string();
    let low16 = number & 0xffff;
    let low24 = number & 0x00ff_ffff;
    let each = |digit: fn(u32) -> char| -> String {
        text.chars().map(|one| one.to_digit(10).map_or(one, digit)).collect()
    };
    let wide = |value: u32| char::from_u32(0xff10 + value).expect("there are ten of them");
    let dots = |dot: &str| text.replace('.', dot);
    vec![
        ("as one number", number.to_string()),
        ("as one hexadecimal number", format!("0x{number:x}")),
        ("as one hexadecimal number in capitals", format!("0X{number:08X}")),
        ("as one hexadecimal number with zeros", format!("0x{number:016x}")),
        ("as one octal number", format!("0{number:o}")),
        ("as one number with dot", format!("{number}.")),
        ("as one number past 32 bits", (u64::from(number) + (1 << 32)).to_string()),
        ("in octal", format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}")),
        ("in octal with zeros", format!("{a:#06o}.{b:#06o}.{c:#06o}.{d:#06o}").replace('o', "0")),
        ("in hexadecimal", format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}")),
        ("first in hexadecimal", format!("{a:#x}.{b}.{c}.{d}")),
        ("last in hexadecimal", format!("{a}.{b}.{c}.{d:#x}")),
        ("first in octal", format!("0{a:o}.{b}.{c}.{d}")),
        ("last in octal", format!("{a}.{b}.{c}.0{d:o}")),
        ("mixed", format!("{a:#x}.0{b:o}.{low16}")),
        ("in two parts", format!("{a}.{low24}")),
        ("in three parts", format!("{a}.{b}.{low16}")),
        ("in two parts, hexadecimal", format!("{a:#x}.{low24:#x}")),
        ("with leading zeros", format!("{a:03}.{b:03}.{c:03}.{d:03}0")),
        ("with an octet too large", format!("{}.{b}.{c}.{d}", u32::from(a) + 256)),
        ("with five parts", format!("{text}.0")),
        ("with a final dot", format!("{text}.")),
        ("with two final dots", format!("{text}..")),
        ("with a dot before it", format!(".{text}")),
        ("with a sign", format!("+{text}")),
        ("in full-width digits", each(|value| char::from_u32(0xff10 + value).expect("ten of them"))),
        ("with one full-width digit", format!("{}{}", wide(u32::from(a / 100)), &text[1..])),
        ("in Arabic digits", each(|value| char::from_u32(0x0660 + value).expect("ten of them"))),
        ("in mathematical digits", each(|value| char::from_u32(0x1d7ce + value).expect("ten of them"))),
        ("with ideographic stops", dots("\u{3002}")),
        ("with full-width stops", dots("\u{ff0e}")),
        ("with half-width stops", dots("\u{ff61}")),
        ("with percent-encoded dots", dots("%2e")),
        ("percent-encoded", text.bytes().map(|byte| format!("%{byte:02x}")).collect()),
        ("percent-encoded twice", text.bytes().map(|byte| format!("%25{byte:02x}")).collect()),
        ("with a soft hyphen", format!("\u{ad}{text}")),
        ("with a zero-width space", dots(".\u{200b}")),
        ("in brackets", format!("[{text}]")),
        ("with a zone", format!("{text}%25lo")),
        ("before a NUL", format!("{text}%00.example.com")),
        ("with port in octal", format!("{text}:0443")),
    ]
}
