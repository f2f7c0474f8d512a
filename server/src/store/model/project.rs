//! Projects and their environments.

use super::{NewToken, ProxySettings};
use crate::{
    clock::Timestamp,
    environment::Environment,
    id::{EnvironmentId, ProjectId},
};
use serde::{Deserialize, Serialize};

/// What a bare publishable key may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Writes {
    /// Nothing: the browser needs a connect session made by the backend.
    Session,
    /// It may create, never overwrite.
    Open,
    /// It may create and overwrite: anyone who knows a refId can replace that customer's key.
    OpenReplace,
    /// Nothing, and sessions neither.
    Off,
}

/// From which pages an environment's browser tokens may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AllowedOrigins {
    /// From any page.
    Any(AnyOrigin),
    /// From these origins alone.
    List(Vec<String>),
}

/// Written `"*"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnyOrigin {
    /// The one value.
    #[serde(rename = "*")]
    Star,
}

impl AllowedOrigins {
    /// Any page at all.
    pub const ANY: Self = Self::Any(AnyOrigin::Star);

    /// Whether this origin is among them; compared byte for byte.
    #[must_use]
    pub fn contains(&self, origin: &str) -> bool {
        match self {
            Self::Any(AnyOrigin::Star) => true,
            Self::List(origins) => origins.iter().any(|allowed| allowed == origin),
        }
    }
}

/// One SaaS product.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// What the operator called it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// `test` and `live`.
    pub environments: Vec<EnvironmentRow>,
}

/// One half of a project, with its settings.
#[derive(Clone, Debug)]
pub struct EnvironmentRow {
    /// Its id.
    pub id: EnvironmentId,
    /// Which half.
    pub kind: Environment,
    /// What a bare publishable key may write.
    pub writes: Writes,
    /// Where browser tokens may be used.
    pub allowed_origins: AllowedOrigins,
    /// Whether a bare publishable key may bring its own base URL.
    pub custom_base_url: bool,
    /// What it allows on the proxy.
    pub proxy: ProxySettings,
}

/// A project to add.
#[derive(Clone, Debug)]
pub struct NewProject {
    /// The project and its environments.
    pub project: Project,
    /// Its first tokens.
    pub tokens: Vec<NewToken>,
}

/// Settings to change; `None` leaves one as it is.
#[derive(Clone, Debug, Default)]
pub struct EnvironmentChange {
    /// New write mode.
    pub writes: Option<Writes>,
    /// New origins.
    pub allowed_origins: Option<AllowedOrigins>,
    /// New leave for custom base URLs.
    pub custom_base_url: Option<bool>,
    /// New leave to use the operator's own keys.
    pub platform_keys: Option<bool>,
    /// New leave to answer with a demo.
    pub demo: Option<bool>,
    /// New leave for paths that the provider table does not name.
    pub all_paths: Option<bool>,
}

/// The environment a credential stands in: everything a call needs to know of it.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The project.
    pub project_id: ProjectId,
    /// Its name.
    pub project_name: String,
    /// The environment and its settings.
    pub environment: EnvironmentRow,
}
