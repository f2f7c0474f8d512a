//! A call in the form the shapes read.

use byo_seal::ProviderId;
use http::Method;
use serde_json::Value;

use super::{
    demo::DemoCall,
    fault::Fault,
    shape::{Route, Shape},
};

/// Who is speaking, which decides the words.
#[derive(Clone, Copy)]
pub(super) enum Voice {
    /// The test environment.
    Test,
    /// A project's demo mode.
    Demo,
}

/// What a key that is let in may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Full,
    /// A restricted key: everything but listing models.
    NoModelLists,
    /// Lists models, since that costs nothing, and does nothing else.
    NoCredit,
}

/// One call on its way through a shape.
pub(super) struct Request<'a> {
    pub(super) provider: ProviderId,
    pub(super) shape: Shape,
    pub(super) method: &'a Method,
    /// The path as it came.
    pub(super) path: &'a str,
    /// What of it names the call within the shape: `/chat/completions`. `None` where nothing does.
    tail: Option<&'a str>,
    /// The deployment that stands in Azure's older paths, in place of a model in the body.
    deployment: Option<&'a str>,
    query: Option<&'a str>,
    body: &'a [u8],
    pub(super) id: &'a str,
    pub(super) unix_seconds: i64,
    pub(super) voice: Voice,
    access: Access,
}

impl<'a> Request<'a> {
    pub(super) fn new(call: &DemoCall<'a>, voice: Voice, access: Access) -> Self {
        let DemoCall { provider, method, path, query, body, id, unix_seconds } = *call;
        let Route { shape, tail, deployment } = Route::of(provider, path, query);
        Self { provider, shape, method, path, tail, deployment, query, body, id, unix_seconds, voice, access }
    }

    /// Method and path, ready to be matched.
    pub(super) fn call(&self) -> (&'a str, Vec<&'a str>) {
        let segments =
            self.tail.and_then(|tail| tail.strip_prefix('/')).map(|tail| tail.split('/').collect());
        (self.method.as_str(), segments.unwrap_or_default())
    }

    /// Stops keys that may not list models.
    pub(super) fn may_list_models(&self) -> Result<(), Fault> {
        if self.access == Access::NoModelLists { Err(Fault::ModelListForbidden) } else { Ok(()) }
    }

    /// The body of a call that costs something; stops keys that cannot pay.
    pub(super) fn paid_body(&self) -> Result<Value, Fault> {
        if self.access == Access::NoCredit {
            return Err(Fault::NoCredit);
        }
        let body: Option<Value> = serde_json::from_slice(self.body).ok();
        body.filter(Value::is_object).ok_or(Fault::NotJson)
    }

    /// The model asked for.
    pub(super) fn model<'b>(&self, body: &'b Value) -> Result<&'b str, Fault>
    where
        'a: 'b,
    {
        let named = self.deployment.or_else(|| body["model"].as_str());
        named.filter(|model| !model.is_empty()).ok_or(Fault::Missing("model"))
    }

    /// True when the query holds this pair.
    pub(super) fn asks(&self, name: &str, value: &str) -> bool {
        let query = self.query.unwrap_or_default();
        url::form_urlencoded::parse(query.as_bytes()).any(|pair| pair.0 == name && pair.1 == value)
    }
}

/// The messages under this name; there must be one.
pub(super) fn messages<'b>(body: &'b Value, name: &'static str) -> Result<&'b [Value], Fault> {
    match body.get(name) {
        None | Some(Value::Null) => Err(Fault::Missing(name)),
        Some(Value::Array(messages)) if !messages.is_empty() && messages.iter().all(Value::is_object) => {
            Ok(messages)
        }
        Some(_) => Err(Fault::Invalid(name)),
    }
}
