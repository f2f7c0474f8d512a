//! Reading settings by type. Faults are collected, so that all of them are told at once.

use std::{
    collections::BTreeMap,
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use toml::Value;
use zeroize::Zeroizing;

use super::{ConfigError, Fault, Place, Problem, duration};

/// The merged settings. Whatever a method cannot read it notes, and answers `None`.
pub(super) struct Reader {
    values: BTreeMap<String, Value>,
    faults: Vec<Fault>,
}

impl Reader {
    pub(super) const fn new(values: BTreeMap<String, Value>) -> Self {
        Self { values, faults: Vec::new() }
    }

    pub(super) fn settings(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    pub(super) fn value(&self, setting: &str) -> Option<&Value> {
        self.values.get(setting)
    }

    pub(super) fn set(&mut self, setting: &str, value: Value) {
        self.values.insert(setting.to_owned(), value);
    }

    pub(super) fn fault(&mut self, setting: &str, problem: Problem) {
        self.fault_at(Place::Setting(setting.to_owned()), problem);
    }

    pub(super) fn fault_at(&mut self, place: Place, problem: Problem) {
        self.faults.push(Fault { place, problem });
    }

    /// The value, unless there was any fault.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, ConfigError> {
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(ConfigError { faults: self.faults }),
        }
    }

    /// A text that must be given.
    pub(super) fn parse<T: FromStr>(&mut self, setting: &str, expected: &str) -> Option<T> {
        self.parse_with(setting, expected, |text| text.parse().ok())
    }

    /// As [`Reader::parse`], with a parser of one's own.
    pub(super) fn parse_with<T>(
        &mut self,
        setting: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = parse(self.text(setting));
        if value.is_none() {
            self.fault(setting, Problem::Invalid { expected: expected.to_owned() });
        }
        value
    }

    /// A text that may be empty, which is `Some(None)`.
    pub(super) fn optional_with<T>(
        &mut self,
        setting: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.text(setting).is_empty() {
            return Some(None);
        }
        self.parse_with(setting, expected, parse).map(Some)
    }

    /// A list of texts.
    pub(super) fn list<T: FromStr>(&mut self, setting: &str, expected: &str) -> Option<Vec<T>> {
        self.list_with(setting, expected, |text| text.parse().ok())
    }

    /// As [`Reader::list`], with a parser of one's own.
    pub(super) fn list_with<T>(
        &mut self,
        setting: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let entries = self.value(setting).and_then(Value::as_array).expect(KNOWN);
        let list: Option<Vec<T>> = entries.iter().map(|entry| entry.as_str().and_then(&parse)).collect();
        if list.is_none() {
            self.fault(setting, Problem::Invalid { expected: expected.to_owned() });
        }
        list
    }

    /// A whole number.
    pub(super) fn count<N: TryFrom<i64>>(&mut self, setting: &str, range: RangeInclusive<i64>) -> Option<N> {
        let number = self.value(setting).and_then(Value::as_integer).expect(KNOWN);
        let count =
            Some(number).filter(|number| range.contains(number)).and_then(|number| number.try_into().ok());
        if count.is_none() {
            let expected = format!("a whole number from {} to {}", range.start(), range.end());
            self.fault(setting, Problem::Invalid { expected });
        }
        count
    }

    /// True or false.
    pub(super) fn flag(&self, setting: &str) -> Option<bool> {
        // Layers keep its type, so what is no flag was noted when it was laid.
        self.value(setting).map(|value| value.as_bool().expect(KNOWN))
    }

    /// A duration.
    pub(super) fn duration(&mut self, setting: &str, range: RangeInclusive<Duration>) -> Option<Duration> {
        let [from, to] = [range.start(), range.end()].map(|end| duration::write(*end));
        let expected = format!("a duration from {from} to {to}, such as 10s or 5m");
        self.parse_with(setting, &expected, |text| {
            duration::parse(text).filter(|given| range.contains(given))
        })
    }

    /// A file that need not be given, which is `Some(None)`; given, it must be there to be read.
    pub(super) fn file(&mut self, setting: &str) -> Option<Option<PathBuf>> {
        let Some(path) = self.path(setting) else { return Some(None) };
        match fs::File::open(&path) {
            Ok(_) => Some(Some(path)),
            Err(source) => {
                self.fault(setting, Problem::Unreadable { source });
                None
            }
        }
    }

    /// A path that must be given.
    pub(super) fn required_path(&mut self, setting: &str) -> Option<PathBuf> {
        self.parse_with(setting, "the path of a folder", |text| {
            Some(text).filter(|text| !text.is_empty()).map(PathBuf::from)
        })
    }

    /// A secret, from its setting or from the file that `…_file` names; `Some(None)` when neither is given. The text
    /// is taken out of the settings and wiped.
    pub(super) fn secret<T>(
        &mut self,
        setting: &str,
        parse: impl Fn(Zeroizing<String>) -> Result<T, Problem>,
    ) -> Option<Option<T>> {
        let file_setting = format!("{setting}_file");
        let Some(Value::String(text)) = self.values.get_mut(setting) else { unreachable!("{KNOWN}") };
        let text = Zeroizing::new(std::mem::take(text));
        let file = self.path(&file_setting);
        let (from, text) = match (text.is_empty(), file) {
            (true, None) => return Some(None),
            (false, None) => (setting, Ok(text)),
            (true, Some(path)) => (file_setting.as_str(), read_secret(&path)),
            (false, Some(_)) => (setting, Err(Problem::GivenTwice { other: file_setting.clone() })),
        };
        match text.and_then(parse) {
            Ok(value) => Some(Some(value)),
            Err(problem) => {
                self.fault(from, problem);
                None
            }
        }
    }

    fn path(&self, setting: &str) -> Option<PathBuf> {
        Some(self.text(setting)).filter(|text| !text.is_empty()).map(PathBuf::from)
    }

    fn text(&self, setting: &str) -> &str {
        self.value(setting).and_then(Value::as_str).expect(KNOWN)
    }
}

const KNOWN: &str = "byo.default.toml holds every setting that is read, and layers keep its type";

/// For people: what a value of this one's type is.
pub(super) const fn type_name(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text in quotes",
        Value::Integer(_) => "a whole number",
        Value::Array(_) => "a list of texts",
        Value::Table(_) => "a section",
        Value::Boolean(_) => "true or false",
        Value::Float(_) => "a number",
        Value::Datetime(_) => "a time",
    }
}

/// Editors end a file with a line end, and no secret holds one.
fn read_secret(path: &Path) -> Result<Zeroizing<String>, Problem> {
    let mut text =
        fs::read_to_string(path).map(Zeroizing::new).map_err(|source| Problem::Unreadable { source })?;
    let kept = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(kept);
    Ok(text)
}
