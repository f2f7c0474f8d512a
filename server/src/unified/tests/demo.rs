//! Answers without a key.

use super::{super::demo, *};

fn prompting(prompt: &str) -> UnifiedCall {
    call(json!({"provider": "anthropic", "prompt": prompt}))
}

#[test]
fn a_demo_says_that_it_is_one_and_what_was_asked() {
    for number in 0..50 {
        let prompt = format!("Question {number}?");
        let answer = demo::answer(&prompting(&prompt));
        assert!(answer.content.to_lowercase().contains("demo"), "{}", answer.content);
        assert!(answer.content.contains(&format!("“{prompt}”")), "{}", answer.content);
        assert!(answer.content.contains("Anthropic"), "{}", answer.content);
        assert_eq!((answer.mode, answer.usage, answer.model.as_str()), ("demo", None, "claude-sonnet-4-5"));
    }
}

#[test]
fn the_same_prompt_has_the_same_answer_and_others_have_others() {
    let without_prompt = |number: u32| {
        let prompt = format!("Question {number}?");
        demo::answer(&prompting(&prompt)).content.replace(&prompt, "")
    };
    assert_eq!(without_prompt(1), without_prompt(1));
    let different: std::collections::BTreeSet<_> = (0..50).map(without_prompt).collect();
    assert_eq!(different.len(), 4);
}

#[test]
fn a_long_prompt_is_told_by_its_beginning_on_one_line() {
    for prompt in ["é".repeat(500), "a\r\n\t\u{0}b ".repeat(200), format!("{} x", "y".repeat(78))] {
        let content = demo::answer(&prompting(&prompt)).content;
        let echo = content.split_once('“').unwrap().1.split_once('”').unwrap().0;
        assert_eq!(echo.chars().count(), 80);
        assert!(!content.chars().any(char::is_control));
        assert_eq!(echo.ends_with('…'), prompt.len() > 80);
    }
}

#[test]
fn a_prompt_cannot_fill_in_templates() {
    let content = demo::answer(&prompting("{provider} {prompt}")).content;
    assert!(content.contains("“{provider} {prompt}”"), "{content}");
}

#[test]
fn a_streamed_demo_says_the_same() {
    let call = prompting("Hello?");
    let whole = demo::answer(&call);
    let mut events = demo::events(&call);
    let done = events.pop().unwrap();
    assert!(events.len() > 10);
    assert_eq!(text_of(&events), whole.content);
    let expected = UnifiedEvent::Done {
        provider: whole.provider,
        model: whole.model,
        mode: "demo",
        usage: None,
        finish_reason: whole.finish_reason,
    };
    assert_eq!(done, expected);
}

#[test]
fn every_provider_has_a_demo_without_a_key_or_a_model() {
    for provider in ProviderId::ALL {
        let call = UnifiedCall { model: None, ..ask(*provider) };
        assert!(demo::answer(&call).content.contains(provider.label()), "{provider}");
    }
}
