//! How a line is written.

use std::{cell::RefCell, fmt, mem};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{Format, Json, Writer},
        time::FormatTime,
    },
    registry::LookupSpan,
};

use super::REQUEST;
use crate::{
    clock::{Clock, SystemClock},
    id::RequestId,
};

/// The time, in UTC, to the millisecond. Of the many lines of a second only the first has all of it worked out.
pub(super) struct Now;

thread_local! {
    /// The second that was last written, since 1970, and how.
    static SECOND: RefCell<(i64, String)> = const { RefCell::new((i64::MIN, String::new())) };
}

impl FormatTime for Now {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        let now = SystemClock.now();
        SECOND.with_borrow_mut(|(second, text)| {
            if *second != now.as_secs() {
                *text = jiff::Timestamp::from_second(now.as_secs()).map_err(|_| fmt::Error)?.to_string();
                text.pop();
                *second = now.as_secs();
            }
            write!(writer, "{text}.{:03}Z", now.as_millis().rem_euclid(1000))
        })
    }
}

/// Time, level, request, place and fields, for people.
pub(super) struct TextLine;

impl<S, N> FormatEvent<S, N> for TextLine
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        Now.format_time(&mut writer)?;
        writer.write_char(' ')?;
        match colour(*metadata.level()).filter(|_| writer.has_ansi_escapes()) {
            Some(colour) => write!(writer, "\x1b[{colour}m{:>5}\x1b[0m ", metadata.level().as_str())?,
            None => write!(writer, "{:>5} ", metadata.level().as_str())?,
        }
        if let Some(id) = request() {
            writer.write_str(id.as_str())?;
            writer.write_char(' ')?;
        }
        writer.write_str(metadata.target())?;
        writer.write_str(": ")?;
        context.field_format().format_fields(writer.by_ref(), event)?;
        writer.write_char('\n')
    }
}

/// `the message name=value …`; text in quotes, so that none can look like another member.
pub(super) struct Fields;

impl<'writer> FormatFields<'writer> for Fields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut written = Written { writer, is_first: true, result: Ok(()) };
        fields.record(&mut written);
        written.result
    }
}

struct Written<'writer> {
    writer: Writer<'writer>,
    is_first: bool,
    result: fmt::Result,
}

impl Written<'_> {
    fn write(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        let is_first = mem::replace(&mut self.is_first, false);
        let all = || {
            if !is_first {
                self.writer.write_char(' ')?;
            }
            if field.name() != "message" {
                self.writer.write_str(field.name())?;
                self.writer.write_char('=')?;
            }
            value(&mut self.writer)
        };
        if self.result.is_ok() {
            self.result = all();
        }
    }
}

impl Visit for Written<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.write(field, |writer| write!(writer, "{value:?}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(field, |writer| write!(writer, "{value}"));
    }

    /// Most text needs no escapes, and finding them character by character is most of the work.
    fn record_str(&mut self, field: &Field, value: &str) {
        let is_plain = value.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'));
        self.write(field, |writer| {
            if !is_plain {
                return write!(writer, "{value:?}");
            }
            writer.write_char('"')?;
            writer.write_str(value)?;
            writer.write_char('"')
        });
    }
}

/// The usual of terminals.
const fn colour(level: Level) -> Option<u8> {
    match level {
        Level::ERROR => Some(31),
        Level::WARN => Some(33),
        Level::INFO => Some(32),
        Level::DEBUG | Level::TRACE => None,
    }
}

/// One object, with the request as a member like those of the event.
pub(super) struct JsonLine(pub(super) Format<Json, Now>);

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(id) = request() else { return self.0.format_event(context, writer, event) };
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        let members = line.strip_prefix('{').ok_or(fmt::Error)?;
        write!(writer, "{{\"request\":\"{}\",{members}", id.as_str())
    }
}

fn request() -> Option<RequestId> {
    REQUEST.try_get().ok()
}
