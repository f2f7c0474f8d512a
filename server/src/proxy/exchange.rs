//! The exchange with the provider.

use std::{
    pin::{Pin, pin},
    sync::Arc,
};

use http::{HeaderName, HeaderValue, Response, StatusCode};
use hyper::body::Incoming;

use super::{
    Answer, AnswerBody, Relay,
    forward::Made,
    headers,
    refused::{clean, read, refusal, refused, unexpected},
    relay::Counting,
    scrub::{Glimpse, Scrubber},
    shape::Words,
    stream::{self, Stream},
    used::{Used, reader},
};
use crate::{
    domain::{HeldKey, Lease, OpenKey, Refusal, suspect},
    egress::{Exchange, Line, OutgoingBody},
    environment::Environment,
    id::ProjectId,
    secret::ProviderKey,
};

impl Made<'_> {
    /// Sends it with this key, and gives what came back as it may be passed on.
    pub(super) async fn exchanged(
        &self,
        body: OutgoingBody,
        project: &ProjectId,
        held: HeldKey,
        used: Used,
    ) -> Result<Answer, Refusal> {
        let route = self
            .app
            .providers
            .route(self.provider, held.config())
            .map_err(|_| Refusal::DestinationNotAllowed)?;
        let destination = route
            .destination(self.tail.path(), self.tail.query())
            .ok_or(Refusal::NotFound("This address is not below the provider's base URL."))?;
        let OpenKey { key, stored, lease } = held.open(self.app, project)?;
        let mut headers = headers::outgoing(self.headers);
        route.sign(&key, &mut headers);
        let exchange = Exchange { method: self.method.clone(), destination, headers, body };
        let line = Line::new();
        let exchange = pin!(route.egress().exchange(exchange, Some(&line)));
        let answer = pin!(line.wait(self.app.proxy.first_byte_timeout, exchange));
        let answer = unless_ended(lease.as_ref(), || line.cut(), answer).await?;
        let answer = answer.ok_or(Refusal::ProviderTimedOut)?.map_err(refusal)?;
        if answer.status().is_success() {
            return self.relayed(answer, key, lease.map(|lease| (lease, line.clone())), used);
        }
        if answer.status().is_informational() {
            return Err(unexpected("a change of protocol that nobody asked for"));
        }
        let read = Box::pin(read(answer));
        let (status, sent, body) = unless_ended(lease.as_ref(), || line.cut(), pin!(read)).await?;
        let key_refused = body.as_ref().is_some_and(|body| route.refuses_key(status, body));
        if let Some(stored) = stored.filter(|_| key_refused) {
            suspect(self.app, project.clone(), Environment::Live, stored);
        }
        Ok(Answer { key_refused, ..Box::pin(refused(self, status, &sent, body, &key)).await })
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
        let stream = stream::Form::of(&sent, self.provider, self.tail.path()).map(|form| {
            sent.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
            Stream::new(form, form.farewell(self.provider, self.tail.path(), &self.farewell()), key)
        });
        let app = Arc::clone(self.app);
        let counting = Counting::new(reader(&sent), move |usage| used.count(&app, usage));
        let body = Relay::new(body, stream, self.app.proxy.idle_timeout, lease, counting);
        Ok(Answer {
            status: head.status,
            headers: sent,
            body: AnswerBody::Relayed(Box::new(body)),
            key_refused: false,
        })
    }

    fn farewell(&self) -> Words<'_> {
        Words {
            status: StatusCode::FORBIDDEN,
            code: "no_key_connected",
            message: "The customer's key was revoked, disabled or replaced, or this call's runtime token ended, while it was under way.",
            request_id: self.request_id,
        }
    }
}

/// Does this until it is done or the key ends. The end is looked at first, so that nothing is begun after it. What is to
/// be done at the end is done while the work still holds what it has.
pub(super) async fn unless_ended<T>(
    lease: Option<&Lease>,
    at_end: impl FnOnce(),
    mut work: Pin<&mut impl Future<Output = T>>,
) -> Result<T, Refusal> {
    let Some(lease) = lease else { return Ok(work.await) };
    tokio::select! {
        biased;
        () = lease.ended() => {
            at_end();
            Err(Refusal::KeyEnded)
        }
        done = work.as_mut() => Ok(done),
    }
}
