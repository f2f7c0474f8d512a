//! An answer's body on its way to the client.
//!
//! Bytes go on as they come, and nothing is held but the beginning of an event or value that has not ended. It stops when the
//! provider stalls, when its connection breaks, and when the key is ended; in all three cases the client's connection
//! breaks too, so that what it has cannot be taken for the whole. The body owns all that its call uses: when the client
//! goes, hyper drops it, and with it the exchange with the provider.

use std::{
    collections::VecDeque,
    mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

use super::{stream::Stream, usage};
use crate::{
    domain::{Held, Lease},
    egress::Line,
};

/// Why an answer was broken off. The client sees its connection end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenOff {
    /// The provider sent nothing for too long.
    #[error("the provider fell silent")]
    Silence,
    /// The provider's connection broke, or what it sent is not HTTP.
    #[error("the provider's answer broke off")]
    Upstream,
    /// The key was revoked, disabled or replaced.
    #[error("the key was ended")]
    KeyEnded,
}

/// The body.
pub struct Relay {
    source: Arc<Source>,
    stream: Option<Box<Stream>>,
    ready: VecDeque<Bytes>,
    state: State,
    idle: Idle,
    usage: Option<Counting>,
}

/// The provider's side. A client that does not read has the body polled by nobody, so whoever ends the key lets go of
/// this himself.
#[derive(Default)]
struct Source(Mutex<Slot>);

#[derive(Default)]
enum Slot {
    #[default]
    Empty,
    Full(Side),
    LetGo,
}

struct Side {
    upstream: Incoming,
    lease: Option<(Lease, Line)>,
}

impl Drop for Side {
    fn drop(&mut self) {
        // Before the lease is given back: the request may still be going up.
        if let Some((_, line)) = self.lease.as_ref().filter(|(lease, _)| lease.is_ended()) {
            line.cut();
        }
    }
}

/// Reads what was used, and tells when it is dropped: once the answer has come to its end, or has broken off.
pub(super) struct Counting(Option<(usage::Reader, Tell)>);

type Tell = Box<dyn FnOnce(usage::Usage) + Send>;

enum State {
    Flowing,
    /// The provider has said all; what is ready still has to go.
    Complete,
    /// Broken off; the last words, if there are any, have been handed over, and hyper gets a while to send them.
    LastWords(BrokenOff, Linger),
    Over,
}

enum Linger {
    /// There is nothing to wait for.
    Not,
    /// From when hyper asks for more, which it does before it sends.
    Due,
    Until(Pin<Box<Sleep>>),
}

/// Between the last words and the break. HTTP/2 throws away what is still queued when a stream is reset, and tells nobody
/// when it has been sent. The provider has been let go of by then.
const LINGER: Duration = Duration::from_millis(100);

impl Relay {
    /// A body that passes through.
    pub(super) fn new(
        upstream: Incoming,
        stream: Option<Stream>,
        patience: Duration,
        lease: Option<(Lease, Line)>,
        usage: Counting,
    ) -> Self {
        Self {
            source: Source::new(upstream, lease),
            stream: stream.map(Box::new),
            ready: VecDeque::new(),
            state: State::Flowing,
            idle: Idle::new(patience),
            usage: Some(usage),
        }
    }

    fn take(&mut self, chunk: Bytes) {
        if let Some(counting) = &mut self.usage {
            counting.see(&chunk);
        }
        match &mut self.stream {
            Some(stream) => stream.push(chunk, &mut self.ready),
            None => self.ready.push_back(chunk),
        }
    }

    fn complete(&mut self) {
        if let Some(rest) = self.stream.as_deref_mut().and_then(Stream::finish) {
            self.ready.push_back(rest);
        }
        self.usage = None;
        self.state = State::Complete;
    }

    fn break_off(&mut self, why: BrokenOff) {
        tracing::debug!(%why, "an answer was broken off");
        let told = self.stream.as_deref().filter(|_| why == BrokenOff::KeyEnded).and_then(Stream::farewell);
        let linger = if told.is_some() { Linger::Due } else { Linger::Not };
        self.ready.extend(told);
        self.usage = None;
        self.source.let_go();
        self.state = State::LastWords(why, linger);
    }
}

impl Source {
    fn new(upstream: Incoming, lease: Option<(Lease, Line)>) -> Arc<Self> {
        let source = Arc::<Self>::default();
        if let Some((lease, _)) = &lease {
            lease.entrust(&(Arc::clone(&source) as Arc<dyn Held>));
        }
        let side = Side { upstream, lease };
        let mut slot = source.lock();
        // The key may have ended just now; then this is dropped, after the lock.
        if !matches!(*slot, Slot::LetGo) {
            *slot = Slot::Full(side);
        }
        drop(slot);
        source
    }

    /// `None` once it has been let go of.
    fn poll(&self, context: &mut Context<'_>) -> Option<Polled> {
        let mut slot = self.lock();
        let Slot::Full(Side { upstream, lease }) = &mut *slot else { return None };
        if lease.as_ref().is_some_and(|(lease, _)| lease.poll_ended(context).is_ready()) {
            return None;
        }
        let frame = Pin::new(&mut *upstream).poll_frame(context);
        Some(Polled { frame, is_all: upstream.is_end_stream() })
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Polled {
    frame: Poll<Option<Result<Frame<Bytes>, hyper::Error>>>,
    /// Of a body whose length is known hyper asks for no more than that, not even for its end.
    is_all: bool,
}

impl Held for Source {
    fn let_go(&self) {
        let held = mem::replace(&mut *self.lock(), Slot::LetGo);
        // Not while it is locked: it gives the lease back.
        drop(held);
    }
}

impl Counting {
    /// `tell` is told what the answer used, as far as it came.
    pub(super) fn new(reader: usage::Reader, tell: impl FnOnce(usage::Usage) + Send + 'static) -> Self {
        Self(Some((reader, Box::new(tell))))
    }

    fn see(&mut self, chunk: &[u8]) {
        if let Some((reader, _)) = &mut self.0 {
            reader.see(chunk);
        }
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        if let Some((reader, tell)) = self.0.take() {
            tell(reader.finish().unwrap_or_default());
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // The lease knows of it as well, and would be held by what it holds.
        self.source.let_go();
    }
}

impl Body for Relay {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let this = self.get_mut();
        loop {
            if let Some(ready) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(Frame::data(ready))));
            }
            match &mut this.state {
                State::Flowing => {}
                State::Complete => {
                    this.state = State::Over;
                    return Poll::Ready(None);
                }
                State::LastWords(why, linger) => {
                    let why = *why;
                    match linger {
                        Linger::Due => {
                            *linger = Linger::Until(Box::pin(tokio::time::sleep(LINGER)));
                            continue;
                        }
                        Linger::Until(over) => ready!(over.as_mut().poll(context)),
                        Linger::Not if !mem::replace(&mut this.idle.paused, true) => {
                            context.waker().wake_by_ref();
                            return Poll::Pending;
                        }
                        Linger::Not => {}
                    }
                    this.state = State::Over;
                    return Poll::Ready(Some(Err(why)));
                }
                State::Over => return Poll::Ready(None),
            }
            let Some(Polled { frame, is_all }) = this.source.poll(context) else {
                this.break_off(BrokenOff::KeyEnded);
                continue;
            };
            match frame {
                Poll::Ready(Some(Ok(frame))) => {
                    this.idle.moved();
                    // Trailers are dropped: no SDK reads them, and providers put what they like there.
                    if let Ok(chunk) = frame.into_data() {
                        this.take(chunk);
                    }
                    if is_all {
                        this.complete();
                    }
                }
                Poll::Ready(Some(Err(_))) => this.break_off(BrokenOff::Upstream),
                Poll::Ready(None) => this.complete(),
                Poll::Pending => match this.idle.poll(context) {
                    Poll::Ready(()) => this.break_off(BrokenOff::Silence),
                    Poll::Pending => return Poll::Pending,
                },
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self.state {
            State::Over => true,
            State::Complete => self.ready.is_empty(),
            State::Flowing | State::LastWords(..) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        // Exact only where not a byte is changed.
        match &*self.source.lock() {
            Slot::Full(side) if self.stream.is_none() => side.upstream.size_hint(),
            _ => SizeHint::default(),
        }
    }
}

/// Measures silence. The timer is set when there is nothing to do, and not moved with every part that comes.
struct Idle {
    patience: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    last: Option<Instant>,
    /// Whether the turn before the end has been given.
    paused: bool,
}

impl Idle {
    const fn new(patience: Duration) -> Self {
        Self { patience, timer: None, last: None, paused: false }
    }

    fn moved(&mut self) {
        self.last = None;
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let until = *self.last.get_or_insert_with(Instant::now) + self.patience;
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        loop {
            match timer.as_mut().poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) if Instant::now() >= until => return Poll::Ready(()),
                // It was set for a silence before this one.
                Poll::Ready(()) => timer.as_mut().reset(until),
            }
        }
    }
}
