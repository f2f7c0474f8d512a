//! Answers that point elsewhere: nothing goes there, and nobody is told to go there.

use crate::{
    literals::refusal,
    namespace::inside,
    proxied::{Form, Proxied},
    sinks::{ELSEWHERE, dialled},
    table::Row,
    world::World,
};

/// The public host that answers with redirects.
const FIRST: &str = "93.184.216.50";

/// To the inside, to another public host, by another scheme, and to the proxy that the environment names: for all
/// redirects that somebody follows.
const SECOND: &[&str] = &[
    "https/10.0.0.5",
    "http/10.0.0.5",
    "http/169.254.169.254",
    "http/127.0.0.1:6379",
    "https/::1",
    "https/93.184.216.51",
    "http/93.184.216.51",
    "http/10.99.99.99:3128",
    "any-scheme/10.0.0.5",
    "backslash/10.0.0.5",
    "user/10.0.0.5",
    "root/10.0.0.5",
    "dots/10.0.0.5",
];

#[test]
fn no_redirect_is_followed_or_passed_on() {
    inside(|| async {
        let followed = [301, 302, 303, 307, 308].into_iter().flat_map(|status| rows(status, SECOND));
        let others = [300, 304, 305, 306].into_iter().flat_map(|status| rows(status, &SECOND[..3]));
        let rows: Vec<Row> = followed.chain(others).collect();
        let mut world = World::new().await;
        let saved = world.save(&rows).await;
        let sent = world.send(&rows).await;
        for (row, (saved, sent)) in rows.iter().zip(saved.iter().zip(&sent)) {
            assert_eq!(saved.connect.code(), "provider_unreachable", "{row:?}: {:?}", saved.connect);
            assert_eq!(saved.webhook.status, 201, "{row:?}");
            assert_eq!(refusal(&sent.validate), "unexpected_answer", "{row:?}");
            assert_eq!(sent.delivery, "http_error", "{row:?}");
            for proxied in &sent.proxied {
                let code =
                    if proxied.form.is_unified() { "provider_unreachable" } else { "provider_refused" };
                assert_eq!(proxied.answer.status, 502, "{row:?}: {proxied:?}");
                assert_eq!(proxied.outcome(), code, "{row:?}: {proxied:?}");
                assert_points_nowhere(row, proxied);
            }
        }
        let proxied = || sent.iter().flat_map(|sent| &sent.proxied);
        let all_forms = Form::ALL.iter().all(|form| proxied().any(|proxied| proxied.form == *form));
        assert!(all_forms && proxied().count() >= rows.len());
        println!("{} redirects, {} proxied calls", rows.len(), proxied().count());

        let arrivals = world.sinks.take();
        let only = [FIRST.parse().unwrap()].into();
        assert_eq!(dialled(&arrivals), only, "a redirect was followed");
        let asked = |method: &str| arrivals.iter().filter(|arrival| arrival.was_asked(method)).count();
        let of_models = proxied().filter(|proxied| proxied.form == Form::Models).count();
        assert!(asked("POST") >= rows.len() + proxied().count() - of_models, "every one was answered");
        assert!(asked("GET") >= 2 * rows.len() + of_models, "every one was answered");
        world.end().await;
    });
}

#[test]
fn a_success_that_points_elsewhere_is_passed_on_without() {
    inside(|| async {
        let rows: Vec<Row> =
            [200, 201, 202, 203].into_iter().flat_map(|status| rows(status, SECOND)).collect();
        let mut world = World::new().await;
        let sent = world.send(&rows).await;
        for (row, sent) in rows.iter().zip(&sent) {
            assert_eq!(sent.delivery, "delivered", "{row:?}");
            for proxied in &sent.proxied {
                assert_eq!(proxied.outcome(), "answered", "{row:?}: {proxied:?}");
                assert_points_nowhere(row, proxied);
            }
        }
        assert_eq!(dialled(&world.sinks.take()), [FIRST.parse().unwrap()].into());
        world.end().await;
    });
}

/// Base URLs of the first host that are answered with this status and point to these.
fn rows(status: u16, second: &[&str]) -> Vec<Row> {
    let url = |second: &&str| format!("https://{FIRST}/redirect/{status}/{second}");
    second.iter().map(|second| Row::new(url(second), "a redirect")).collect()
}

fn assert_points_nowhere(row: &Row, proxied: &Proxied) {
    let answer = &proxied.answer;
    for name in ELSEWHERE {
        assert!(!answer.headers.contains_key(&name), "{row:?}: {proxied:?}");
    }
    let second = row.base_url.rsplit('/').next().expect("it has a path");
    let told = answer.headers.values().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let told = told.chain([answer.text.clone()]).any(|text| text.contains(second));
    assert!(!told, "{row:?}: {proxied:?}");
}
