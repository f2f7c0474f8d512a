//! JavaScript values to Rust's and back.

use std::borrow::Cow;

use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::json::{Json, MAX_DEPTH};

/// The value, as far as it is read.
pub(super) fn from_js(value: &JsValue) -> Json {
    read(value, MAX_DEPTH)
}

/// A plain value.
pub(super) fn to_js(json: &Json) -> JsValue {
    match json {
        Json::Other => JsValue::NULL,
        Json::Number(number) => (*number).into(),
        Json::Text(text) => JsValue::from_str(text),
        Json::List(items) => items.iter().map(to_js).collect::<Array>().into(),
        Json::Object(members) => {
            let object = Object::new();
            for (name, value) in members {
                set(&object, name, &to_js(value));
            }
            object.into()
        }
    }
}

/// The value as JSON text.
pub(super) fn to_text(json: &Json) -> String {
    JSON::stringify(&to_js(json)).map_or_else(|_| String::new(), String::from)
}

/// Sets a member of an object of our own, which succeeds.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    drop(Reflect::set(object, &JsValue::from_str(name), value));
}

/// The text of a property, own or inherited; empty if there is none.
pub(super) fn text_of(object: &JsValue, name: &str) -> String {
    Reflect::get(object, &JsValue::from_str(name))
        .ok()
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}

fn read(value: &JsValue, depth: usize) -> Json {
    if let Some(text) = value.as_string() {
        return Json::text(text);
    }
    if let Some(number) = value.as_f64() {
        return Json::Number(number);
    }
    if depth == 0 || !value.is_object() {
        return Json::Other;
    }
    if Array::is_array(value) {
        return Json::List(Array::from(value).iter().map(|item| read(&item, depth - 1)).collect());
    }
    let object: &Object = value.unchecked_ref();
    let member = |name: JsValue| {
        let value = Reflect::get(object, &name).ok().filter(|value| !value.is_null_or_undefined())?;
        Some((Cow::Owned(name.as_string()?), read(&value, depth - 1)))
    };
    Json::Object(Object::keys(object).iter().filter_map(member).collect())
}
