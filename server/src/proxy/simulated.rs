//! Answers that byo makes up itself: of the test environment, and demos.

use std::collections::VecDeque;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{
    Answer, AnswerBody,
    forward::Made,
    refused::{refused, unreachable},
    used::Used,
};
use crate::{
    domain::Refusal,
    providers::simulator::{self, DemoCall, SimulatedAnswer, SimulatedBody, SimulatedCall},
    secret::ProviderKey,
};

impl Made<'_> {
    /// What a demo says.
    pub(super) fn demo(&self, body: &[u8], used: Used) -> Answer {
        let answer = simulator::demo_answer(&DemoCall {
            provider: self.provider,
            method: self.method,
            path: self.tail.path(),
            query: self.tail.query(),
            body,
            id: self.request_id,
            unix_seconds: used.at.as_secs(),
        });
        let simulated = from_simulator(answer);
        used.count_simulated(self.app, &simulated);
        simulated
    }

    /// What the simulated provider says to this key.
    pub(super) async fn simulated(
        &self,
        body: &[u8],
        key: &ProviderKey,
        used: Used,
    ) -> Result<Answer, Refusal> {
        let answer = simulator::answer(&SimulatedCall {
            provider: self.provider,
            method: self.method,
            path: self.tail.path(),
            query: self.tail.query(),
            body,
            key,
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
        Ok(refused(self, simulated.status, &simulated.headers, body, key).await)
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
