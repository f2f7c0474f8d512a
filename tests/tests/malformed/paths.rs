//! Other spellings of a path are other paths, and those lead nowhere.

use byo_tests::Wire;

use crate::stage::{Stage, routes};

#[tokio::test]
async fn no_other_spelling_of_a_path_reaches_a_route() {
    let stage = Stage::new(&[]).await;
    let mut wire = Wire::open(stage.process.address()).await.expect("it listens");
    let (mut count, mut wrong) = (0, Vec::new());
    for route in routes() {
        let good = stage.good(&route, 1);
        let path = String::from_utf8(good.target.clone()).expect("good paths are text");
        let path = path.split('?').next().expect("there is a first part");
        for spelling in spellings(path, route.ends_with('}')) {
            let mut request = good.clone();
            request.target = spelling.clone().into_bytes();
            count += 1;
            wire.send(&request.bytes()).await.expect("it listens");
            let answer = wire.answer(request.method()).await.expect("it answers well");
            let answer = answer.expect("it answers");
            // 405: it is a path beside the route, such as an id's, and takes no such method.
            if !matches!(answer.status, 400 | 404 | 405) {
                wrong.push(format!("{} to {spelling}", answer.status));
            }
            if answer.closes() || answer.status == 400 {
                wire = Wire::open(stage.process.address()).await.expect("it listens");
            }
        }
    }
    assert!(count >= 200, "only {count} spellings");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Where the last part is data, some are other data and some the same.
fn spellings(path: &str, ends_in_data: bool) -> Vec<String> {
    let (parent, last) = path.rsplit_once('/').expect("paths begin with a slash");
    let encoded = |character: char| format!("%{:02x}", u32::from(character));
    let first = last.chars().next().expect("paths end in a name");
    let all: String = last.chars().map(encoded).collect();
    let mut spellings = vec![
        format!("/{path}"),
        format!("//{path}"),
        format!("{path}/"),
        format!("{path}//"),
        format!("{path}/."),
        format!("{path}/.."),
        format!("{path}/%2e"),
        format!("{path}."),
        format!("{path}%2e"),
        format!("{path}%00"),
        format!("{path}%00.css"),
        format!("{path}%0a"),
        format!("{path}%20"),
        format!("{path};"),
        format!("{path};x=1"),
        format!("{path}%3b"),
        format!("{path}%3fx=1"),
        format!("{path}%23"),
        format!("{path}/%2e%2e/{last}"),
        format!("{path}/../{last}"),
        format!("{path}/..;/{last}"),
        format!("{path}\\"),
        format!("{path}%5c"),
        format!("/.{path}"),
        format!("/..{path}"),
        format!("/..;{path}"),
        format!("/x/..{path}"),
        format!("/healthz/..{path}"),
        format!("/healthz/..;{path}"),
        format!("/healthz%2f..{path}"),
        format!("/pages/..{path}"),
        format!("/pages/..%2f{}", &path[1..]),
        format!("/connect/..%2f{}", &path[1..]),
        format!("/connect/..;{path}"),
        format!("%2f{}", &path[1..]),
        format!("/%2f{}", &path[1..]),
        format!("/%252f{}", &path[1..]),
        format!("{parent}%2f{last}"),
        format!("{parent}%252f{last}"),
        format!("{parent}%5c{last}"),
        format!("{parent}/./{last}"),
        format!("{parent}//{last}"),
        format!("{parent}/%2e/{last}"),
        format!("{parent}/%25{:02x}{}", u32::from(first), &last[1..]),
        format!("{parent}/{last}%"),
        format!("{parent}/{last}%zz"),
        format!("{parent}/%c0%af{last}"),
        format!("{parent}/\u{ff0f}{last}"),
        path.to_ascii_uppercase(),
    ];
    // Data spelled with escapes is the same data.
    if !ends_in_data {
        spellings.push(format!("{parent}/{}{}", encoded(first), &last[1..]));
        spellings.push(format!("{parent}/{all}"));
    }
    spellings
}
