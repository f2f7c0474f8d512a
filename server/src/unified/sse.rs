//! The fields of server-sent events (WHATWG HTML, "Server-sent events").

/// One event that carries data.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Empty when it has none.
    pub(super) name: String,
    /// Its lines of data, put together by line feeds.
    pub(super) data: String,
}

/// The events in these bytes, which end where an event ends. Comments and events without data are left out.
/// `None`: this is no text.
pub(super) fn events(bytes: &[u8]) -> Option<Vec<Event>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut events = Vec::new();
    let mut event = Event::default();
    let mut has_data = false;
    for line in lines(text.strip_prefix('\u{feff}').unwrap_or(text)).chain([""]) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            _ if line.is_empty() => {
                let whole = std::mem::take(&mut event);
                if std::mem::take(&mut has_data) {
                    events.push(whole);
                }
            }
            "event" => value.clone_into(&mut event.name),
            "data" => {
                if std::mem::replace(&mut has_data, true) {
                    event.data.push('\n');
                }
                event.data.push_str(value);
            }
            _ => {}
        }
    }
    Some(events)
}

/// Lines end with a carriage return, a line feed, or both.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\r', '\n']) else {
            rest = None;
            return Some(text);
        };
        let after = &text[end..];
        rest = Some(after.strip_prefix("\r\n").unwrap_or(&after[1..]));
        Some(&text[..end])
    })
}
