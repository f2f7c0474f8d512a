//! The answer, piece by piece, as the provider sends it.

use serde_json::Value;

use super::{FinishReason, Served, UnifiedEvent, sse, wires::Piece};

/// Reads a provider's stream, event by event.
#[derive(Clone, Debug)]
pub struct StreamReader {
    served: Served,
    so_far: Piece,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    /// The provider's own end marker came.
    Ended,
    /// It failed, and the caller was told so.
    Failed,
}

/// The stream stopped without its provider's own end marker: what came is not the whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The last event for the caller. `None` when an error was told already.
    pub event: Option<UnifiedEvent>,
}

impl StreamReader {
    /// Before the first byte.
    #[must_use]
    pub fn new(served: Served) -> Self {
        Self { served, so_far: Piece::default(), state: State::Running }
    }

    /// Takes one event of the provider's with all of its lines, and gives what it is to the caller: deltas, one error,
    /// or nothing. After an error it gives nothing any more.
    pub fn event(&mut self, bytes: &[u8]) -> Vec<UnifiedEvent> {
        let mut given = Vec::new();
        let Some(events) = sse::events(bytes) else {
            self.fail(UnifiedEvent::not_understood(self.served.provider), &mut given);
            return given;
        };
        for event in events {
            self.read(&event, &mut given);
        }
        given
    }

    /// Whether an error was told, so that nothing follows.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.state == State::Failed
    }

    /// The provider's stream is over.
    ///
    /// # Errors
    /// [`Cut`], when it is over but was not ended.
    pub fn finish(self) -> Result<UnifiedEvent, Cut> {
        match self.state {
            State::Running => Err(Cut { event: Some(UnifiedEvent::broken_off(self.served.provider)) }),
            State::Failed => Err(Cut { event: None }),
            State::Ended => Ok(UnifiedEvent::Done {
                usage: self.so_far.usage(),
                provider: self.served.provider,
                model: self.so_far.model.unwrap_or(self.served.model),
                mode: self.served.mode,
                finish_reason: self.so_far.finish.unwrap_or(FinishReason::Other),
            }),
        }
    }

    fn read(&mut self, event: &sse::Event, given: &mut Vec<UnifiedEvent>) {
        let provider = self.served.provider;
        // What comes behind the end may complete the usage, but can take nothing back.
        if self.state == State::Failed || (self.state == State::Ended && self.served.wire.ends_for_good()) {
            return;
        }
        if event.data.trim() == DONE {
            if self.served.wire.ends_with_done() {
                self.state = State::Ended;
            }
            return;
        }
        if event.name == "error" {
            self.fail(UnifiedEvent::failed(provider), given);
            return;
        }
        let Ok(json @ Value::Object(_)) = serde_json::from_str(&event.data) else {
            self.fail(UnifiedEvent::not_understood(provider), given);
            return;
        };
        let mut piece = self.served.wire.piece(&json);
        if piece.failed {
            self.fail(UnifiedEvent::failed(provider), given);
            return;
        }
        let content = std::mem::take(&mut piece.text);
        if !content.is_empty() {
            given.push(UnifiedEvent::Delta { content });
        }
        if piece.end {
            self.state = State::Ended;
        }
        self.so_far.add(piece);
    }

    fn fail(&mut self, error: UnifiedEvent, given: &mut Vec<UnifiedEvent>) {
        if self.state != State::Failed {
            self.state = State::Failed;
            given.push(error);
        }
    }
}

/// What ends streams of OpenAI's chat, and what others send where it means nothing.
const DONE: &str = "[DONE]";
