//! JavaScript values to Rust's and back.

use js_sys::{JSON, Object, Reflect};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::{
    failure::Failure,
    request::{AZURE_MEMBERS, CONFIG_MEMBERS, MEMBERS, Request, check_member},
};

/// Reads the page's request. Members that nobody knows are refused, those that are `undefined` are not there.
pub(super) fn request(value: &JsValue) -> Result<Request, Failure> {
    let config = member(value, "providerConfig");
    let azure = member(&config, "azure");
    for (within, object, known) in [
        ("", value, MEMBERS),
        ("providerConfig.", &config, CONFIG_MEMBERS),
        ("providerConfig.azure.", &azure, AZURE_MEMBERS),
    ] {
        check_members(within, object, known)?;
    }
    let provider = member(value, "provider");
    if from_js::<byo_seal::ProviderId>(provider).is_none() {
        return Err(Failure::invalid("provider", "This provider is not known here. Choose another one."));
    }
    // Not in serde's words: they repeat the value, and people paste keys into the wrong field.
    let request: Request = from_js(value.clone()).ok_or_else(|| {
        let texts = ["refId", "name"].into_iter().filter(|name| member(value, name).as_string().is_none());
        let is_there = |name: &&str| *name == "refId" || !member(value, name).is_null_or_undefined();
        Failure::invalid(
            texts.into_iter().find(is_there).unwrap_or("providerConfig"),
            "This has the wrong type.",
        )
    })?;
    request.check()?;
    Ok(request)
}

/// A value in a shape that is known beforehand, or nothing.
pub(super) fn from_js<T: DeserializeOwned>(value: JsValue) -> Option<T> {
    serde_wasm_bindgen::from_value(value).ok()
}

/// A plain object.
pub(super) fn to_js(value: &impl Serialize) -> JsValue {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .expect("the types that go out have string keys only")
}

/// A value as JSON.
pub(super) fn to_json(value: &impl Serialize) -> JsValue {
    JSON::stringify(&to_js(value)).expect("a value made of plain objects has no cycle").into()
}

/// A member, or `undefined` if there is none.
pub(super) fn member(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn check_members(within: &str, value: &JsValue, known: &[&str]) -> Result<(), Failure> {
    let Some(object) = value.dyn_ref::<Object>() else { return Ok(()) };
    for name in Object::keys(object).iter() {
        let is_there = !Reflect::get(object, &name).is_ok_and(|value| value.is_undefined());
        if is_there {
            check_member(within, &name.as_string().unwrap_or_default(), known)?;
        }
    }
    Ok(())
}
