//! Columns to values. A column that cannot be read is a corrupt row, never a panic.

use serde::{Serialize, de::DeserializeOwned};

use super::{StoreError, StoreResult};

/// Reads a JSON column.
pub(super) fn json<T: DeserializeOwned>(what: &'static str, text: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt { what })
}

/// Writes a JSON column.
pub(super) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data always serialises")
}

/// Reads a column that holds one of an enum's wire names.
pub(super) fn name<T: DeserializeOwned>(what: &'static str, text: &str) -> StoreResult<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|_| StoreError::Corrupt { what })
}

/// Writes an enum's wire name.
pub(super) fn to_name<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        other => unreachable!("an enum of unit variants serialises as its name, not {other:?}"),
    }
}

/// Reads an id column.
pub(super) fn id<T>(what: &'static str, parsed: Option<T>) -> StoreResult<T> {
    parsed.ok_or(StoreError::Corrupt { what })
}
