//! The reviewed table, and what must be true between it and the document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Rows by route, a route being `METHOD /path`.
pub(crate) type Table = BTreeMap<String, Row>;

/// Who may call a route, and what they are answered.
pub(crate) struct Row {
    pub(crate) may: BTreeSet<String>,
    pub(crate) answer: u16,
    pub(crate) customer: u16,
    pub(crate) tenant: u16,
}

impl Row {
    pub(crate) fn lets(&self, principal: &str) -> bool {
        self.may.contains(principal)
    }
}

/// The committed table.
pub(crate) fn committed() -> Table {
    let text: toml::Table = include_str!("expected.toml").parse().expect("the table is TOML");
    text.iter().map(|(route, row)| (route.clone(), read(route, row))).collect()
}

/// Every route the document describes.
pub(crate) fn routes(document: &Value) -> BTreeMap<String, &Value> {
    let paths = document["paths"].as_object().expect("a document has paths");
    paths
        .iter()
        .flat_map(|(path, item)| {
            let operations = item.as_object().expect("a path has operations");
            operations.iter().map(move |(method, call)| (format!("{} {path}", method.to_uppercase()), call))
        })
        .collect()
}

/// Everything in which table and document disagree, a line each.
pub(crate) fn disagreements(document: &Value, table: &Table) -> Vec<String> {
    let routes = routes(document);
    let undeclared = routes.keys().filter(|route| !table.contains_key(*route));
    let mut lines: Vec<_> =
        undeclared.map(|route| format!("{route}: is in the document and has no row")).collect();
    for (route, row) in table {
        let Some(call) = routes.get(route) else {
            lines.push(format!("{route}: has a row and is not in the document"));
            continue;
        };
        let documented = documented_principals(call);
        if documented != row.may {
            lines.push(format!("{route}: the document says {documented:?}, the table {:?}", row.may));
        }
    }
    lines
}

fn documented_principals(call: &Value) -> BTreeSet<String> {
    let alternatives = call["security"].as_array().map(Vec::as_slice).unwrap_or_default();
    alternatives
        .iter()
        .map(|alternative| {
            let schemes: Vec<_> =
                alternative.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
            match schemes[..] {
                [] => "anyone",
                ["publishableKey"] => "publishable",
                ["connectSession"] => "session",
                ["secretKey"] => "secret",
                ["runtimeToken"] => "runtime",
                ["adminKey"] => "admin",
                _ => "a combination that the matrix does not know",
            }
            .to_owned()
        })
        .collect()
}

fn read(route: &str, row: &toml::Value) -> Row {
    let status = |name: &str| {
        let value = row.get(name)?.as_integer();
        Some(value.and_then(|value| u16::try_from(value).ok()).expect("a status is a number"))
    };
    let may = row["may"].as_array().unwrap_or_else(|| panic!("{route}: `may` is a list"));
    let answer = status("answer").unwrap_or_else(|| panic!("{route}: a row has an answer"));
    Row {
        may: may.iter().map(|name| name.as_str().expect("principals have names").to_owned()).collect(),
        answer,
        customer: status("customer").unwrap_or(answer),
        tenant: status("tenant").unwrap_or(answer),
    }
}
