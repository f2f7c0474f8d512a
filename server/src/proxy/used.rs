//! What a call used, for whom.

use http::{HeaderMap, header};

use super::{Answer, AnswerBody, headers, usage};
use crate::{
    app::App,
    clock::Timestamp,
    store::{UsageKey, UsageSum},
};

/// To whom an answer is counted.
pub(super) struct Used {
    pub(super) key: UsageKey,
    pub(super) at: Timestamp,
}

impl Used {
    pub(super) fn count(self, app: &App, usage: usage::Usage) {
        let usage::Usage { input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, model } =
            usage;
        let key = UsageKey { model: model.unwrap_or_default(), ..self.key };
        let sum =
            UsageSum { requests: 1, input_tokens, output_tokens, cached_input_tokens, reasoning_tokens };
        app.usage.add(key, sum);
    }

    pub(super) fn count_simulated(self, app: &App, answer: &Answer) {
        if !answer.status.is_success() {
            return;
        }
        let mut reader = reader(&answer.headers);
        match &answer.body {
            AnswerBody::Whole(body) => body.iter().for_each(|body| reader.see(body)),
            AnswerBody::Parts(parts) => parts.iter().for_each(|part| reader.see(part)),
            AnswerBody::Relayed(_) => {}
        }
        self.count(app, reader.finish().unwrap_or_default());
    }
}

/// Reads what an answer with these headers tells.
pub(super) fn reader(headers: &HeaderMap) -> usage::Reader {
    if headers::is_encoded(headers) {
        return usage::Reader::blind();
    }
    usage::Reader::new(headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()))
}
