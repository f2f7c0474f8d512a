//! What is repeated, and how it is counted.

use byo_seal::ProviderId;
use serde_json::{Value, json};

use super::{json as document, post};

fn said(messages: &Value) -> (String, u64) {
    let body = json!({"model": "m", "messages": messages});
    let whole = document(&post(ProviderId::Openai, "/v1/chat/completions", &body));
    let text = whole["choices"][0]["message"]["content"].as_str().unwrap();
    let repeated = text
        .strip_prefix("This is byo's test environment. You said: \"")
        .unwrap()
        .strip_suffix("\".")
        .unwrap();
    (repeated.to_owned(), whole["usage"]["prompt_tokens"].as_u64().unwrap())
}

fn user(text: &str) -> Value {
    json!({"role": "user", "content": text})
}

#[test]
fn long_texts_are_cut_at_a_character() {
    assert_eq!(said(&json!([user(&"é".repeat(200))])), ("é".repeat(200), 50));
    assert_eq!(said(&json!([user(&"é".repeat(201))])), ("é".repeat(200) + "…", 51));
}

#[test]
fn the_users_last_words_are_repeated_whatever_follows() {
    let asked = json!([user("First"), {"role": "assistant", "content": "Yes?"}, user("Second"),
        {"role": "assistant", "content": null}, {"role": "tool", "content": "42"}]);
    assert_eq!(said(&asked).0, "Second");
}

#[test]
fn odd_words_stay_whole() {
    for odd in ["a \"quoted\" word", "two\n\nlines", "data: [DONE]\n\n", "日本語 テキスト", "\u{2028}", "  "]
    {
        assert_eq!(said(&json!([user(odd)])).0, odd);
    }
}

#[test]
fn a_prompt_without_words_costs_a_token() {
    assert_eq!(said(&json!([user("")])), (String::new(), 1));
}
