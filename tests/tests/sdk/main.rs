//! The Rust SDK `async-openai` as it is, sent through the running server: nothing changes but base URL, key and one
//! header. Its siblings for Node and Python are in `tests/node/sdk` and `tests/python`.

mod place;
mod stage;
mod upstream;

use async_openai::{
    error::{ApiErrorResponse, OpenAIError},
    types::{
        chat::{
            ChatCompletionRequestUserMessage, CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
        },
        embeddings::CreateEmbeddingRequestArgs,
    },
};
use futures_util::StreamExt;

use place::{Place, counted};
use stage::Stage;
use upstream::{ANSWER, FORBIDDEN, MODEL, QUESTION, RATE_LIMIT, TOO_OFTEN};

/// How often it asks when it is told to come again: once, and three times more.
const ATTEMPTS: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn chat_completions_embeddings_and_models_are_answered() {
    let stage = Stage::set().await;
    for place in [stage.straight(), stage.through_byo("customer_1").await] {
        let client = place.client();
        let completion = client.chat().create(ask(MODEL, QUESTION)).await.expect("it is answered");
        assert_eq!(completion.choices[0].message.content.as_deref(), Some(ANSWER), "{place}");
        assert_eq!(completion.usage.map(|usage| usage.total_tokens), Some(34), "{place}");

        let request =
            CreateEmbeddingRequestArgs::default().model("text-embedding-3-small").input(QUESTION).build();
        let embeddings =
            client.embeddings().create(request.expect("it is whole")).await.expect("it is answered");
        assert_eq!(embeddings.data[0].embedding, [0.25, -0.5], "{place}");

        let models = client.models().list().await.expect("it is answered");
        assert!(models.data.iter().any(|model| model.id == MODEL), "{place}");
    }
    assert_eq!(stage.upstream.surplus(), Vec::<String>::new(), "no provider sees what is byo's");
}

#[tokio::test(flavor = "multi_thread")]
async fn chat_completions_stream() {
    let stage = Stage::set().await;
    for place in [stage.straight(), stage.through_byo("customer_1").await] {
        let stream = place.client().chat().create_stream(ask(MODEL, QUESTION)).await;
        let mut stream = stream.expect("it is answered");
        let mut pieces = Vec::new();
        while let Some(event) = stream.next().await {
            let choices = event.expect("every event is one").choices;
            pieces.extend(choices.into_iter().filter_map(|choice| choice.delta.content));
        }
        assert!(pieces.len() > 1, "{place}: {pieces:?}");
        assert_eq!(pieces.concat(), ANSWER, "{place}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_refused_for_good_in_words() {
    let stage = Stage::set().await;
    let misspelt = Place { key: stage.misspelt_secret(), ..stage.through_byo("customer_1").await };
    for place in [Place { key: "sk-of-somebody-else".to_owned(), ..stage.straight() }, misspelt] {
        let (error, attempts) = refused(&place, MODEL, QUESTION).await;
        assert_eq!((error.status_code.as_u16(), attempts), (401, 1), "{place}: {error}");
        assert_readable(&error);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_refused_for_good_in_words() {
    let stage = Stage::set().await;
    let place = stage.through_byo("customer_1").await;
    stage.revoke("customer_1").await;
    let (error, attempts) = refused(&place, MODEL, QUESTION).await;
    assert_eq!((error.status_code.as_u16(), attempts), (403, 1), "{error}");
    assert_readable(&error);
    assert!(error.api_error.message.to_lowercase().contains("key"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forbidden_model_is_refused_for_good_in_words() {
    let stage = Stage::set().await;
    let place = stage.through_byo("customer_1").await;
    stage.forbid("customer_1", FORBIDDEN).await;
    let (error, attempts) = refused(&place, FORBIDDEN, QUESTION).await;
    assert_eq!((error.status_code.as_u16(), attempts), (403, 1), "{error}");
    assert_readable(&error);
    assert!(error.api_error.message.to_lowercase().contains("model"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_of_the_provider_is_tried_again_and_then_raised_as_one() {
    let stage = Stage::set().await;
    for place in [stage.straight(), stage.through_byo("customer_1").await] {
        // It waits for as long as `Retry-After` says, no time at all, and without one for 0.7 s in sum.
        let (error, attempts) = refused(&place, MODEL, TOO_OFTEN).await;
        assert_eq!((error.status_code.as_u16(), attempts), (429, ATTEMPTS), "{place}: {error}");
        assert_eq!(error.api_error.message, RATE_LIMIT, "{place}");
        assert_eq!(error.api_error.code.as_deref(), Some("rate_limit_exceeded"), "{place}");
    }
}

fn ask(model: &str, question: &str) -> CreateChatCompletionRequest {
    let messages = [ChatCompletionRequestUserMessage::from(question).into()];
    let request = CreateChatCompletionRequestArgs::default().model(model).messages(messages).build();
    request.expect("it is whole")
}

/// The SDK's own error for a refusal, and how many requests it took.
async fn refused(place: &Place, model: &str, question: &str) -> (ApiErrorResponse, usize) {
    let (client, attempts) = counted(place);
    match client.chat().create(ask(model, question)).await {
        Err(OpenAIError::ApiError(error)) => (error, attempts.count()),
        other => panic!("{place}: {other:?}"),
    }
}

/// Words for people, which the SDK has only from a body of the provider's shape.
fn assert_readable(error: &ApiErrorResponse) {
    let words = error.api_error.message.split(' ').filter(|word| word.len() > 2).count();
    assert!(words >= 2, "{error:?}");
    assert!(error.api_error.r#type.is_some(), "{error:?}");
}
