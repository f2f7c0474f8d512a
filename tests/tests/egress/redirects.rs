//! Answers that point elsewhere: nothing goes there.

use crate::{literals::refusal, namespace::inside, sinks::dialled, table::Row, world::World};

/// The public host that answers with redirects.
const FIRST: &str = "93.184.216.50";

/// To the inside, to another public host, by another scheme, and to the proxy that the environment names.
const SECOND: &[&str] = &[
    "https/10.0.0.5",
    "http/10.0.0.5",
    "http/169.254.169.254",
    "http/127.0.0.1:6379",
    "https/[::1]",
    "https/93.184.216.51",
    "http/93.184.216.51",
    "http/10.99.99.99:3128",
];

#[test]
fn no_redirect_is_followed() {
    inside(|| async {
        let rows: Vec<Row> = [300, 301, 302, 303, 304, 305, 306, 307, 308]
            .into_iter()
            .flat_map(|status| {
                SECOND.iter().map(move |second| {
                    Row::new(
                        format!("https://{FIRST}/redirect/{status}/{}", bracketless(second)),
                        "a redirect",
                    )
                })
            })
            .collect();
        let mut world = World::new().await;
        let saved = world.save(&rows).await;
        let sent = world.send(&rows).await;
        for (row, (saved, sent)) in rows.iter().zip(saved.iter().zip(&sent)) {
            assert_eq!(saved.connect.code(), "provider_unreachable", "{row:?}: {:?}", saved.connect);
            assert_eq!(saved.webhook.status, 201, "{row:?}");
            assert_eq!(refusal(&sent.validate), "unexpected_answer", "{row:?}");
            assert_eq!(sent.delivery, "http_error", "{row:?}");
        }
        let arrivals = world.sinks.take();
        let only = [FIRST.parse().unwrap()].into();
        assert_eq!(dialled(&arrivals), only, "a redirect was followed");
        let asked = |method: &str| {
            let fits = |asked: &String| asked.starts_with(method);
            arrivals.iter().filter(|arrival| arrival.asked.as_ref().is_some_and(fits)).count()
        };
        assert!(asked("POST") >= rows.len() && asked("GET") >= 2 * rows.len(), "every one was answered");
        world.end().await;
    });
}

/// A base URL's path holds no brackets; the host is written without and answered with them.
fn bracketless(host: &str) -> String {
    host.replace(['[', ']'], "")
}
