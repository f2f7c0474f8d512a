//! Who may call what: every route of the document, by every principal, with the credential in every place.

mod carrier;
mod matrix;
mod outside;
mod table;
mod tenants;
mod world;

use serde_json::{Value, json};

#[tokio::test]
async fn every_cell_of_the_matrix_is_answered_as_the_table_says() {
    let world = world::World::new().await;
    let found = matrix::run(&world, &table::committed()).await;
    println!("{} cells, {} passed, {} mismatches", found.cells, found.passed, found.mismatches.len());
    assert!(found.mismatches.is_empty(), "{}", summary(&found.mismatches));
    assert!(found.cells >= 1_000, "only {} cells", found.cells);
    assert!(
        found.passed >= 100,
        "only {} cells pass: a server that refuses all proves nothing",
        found.passed
    );
    let committed: Vec<_> = include_str!("uncovered.txt").lines().collect();
    assert_eq!(found.uncovered, committed, "cells that the matrix cannot make a request for");
    assert!(committed.is_empty(), "every cell is covered");
}

#[test]
fn every_documented_route_has_a_row_and_every_row_a_route() {
    let lines = table::disagreements(&document(), &table::committed());
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn a_route_without_a_row_would_be_found() {
    let mut document = document();
    document["paths"]["/v1/undeclared"] = json!({"get": {"security": [{"secretKey": []}]}});
    let lines = table::disagreements(&document, &table::committed());
    assert_eq!(lines, ["GET /v1/undeclared: is in the document and has no row"]);
}

#[test]
fn a_row_without_a_route_or_with_other_principals_would_be_found() {
    let mut document = document();
    document["paths"]["/v1/keys/rotate"]["post"]["security"] = json!([{"publishableKey": []}]);
    document["paths"]["/v1/keys/enable"] = json!({});
    let lines = table::disagreements(&document, &table::committed());
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0], "POST /v1/keys/enable: has a row and is not in the document");
    assert!(
        lines[1].starts_with("POST /v1/keys/rotate: the document says {\"publishable\"}"),
        "{}",
        lines[1]
    );
}

fn document() -> Value {
    serde_json::to_value(byo_server::http::document()).expect("a document is JSON")
}

fn summary(mismatches: &[String]) -> String {
    let first: Vec<_> = mismatches.iter().take(40).map(String::as_str).collect();
    format!("{} mismatches, the first of them:\n{}", mismatches.len(), first.join("\n"))
}
