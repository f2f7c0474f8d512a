//! Which model a call names, read so that no provider can read another one.

use std::fmt;

use byo_seal::ProviderId;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

use super::tail::Tail;

/// The models that a call names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// These; more than one where an API takes alternatives.
    Models(Vec<String>),
    /// None that byo can find.
    Nothing,
    /// It names one twice, in two ways, or behind escapes: which one the provider would take cannot be said.
    Ambiguous,
}

/// Reads them from the path, where the provider has them there, else from the body.
pub(super) fn named(provider: ProviderId, tail: &Tail<'_>, body: &[u8]) -> Named {
    let in_body = in_body(body);
    // Providers decode paths before they read them; a model spelt with escapes is compared with no list.
    if has_models_in_paths(provider) && tail.path().contains('%') {
        return Named::Ambiguous;
    }
    match in_path(provider, tail) {
        None => in_body,
        Some(model) => match in_body {
            // Google and Azure ignore or check a model in the body; it must not be another one.
            Named::Nothing => Named::Models(vec![model.to_owned()]),
            Named::Models(models) => {
                let same = models.iter().all(|named| named == model);
                // An Azure deployment is the model that counts.
                if same || provider == ProviderId::Azure {
                    Named::Models(vec![model.to_owned()])
                } else {
                    Named::Ambiguous
                }
            }
            Named::Ambiguous => Named::Ambiguous,
        },
    }
}

fn has_models_in_paths(provider: ProviderId) -> bool {
    matches!(provider, ProviderId::Google | ProviderId::Azure)
}

fn in_path<'a>(provider: ProviderId, tail: &Tail<'a>) -> Option<&'a str> {
    let marker = match provider {
        ProviderId::Google => "models",
        ProviderId::Azure => "deployments",
        _ => return None,
    };
    // Some routers read paths without regard to case.
    let mut segments = tail.segments().skip_while(|segment| !segment.eq_ignore_ascii_case(marker)).skip(1);
    let segment = segments.next()?;
    Some(segment.split_once(':').map_or(segment, |(model, _)| model))
}

fn in_body(body: &[u8]) -> Named {
    let mut json = serde_json::Deserializer::from_slice(body);
    let Ok(members) = json.deserialize_map(Members) else { return Named::Nothing };
    if json.end().is_err() {
        return Named::Nothing;
    }
    members
}

/// Finds `model` and `models` among the members of the top level. Some servers read names without regard to case, so
/// `Model` counts as the same name again.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Named, A::Error> {
        let mut named = Vec::new();
        let (mut model_seen, mut models_seen, mut ambiguous) = (false, false, false);
        while let Some(name) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            if name.eq_ignore_ascii_case("model") {
                ambiguous |= std::mem::replace(&mut model_seen, true) || name != "model";
                match members.next_value::<serde_json::Value>()? {
                    serde_json::Value::String(model) => {
                        named.push(model.strip_prefix("models/").map(str::to_owned).unwrap_or(model));
                    }
                    serde_json::Value::Null => {}
                    _ => ambiguous = true,
                }
            } else if name.eq_ignore_ascii_case("models") {
                ambiguous |= std::mem::replace(&mut models_seen, true) || name != "models";
                match members.next_value::<serde_json::Value>()? {
                    serde_json::Value::Array(models) => {
                        ambiguous |= !models.iter().all(serde_json::Value::is_string);
                        named.extend(models.iter().filter_map(serde_json::Value::as_str).map(str::to_owned));
                    }
                    serde_json::Value::Null => {}
                    _ => ambiguous = true,
                }
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(match (ambiguous, named.is_empty()) {
            (true, _) => Named::Ambiguous,
            (false, true) => Named::Nothing,
            (false, false) => Named::Models(named),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models(models: &[&str]) -> Named {
        Named::Models(models.iter().map(|&model| model.to_owned()).collect())
    }

    #[test]
    fn the_model_is_found_where_each_provider_has_it() {
        let tail = |path| Tail::read(path, None).unwrap();
        let chat = tail("/v1/chat/completions");
        let body = br#"{"messages":[{"model":"nested"}],"model":"gpt-4.1","stream":true}"#;
        assert_eq!(named(ProviderId::Openai, &chat, body), models(&["gpt-4.1"]));
        let gemini = tail("/v1beta/models/gemini-2.5-flash:generateContent");
        assert_eq!(named(ProviderId::Google, &gemini, b"{}"), models(&["gemini-2.5-flash"]));
        let same = br#"{"model":"models/gemini-2.5-flash"}"#;
        assert_eq!(named(ProviderId::Google, &gemini, same), models(&["gemini-2.5-flash"]));
        let deployment = tail("/openai/deployments/prod/chat/completions");
        assert_eq!(named(ProviderId::Azure, &deployment, br#"{"model":"gpt-4.1"}"#), models(&["prod"]));
        let fallbacks = br#"{"model":"a/b","models":["c/d","e/f"]}"#;
        assert_eq!(named(ProviderId::Openrouter, &chat, fallbacks), models(&["a/b", "c/d", "e/f"]));
    }

    #[test]
    fn a_call_cannot_name_one_model_to_byo_and_another_to_the_provider() {
        let chat = Tail::read("/v1/chat/completions", None).unwrap();
        for body in [
            r#"{"model":"cheap","model":"dear"}"#,
            r#"{"model":"cheap","Model":"dear"}"#,
            r#"{"MODEL":"dear"}"#,
            r#"{"model":"cheap","mod\u0065l":"dear"}"#,
            r#"{"model":["dear"]}"#,
            r#"{"models":["a"],"models":["b"]}"#,
            r#"{"models":[1]}"#,
        ] {
            assert_eq!(named(ProviderId::Openai, &chat, body.as_bytes()), Named::Ambiguous, "{body}");
        }
        let gemini = Tail::read("/v1beta/models/cheap:generateContent", None).unwrap();
        assert_eq!(named(ProviderId::Google, &gemini, br#"{"model":"dear"}"#), Named::Ambiguous);
        for (provider, path) in [
            (ProviderId::Google, "/v1beta/models/%64ear:generateContent"),
            (ProviderId::Google, "/v1beta/models/dear%3AgenerateContent"),
            (ProviderId::Google, "/v1beta/%6dodels/dear:generateContent"),
            (ProviderId::Azure, "/openai/deployments/%64ear/chat/completions"),
        ] {
            let tail = Tail::read(path, None).unwrap();
            assert_eq!(named(provider, &tail, br#"{"model":"cheap"}"#), Named::Ambiguous, "{path}");
        }
        let deployment = Tail::read("/openai/Deployments/dear/chat/completions", None).unwrap();
        assert_eq!(named(ProviderId::Azure, &deployment, br#"{"model":"cheap"}"#), models(&["dear"]));
        for body in
            ["", "[]", "not json", r#"{"input":1}"#, r#"{"model":null}"#, r#"{"model":"a"} {"model":"b"}"#]
        {
            assert_eq!(named(ProviderId::Openai, &chat, body.as_bytes()), Named::Nothing, "{body}");
        }
    }
}
