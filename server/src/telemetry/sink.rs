//! Where lines go: to a buffer that is written out every few hundredths of a second, since a system call for each line
//! would cost more than the line. What went wrong is written at once, and with it all that came before.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line may wait.
const PAUSE: Duration = Duration::from_millis(50);
/// In bytes; more is not waited for.
const MOST: usize = 32 * 1024;

/// All the lines of a process.
pub(super) struct Sink<W>(Arc<Shared<W>>);

struct Shared<W> {
    lines: Mutex<Vec<u8>>,
    /// Told when there is a first line.
    first: Condvar,
    /// Held while writing, so that lines stay in order.
    out: Mutex<W>,
}

impl<W: Write + Send + 'static> Sink<W> {
    /// Starts a thread that writes them there.
    pub(super) fn start(out: W) -> io::Result<Self> {
        let shared =
            Arc::new(Shared { lines: Mutex::default(), first: Condvar::new(), out: Mutex::new(out) });
        let written = Arc::clone(&shared);
        thread::Builder::new().name("logs".to_owned()).spawn(move || written.write_for_ever())?;
        Ok(Self(shared))
    }

    /// Writes out what waits.
    pub(super) fn flush(&self) {
        self.0.flush();
    }
}

impl<W> Clone for Sink<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W: Write> Shared<W> {
    fn write_for_ever(&self) {
        loop {
            let lines = lock(&self.lines);
            let lines = self.first.wait_while(lines, |lines| lines.is_empty());
            drop(lines);
            thread::sleep(PAUSE);
            self.flush();
        }
    }

    fn flush(&self) {
        let mut out = lock(&self.out);
        let lines = mem::take(&mut *lock(&self.lines));
        // There is nowhere to say that it failed.
        let _: io::Result<()> = out.write_all(&lines).and_then(|()| out.flush());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a, W: Write + 'a> MakeWriter<'a> for Sink<W> {
    type Writer = Line<'a, W>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { shared: &self.0, is_urgent: true }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Self::Writer {
        Line { shared: &self.0, is_urgent: *metadata.level() <= Level::WARN }
    }
}

/// One line.
pub(super) struct Line<'a, W> {
    shared: &'a Shared<W>,
    is_urgent: bool,
}

impl<W: Write> Write for Line<'_, W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let waiting = {
            let mut lines = lock(&self.shared.lines);
            lines.extend_from_slice(line);
            lines.len()
        };
        if self.is_urgent || waiting >= MOST {
            self.shared.flush();
        } else if waiting == line.len() {
            self.shared.first.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{self, Sender};

    use super::*;

    struct Out(Sender<String>);

    impl Write for Out {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(String::from_utf8(bytes.to_vec()).unwrap()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_written_in_order_and_what_is_urgent_at_once() {
        let (out, written) = mpsc::channel();
        let sink = Sink::start(Out(out)).unwrap();
        let calm = || Line { shared: &sink.0, is_urgent: false };
        calm().write_all(b"one\n").unwrap();
        calm().write_all(b"two\n").unwrap();
        sink.make_writer().write_all(b"three\n").unwrap();
        let mut so_far: String = written.try_iter().collect();
        assert_eq!(so_far, "one\ntwo\nthree\n");
        calm().write_all(b"four\n").unwrap();
        // By the thread, some time later.
        so_far += &written.recv().unwrap();
        assert_eq!(so_far, "one\ntwo\nthree\nfour\n");
        calm().write_all(b"five\n").unwrap();
        sink.flush();
        assert_eq!(written.recv().unwrap(), "five\n");
    }

    #[test]
    fn many_lines_are_not_kept_waiting() {
        let (out, written) = mpsc::channel();
        let sink = Sink::start(Out(out)).unwrap();
        let line = [b'x'; 1024];
        for _ in 0..100 {
            Line { shared: &sink.0, is_urgent: false }.write_all(&line).unwrap();
        }
        sink.flush();
        assert_eq!(written.try_iter().map(|text| text.len()).sum::<usize>(), 100 * 1024);
    }
}
