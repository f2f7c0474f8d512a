//! Logs, to standard error.
//!
//! **Never logged, at any level:** provider keys and any part of them; tokens, admin keys, master keys, signing
//! secrets and database URLs; sealed keys and what they decrypt to; bodies of requests, answers and webhooks, in
//! either direction; header values other than the request id; query strings and fragments; addresses that a
//! customer's base URL resolves to; payloads of panics.
//!
//! **Logged:** what happened to which object, by id; names of providers, verdicts and error codes; method, matched
//! route, status and duration of requests; the `source()` of an error once, where it is answered.

mod line;
mod sink;

use std::{
    io::{self, IsTerminal, Stderr},
    panic::{self, PanicHookInfo},
};

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

use self::{
    line::{Fields, JsonLine, Now, TextLine},
    sink::Sink,
};
use crate::{
    config::{LogConfig, LogFormat},
    id::RequestId,
};

tokio::task_local! {
    static REQUEST: RequestId;
}

/// Does this as part of a request: every line logged meanwhile names it. A span would do the same, at more than
/// twice the cost of the line itself.
pub fn of_request<T>(id: RequestId, work: impl Future<Output = T>) -> impl Future<Output = T> {
    REQUEST.scope(id, work)
}

/// Logs cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is none.
    #[error("log.filter (BYO_LOG__FILTER): {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The system has no thread for them.
    #[error("no thread for the logs: {0}")]
    Thread(io::Error),
    /// Another part of this process was first.
    #[error("logs are set up already")]
    SetUpAlready(#[from] tracing_subscriber::util::TryInitError),
}

/// The logs of this process. What still waits is written out when this is dropped.
#[must_use]
pub struct Logs(Sink<Stderr>);

impl Drop for Logs {
    fn drop(&mut self) {
        self.0.flush();
    }
}

/// Sets up logs and the panic hook for the whole process.
pub fn init(config: &LogConfig) -> Result<Logs, TelemetryError> {
    let sink = Sink::start(io::stderr()).map_err(TelemetryError::Thread)?;
    subscriber(config, sink.clone(), io::stderr().is_terminal())?.try_init()?;
    panic::set_hook(Box::new(report_panic));
    Ok(Logs(sink))
}

/// What writes lines as [`init`] has them written.
///
/// # Errors
/// `TelemetryError::Filter`.
pub fn subscriber<W>(
    config: &LogConfig,
    writer: W,
    colours: bool,
) -> Result<impl Subscriber + Send + Sync, TelemetryError>
where
    W: for<'writer> fmt::MakeWriter<'writer> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_writer(writer);
    let lines = match config.format {
        LogFormat::Text => lines.with_ansi(colours).fmt_fields(Fields).event_format(TextLine).boxed(),
        LogFormat::Json => {
            let line = fmt::format().json().with_timer(Now).flatten_event(true);
            let line = line.with_current_span(false).with_span_list(false);
            lines.json().event_format(JsonLine(line)).boxed()
        }
    };
    Ok(tracing_subscriber::registry()
        .with(EnvFilter::try_new(&config.filter)?)
        .with(lines.with_filter(filter_fn(may_speak))))
}

/// Below `info` libraries print what passes through them, and keys pass through them. There only byo is heard,
/// whatever the filter says.
fn may_speak(metadata: &Metadata<'_>) -> bool {
    let speaker = metadata.target().split("::").next();
    *metadata.level() <= Level::INFO || matches!(speaker, Some("byo" | "byo_server" | "byo_seal"))
}

/// Where, but not what: the payload can hold whatever was being worked on.
fn report_panic(panic: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let location = panic.location().map(ToString::to_string);
    tracing::error!(location, thread = thread.name(), "panic");
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        process::Command,
        sync::{Arc, Mutex},
    };

    use futures_util::FutureExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(filter: &str, format: LogFormat, speak: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let config = LogConfig { filter: filter.to_owned(), format };
        let subscriber = subscriber(&config, move || writer.clone(), false).unwrap();
        tracing::subscriber::with_default(subscriber, speak);
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn libraries_are_not_heard_below_info_whatever_the_filter_says() {
        let text = logged("trace,hyper=trace,byo_server=trace", LogFormat::Text, || {
            tracing::trace!(target: "hyper::proto::h1", "sk-secret");
            tracing::debug!(target: "sqlx::query", "sk-secret");
            tracing::debug!(target: "byo_server_of_others", "sk-secret");
            tracing::info!(target: "hyper", "from a library");
            tracing::trace!(target: "byo_server::http", "from byo");
        });
        assert!(!text.contains("sk-secret"), "{text}");
        assert!(text.contains("from a library") && text.contains("from byo"), "{text}");
    }

    #[test]
    fn the_filter_decides_what_byo_says() {
        let text = logged("warn,byo_server::http=debug", LogFormat::Text, || {
            tracing::debug!(target: "byo_server::http", "wanted");
            tracing::info!(target: "byo_server::store", "unwanted");
        });
        assert!(text.contains("wanted") && !text.contains("unwanted"), "{text}");
    }

    #[test]
    fn json_is_one_object_a_line() {
        let text = logged(
            "info",
            LogFormat::Json,
            || tracing::info!(target: "byo_server", key = "key_1", "connected"),
        );
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((line["message"].as_str(), line["key"].as_str()), (Some("connected"), Some("key_1")));
        assert_eq!(line["level"], "INFO");
    }

    #[tokio::test]
    async fn what_is_logged_within_a_request_names_it() {
        let id = RequestId::new(crate::clock::Timestamp::from_millis(1), &crate::entropy::SystemEntropy);
        for format in [LogFormat::Text, LogFormat::Json] {
            let request = of_request(id, async { tracing::warn!(target: "byo_server", "within") });
            let text = logged("info", format, || request.now_or_never().unwrap());
            assert_eq!(text.matches(id.as_str()).count(), 1, "{text}");
            let text = logged("info", format, || tracing::warn!(target: "byo_server", "outside"));
            assert!(
                text.contains("outside") && !text.contains("req_") && !text.contains("request"),
                "{text}"
            );
        }
    }

    #[test]
    fn text_is_one_line_with_time_level_place_and_fields() {
        let text = logged("info", LogFormat::Text, || {
            tracing::warn!(target: "byo_server::http", key = "key_1", "a key is gone");
        });
        let (time, rest) = text.split_once(' ').unwrap();
        assert!(time.ends_with('Z') && time.contains('T'), "{text}");
        assert_eq!(rest, " WARN byo_server::http: a key is gone key=\"key_1\"\n");
        let text = logged("info", LogFormat::Text, || {
            tracing::warn!(target: "byo", text = "a \"b\"\n", number = 7_u64, none = Option::<&str>::None, "odd");
        });
        assert!(text.ends_with(" WARN byo: odd text=\"a \\\"b\\\"\\n\" number=7\n"), "{text}");
    }

    /// The panic hook and the writer belong to the whole process, so this test runs itself as another one.
    #[test]
    fn a_panic_is_logged_with_its_place_and_without_its_payload() {
        const CHILD: &str = "TELEMETRY_TEST_CHILD";
        #[expect(clippy::disallowed_methods, reason = "a test that starts itself again")]
        let is_child = std::env::var_os(CHILD).is_some();
        if is_child {
            let _logs = init(&LogConfig { filter: "error".into(), format: LogFormat::Json }).unwrap();
            panic!("sk-secret");
        }
        let name = "telemetry::tests::a_panic_is_logged_with_its_place_and_without_its_payload";
        let child = Command::new(std::env::current_exe().unwrap())
            .args([name, "--exact", "--nocapture"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        let text = String::from_utf8(child.stderr).unwrap();
        let line =
            text.lines().find_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()).expect(&text);
        assert!(line["location"].as_str().unwrap().contains("telemetry.rs:"), "{text}");
        assert_eq!(line["message"], "panic");
        assert!(!text.contains("sk-secret"), "{text}");
    }
}
