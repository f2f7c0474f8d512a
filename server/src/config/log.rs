//! Logs.

use std::str::FromStr;

use tracing_subscriber::EnvFilter;

use super::reader::Reader;

/// Logs.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// Which events, as `tracing_subscriber::EnvFilter` reads it.
    pub filter: String,
    /// How they are written.
    pub format: LogFormat,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl FromStr for LogFormat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

pub(super) fn read(reader: &mut Reader) -> Option<LogConfig> {
    let expected =
        "a level (error, warn, info, debug, trace) and levels by module, such as info,byo_server=debug";
    let filter = reader.parse_with("log.filter", expected, |text| {
        (!text.is_empty() && EnvFilter::try_new(text).is_ok()).then(|| text.to_owned())
    });
    let format = reader.parse("log.format", "text or json");
    Some(LogConfig { filter: filter?, format: format? })
}
