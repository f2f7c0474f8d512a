//! One call, once it is known whose key it uses.

use std::{collections::VecDeque, pin::pin, sync::Arc, time::Duration};

use byo_seal::ProviderId;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited, combinators::UnsyncBoxBody};
use hyper::body::Incoming;

use super::{
    Answer, AnswerBody, Relay, Tail, headers,
    model::{self, Named},
    relay::{Counting, EventStream},
    scrub::{Glimpse, Scrubber},
    shape::{self, Words},
    upload::Progress,
    usage,
};
use crate::{
    app::App,
    clock::Timestamp,
    domain::{Access, HeldKey, Lease, Refusal, StoredAt, suspect},
    egress::{BodyFault, EgressError, Exchange, Line, OutgoingBody},
    environment::Environment,
    providers::{
        Providers,
        simulator::{self, DemoCall, SimulatedAnswer, SimulatedBody, SimulatedCall},
    },
    secret::ProviderKey,
    store::{Mode, UsageKey, UsageSum},
};

/// A call as it came in.
pub struct Call<'a> {
    /// Whose API it calls.
    pub provider: ProviderId,
    /// Its method.
    pub method: Method,
    /// What of it belongs to the provider.
    pub tail: Tail<'a>,
    /// All its headers.
    pub headers: &'a HeaderMap,
    /// Its body.
    pub body: UnsyncBoxBody<Bytes, EgressError>,
    /// Its id.
    pub request_id: &'a str,
}

/// The largest answer that is read whole, and how long that may take: those that are no success.
const LARGEST_REFUSAL: usize = 64 * 1024;
const REFUSAL_PATIENCE: Duration = Duration::from_secs(30);
/// Looking through more than this takes so long that other calls would notice.
const QUICKLY_CLEANED: usize = 8 * 1024;

/// Makes the call.
pub async fn forward(app: &Arc<App>, access: Access, call: Call<'_>) -> Result<Answer, Refusal> {
    let Access { grant, mode, .. } = &access;
    let listed = Providers::lists_call(call.provider, &call.method, call.tail.path());
    let may = listed
        || (grant.settings.all_paths
            && Providers::could_be_call(call.provider, &call.method, call.tail.path()));
    if !may {
        return Err(Refusal::NotFound(
            "byo does not forward this call; an environment can be given leave for all of a provider's.",
        ));
    }
    let restricted = access.restricts_models();
    let is_simulated = grant.environment == Environment::Test || *mode == Mode::Demo;
    let body = if restricted || is_simulated {
        Sent::Whole(unless_ended(access.lease(), || (), whole(call.body)).await??)
    } else {
        Sent::Stream(call.body)
    };
    if let Sent::Whole(body) = &body
        && restricted
    {
        // The provider would decode it first, and might read another model there.
        if !body.is_empty() && headers::is_encoded(call.headers) {
            return Err(Refusal::ModelNotAllowed);
        }
        check_models(&access, call.provider, &call.method, &call.tail, body)?;
    }
    let Access { grant, ref_id, mode, key } = access;
    let at = app.clock.now();
    let used = Used {
        key: UsageKey {
            environment: grant.environment_id,
            day: at.day(),
            ref_id: ref_id.unwrap_or_default(),
            provider: call.provider,
            model: String::new(),
            mode,
        },
        at,
    };
    let made = Made { app, provider: call.provider, path: call.tail.path(), request_id: call.request_id };
    match (key, body) {
        (None, body) => Ok(made.demo(&call.method, &call.tail, &body.bytes(), used)),
        (Some(key), Sent::Whole(body)) if is_simulated => {
            made.simulated(&call.method, &call.tail, &body, key, used).await
        }
        (Some(key), body) => {
            let suspicion = key.stored.clone().map(|stored| Suspicion { project: grant.project_id, stored });
            let call = Outgoing { method: call.method, tail: call.tail, headers: call.headers, body };
            made.exchanged(call, key, used, suspicion).await
        }
    }
}

/// A body on its way in.
enum Sent {
    Whole(Bytes),
    Stream(UnsyncBoxBody<Bytes, EgressError>),
}

impl Sent {
    fn bytes(self) -> Bytes {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Stream(_) => Bytes::new(),
        }
    }
}

/// Does this until it is done or the key ends. The end is looked at first, so that nothing is begun after it. What is to
/// be done at the end is done while the work still holds what it has.
async fn unless_ended<T>(
    lease: Option<&Lease>,
    at_end: impl FnOnce(),
    work: impl Future<Output = T>,
) -> Result<T, Refusal> {
    let Some(lease) = lease else { return Ok(work.await) };
    let mut work = pin!(work);
    tokio::select! {
        biased;
        () = lease.ended().cancelled() => {
            at_end();
            Err(Refusal::KeyEnded)
        }
        done = &mut work => Ok(done),
    }
}

async fn whole(body: UnsyncBoxBody<Bytes, EgressError>) -> Result<Bytes, Refusal> {
    Ok(body.collect().await.map_err(refusal)?.to_bytes())
}

fn check_models(
    access: &Access,
    provider: ProviderId,
    method: &Method,
    tail: &Tail<'_>,
    body: &[u8],
) -> Result<(), Refusal> {
    let allowed = match model::named(provider, tail, body) {
        Named::Models(models) => models.iter().all(|model| access.allows_model(provider, model)),
        // What only reads calls no model.
        Named::Nothing => *method == Method::GET,
        Named::Ambiguous => false,
    };
    if allowed { Ok(()) } else { Err(Refusal::ModelNotAllowed) }
}

/// What a call is, wherever its answer comes from.
struct Made<'a> {
    app: &'a Arc<App>,
    provider: ProviderId,
    path: &'a str,
    request_id: &'a str,
}

struct Outgoing<'a> {
    method: Method,
    tail: Tail<'a>,
    headers: &'a HeaderMap,
    body: Sent,
}

/// Whom to suspect when the provider refuses the key.
struct Suspicion {
    project: crate::id::ProjectId,
    stored: StoredAt,
}

/// To whom an answer is counted.
struct Used {
    key: UsageKey,
    at: Timestamp,
}

impl Made<'_> {
    async fn exchanged(
        &self,
        call: Outgoing<'_>,
        held: HeldKey,
        used: Used,
        suspicion: Option<Suspicion>,
    ) -> Result<Answer, Refusal> {
        let HeldKey { key, config, lease, .. } = held;
        let route =
            self.app.providers.route(self.provider, &config).map_err(|_| Refusal::DestinationNotAllowed)?;
        let destination = route
            .destination(call.tail.path(), call.tail.query())
            .ok_or(Refusal::NotFound("This address is not below the provider's base URL."))?;
        let mut headers = headers::outgoing(call.headers);
        route.sign(&key, &mut headers);
        let progress = Progress::new();
        let body = match call.body {
            Sent::Whole(body) => Full::new(body).map_err(|never| match never {}).boxed_unsync(),
            Sent::Stream(body) => body,
        };
        let body = OutgoingBody::Stream(progress.of(body));
        let exchange = Exchange { method: call.method, destination, headers, body };
        let exchange = route.egress().exchange(exchange, lease.is_some().then(|| progress.line()));
        let answer = progress.wait(self.app.proxy.first_byte_timeout, exchange);
        let answer = unless_ended(lease.as_ref(), || progress.line().cut(), answer).await?;
        let answer = answer.ok_or(Refusal::ProviderTimedOut)?.map_err(refusal)?;
        if answer.status().is_success() {
            return self.relayed(answer, key, lease.map(|lease| (lease, progress.line().clone())), used);
        }
        if answer.status().is_informational() {
            return Err(unexpected("a change of protocol that nobody asked for"));
        }
        let reading = read_refusal(answer);
        let (status, sent, body) = unless_ended(lease.as_ref(), || progress.line().cut(), reading).await?;
        let key_refused = body.as_ref().is_some_and(|body| route.refuses_key(status, body));
        if let Some(suspicion) = suspicion.filter(|_| key_refused) {
            suspect(self.app, suspicion.project, Environment::Live, suspicion.stored);
        }
        Ok(Answer { key_refused, ..self.refused(status, &sent, body, &key).await })
    }

    fn relayed(
        &self,
        answer: Response<Incoming>,
        key: ProviderKey,
        lease: Option<(Lease, Line)>,
        used: Used,
    ) -> Result<Answer, Refusal> {
        let (head, body) = answer.into_parts();
        if headers::is_page(&head.headers) {
            return Err(unexpected("a page instead of its API's answer"));
        }
        let mut sent = headers::incoming(&head.headers);
        let tells = {
            let glimpse = Glimpse::new(&key);
            sent.values().any(|value| glimpse.sees(value.as_bytes()))
        };
        if tells {
            clean(&mut sent, &Scrubber::new(&key));
        }
        let is_stream = headers::is_event_stream(&sent) && !headers::is_encoded(&sent);
        let stream = is_stream.then(|| {
            sent.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
            let farewell = shape::event(self.provider, self.path, &self.farewell());
            EventStream::new(farewell.into(), key)
        });
        let content_type = sent.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let counting = (!headers::is_encoded(&sent)).then(|| {
            let app = Arc::clone(self.app);
            let tell = Box::new(move |usage| used.count(&app, usage));
            Box::new(Counting { reader: usage::Reader::new(content_type), tell })
        });
        let body = Relay::new(body, stream, self.app.proxy.idle_timeout, lease, counting);
        Ok(Answer {
            status: head.status,
            headers: sent,
            body: AnswerBody::Relayed(Box::new(body)),
            key_refused: false,
        })
    }

    /// An answer that is no success, without any piece of the key; where that cannot be had, byo's own words.
    async fn refused(
        &self,
        status: StatusCode,
        sent: &HeaderMap,
        body: Option<Bytes>,
        key: &ProviderKey,
    ) -> Answer {
        let mut passing = headers::incoming(sent);
        let scrubber = Scrubber::new(key);
        clean(&mut passing, &scrubber);
        let readable = body.filter(|_| !headers::is_encoded(sent) && !headers::is_page(sent));
        let body = match cleaned(readable, scrubber).await {
            Some(body) => body,
            None => {
                passing.remove(header::CONTENT_ENCODING);
                passing.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                let message = format!(
                    "The provider refused this call with status {}; what it said about it cannot be passed on.",
                    status.as_u16()
                );
                let words = Words {
                    status,
                    code: "provider_refused",
                    message: &message,
                    request_id: self.request_id,
                };
                shape::body(self.provider, self.path, &words).into()
            }
        };
        Answer { status, headers: passing, body: AnswerBody::whole(body), key_refused: false }
    }

    fn farewell(&self) -> Words<'_> {
        Words {
            status: StatusCode::FORBIDDEN,
            code: "no_key_connected",
            message: "The customer's key was revoked, disabled or replaced while this answer was under way.",
            request_id: self.request_id,
        }
    }

    fn demo(&self, method: &Method, tail: &Tail<'_>, body: &[u8], used: Used) -> Answer {
        let answer = simulator::demo_answer(&DemoCall {
            provider: self.provider,
            method,
            path: tail.path(),
            query: tail.query(),
            body,
            id: self.request_id,
            unix_seconds: used.at.as_secs(),
        });
        let simulated = from_simulator(answer);
        used.count_simulated(self.app, &simulated);
        simulated
    }

    async fn simulated(
        &self,
        method: &Method,
        tail: &Tail<'_>,
        body: &[u8],
        held: HeldKey,
        used: Used,
    ) -> Result<Answer, Refusal> {
        let answer = simulator::answer(&SimulatedCall {
            provider: self.provider,
            method,
            path: tail.path(),
            query: tail.query(),
            body,
            key: &held.key,
            id: self.request_id,
            unix_seconds: used.at.as_secs(),
        });
        let simulated = from_simulator(answer.ok_or_else(|| unreachable("It cannot be reached."))?);
        if simulated.status.is_success() {
            used.count_simulated(self.app, &simulated);
            return Ok(simulated);
        }
        let body = match simulated.body {
            AnswerBody::Whole(body) => Some(body.unwrap_or_default()),
            AnswerBody::Parts(_) | AnswerBody::Relayed(_) => None,
        };
        Ok(self.refused(simulated.status, &simulated.headers, body, &held.key).await)
    }
}

impl Used {
    fn count(self, app: &App, usage: usage::Usage) {
        let usage::Usage { input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, model } =
            usage;
        let key = UsageKey { model: model.unwrap_or_default(), ..self.key };
        let sum =
            UsageSum { requests: 1, input_tokens, output_tokens, cached_input_tokens, reasoning_tokens };
        app.usage.add(key, sum);
    }

    fn count_simulated(self, app: &App, answer: &Answer) {
        if !answer.status.is_success() {
            return;
        }
        let content_type = answer.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let mut reader = usage::Reader::new(content_type);
        match &answer.body {
            AnswerBody::Whole(body) => body.iter().for_each(|body| reader.see(body)),
            AnswerBody::Parts(parts) => parts.iter().for_each(|part| reader.see(part)),
            AnswerBody::Relayed(_) => {}
        }
        self.count(app, reader.finish().unwrap_or_default());
    }
}

fn from_simulator(answer: SimulatedAnswer) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    for (name, value) in answer.headers {
        let value = HeaderValue::from_str(&value).expect("the simulator writes good headers");
        headers.insert(HeaderName::from_static(name), value);
    }
    let body = match answer.body {
        SimulatedBody::Whole(body) => AnswerBody::whole(body),
        SimulatedBody::Events(events) => {
            headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
            AnswerBody::Parts(VecDeque::from(events))
        }
    };
    Answer { status: answer.status, headers, body, key_refused: false }
}

/// Its status, headers and body; no body where it is too long, too slow or broken.
async fn read_refusal(answer: Response<Incoming>) -> (StatusCode, HeaderMap, Option<Bytes>) {
    let (head, body) = answer.into_parts();
    if head.status.is_redirection() {
        // Redirects are not followed: the key would go along. Nor are they passed on: the client would take it there.
        return (StatusCode::BAD_GATEWAY, HeaderMap::new(), None);
    }
    let reading = tokio::time::timeout(REFUSAL_PATIENCE, Limited::new(body, LARGEST_REFUSAL).collect());
    let body = reading.await.ok().and_then(Result::ok).map(http_body_util::Collected::to_bytes);
    (head.status, head.headers, body)
}

async fn cleaned(body: Option<Bytes>, scrubber: Scrubber) -> Option<Bytes> {
    let body = body?;
    let clean = move |body: Bytes| scrubber.scrub(&body).map_or(body, Bytes::from);
    if body.len() <= QUICKLY_CLEANED {
        return Some(clean(body));
    }
    tokio::task::spawn_blocking(move || clean(body)).await.ok()
}

/// Takes what tells of the key out of header values; a value that holds it is dropped whole.
fn clean(headers: &mut HeaderMap, scrubber: &Scrubber) {
    let told: Vec<HeaderName> = headers
        .iter()
        .filter(|(_, value)| scrubber.finds(value.as_bytes()))
        .map(|(name, _)| name.clone())
        .collect();
    for name in told {
        headers.remove(name);
    }
}

fn refusal(error: EgressError) -> Refusal {
    match error {
        EgressError::NotAllowed(_) => Refusal::DestinationNotAllowed,
        EgressError::Body(BodyFault::TooLarge) => Refusal::TooLarge,
        EgressError::Body(BodyFault::TimedOut) => Refusal::BodyTimedOut,
        EgressError::Body(BodyFault::Broken) => Refusal::Malformed("The body ended early or cannot be read."),
        EgressError::TimedOut => Refusal::ProviderTimedOut,
        EgressError::Unreachable(_) => unreachable("It cannot be reached."),
        EgressError::TooLarge | EgressError::Protocol => unexpected("something that is no HTTP answer"),
    }
}

fn unreachable(why: &str) -> Refusal {
    Refusal::ProviderUnreachable { message: format!("The provider gave no answer. {why}") }
}

fn unexpected(what: &str) -> Refusal {
    Refusal::ProviderUnreachable { message: format!("The provider answered with {what}.") }
}
