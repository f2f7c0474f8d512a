//! What the server logs at level error while a test looks.
//!
//! One subscriber for the whole process: with one a test, a line's interest is worked out anew while other tests come
//! and go, and now and then a line is lost.

use std::{
    cell::RefCell,
    io::{self, Write},
    marker::PhantomData,
    sync::Once,
};

use byo_server::{
    config::{LogConfig, LogFormat},
    telemetry::subscriber,
};

thread_local! {
    static LINES: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// The error lines of this thread, which in a test with one thread is all of the server.
pub struct Errors(PhantomData<*const ()>);

impl Errors {
    /// From now on.
    #[must_use]
    pub fn listen() -> Self {
        install();
        LINES.set(Some(Vec::new()));
        Self(PhantomData)
    }

    /// Those since the last time.
    pub fn take(&self) -> String {
        let bytes = LINES.with_borrow_mut(|lines| lines.as_mut().map(std::mem::take));
        String::from_utf8(bytes.unwrap_or_default()).expect("logs are text")
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        LINES.set(None);
    }
}

/// The subscriber, once. A process that has one of its own keeps it.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let config = LogConfig { filter: "error".to_owned(), format: LogFormat::Text };
        let subscriber = subscriber(&config, || ThisThread, false).expect("the filter is one");
        let _: Result<(), _> = tracing::subscriber::set_global_default(subscriber);
    });
}

struct ThisThread;

impl Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.as_mut().map(|lines| lines.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
