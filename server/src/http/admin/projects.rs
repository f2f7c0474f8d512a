//! `/v1/admin/projects` and their environments.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    clock::Timestamp,
    domain::{self, CreatedProject, Refusal},
    environment::Environment,
    http::{
        AppState,
        json::{JsonBody, QueryParams},
        page::PageQuery,
        principal::Admin,
        problem::{Problem, ProblemBody},
    },
    id::ProjectId,
    store::{AllowedOrigins, EnvironmentChange, EnvironmentRow, Project, Writes},
    token::TokenKind,
};

/// A project to make.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct ProjectBody {
    /// The product's name, as customers know it.
    #[schema(example = "Northwind")]
    name: String,
}

/// A new project, with its tokens. They are shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct ProjectCreated {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Both halves, with their tokens.
    environments: CreatedEnvironments,
}

/// Both halves of a new project.
#[derive(Serialize, ToSchema)]
struct CreatedEnvironments {
    /// Answered by the built-in simulator.
    test: CreatedEnvironment,
    /// The real providers.
    live: CreatedEnvironment,
}

/// The first tokens of one half.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CreatedEnvironment {
    /// For browsers.
    publishable_key: String,
    /// For the backend.
    secret_key: String,
}

/// A project.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct ProjectView {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// `test` and `live`.
    environments: Vec<EnvironmentView>,
}

/// One half of a project.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EnvironmentView {
    /// Its id.
    id: String,
    /// Which half.
    environment: Environment,
    /// What a bare publishable key may write.
    writes: Writes,
    /// Where browser tokens may be used: `"*"` or a list of origins.
    #[schema(value_type = Object)]
    allowed_origins: AllowedOrigins,
    /// Whether a bare publishable key may bring its own base URL.
    allow_custom_base_url: bool,
    /// Whether the operator's own keys serve customers who have none.
    platform_keys: bool,
    /// Whether a demo answers where there is no key at all.
    demo: bool,
    /// Whether the proxy forwards paths that byo does not know.
    allow_all_paths: bool,
}

/// A page of projects.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct ProjectList {
    /// Oldest first.
    data: Vec<ProjectView>,
    /// To be sent as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// Settings to change.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct EnvironmentBody {
    /// Where browser tokens may be used: `"*"` or a list of origins such as `https://app.example.com`.
    #[schema(value_type = Option<Object>)]
    allowed_origins: Option<AllowedOrigins>,
    /// What a bare publishable key may write.
    writes: Option<Writes>,
    /// Whether a bare publishable key may bring its own base URL.
    allow_custom_base_url: Option<bool>,
    /// Whether the operator's own keys serve customers who have none.
    platform_keys: Option<bool>,
    /// Whether a demo answers where there is no key at all.
    demo: Option<bool>,
    /// Whether the proxy forwards paths that byo does not know.
    allow_all_paths: Option<bool>,
}

/// Make a project
#[utoipa::path(
    post, path = "/v1/admin/projects", tag = "Admin", security(("adminKey" = [])),
    request_body = ProjectBody,
    responses(
        (status = 201, description = "The project, its tokens shown this once", body = ProjectCreated),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn create(
    State(app): State<AppState>,
    _admin: Admin,
    JsonBody(body): JsonBody<ProjectBody>,
) -> Result<(StatusCode, Json<ProjectCreated>), Problem> {
    let created = domain::create_project(&app, &body.name).await?;
    Ok((StatusCode::CREATED, Json(created.into())))
}

/// List projects
#[utoipa::path(
    get, path = "/v1/admin/projects", tag = "Admin", security(("adminKey" = [])), params(PageQuery),
    responses(
        (status = 200, description = "A page of projects", body = ProjectList),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn list(
    State(app): State<AppState>,
    _admin: Admin,
    QueryParams(query): QueryParams<PageQuery>,
) -> Result<Json<ProjectList>, Problem> {
    let page = query.checked(ProjectId::parse)?;
    let mut projects = app.store.projects(page.and_one()).await.map_err(Refusal::from)?;
    let next_cursor = page.cut(&mut projects, |project| &project.id).map(|id| id.as_str().to_owned());
    Ok(Json(ProjectList { data: projects.into_iter().map(ProjectView::from).collect(), next_cursor }))
}

/// Read one project
#[utoipa::path(
    get, path = "/v1/admin/projects/{id}", tag = "Admin", security(("adminKey" = [])),
    params(("id" = String, Path, description = "The project's id")),
    responses(
        (status = 200, description = "The project", body = ProjectView),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn one(
    State(app): State<AppState>,
    _admin: Admin,
    Path(id): Path<String>,
) -> Result<Json<ProjectView>, Problem> {
    let project = app.store.project(&project_id(&id)?).await.map_err(Refusal::from)?;
    Ok(Json(project.ok_or(NO_PROJECT)?.into()))
}

/// Change the settings of an environment
#[utoipa::path(
    patch, path = "/v1/admin/projects/{id}/environments/{environment}", tag = "Admin", security(("adminKey" = [])),
    params(
        ("id" = String, Path, description = "The project's id"),
        ("environment" = Environment, Path, description = "Which half"),
    ),
    request_body = EnvironmentBody,
    responses(
        (status = 200, description = "The project as it is now", body = ProjectView),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn update_environment(
    State(app): State<AppState>,
    _admin: Admin,
    Path((id, environment)): Path<(String, String)>,
    JsonBody(body): JsonBody<EnvironmentBody>,
) -> Result<Json<ProjectView>, Problem> {
    let environment = self::environment(&environment)?;
    let change = EnvironmentChange {
        writes: body.writes,
        allowed_origins: body.allowed_origins,
        custom_base_url: body.allow_custom_base_url,
        platform_keys: body.platform_keys,
        demo: body.demo,
        all_paths: body.allow_all_paths,
    };
    let change = change.checked()?;
    let now = app.clock.now();
    let project = app
        .store
        .update_environment(&project_id(&id)?, environment, change, now)
        .await
        .map_err(Refusal::from)?;
    app.in_use.changed();
    Ok(Json(project.ok_or(NO_PROJECT)?.into()))
}

const NO_PROJECT: Refusal = Refusal::NotFound("There is no such project.");

pub(super) fn project_id(text: &str) -> Result<ProjectId, Refusal> {
    ProjectId::parse(text).ok_or(NO_PROJECT)
}

pub(super) fn environment(text: &str) -> Result<Environment, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound("An environment is \"test\" or \"live\"."))
}

impl From<Project> for ProjectView {
    fn from(project: Project) -> Self {
        Self {
            id: project.id.as_str().to_owned(),
            name: project.name,
            created_at: project.created_at,
            environments: project.environments.into_iter().map(EnvironmentView::from).collect(),
        }
    }
}

impl From<EnvironmentRow> for EnvironmentView {
    fn from(row: EnvironmentRow) -> Self {
        Self {
            id: row.id.as_str().to_owned(),
            environment: row.kind,
            writes: row.writes,
            allowed_origins: row.allowed_origins,
            allow_custom_base_url: row.custom_base_url,
            platform_keys: row.proxy.platform_keys,
            demo: row.proxy.demo,
            allow_all_paths: row.proxy.all_paths,
        }
    }
}

impl From<CreatedProject> for ProjectCreated {
    fn from(created: CreatedProject) -> Self {
        let token = |environment, kind| {
            let found = created
                .tokens
                .iter()
                .find(|token| token.row.environment == environment && token.row.kind == kind);
            // EXPOSE: shown once to the operator who made the project.
            found.expect("a project is made with both tokens in both environments").token.expose().to_owned()
        };
        let environment = |environment| CreatedEnvironment {
            publishable_key: token(environment, TokenKind::Publishable),
            secret_key: token(environment, TokenKind::Secret),
        };
        let environments = CreatedEnvironments {
            test: environment(Environment::Test),
            live: environment(Environment::Live),
        };
        let Project { id, name, created_at, .. } = created.project;
        Self { id: id.as_str().to_owned(), name, created_at, environments }
    }
}
