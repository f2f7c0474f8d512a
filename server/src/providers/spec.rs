//! The columns of the table.

use byo_seal::ProviderId;

use super::{paths::Line, rules::Rule, table};

/// How one provider is called, or one way of calling it.
pub(super) struct Spec {
    /// Whose row. A provider may have several; the first whose `when` holds is used.
    pub(super) id: ProviderId,
    /// When this row is the one.
    pub(super) when: When,
    /// What begins a sentence about it.
    pub(super) subject: &'static str,
    /// Without one, the customer must say where.
    pub(super) default_base: Option<&'static str>,
    /// The provider's own hosts: exact, or a suffix with its dot. What answers there needs no proof of being it.
    pub(super) own_hosts: &'static [&'static str],
    /// Ends of paths that people paste although calls bring them along.
    pub(super) surplus: &'static [&'static str],
    /// How proxied paths begin. It stands for the base URL, whose own path is the same unless another one is given.
    pub(super) root: &'static str,
    /// The calls that the proxy forwards, below the root.
    pub(super) paths: &'static [Line],
    /// Which parts of `providerConfig` mean something, besides `baseUrl`.
    pub(super) settings: &'static [Setting],
    /// The header that carries the key.
    pub(super) auth: Auth,
    /// Headers every call needs.
    pub(super) headers: &'static [(&'static str, &'static str)],
    /// The cheapest call that proves a key.
    pub(super) probe: Probe,
    /// Tried when the probe's path is not known there (404, 405).
    pub(super) fallback: Option<Probe>,
    /// Probe a second time with a made-up key even on own hosts, since protection is the host's choice.
    pub(super) always_compare: bool,
    /// Its default base URL is what OpenAI's clients take, so customers give it as an OpenAI-compatible one.
    pub(super) openai_base: bool,
    /// When the base URL given is another row's `openai_base`, that row is used.
    pub(super) yields_to_known_bases: bool,
    /// What answers mean, first match first; what no rule names is read by its status.
    pub(super) rules: &'static [Rule],
    /// Where the models are listed.
    pub(super) models: ModelList,
    /// How its keys begin. A hint for messages; never a reason to refuse.
    pub(super) key_prefixes: &'static [&'static str],
    /// How its administration keys begin. Refused unsent: they can do harm and call no models.
    pub(super) admin_prefixes: &'static [&'static str],
}

impl Spec {
    /// The provider's first row. What stands in all of its rows alike can be read there.
    pub(super) fn first(provider: ProviderId) -> &'static Self {
        table::SPECS.iter().find(|spec| spec.id == provider).expect("every provider has a row")
    }
}

/// When a row applies.
#[derive(Clone, Copy)]
pub(super) enum When {
    Always,
    /// On the provider's own hosts, the default base URL, or the one the operator set.
    Trusted,
    /// On the provider's own hosts only.
    OwnHost,
    /// When a dated Azure `apiVersion` is given.
    DatedApiVersion,
}

/// A part of `providerConfig`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    WireApi,
    Azure,
}

/// Where the key goes.
#[derive(Clone, Copy)]
pub(super) enum Auth {
    Bearer,
    Header(&'static str),
    /// In a header of its own for versions of the API up to this one, as another header tells it; newer ones take a
    /// bearer token.
    Versioned {
        header: &'static str,
        version: &'static str,
        until: &'static str,
    },
}

/// A request without its host. `{apiVersion}` and `{wire}` are filled in from `providerConfig`.
#[derive(Clone, Copy)]
pub(super) struct Call {
    pub(super) path: &'static str,
    pub(super) query: &'static [(&'static str, &'static str)],
    /// A JSON body makes it a POST.
    pub(super) body: Option<&'static str>,
}

impl Call {
    pub(super) const fn get(path: &'static str, query: &'static [(&'static str, &'static str)]) -> Self {
        Self { path, query, body: None }
    }

    pub(super) const fn post(path: &'static str, body: &'static str) -> Self {
        Self { path, query: &[], body: Some(body) }
    }
}

/// A call and what shows that it was let in.
#[derive(Clone, Copy)]
pub(super) struct Probe {
    pub(super) call: Call,
    pub(super) proof: Proof,
}

/// What a let-in call looks like.
#[derive(Clone, Copy)]
pub(super) enum Proof {
    /// 2xx and the row's list of models.
    Models,
    /// 2xx, JSON, and something other than null at this pointer.
    Json(&'static str),
    /// 400 or 422: the key was taken and the empty request was not.
    BadRequest,
}

/// Where and how models are listed.
pub(super) struct ModelList {
    /// `None`: the probe's answer is the first page.
    pub(super) call: Option<Call>,
    /// Pointer to the array.
    pub(super) items: &'static str,
    /// The member of each item that holds the id.
    pub(super) id: &'static str,
    /// Cut from the front of ids.
    pub(super) strip: &'static str,
    pub(super) paging: Option<Paging>,
}

impl ModelList {
    /// The shape that OpenAI began and most follow.
    pub(super) const fn data(call: Option<Call>) -> Self {
        Self { call, items: "/data", id: "id", strip: "", paging: None }
    }
}

/// How the next page is asked for.
pub(super) struct Paging {
    /// The query parameter that carries the cursor.
    pub(super) parameter: &'static str,
    /// Pointer to the cursor.
    pub(super) cursor: &'static str,
    /// Pointer to a flag that must be true for more; without one, a cursor is enough.
    pub(super) more: Option<&'static str>,
}
