//! Projects and their environments.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{
    Environment, EnvironmentChange, EnvironmentId, EnvironmentRow, NewProject, Project, ProjectId, Scope,
    StoreResult, Timestamp, row, token, unavailable,
};

#[derive(FromRow)]
struct ProjectColumns {
    id: String,
    name: String,
    created_at: Timestamp,
}

#[derive(FromRow)]
struct EnvironmentColumns {
    id: String,
    project_id: String,
    kind: String,
    writes: String,
    allowed_origins: String,
    custom_base_url: bool,
}

/// The columns of an environment and its project, as they are joined to a credential.
#[derive(FromRow)]
pub(super) struct ScopeColumns {
    project_name: String,
    #[sqlx(flatten)]
    environment: EnvironmentColumns,
}

impl EnvironmentColumns {
    fn read(self) -> StoreResult<EnvironmentRow> {
        Ok(EnvironmentRow {
            id: row::id("environment id", EnvironmentId::parse(&self.id))?,
            kind: row::name("environment kind", &self.kind)?,
            writes: row::name("write mode", &self.writes)?,
            allowed_origins: row::json("origin list", &self.allowed_origins)?,
            custom_base_url: self.custom_base_url,
        })
    }
}

impl ScopeColumns {
    pub(super) fn read(self) -> StoreResult<Scope> {
        Ok(Scope {
            project_id: row::id("project id", ProjectId::parse(&self.environment.project_id))?,
            project_name: self.project_name,
            environment: self.environment.read()?,
        })
    }
}

pub(super) async fn insert(db: &mut SqliteConnection, new: NewProject) -> StoreResult<()> {
    let NewProject { project, tokens } = new;
    sqlx::query("INSERT INTO projects (id, name, created_at) VALUES ($1, $2, $3)")
        .bind(&project.id)
        .bind(&project.name)
        .bind(project.created_at)
        .execute(&mut *db)
        .await
        .map_err(unavailable)?;
    for environment in &project.environments {
        sqlx::query(
            "INSERT INTO environments (id, project_id, kind, writes, allowed_origins, custom_base_url, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&environment.id)
        .bind(&project.id)
        .bind(environment.kind.as_str())
        .bind(row::to_name(&environment.writes))
        .bind(row::to_json(&environment.allowed_origins))
        .bind(environment.custom_base_url)
        .bind(project.created_at)
        .execute(&mut *db)
        .await
        .map_err(unavailable)?;
    }
    for new in tokens {
        token::insert(db, new).await?;
    }
    Ok(())
}

pub(super) async fn find(db: &SqlitePool, id: &ProjectId) -> StoreResult<Option<Project>> {
    let project: Option<ProjectColumns> =
        sqlx::query_as("SELECT id, name, created_at FROM projects WHERE id = $1")
            .bind(id)
            .fetch_optional(db)
            .await
            .map_err(unavailable)?;
    match project {
        Some(project) => Ok(Some(with_environments(db, project).await?)),
        None => Ok(None),
    }
}

pub(super) async fn all(db: &SqlitePool) -> StoreResult<Vec<Project>> {
    let rows: Vec<ProjectColumns> = sqlx::query_as("SELECT id, name, created_at FROM projects ORDER BY id")
        .fetch_all(db)
        .await
        .map_err(unavailable)?;
    let mut projects = Vec::with_capacity(rows.len());
    for project in rows {
        projects.push(with_environments(db, project).await?);
    }
    Ok(projects)
}

async fn with_environments(db: &SqlitePool, project: ProjectColumns) -> StoreResult<Project> {
    let environments: Vec<EnvironmentColumns> = sqlx::query_as(
        "SELECT id, project_id, kind, writes, allowed_origins, custom_base_url FROM environments
         WHERE project_id = $1 ORDER BY kind DESC",
    )
    .bind(&project.id)
    .fetch_all(db)
    .await
    .map_err(unavailable)?;
    Ok(Project {
        id: row::id("project id", ProjectId::parse(&project.id))?,
        name: project.name,
        created_at: project.created_at,
        environments: environments.into_iter().map(EnvironmentColumns::read).collect::<StoreResult<_>>()?,
    })
}

pub(super) async fn update_environment(
    db: &mut SqliteConnection,
    project: ProjectId,
    environment: Environment,
    change: EnvironmentChange,
    now: Timestamp,
) -> StoreResult<bool> {
    let updated = sqlx::query(
        "UPDATE environments SET
             writes = COALESCE($1, writes),
             allowed_origins = COALESCE($2, allowed_origins),
             custom_base_url = COALESCE($3, custom_base_url),
             updated_at = $4
         WHERE project_id = $5 AND kind = $6",
    )
    .bind(change.writes.as_ref().map(row::to_name))
    .bind(change.allowed_origins.as_ref().map(row::to_json))
    .bind(change.custom_base_url)
    .bind(now)
    .bind(project)
    .bind(environment.as_str())
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(updated.rows_affected() > 0)
}
