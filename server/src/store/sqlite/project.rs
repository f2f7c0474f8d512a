//! Projects and their environments.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{
    Environment, EnvironmentChange, EnvironmentId, EnvironmentRow, NewProject, Page, Project, ProjectId,
    ProxySettings, Scope, StoreResult, Timestamp, row, token, unavailable,
};

/// An environment with its project.
#[derive(FromRow)]
struct Columns {
    project_name: String,
    created_at: Timestamp,
    #[sqlx(flatten)]
    environment: EnvironmentColumns,
}

#[derive(FromRow)]
struct EnvironmentColumns {
    id: String,
    project_id: String,
    kind: String,
    writes: String,
    allowed_origins: String,
    custom_base_url: bool,
    platform_keys: bool,
    demo: bool,
    all_paths: bool,
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
            proxy: ProxySettings {
                platform_keys: self.platform_keys,
                demo: self.demo,
                all_paths: self.all_paths,
            },
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
    let rows: Vec<Columns> = sqlx::query_as(
        "SELECT p.name AS project_name, p.created_at,
                e.id, e.project_id, e.kind, e.writes, e.allowed_origins, e.custom_base_url,
                e.platform_keys, e.demo, e.all_paths
         FROM projects p JOIN environments e ON e.project_id = p.id
         WHERE p.id = $1 ORDER BY e.kind DESC",
    )
    .bind(id)
    .fetch_all(db)
    .await
    .map_err(unavailable)?;
    Ok(collect(rows)?.pop())
}

pub(super) async fn page(db: &SqlitePool, page: Page<ProjectId>) -> StoreResult<Vec<Project>> {
    let rows: Vec<Columns> = sqlx::query_as(
        "SELECT p.name AS project_name, p.created_at,
                e.id, e.project_id, e.kind, e.writes, e.allowed_origins, e.custom_base_url,
                e.platform_keys, e.demo, e.all_paths
         FROM (SELECT id, name, created_at FROM projects WHERE $1 IS NULL OR id > $1 ORDER BY id LIMIT $2) p
         JOIN environments e ON e.project_id = p.id
         ORDER BY p.id, e.kind DESC",
    )
    .bind(page.after)
    .bind(i64::from(page.limit))
    .fetch_all(db)
    .await
    .map_err(unavailable)?;
    collect(rows)
}

/// Rows of one project stand together.
fn collect(rows: Vec<Columns>) -> StoreResult<Vec<Project>> {
    let mut projects: Vec<Project> = Vec::new();
    for Columns { project_name, created_at, environment } in rows {
        let id = row::id("project id", ProjectId::parse(&environment.project_id))?;
        if projects.last().is_none_or(|last| last.id != id) {
            projects.push(Project { id, name: project_name, created_at, environments: Vec::new() });
        }
        let project = projects.last_mut().expect("one was just added");
        project.environments.push(environment.read()?);
    }
    Ok(projects)
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
             platform_keys = COALESCE($4, platform_keys),
             demo = COALESCE($5, demo),
             all_paths = COALESCE($6, all_paths),
             updated_at = $7
         WHERE project_id = $8 AND kind = $9",
    )
    .bind(change.writes.as_ref().map(row::to_name))
    .bind(change.allowed_origins.as_ref().map(row::to_json))
    .bind(change.custom_base_url)
    .bind(change.platform_keys)
    .bind(change.demo)
    .bind(change.all_paths)
    .bind(now)
    .bind(project)
    .bind(environment.as_str())
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(updated.rows_affected() > 0)
}
