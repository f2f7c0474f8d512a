//! Laying the layers over each other, and finding what is no setting.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::{
    DEFAULTS, FileLayer, Problem, Sources,
    error::in_environment,
    reader::{Reader, type_name},
};

const PREFIX: &str = "BYO_";

/// Variables with our prefix that are not the server's: where byo's SDKs find a server, and the key they present to it.
const OF_CLIENTS: [&str; 2] = ["BYO_BASE_URL", "BYO_API_KEY"];

/// Lays the layers over the defaults. What does not fit is noted in the reader.
pub(super) fn merge(sources: Sources) -> Reader {
    let mut reader = Reader::new(defaults());
    if let Some(file) = sources.file {
        lay_file(&mut reader, &file);
    }
    for (name, value) in sources.environment {
        if name.starts_with(PREFIX) && !OF_CLIENTS.contains(&name.as_str()) {
            lay_variable(&mut reader, &name, &value);
        }
    }
    for (setting, value) in sources.flags {
        lay_text(&mut reader, &setting, &value);
    }
    reader
}

/// Every setting by its dotted name.
pub(super) fn defaults() -> BTreeMap<String, Value> {
    let table = DEFAULTS.parse::<Table>().expect("the embedded defaults are TOML");
    flatten(table)
}

fn lay_file(reader: &mut Reader, file: &FileLayer) {
    match file.text.parse::<Table>() {
        Ok(table) => flatten(table).into_iter().for_each(|(setting, value)| lay(reader, &setting, value)),
        Err(error) => {
            let start = error.span().map_or(0, |span| span.start.min(file.text.len()));
            // Only its own words: the error's full text quotes the line, and a secret may stand in it.
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            let line = file.text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
            reader.fault(&file.path.display().to_string(), Problem::NotToml { line, message });
        }
    }
}

fn lay_variable(reader: &mut Reader, name: &str, value: &str) {
    let setting = reader.settings().find(|setting| in_environment(setting) == name).map(str::to_owned);
    match setting {
        Some(setting) => lay_text(reader, &setting, value),
        None => {
            let dotted = name[PREFIX.len()..].to_ascii_lowercase().replace("__", ".");
            let nearest = nearest(reader, &dotted);
            reader.fault(name, Problem::Unknown { nearest });
        }
    }
}

/// Text takes the type that the default has.
fn lay_text(reader: &mut Reader, setting: &str, text: &str) {
    let value = match reader.value(setting) {
        Some(Value::Integer(_)) => text.trim().parse().map(Value::Integer).ok(),
        Some(Value::Array(_)) => Some(Value::Array(split(text))),
        _ => Some(Value::String(text.to_owned())),
    };
    match value {
        Some(value) => lay(reader, setting, value),
        None => reader.fault(setting, Problem::Invalid { expected: "a whole number".into() }),
    }
}

fn split(text: &str) -> Vec<Value> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| Value::String(part.into())).collect()
}

fn lay(reader: &mut Reader, setting: &str, value: Value) {
    match reader.value(setting) {
        Some(standing) if standing.same_type(&value) => reader.set(setting, value),
        Some(standing) => {
            let expected = type_name(standing).to_owned();
            reader.fault(setting, Problem::Invalid { expected });
        }
        None => {
            let nearest = nearest(reader, setting);
            reader.fault(setting, Problem::Unknown { nearest });
        }
    }
}

fn nearest(reader: &Reader, unknown: &str) -> Option<String> {
    let likeness = |setting: &&str| strsim::normalized_damerau_levenshtein(setting, unknown);
    let nearest = reader.settings().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    Some(nearest.to_owned())
}

/// Leaves by their dotted names. A section without anything in it stays, so that its name is looked at.
fn flatten(table: Table) -> BTreeMap<String, Value> {
    let mut leaves = BTreeMap::new();
    for (name, value) in table {
        match value {
            Value::Table(inner) if !inner.is_empty() => {
                let inner = flatten(inner).into_iter();
                leaves.extend(inner.map(|(below, value)| (format!("{name}.{below}"), value)));
            }
            Value::Table(_) if is_section(&name) => {}
            value => _ = leaves.insert(name, value),
        }
    }
    leaves
}
