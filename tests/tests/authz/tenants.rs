//! Another project's token, or the other environment's, passes by its kind and finds nothing.

use byo_server::environment::Environment;
use byo_tests::Answer;
use http::Method;
use serde_json::{Value, json};
use sqlx::{Connection, sqlite::SqliteConnectOptions};

use crate::world::World;

#[tokio::test]
async fn what_belongs_to_another_tenant_is_as_if_it_were_not_there() {
    let world = World::new().await;
    let before = world.seen().await;
    let rows = rows(&world).await;
    assert!(rows.iter().any(|row| row.contains(&world.marker)));
    let key = before[0]["data"][0].clone();
    let hook = before[1]["data"][0]["id"].as_str().expect("the project has an endpoint").to_owned();
    let runtime = before[2]["data"][0]["id"].as_str().expect("the project has a runtime token").to_owned();
    for stranger in
        ["secret of another project", "secret of the other environment", "session of another project"]
    {
        let token = world.credential(stranger);
        let named = json!({"provider": "openai", "refId": key["refId"], "name": key["name"]});
        let absent = json!({"provider": "openai", "refId": key["refId"], "name": "absent"});
        let post = async |call: &str, body: &Value| {
            world.app.post(&format!("/v1/keys/{call}"), token, body.clone()).await
        };
        for call in ["validate", "disable", "enable"] {
            same(stranger, &post(call, &named).await, &post(call, &absent).await);
        }
        assert!(post("revoke", &named).await.ok()["id"].is_null(), "{stranger}");
        let revert = async |ref_id: &str| {
            let path = format!("/v1/customers/{ref_id}/revert");
            world.app.post(&path, token, json!({"confirm": true})).await
        };
        let reverted = revert("customer_1").await;
        if stranger.starts_with("session") {
            // Its own backend vouches for a customer of that name, who has no key there.
            assert_eq!(reverted.ok()["revoked"], json!([]), "{stranger}");
        } else if stranger.ends_with("project") {
            // Sessions were made there for a customer of that name.
            assert_eq!(reverted.ok()["revoked"], json!([]), "{stranger}");
            same(stranger, &revert(&world.marker).await, &revert("nobody").await);
        } else {
            same(stranger, &reverted, &revert("nobody").await);
        }
        let get = async |path: String| world.app.get(&path, token).await;
        let unknown = get("/v1/keys/key_00000000000000000000000000".to_owned()).await;
        same(stranger, &get(format!("/v1/keys/{}", world.key())).await, &unknown);
        for query in ["", "?refId=customer_1", "?provider=openai", "?status=active"] {
            assert_eq!(get(format!("/v1/keys{query}")).await.ok()["data"], json!([]), "{stranger} {query}");
        }
        let delete = async |id: &str| {
            let path = format!("/v1/webhook-endpoints/{id}");
            world.app.call(Method::DELETE, &path, token, None).await
        };
        same(stranger, &delete(&hook).await, &delete("whe_00000000000000000000000000").await);
        let end = async |id: &str| {
            let path = format!("/v1/runtime-tokens/{id}");
            world.app.call(Method::DELETE, &path, token, None).await
        };
        same(stranger, &end(&runtime).await, &end("tok_00000000000000000000000000").await);
    }
    assert_eq!(world.seen().await, before, "nothing of the project was touched");
    assert_eq!(self::rows(&world).await, rows, "no row was touched, made or removed");
}

#[tokio::test]
async fn a_token_does_not_change_its_environment_by_saying_so() {
    let world = World::new().await;
    for environment in [Environment::Test, Environment::Live] {
        for secret in [world.credential("secret"), world.credential("secret of the other environment")] {
            let changed = secret.replacen("_test_", &format!("_{environment}_"), 1);
            let changed = changed.replacen("_live_", &format!("_{environment}_"), 1);
            let answer = world.app.get("/v1/keys", &changed).await;
            let wanted = if changed == secret { 200 } else { 401 };
            assert_eq!(answer.status, wanted, "{}", answer.text);
        }
    }
}

/// Every row, as text, of the tables that these calls could write data to.
async fn rows(world: &World) -> Vec<String> {
    let options = SqliteConnectOptions::new().filename(world.app.folder.path("byo.db"));
    let mut db = sqlx::SqliteConnection::connect_with(&options).await.expect("the database opens twice");
    let mut rows = Vec::new();
    for table in [
        "provider_keys",
        "webhook_endpoints",
        "webhook_deliveries",
        "events",
        "environments",
        "tokens",
        "runtime_tokens",
    ] {
        let columns = "SELECT group_concat('quote(\"' || name || '\")', ' || ') FROM pragma_table_info($1)";
        let columns: String =
            sqlx::query_scalar(columns).bind(table).fetch_one(&mut db).await.expect("the table exists");
        let all = sqlx::AssertSqlSafe(format!("SELECT {columns} FROM {table} ORDER BY 1"));
        let all: Vec<String> = sqlx::query_scalar(all).fetch_all(&mut db).await.expect("tables can be read");
        rows.extend(all.into_iter().map(|row| format!("{table}: {row}")));
    }
    rows
}

/// Apart from the request's id, one answer is the other.
fn same(stranger: &str, one: &Answer, other: &Answer) {
    let without_id = |answer: &Answer| {
        let mut json = answer.json.clone();
        json["requestId"] = Value::Null;
        (answer.status, json)
    };
    assert_eq!(without_id(one), without_id(other), "{stranger}");
    assert!(one.status == 404 || one.status == 403, "{stranger}: {}", one.text);
}
