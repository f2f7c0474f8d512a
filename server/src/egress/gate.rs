//! A connection that can be closed under whoever writes to it. It serves one request after another, each of them a turn.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// A connection's gate. Held while bytes pass, so that closing it waits for them.
#[derive(Clone)]
pub(super) struct Gate(Arc<Mutex<State>>);

struct State {
    is_closed: bool,
    /// Requests whose first byte has gone out.
    begun: u64,
    /// Nothing has come in since something went out.
    is_asking: bool,
    reader: Option<Waker>,
}

impl Gate {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(State { is_closed: false, begun: 0, is_asking: false, reader: None })))
    }

    /// The turn of whoever writes just now. Its first byte may still be waiting in a buffer.
    pub(super) fn turn(&self) -> u64 {
        let state = lock(&self.0);
        if state.is_asking { state.begun } else { state.begun + 1 }
    }

    /// Closes it in this turn, or before anybody's when it is not known.
    pub(super) fn close(&self, turn: Option<u64>) {
        let mut state = lock(&self.0);
        if turn.is_none_or(|turn| state.begun <= turn) {
            state.is_closed = true;
            // The connection's task finds it closed and takes it out of the pool.
            if let Some(reader) = state.reader.take() {
                reader.wake();
            }
        }
    }

    fn write(&self, write: impl FnOnce() -> Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let mut state = lock(&self.0);
        if state.is_closed {
            return Poll::Ready(Err(closed()));
        }
        let written = write();
        if matches!(written, Poll::Ready(Ok(1..))) && !state.is_asking {
            state.is_asking = true;
            state.begun += 1;
        }
        written
    }

    fn read(
        &self,
        context: &Context<'_>,
        read: impl FnOnce() -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<()>> {
        let mut state = lock(&self.0);
        if state.is_closed {
            return Poll::Ready(Err(closed()));
        }
        let read = read();
        match read {
            Poll::Ready(Ok(1..)) => state.is_asking = false,
            Poll::Pending
                if !state.reader.as_ref().is_some_and(|reader| reader.will_wake(context.waker())) =>
            {
                state.reader = Some(context.waker().clone());
            }
            Poll::Ready(_) | Poll::Pending => {}
        }
        read.map_ok(drop)
    }
}

fn closed() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection with a gate.
pub(super) struct Gated {
    stream: TcpStream,
    gate: Gate,
}

impl Gated {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, gate: Gate::new() }
    }
}

impl Connection for Gated {
    fn connected(&self) -> Connected {
        self.stream.connected().extra(self.gate.clone())
    }
}

impl AsyncRead for Gated {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, gate } = self.get_mut();
        let waker = context.waker().clone();
        gate.read(&Context::from_waker(&waker), || {
            let before = buffer.filled().len();
            Pin::new(stream).poll_read(context, buffer).map_ok(|()| buffer.filled().len() - before)
        })
    }
}

impl AsyncWrite for Gated {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Self { stream, gate } = self.get_mut();
        gate.write(|| Pin::new(stream).poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let Self { stream, gate } = self.get_mut();
        gate.write(|| Pin::new(stream).poll_write_vectored(context, bytes))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(gate: &Gate) -> bool {
        matches!(gate.write(|| Poll::Ready(Ok(1))), Poll::Ready(Ok(1)))
    }

    fn answered(gate: &Gate) -> bool {
        let context = Context::from_waker(Waker::noop());
        matches!(gate.read(&context, || Poll::Ready(Ok(1))), Poll::Ready(Ok(())))
    }

    #[test]
    fn nothing_goes_out_after_the_cut_and_nothing_comes_in() {
        let gate = Gate::new();
        let turn = gate.turn();
        assert!(sent(&gate) && sent(&gate));
        gate.close(Some(turn));
        assert!(!sent(&gate) && !answered(&gate));
    }

    #[test]
    fn a_request_that_is_not_written_yet_never_is() {
        for turn in [None, Some(Gate::new().turn())] {
            let gate = Gate::new();
            gate.close(turn);
            assert!(!sent(&gate));
        }
    }

    #[test]
    fn the_next_turn_on_the_connection_is_left_alone() {
        let gate = Gate::new();
        let first = gate.turn();
        assert!(sent(&gate) && answered(&gate) && answered(&gate));
        let second = gate.turn();
        assert!(second > first && sent(&gate));
        gate.close(Some(first));
        assert!(sent(&gate) && answered(&gate));
        gate.close(Some(second));
        assert!(!sent(&gate));
    }
}
