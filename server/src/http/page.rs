//! Lists in pages: `?cursor=…&limit=…`, answered by `{data, nextCursor}`.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    domain::{Invalid, Refusal},
    store::Page,
};

const USUAL_LIMIT: u32 = 50;
const LARGEST_LIMIT: u32 = 200;

/// Which part of a list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Where the last page ended.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when left out.
    limit: Option<String>,
}

impl PageQuery {
    /// Reads it, for a list of rows with such ids.
    pub(super) fn checked<Id>(self, parse: fn(&str) -> Option<Id>) -> Result<Page<Id>, Refusal> {
        let mut errors = Vec::new();
        let page = page(self.cursor, self.limit, parse, &mut errors);
        if errors.is_empty() { Ok(page) } else { Err(Refusal::Invalid(errors)) }
    }
}

/// The same beside other parameters.
pub(super) fn page<Id>(
    cursor: Option<String>,
    limit: Option<String>,
    parse: fn(&str) -> Option<Id>,
    errors: &mut Vec<Invalid>,
) -> Page<Id> {
    let after = cursor.and_then(|cursor| {
        let after = parse(&cursor);
        if after.is_none() {
            errors.push(Invalid::new("cursor", "must be the nextCursor of an earlier page"));
        }
        after
    });
    let limit = limit.map_or(Some(USUAL_LIMIT), |limit| limit.parse().ok());
    let limit = limit.filter(|limit| (1..=LARGEST_LIMIT).contains(limit)).unwrap_or_else(|| {
        errors.push(Invalid::new("limit", format!("must be a number from 1 to {LARGEST_LIMIT}")));
        USUAL_LIMIT
    });
    Page { after, limit }
}
