//! What the router answers beside the document: files, for everybody alike, and nothing else.

use std::{collections::BTreeSet, fs, path::Path};

use axum::body::Body;
use byo_tests::ADMIN_KEY;
use http::Request;

use crate::{document, table, world::World};

#[test]
fn routes_beside_the_document_are_the_committed_ones() {
    let mut found = BTreeSet::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src/http"), &mut found);
    let committed: BTreeSet<_> = committed().map(str::to_owned).collect();
    assert_eq!(found, committed, "declare API routes with `routes!`, or review them into undocumented.txt");
}

#[tokio::test]
async fn files_are_the_same_for_everybody_and_hold_no_data() {
    let world = World::new().await;
    for path in committed() {
        let path = path.replace("{*path}", "index/index.css");
        let alone = send(&world, "GET", &path, &[]).await;
        let bearer = format!("Bearer {}", world.secret);
        let known = send(&world, "GET", &path, &[("authorization", &bearer)]).await;
        let operator = send(&world, "GET", &path, &[("x-admin-key", ADMIN_KEY)]).await;
        assert!([200, 307, 404].contains(&alone.status.as_u16()), "{path}: {}", alone.text);
        for other in [known, operator] {
            assert_eq!(other.status, alone.status, "{path}");
            assert!(other.status != 200 || other.text == alone.text, "{path} depends on who asks");
            assert!(!other.text.contains(&world.marker), "{path}");
        }
    }
}

#[tokio::test]
async fn documented_paths_take_no_undocumented_method() {
    let world = World::new().await;
    let document = document();
    let routes = table::routes(&document);
    let bearer = format!("Bearer {}", world.secret);
    for route in routes.keys() {
        let (_, path) = route.split_once(' ').expect("a route is a method and a path");
        let uri = world.request(route).expect("the matrix covers every route").uri;
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if routes.contains_key(&format!("{method} {path}")) {
                continue;
            }
            for header in [("authorization", bearer.as_str()), ("x-admin-key", ADMIN_KEY)] {
                let answer = send(&world, method, &uri, &[header]).await;
                assert_eq!(answer.status, 405, "{method} {path}: {}", answer.text);
            }
        }
    }
}

async fn send(world: &World, method: &str, path: &str, headers: &[(&str, &str)]) -> byo_tests::Answer {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    world.app.send(request.body(Body::empty()).expect("a good request")).await
}

fn committed() -> impl Iterator<Item = &'static str> {
    include_str!("undocumented.txt").lines()
}

/// Paths that the sources route by hand. Routes declared with `routes!` are documented by construction.
fn collect(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the server's sources are there") {
        let path = entry.expect("folders can be read").path();
        if path.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        if path.is_dir() {
            collect(&path, found);
            continue;
        }
        let source = fs::read_to_string(&path).expect("sources are text");
        // Whole subtrees and services would bring routes that this cannot read.
        for hidden in [".nest(", ".nest_service(", ".route_service(", ".fallback_service("] {
            assert!(!source.contains(hidden), "{}: {hidden}..) hides routes from review", path.display());
        }
        for call in source.split(".route(").skip(1) {
            let text = call.trim_start().strip_prefix('"').and_then(|text| text.split_once('"'));
            let (route, _) = text.unwrap_or_else(|| panic!("{}: write routes as literals", path.display()));
            found.insert(route.to_owned());
        }
    }
}
