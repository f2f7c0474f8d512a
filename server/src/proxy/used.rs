//! What a call used, for whom.

use http::header;

use super::{Answer, AnswerBody, usage};
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
