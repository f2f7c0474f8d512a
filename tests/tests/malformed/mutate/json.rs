//! A body that is JSON, or was.

use serde_json::{Value, json};

use super::{Draw, bytes};
use crate::request::Request;

pub(super) fn body(request: &mut Request, draw: &mut Draw) {
    let Ok(mut value) = serde_json::from_slice::<Value>(&request.body) else {
        return bytes(&mut request.body, draw);
    };
    let deep = 1 + draw.below(7_000);
    let new: Vec<u8> = match draw.below(16) {
        0 => [b"\xef\xbb\xbf", &request.body[..]].concat(),
        1 => [&request.body[..], b"}"].concat(),
        2 => [&request.body[..], &request.body].concat(),
        3 => format!("[{value}]").into(),
        4 => [&b"["[..], &"[".repeat(deep).into_bytes(), "]".repeat(deep).as_bytes(), b"]"].concat(),
        5 => "{\"a\":".repeat(deep.min(3_000)).into(),
        6 => draw
            .one(&["null", "true", "0", "\"\"", "[]", "{}", "", " ", "\u{feff}", "NaN", "'a'", "//", "{,}"])
            .into(),
        7 => twice(&value, draw).into(),
        8 => vec![b' '; 10_000 + draw.below(30_000)],
        _ => {
            member(&mut value, draw);
            // Escapes that serde never writes.
            let text = value.to_string();
            if draw.below(4) == 0 {
                text.replacen("NAME", draw.one(&["\\ud800", "\\udfff\\ud800", "\\u0000", "\\x41", "\n"]), 1)
                    .into()
            } else {
                text.into()
            }
        }
    };
    request.is_last |= new.len() > 14_000;
    request.body = new;
}

/// The same member twice.
fn twice(value: &Value, draw: &mut Draw) -> String {
    let text = value.to_string();
    let Some(object) = value.as_object() else { return text };
    let Some((name, value)) = object.iter().nth(draw.below(object.len())) else { return text };
    let other = if draw.below(2) == 0 { value.clone() } else { json!("other") };
    format!("{},{}:{other}}}", text.trim_end_matches('}'), json!(name))
}

/// Puts something wrong into a member, however deep, or adds one.
fn member(value: &mut Value, draw: &mut Draw) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            let name = object.keys().nth(draw.below(object.len())).cloned().expect("it is below the length");
            match draw.below(8) {
                0 => {
                    object.remove(&name);
                }
                1 => {
                    let names =
                        ["unknown", "__proto__", "status", "version", "ref_id", "REFID", "id", "", "\u{0}"];
                    object.insert(draw.one(&names).to_owned(), json!(1));
                }
                _ => member(object.get_mut(&name).expect("it was just there"), draw),
            }
        }
        Value::Array(items) if !items.is_empty() && draw.below(2) == 0 => {
            let at = draw.below(items.len());
            member(&mut items[at], draw);
        }
        other => *other = wrong(other, draw),
    }
}

fn wrong(value: &Value, draw: &mut Draw) -> Value {
    let long = 1 + draw.below(9_000);
    match draw.below(16) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(1.5e300),
        5 => json!([]),
        6 => json!({}),
        7 => json!([value]),
        8 => json!({"a": value}),
        9 => json!(""),
        10 => json!("a".repeat(long)),
        11 => json!("NAME"),
        12 => json!("\u{0}\u{1}\u{7f}\u{202e}"),
        13 => json!("ｃｕｓｔｏｍｅｒ"),
        14 => json!(vec![value; draw.below(300)]),
        _ => {
            let mut text = value.as_str().unwrap_or("0").as_bytes().to_vec();
            bytes(&mut text, draw);
            json!(String::from_utf8_lossy(&text))
        }
    }
}
