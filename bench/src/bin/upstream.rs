//! `upstream LISTEN KEY`: a provider in OpenAI's shape that takes one key and answers at once.
//!
//! The model's name says how: `bench-fast` streams as quickly as it is read, `bench-paced` an event each 10 ms, any
//! other answers in one piece. A gateway that does not put the key in gets 401.

use std::{env, error::Error, io, rc::Rc, time::Duration};

use byo_bench::{Framing, MOST_HEADERS, Wire, is_last, malformed};
use memchr::memmem;
use tokio::{
    net::TcpListener,
    task::{LocalSet, spawn_local, yield_now},
    time::{MissedTickBehavior, interval},
};

const EVENTS: usize = 20;
const PACE: Duration = Duration::from_millis(10);

/// All it ever says, made once.
struct Answers {
    authorization: Vec<u8>,
    plain: Vec<u8>,
    models: Vec<u8>,
    refusal: Vec<u8>,
    unknown: Vec<u8>,
    /// The first with the head in front, the last with the end of the body behind.
    events: Vec<Vec<u8>>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(listen), Some(key)) = (arguments.next(), arguments.next()) else {
        return Err("usage: upstream LISTEN KEY".into());
    };
    let listener = TcpListener::bind(listen).await?;
    println!("ready");
    let answers = Rc::new(Answers::to(&key));
    let serving = async {
        loop {
            let wire = Wire::new(listener.accept().await?.0)?;
            let answers = Rc::clone(&answers);
            // Whoever hangs up has had enough.
            spawn_local(async move { drop(serve(wire, &answers).await) });
        }
    };
    LocalSet::new().run_until(serving).await
}

async fn serve(mut wire: Wire, answers: &Answers) -> io::Result<()> {
    let mut body = Vec::new();
    while let Some(head) = wire.head().await? {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        request.parse(&head).map_err(|_| malformed("a request"))?;
        body.clear();
        wire.body(Framing::of(request.headers)?, &mut body).await?;
        let authorization =
            request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("authorization"));
        let is_allowed = authorization.is_some_and(|header| header.value == answers.authorization);
        match (request.method, request.path) {
            _ if !is_allowed => wire.send(&answers.refusal).await?,
            (Some("GET"), Some("/v1/models")) => wire.send(&answers.models).await?,
            (Some("POST"), Some("/v1/chat/completions")) => complete(&mut wire, answers, &body).await?,
            _ => wire.send(&answers.unknown).await?,
        }
        if is_last(request.headers) {
            break;
        }
    }
    Ok(())
}

async fn complete(wire: &mut Wire, answers: &Answers, body: &[u8]) -> io::Result<()> {
    if memmem::find(body, b"bench-paced").is_some() {
        let mut ticks = interval(PACE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for event in &answers.events {
            ticks.tick().await;
            wire.send(event).await?;
        }
        return Ok(());
    }
    if memmem::find(body, b"bench-fast").is_some() {
        for event in &answers.events {
            wire.send(event).await?;
            // To the others, so that events arrive one by one.
            yield_now().await;
        }
        return Ok(());
    }
    wire.send(&answers.plain).await
}

impl Answers {
    fn to(key: &str) -> Self {
        Self {
            authorization: format!("Bearer {key}").into_bytes(),
            plain: whole("200 OK", COMPLETION),
            models: whole("200 OK", MODELS),
            refusal: whole("401 Unauthorized", REFUSAL),
            unknown: whole("404 Not Found", UNKNOWN),
            events: events(),
        }
    }
}

fn whole(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn events() -> Vec<Vec<u8>> {
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    let mut events = vec![chunk(&format!("data: {CHUNK}\n\n")); EVENTS];
    events[0].insert_str(
        0,
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    events[EVENTS - 1] = chunk(&format!("data: {LAST_CHUNK}\n\n")) + &chunk("data: [DONE]\n\n") + "0\r\n\r\n";
    events.into_iter().map(String::into_bytes).collect()
}

/// About 500 bytes, as short chat answers are.
const COMPLETION: &str = r#"{"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion","created":1741570283,"model":"bench-plain","choices":[{"index":0,"message":{"role":"assistant","content":"Bring your own key means that each customer pays for what they use.","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":19,"completion_tokens":14,"total_tokens":33,"prompt_tokens_details":{"cached_tokens":0}},"service_tier":"default","system_fingerprint":"fp_fc9f1d7035"}"#;
const CHUNK: &str = r#"{"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,"model":"bench-fast","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}"#;
const LAST_CHUNK: &str = r#"{"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,"model":"bench-fast","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
const MODELS: &str = r#"{"object":"list","data":[{"id":"bench-plain","object":"model","created":1741570283,"owned_by":"bench"}]}"#;
const REFUSAL: &str = r#"{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#;
const UNKNOWN: &str =
    r#"{"error":{"message":"Invalid URL","type":"invalid_request_error","param":null,"code":null}}"#;
