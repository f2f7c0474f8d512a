//! Laying the layers over each other, and finding what is no setting.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::{
    DEFAULTS, FileLayer, Place, Problem, Sources,
    error::in_environment,
    reader::{Reader, type_name},
    sources::PREFIX,
};

/// How alike a variable without `__` must be to the name of a setting to be taken for a slip of the pen.
const ALIKE: f64 = 0.8;

/// Lays the layers over the defaults. What does not fit is noted in the reader.
pub(super) fn merge(sources: Sources) -> Reader {
    let mut reader = Reader::new(defaults());
    if let Some(file) = sources.file {
        lay_file(&mut reader, &file);
    }
    for (name, value) in sources.environment {
        lay_variable(&mut reader, &name, &value);
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
            reader.fault_at(Place::File(file.path.clone()), Problem::NotToml { line, message });
        }
    }
}

fn lay_variable(reader: &mut Reader, name: &str, value: &str) {
    let setting = reader.settings().find(|setting| in_environment(setting) == name).map(str::to_owned);
    if let Some(setting) = setting {
        lay_text(reader, &setting, value);
    } else if is_meant_for_us(reader, name) {
        let dotted = name[PREFIX.len()..].to_ascii_lowercase().replace("__", ".");
        let nearest = nearest(reader, &dotted);
        reader.fault_at(Place::Variable(name.to_owned()), Problem::Unknown { nearest });
    }
}

/// Whatever has the form of a setting, or is a setting but for a letter or an underscore. The rest that starts with
/// our prefix belongs to others in the same environment, such as the SDK's `BYO_BASE_URL`.
fn is_meant_for_us(reader: &Reader, name: &str) -> bool {
    let alike = |setting: &str| {
        strsim::normalized_damerau_levenshtein(&in_environment(setting).replace("__", "_"), name) >= ALIKE
    };
    name.starts_with(PREFIX) && (name.contains("__") || reader.settings().any(alike))
}

/// Text takes the type that the default has.
fn lay_text(reader: &mut Reader, setting: &str, text: &str) {
    let value = match reader.value(setting) {
        Some(Value::Integer(_)) => text.trim().parse().map(Value::Integer).ok(),
        Some(Value::Boolean(_)) => text.trim().parse().map(Value::Boolean).ok(),
        Some(Value::Array(_)) => Some(Value::Array(split(text))),
        _ => Some(Value::String(text.to_owned())),
    };
    match value {
        Some(value) => lay(reader, setting, value),
        None => {
            let expected = reader.value(setting).map_or("text", type_name).to_owned();
            reader.fault(setting, Problem::Invalid { expected });
        }
    }
}

fn split(text: &str) -> Vec<Value> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| Value::String(part.into()))
        .collect()
}

fn lay(reader: &mut Reader, setting: &str, value: Value) {
    match reader.value(setting) {
        Some(standing) if standing.same_type(&value) => reader.set(setting, value),
        Some(standing) => {
            let expected = type_name(standing).to_owned();
            reader.fault(setting, Problem::Invalid { expected });
        }
        // A section without anything in it.
        None if value.is_table() && is_section(reader, setting) => {}
        None => {
            let nearest = nearest(reader, setting);
            reader.fault(setting, Problem::Unknown { nearest });
        }
    }
}

fn is_section(reader: &Reader, name: &str) -> bool {
    reader.settings().any(|setting| setting.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

fn nearest(reader: &Reader, unknown: &str) -> String {
    let likeness = |setting: &&str| strsim::normalized_damerau_levenshtein(setting, unknown);
    let nearest = reader.settings().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    nearest.expect("there are settings").to_owned()
}

/// Leaves by their dotted names. An empty section is a leaf, so that its name is looked at.
fn flatten(table: Table) -> BTreeMap<String, Value> {
    let mut leaves = BTreeMap::new();
    for (name, value) in table {
        match value {
            Value::Table(inner) if !inner.is_empty() => {
                let inner = flatten(inner).into_iter();
                leaves.extend(inner.map(|(below, value)| (format!("{name}.{below}"), value)));
            }
            value => _ = leaves.insert(name, value),
        }
    }
    leaves
}
