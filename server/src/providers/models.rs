//! Which models a key may call.

use std::collections::BTreeSet;

use serde_json::Value;
use tokio::time::timeout;

use super::{
    engine::{CALL_TIMEOUT, Caller},
    rules::Answer,
    spec::{Call, ModelList},
};
use crate::secret::ProviderKey;

const MAX_PAGES: usize = 10;
/// Most ids that are kept.
pub(super) const MAX_MODELS: usize = 2_000;
const MAX_ID_LEN: usize = 200;

impl Caller<'_> {
    /// Lists models within one call's time. A list that fails half way is kept as far as it came: it informs, it
    /// decides nothing.
    pub(super) async fn models(&self, probed: Option<Answer>) -> Vec<String> {
        // Azure calls deployments where others call models; a key meant for one deployment has one.
        if let Some(deployment) = self.config.azure.as_ref().and_then(|azure| azure.deployment.clone()) {
            return vec![deployment];
        }
        let mut found = Found::default();
        let _ran_out_of_time = timeout(CALL_TIMEOUT, self.collect(probed, &mut found)).await;
        found.ids
    }

    async fn collect(&self, probed: Option<Answer>, found: &mut Found) {
        let spec = self.target.spec;
        let list = &spec.models;
        let call = list.call.unwrap_or(spec.probe.call);
        let mut page = match (list.call, probed) {
            (None, Some(answer)) => answer,
            (None, None) => return,
            (Some(call), _) => match self.page(call, None).await {
                Some(answer) => answer,
                None => return,
            },
        };
        for _ in 1..MAX_PAGES {
            found.take(list, &page.json, self.key);
            let Some(cursor) = next_cursor(list, &page.json).filter(|_| found.ids.len() < MAX_MODELS) else {
                return;
            };
            let parameter = list.paging.as_ref().map_or("", |paging| paging.parameter);
            let Some(next) = self.page(call, Some((parameter, cursor))).await else { return };
            page = next;
        }
        found.take(list, &page.json, self.key);
    }

    async fn page(&self, call: Call, extra: Option<(&str, &str)>) -> Option<Answer> {
        self.call(call, extra).await.ok().filter(|answer| answer.status.is_success())
    }
}

/// Ids in the provider's order, each once.
#[derive(Default)]
struct Found {
    ids: Vec<String>,
    seen: BTreeSet<String>,
}

impl Found {
    fn take(&mut self, list: &ModelList, page: &Value, key: &ProviderKey) {
        let items = page.pointer(list.items).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for item in items {
            let Some(id) = list.id_of(item) else { continue };
            let id = id.strip_prefix(list.strip).unwrap_or(id);
            // EXPOSE: to see that it is not told again; models are stored, shown and sent in clear.
            let tells_key = !key.is_empty() && id.contains(key.expose());
            if self.ids.len() < MAX_MODELS && is_model_id(id) && !tells_key && self.seen.insert(id.to_owned())
            {
                self.ids.push(id.to_owned());
            }
        }
    }
}

impl ModelList {
    /// Whether this is a list of models, and not just anything that says 200: an array, and where something is in it, an
    /// id too. Other items may be there; what they are is nobody's business.
    pub(super) fn is_in(&self, page: &Value) -> bool {
        let items = page.pointer(self.items).and_then(Value::as_array);
        items.is_some_and(|items| items.is_empty() || items.iter().any(|item| self.id_of(item).is_some()))
    }

    fn id_of<'a>(&self, item: &'a Value) -> Option<&'a str> {
        item.get(self.id).and_then(Value::as_str)
    }
}

fn next_cursor<'a>(list: &ModelList, page: &'a Value) -> Option<&'a str> {
    let paging = list.paging.as_ref()?;
    let more = paging.more.is_none_or(|pointer| page.pointer(pointer) == Some(&Value::Bool(true)));
    let cursor = page.pointer(paging.cursor).and_then(Value::as_str);
    cursor.filter(|cursor| more && (1..=1024).contains(&cursor.len()))
}

/// Whoever runs the endpoint writes these, and they end up in pages and logs.
fn is_model_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/@+-".contains(&byte);
    (1..=MAX_ID_LEN).contains(&id.len()) && id.bytes().all(allowed)
}
