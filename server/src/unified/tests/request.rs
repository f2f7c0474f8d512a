//! What callers may send.

use super::*;

fn fields(request: Value) -> Vec<&'static str> {
    checked(request).unwrap_err().iter().map(|fault| fault.field).collect()
}

#[test]
fn a_prompt_is_one_message_of_the_users() {
    let call = call(json!({"provider": "openai", "prompt": "Hello?"}));
    let said = Message { role: Role::User, text: "Hello?".to_owned() };
    assert_eq!(call.messages, [said]);
    assert_eq!((call.provider, call.model.as_deref(), call.stream), (ProviderId::Openai, None, false));
    assert_eq!((call.max_tokens, call.temperature, call.top_p, call.stop), (None, None, None, vec![]));
}

#[test]
fn everything_that_may_be_said_is_taken() {
    let call = call(json!({
        "provider": "mistral", "model": "m", "system": "Be kind.", "maxTokens": 5, "temperature": 2, "topP": 0,
        "stop": ["a", "b"], "stream": true,
        "messages": [
            {"role": "user", "content": "One"},
            {"role": "assistant", "content": [{"type": "text", "text": "T"}, {"type": "text", "text": "wo"}]},
            {"role": "user", "content": "Three"},
        ],
    }));
    let texts: Vec<_> = call.messages.iter().map(|message| (message.role, message.text.as_str())).collect();
    let expected =
        [(Role::System, "Be kind."), (Role::User, "One"), (Role::Assistant, "Two"), (Role::User, "Three")];
    assert_eq!(texts, expected);
    assert_eq!(call.prompt(), "Three");
    assert_eq!((call.max_tokens, call.temperature, call.top_p), (Some(5), Some(2.0), Some(0.0)));
    assert_eq!((call.stop, call.stream), (vec!["a".to_owned(), "b".to_owned()], true));
}

#[test]
fn both_spellings_of_max_tokens_are_taken_but_not_both_at_once() {
    for name in ["maxTokens", "max_tokens"] {
        assert_eq!(call(json!({"provider": "xai", "prompt": "x", name: 9})).max_tokens, Some(9));
        for wrong in [0, 10_000_001] {
            assert_eq!(fields(json!({"provider": "xai", "prompt": "x", name: wrong})), [name]);
        }
    }
    let both = json!({"provider": "xai", "prompt": "x", "maxTokens": 9, "max_tokens": 9});
    assert_eq!(fields(both), ["max_tokens"]);
}

#[test]
fn members_that_are_not_known_are_refused() {
    for name in ["tools", "max_completion_tokens", "apiKey", "n"] {
        let request = json!({"provider": "xai", "prompt": "x", name: 1});
        assert!(serde_json::from_value::<UnifiedRequest>(request).is_err(), "{name}");
    }
}

#[test]
fn every_fault_is_told_at_once() {
    let request = json!({
        "provider": "skynet", "model": "a b", "system": " ", "prompt": "\n", "maxTokens": 0, "temperature": 2.1,
        "topP": -0.1, "stop": [""],
    });
    let expected = ["provider", "model", "system", "prompt", "maxTokens", "temperature", "topP", "stop"];
    assert_eq!(fields(request), expected);
}

#[test]
fn there_is_a_prompt_or_there_are_messages() {
    assert_eq!(fields(json!({"provider": "openai"})), ["prompt"]);
    let both = json!({"provider": "openai", "prompt": "x", "messages": [{"role": "user", "content": "x"}]});
    assert_eq!(fields(both), ["prompt"]);
}

#[test]
fn messages_that_are_not_in_order_are_refused_by_what_is_wrong_with_them() {
    let user = json!({"role": "user", "content": "x"});
    let image = json!([{"type": "text", "text": "x"}, {"type": "image_url", "image_url": {"url": "data:"}}]);
    for (messages, field, says) in [
        (json!([]), "messages", "at least one"),
        (json!([user, {"role": "assistant", "content": "x"}]), "messages", "end with"),
        (json!([{"role": "system", "content": "x"}]), "messages", "end with"),
        (json!([user, "x"]), "messages[]", "(message 2)"),
        (
            json!([{"role": "tool", "content": "x"}]),
            "messages[].role",
            "system, user or assistant (message 1)",
        ),
        (json!([{"content": "x"}]), "messages[].role", "(message 1)"),
        (json!([{"role": "user", "content": "x", "name": "Ada"}]), "messages[]", "role and content only"),
        (json!([{"role": "user", "content": "x", "tool_calls": []}]), "messages[]", "role and content only"),
        (json!([{"role": "user"}]), "messages[].content", "string"),
        (json!([{"role": "user", "content": null}]), "messages[].content", "string"),
        (json!([{"role": "user", "content": " \n"}]), "messages[].content", "must hold text"),
        (json!([{"role": "user", "content": []}]), "messages[].content", "must hold text"),
        (json!([user, {"role": "user", "content": image}]), "messages[].content", "images, files and audio"),
        (json!([{"role": "user", "content": [{"type": "text"}]}]), "messages[].content", "array of"),
    ] {
        let faults = checked(json!({"provider": "openai", "messages": messages.clone()})).unwrap_err();
        let [fault] = faults.as_slice() else { panic!("{messages}: {faults:?}") };
        assert_eq!(fault.field, field, "{messages}");
        assert!(fault.message.contains(says), "{messages}: {}", fault.message);
    }
}

#[test]
fn a_thousand_faults_are_told_as_a_few() {
    let messages: Vec<_> = (0..1000).map(|_| json!({"role": "root", "content": "x"})).collect();
    assert_eq!(checked(json!({"provider": "openai", "messages": messages})).unwrap_err().len(), 16);
}

#[test]
fn no_message_repeats_what_was_sent() {
    let key = "sk-proj-abcdef0123456789";
    let request = json!({
        "provider": key, "model": format!("{key} {key}"), "temperature": 3, "stop": [key, 1],
        "messages": [
            {"role": key, "content": key}, {"role": "user", "content": key, key: key},
            {"role": "user", "content": [{"type": key, "text": key}]}, {"role": "user", "content": {key: key}},
        ],
    });
    let faults = checked(request).unwrap_err();
    assert_eq!(faults.len(), 8);
    assert!(!format!("{faults:?}").contains("sk-proj"), "{faults:?}");
}

#[test]
fn stop_is_a_text_or_up_to_four() {
    let stop = |stop: Value| {
        checked(json!({"provider": "openai", "prompt": "x", "stop": stop})).map(|call| call.stop)
    };
    assert_eq!(stop(json!("a")), Ok(vec!["a".to_owned()]));
    assert_eq!(stop(json!([])), Ok(vec![]));
    assert_eq!(stop(json!(null)), Ok(vec![]));
    assert_eq!(stop(json!(["a", "b", "c", "d"])).unwrap().len(), 4);
    for wrong in [json!(["a", "b", "c", "d", "e"]), json!(""), json!([1]), json!({}), json!(true)] {
        assert!(stop(wrong.clone()).is_err(), "{wrong}");
    }
}
