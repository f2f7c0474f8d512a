//! What stands beside a record.

use serde_json::{Value, json};

use super::stage::Stage;

/// Columns and the SQL of their new values.
type Changes<'a> = &'a [(&'a str, &'a str)];

#[tokio::test]
async fn a_base_url_edited_in_the_database_gets_no_key() {
    let mut stage = Stage::new().await;
    let thief = stage.thief.base_url.clone();
    // Where the operator's replacement stands, and where the row names a place of its own.
    edited(&mut stage, &[("provider_config", &format!(r#"'{{"baseUrl":"{thief}"}}'"#))]).await;
    let provider = stage.provider.base_url.clone();
    let mut body = stage.raw();
    body["providerConfig"] = json!({"baseUrl": provider});
    stage.app.post("/v1/keys/rotate", &stage.project.secret, body).await.ok();
    for config in [
        format!(r#"'{{"baseUrl":"{thief}"}}'"#),
        format!(r#"'{{"baseUrl":"{provider}/"}}'"#),
        r#"'{"baseUrl":"https://api.openai.com/v1"}'"#.to_owned(),
        "'{}'".to_owned(),
    ] {
        stage.edit(&format!("UPDATE provider_keys SET provider_config = {config} WHERE id = $1")).await;
        stage.assert_refused(&config, stage.own()).await;
    }
    assert_eq!(stage.thief.asked(), 0);
    stage
        .edit(&format!(
            r#"UPDATE provider_keys SET provider_config = '{{"baseUrl":"{provider}"}}' WHERE id = $1"#
        ))
        .await;
    stage.assert_good().await;
}

#[tokio::test]
async fn a_row_edited_in_any_column_that_says_whose_key_it_is_is_refused() {
    let mut stage = Stage::new().await;
    for change in [
        ("version", "version + 1"),
        ("version", "version - 1"),
        ("version", "-9223372036854775808"),
        ("created_at", "created_at + 1"),
        ("created_at", "0"),
        ("id", "'key_00000000000000000000000000'"),
        ("provider_config", r#"'{"wireApi":"responses"}'"#),
        ("provider_config", r#"'{"region":"eu"}'"#),
        ("provider_config", r#"'{"azure":{"apiVersion":"2024-10-21"}}'"#),
    ] {
        edited(&mut stage, &[change]).await;
    }
}

/// The key itself is not touched: it is only asked for where it was moved to.
#[tokio::test]
async fn a_row_moved_to_another_customer_name_provider_environment_or_project_is_refused() {
    let mut stage = Stage::new().await;
    let (own, test, other) =
        (stage.project.secret.clone(), stage.test_secret.clone(), stage.other.secret.clone());
    let environment =
        |donor: &str| format!("(SELECT environment_id FROM temp.pristine WHERE id = '{donor}')");
    let donor = |relation: &str| {
        let found = stage.donors.iter().find(|(name, _)| *name == relation);
        environment(&found.expect("there is such a donor").1)
    };
    let (to_test, to_other) = (donor("the other environment"), donor("another project"));
    let asked = |provider: &str, ref_id: &str, name: &str| json!({"provider": provider, "refId": ref_id, "name": name});
    let moves: [(&str, Changes<'_>, &str, Value); 6] = [
        ("customer", &[("ref_id", "'customer_3'")], &own, asked("openai", "customer_3", "default")),
        ("name", &[("name", "'third'")], &own, asked("openai", "customer_1", "third")),
        ("provider", &[("provider", "'mistral'")], &own, asked("mistral", "customer_1", "default")),
        (
            "environment",
            &[("environment_id", &to_test), ("name", "'moved'")],
            &test,
            asked("openai", "customer_1", "moved"),
        ),
        (
            "project",
            &[("environment_id", &to_other), ("name", "'moved'")],
            &other,
            asked("openai", "customer_1", "moved"),
        ),
        (
            "customer of another project",
            &[("environment_id", &to_other), ("ref_id", "'customer_9'")],
            &other,
            asked("openai", "customer_9", "default"),
        ),
    ];
    for (what, changes, token, name) in moves {
        stage.edit(&update(changes)).await;
        stage.assert_refused(what, (token, name)).await;
        stage.restore().await;
    }
    stage.assert_good().await;
}

#[tokio::test]
async fn an_environment_given_to_another_project_takes_no_key_along() {
    let mut stage = Stage::new().await;
    let add = "INSERT INTO projects VALUES ('prj_00000000000000000000000000', 'thief', 0)";
    sqlx::query(add).execute(&mut stage.db).await.unwrap();
    stage
        .edit(
            "UPDATE environments SET project_id = 'prj_00000000000000000000000000'
             WHERE id = (SELECT environment_id FROM provider_keys WHERE id = $1)",
        )
        .await;
    stage.assert_refused("the environment's project", stage.own()).await;
}

/// Values that byo never writes.
#[tokio::test]
async fn a_row_that_cannot_be_read_is_refused_by_every_call_that_reads_it() {
    let mut stage = Stage::new().await;
    for change in [
        ("provider_config", "'{'"),
        ("provider_config", "'null'"),
        ("provider_config", r#"'{"baseUrl":7}'"#),
        ("verdict", "'splendid'"),
        ("models", "'[1]'"),
        ("id", "'nonsense'"),
    ] {
        stage.edit(&update(&[change])).await;
        stage.assert_refused(&format!("{change:?}"), stage.own()).await;
        let listed = stage.app.get("/v1/keys?refId=customer_1", &stage.project.secret).await;
        listed.assert_refused(500, "internal");
        let rotated = stage.app.post("/v1/keys/rotate", &stage.project.secret, stage.raw()).await;
        rotated.assert_refused(500, "internal");
        assert_eq!(stage.errors.take().lines().count(), 2, "{change:?}");
        stage.restore().await;
        stage.assert_good().await;
    }
}

async fn edited(stage: &mut Stage, changes: &[(&str, &str)]) {
    stage.edit(&update(changes)).await;
    stage.assert_refused(&format!("{changes:?}"), stage.own()).await;
    stage.restore().await;
    stage.assert_good().await;
}

fn update(changes: &[(&str, &str)]) -> String {
    let set: Vec<_> = changes.iter().map(|(column, value)| format!("{column} = {value}")).collect();
    format!("UPDATE provider_keys SET {} WHERE id = $1", set.join(", "))
}
