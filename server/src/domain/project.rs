//! Projects, their environments and tokens: the operator's part.

use std::sync::Arc;

use super::{Refusal, in_use::carry, session::check_origins};
use crate::{
    app::App,
    clock::Timestamp,
    entropy::Entropy,
    environment::Environment,
    id::{EnvironmentId, ProjectId, TokenId},
    store::{
        AllowedOrigins, EnvironmentChange, EnvironmentRow, NewProject, NewToken, Project, ProxySettings,
        TokenRow, Writes,
    },
    token::{Token, TokenKind},
};

/// A project, with its tokens in the clear for this once.
pub struct CreatedProject {
    /// The project.
    pub project: Project,
    /// Publishable and secret key of each environment.
    pub tokens: Vec<CreatedToken>,
}

/// A token, in the clear for this once.
pub struct CreatedToken {
    /// What is known of it.
    pub row: TokenRow,
    /// The token.
    pub token: Token,
}

const LONGEST_NAME: usize = 100;

/// Makes a project with both environments and a publishable and a secret key in each.
pub async fn create_project(app: &App, name: &str) -> Result<CreatedProject, Refusal> {
    check_name(name)?;
    let now = app.clock.now();
    let environments: Vec<_> =
        Environment::ALL.into_iter().map(|kind| new_environment(kind, now, &*app.entropy)).collect();
    let project = Project {
        id: ProjectId::new(now, &*app.entropy),
        name: name.to_owned(),
        created_at: now,
        environments,
    };
    let tokens: Vec<_> = project
        .environments
        .iter()
        .flat_map(|environment| [TokenKind::Publishable, TokenKind::Secret].map(|kind| (environment, kind)))
        .map(|(environment, kind)| new_token(environment, kind, "first", now, &*app.entropy))
        .collect();
    let stored = tokens.iter().map(stored).collect();
    app.store.insert_project(NewProject { project: project.clone(), tokens: stored }).await?;
    Ok(CreatedProject { project, tokens })
}

/// Makes another token.
pub async fn create_token(
    app: &App,
    project: &ProjectId,
    environment: Environment,
    kind: TokenKind,
    name: &str,
) -> Result<CreatedToken, Refusal> {
    if !matches!(kind, TokenKind::Publishable | TokenKind::Secret) {
        return Err(Refusal::invalid("kind", "must be \"publishable\" or \"secret\""));
    }
    check_name(name)?;
    let environment = environment_of(app, project, environment).await?;
    let created = new_token(&environment, kind, name, app.clock.now(), &*app.entropy);
    app.store.insert_token(stored(&created)).await?;
    Ok(created)
}

/// Ends a token; no call passes with it once this has answered, nor with what it made. Calls that run with runtime tokens
/// it made end now. Goes on to its end even if whoever asked goes away.
pub async fn revoke_token(app: &Arc<App>, id: TokenId) -> Result<(), Refusal> {
    carry(app, move |app| async move {
        if !app.store.revoke_token(&id, app.clock.now()).await? {
            return Err(Refusal::NotFound("There is no such token."));
        }
        app.end([id.as_str()]).await;
        Ok(())
    })
    .await
}

/// One half of a project.
pub(super) async fn environment_of(
    app: &App,
    project: &ProjectId,
    environment: Environment,
) -> Result<EnvironmentRow, Refusal> {
    let project = app.store.project(project).await?.ok_or(Refusal::NotFound("There is no such project."))?;
    let found = project.environments.into_iter().find(|row| row.kind == environment);
    Ok(found.expect("every project is made with both environments"))
}

impl EnvironmentChange {
    /// Checks what is to be set.
    pub fn checked(self) -> Result<Self, Refusal> {
        if let Some(AllowedOrigins::List(origins)) = &self.allowed_origins {
            check_origins(origins).map_err(|message| Refusal::invalid("allowedOrigins", message))?;
        }
        Ok(self)
    }
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let good = !name.trim().is_empty()
        && name.chars().count() <= LONGEST_NAME
        && !name.chars().any(char::is_control);
    if good {
        Ok(())
    } else {
        Err(Refusal::invalid(
            "name",
            format!("must be 1 to {LONGEST_NAME} characters, none of them a control character"),
        ))
    }
}

/// `test` works at once from any page; `live` takes nothing from a browser until its origins are set and the
/// backend makes a session.
fn new_environment(kind: Environment, now: Timestamp, entropy: &dyn Entropy) -> EnvironmentRow {
    let (writes, allowed_origins) = match kind {
        Environment::Test => (Writes::Open, AllowedOrigins::ANY),
        Environment::Live => (Writes::Session, AllowedOrigins::List(Vec::new())),
    };
    EnvironmentRow {
        id: EnvironmentId::new(now, entropy),
        kind,
        writes,
        allowed_origins,
        custom_base_url: false,
        proxy: ProxySettings::default(),
    }
}

fn new_token(
    environment: &EnvironmentRow,
    kind: TokenKind,
    name: &str,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> CreatedToken {
    let token = Token::generate(kind, environment.kind, entropy);
    let row = TokenRow {
        id: TokenId::new(now, entropy),
        kind,
        environment_id: environment.id.clone(),
        environment: environment.kind,
        name: name.to_owned(),
        created_at: now,
        revoked_at: None,
    };
    CreatedToken { row, token }
}

fn stored(created: &CreatedToken) -> NewToken {
    NewToken { row: created.row.clone(), hash: created.token.hash() }
}
