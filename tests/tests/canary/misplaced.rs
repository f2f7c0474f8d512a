//! Secrets where they do not belong: in paths, queries, headers, methods, broken and oversized bodies.

use byo_tests::{ADMIN_KEY, PAGE};
use serde_json::{Value, json};

use super::world::World;

pub(crate) async fn run(world: &mut World) {
    in_the_request_line(world).await;
    in_headers(world).await;
    as_credentials(world).await;
    in_bodies(world).await;
}

async fn in_the_request_line(world: &mut World) {
    let key = world.made_up("a key in a request line");
    let plain = key.replace('-', "");
    world.record.secret("a key in a request line", plain.as_str());
    let (secret, session) = (world.secret.clone(), world.session("customer_1").await);
    for path in [
        format!("/{key}"),
        format!("/v1/keys/{key}"),
        format!("/v1/keys/{key}?key={key}"),
        format!("/v1/keys?cursor={key}"),
        format!("/v1/keys?refId={key}%00&provider={key}&status={key}&limit={key}"),
        format!("/v1/keys?{plain}=1"),
        format!("/v1/keys?{plain}=1&{plain}=2"),
        format!("/v1/keys?status={plain}"),
        format!("/v1/keys?token={session}"),
        format!("/v1/connect/params?token={secret}"),
        format!("/v1/{secret}/keys"),
        format!("/v1/admin/projects/{secret}"),
        format!("/v1/admin/tokens/{session}"),
        format!("/v1/webhook-endpoints/{key}"),
        format!("/connect/{key}"),
        format!("/connect/../{key}"),
        format!("/pages/{key}"),
        format!("/%{key}"),
        format!("/docs/errors?{key}"),
        format!("/frame?{plain}"),
        format!("/frame?principal={key}"),
        format!("/frame?principal={}", &plain[..43]),
        format!("/frame.js?{key}"),
        format!("/v1/customers/{key}/revert"),
        format!("/v1/customers/customer_1/{key}"),
        format!("http://{key}@127.0.0.1/v1/keys"),
    ] {
        for method in ["GET", "POST", "DELETE"] {
            world.call("a secret in the request line", method, &path, &secret, b"{}").await;
            world
                .send("a secret in the request line", method, &path, &[("x-admin-key", ADMIN_KEY)], b"{}")
                .await;
        }
    }
    for line in [
        format!("{plain} /healthz HTTP/1.1"),
        format!("GET /healthz HTTP/{key}"),
        format!("GET {key} HTTP/1.1"),
        format!("GET /healthz {key}"),
        format!("GET /{}\u{0}{key} HTTP/1.1", "a".repeat(20_000)),
        key.clone(),
    ] {
        let host = world.process.address();
        let bytes = format!("{line}\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        world.send_bytes("a request line that is none", bytes.as_bytes()).await;
    }
}

async fn in_headers(world: &mut World) {
    let key = world.made_up("a key in a header");
    let secret = world.secret.clone();
    let bearer = format!("Bearer {secret}");
    for (name, value) in [
        ("x-api-key", key.as_str()),
        ("x-goog-api-key", &key),
        ("api-key", &secret),
        ("cookie", &key),
        ("origin", &key),
        ("referer", &key),
        ("user-agent", &key),
        ("x-request-id", &key),
        ("x-forwarded-for", &key),
        ("forwarded", &key),
        ("traceparent", &key),
        ("accept", &key),
        ("accept-encoding", &key),
        ("content-type", &key),
        ("expect", &key),
        ("if-none-match", &key),
        ("host", &key),
        (&key, "1"),
        ("bad name", &key),
        ("x-bad", &format!("\u{1}{key}")),
    ] {
        for path in ["/v1/keys", "/healthz", "/connect.js", "/nowhere"] {
            world
                .send("a secret in a header", "GET", path, &[("authorization", &bearer), (name, value)], b"")
                .await;
        }
    }
    // Only browsers' tokens are asked where their page is, and only byo's own pages are believed.
    let (session, origin) = (world.session("customer_1").await, world.process.origin.clone());
    let bearer = format!("Bearer {session}");
    for page in [key.clone(), format!("https://{key}.example.com"), format!("https://{key}@example.com")] {
        for origin in [&origin, PAGE, &key] {
            let headers = [
                ("authorization", bearer.as_str()),
                ("origin", origin),
                ("x-byo-page-origin", page.as_str()),
            ];
            let reply = world.send("a secret as a page", "GET", "/v1/connect-session", &headers, b"").await;
            assert!([400, 403].contains(&reply.status), "{page}");
        }
    }
    let preflight = [
        ("access-control-request-method", key.as_str()),
        ("access-control-request-headers", &key),
        ("origin", PAGE),
    ];
    world.send("a secret in a preflight", "OPTIONS", "/v1/keys/connect", &preflight, b"").await;
    let long = format!("x-long: {}{key}", "a".repeat(40_000));
    let bytes = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{long}\r\n\r\n");
    world.send_bytes("a head that is too long", bytes.as_bytes()).await;
}

async fn as_credentials(world: &mut World) {
    let key = world.made_up("a key as a credential");
    let admin = world.digits(48);
    world.record.secret("a wrong admin key", admin.as_str());
    let (secret, session) = (world.secret.clone(), world.session("customer_1").await);
    let misspelt = format!("{}!", &secret[..secret.len() - 1]);
    for value in [key.as_str(), &misspelt, &session[1..], &admin, ADMIN_KEY] {
        for scheme in ["Bearer", "Basic", "bearer ", "Digest"] {
            let header = format!("{scheme} {value}");
            world.send("a wrong credential", "GET", "/v1/keys", &[("authorization", &header)], b"").await;
        }
    }
    for (name, value) in [("x-admin-key", &admin), ("x-admin-key", &secret), ("authorization", &admin)] {
        world.send("a wrong credential", "GET", "/v1/admin/projects", &[(name, value)], b"").await;
    }
    let both =
        [("authorization", format!("Bearer {secret}")), ("authorization", format!("Bearer {session}"))];
    let both: Vec<_> = both.iter().map(|(name, value)| (*name, value.as_str())).collect();
    world.send("two credentials", "GET", "/v1/keys", &both, b"").await;
    for path in ["/v1/connect-sessions", "/v1/webhook-endpoints", "/v1/keys/disable"] {
        world.call("a credential of the wrong kind", "POST", path, &session, b"{}").await;
    }
}

async fn in_bodies(world: &mut World) {
    let key = world.made_up("a key in a bad body");
    let plain = key.replace('-', "");
    world.record.secret("a key in a bad body", plain.as_str());
    let good = json!({"provider": "openai", "refId": "customer_1", "providerKey": key});
    let whole = good.to_string();
    let padded = format!("{whole}{}", " ".repeat(20_000));
    let bodies = [
        ("application/json", whole[..whole.len() - 1].to_owned()),
        ("application/json", format!("{whole}{key}")),
        ("application/json", whole.replace('"', "'")),
        ("application/json", format!("[{whole}]")),
        ("application/json", format!("\"{key}\"")),
        ("application/json", padded),
        ("text/plain", whole.clone()),
        ("application/x-www-form-urlencoded", format!("providerKey={key}")),
        (&key, whole.clone()),
    ];
    let paths = [
        "/v1/keys/connect",
        "/v1/keys/test",
        "/v1/keys/rotate",
        "/v1/keys/validate",
        "/v1/connect-sessions",
        "/v1/customers/customer_1/revert",
        "/v1/runtime-tokens",
        "/v1/webhook-endpoints",
    ];
    let bearer = format!("Bearer {}", world.secret);
    for (content_type, body) in &bodies {
        for path in paths {
            let headers = [("authorization", bearer.as_str()), ("content-type", content_type)];
            let reply = world.send("a body that is none", "POST", path, &headers, body.as_bytes()).await;
            assert!((400..500).contains(&reply.status), "{path} {body}");
        }
    }
    for configs in [
        json!(key),
        json!({key.as_str(): {}}),
        json!({plain.as_str(): {}}),
        json!({"openai": key}),
        json!({"openai": {key.as_str(): key}}),
        json!({"openai": {"baseUrl": key}}),
        json!({"openai": {"baseUrl": format!("https://{key}@example.com/v1")}}),
        json!({"openai": {"region": key}}),
        json!({"azure": {"baseUrl": "https://x.openai.azure.com", "azure": {"apiVersion": format!("{key}/")}}}),
    ] {
        let body = json!({"refId": "customer_1", "providerConfigs": configs});
        let reply = world.post("a secret in what a session fixes", "/v1/connect-sessions", &body).await;
        assert_eq!(reply.status, 422, "{body}");
    }
    for body in in_wrong_members(&key, &plain) {
        for path in paths {
            let reply = world.post("a secret in the wrong member", path, &body).await;
            assert!((400..500).contains(&reply.status), "{path} {body}");
        }
        let path = format!("/v1/admin/projects/{}/tokens", world.project);
        world.admin("a secret in the wrong member", "POST", &path, &body).await;
        let path = format!("/v1/admin/projects/{}/environments/live", world.project);
        world.admin("a secret in the wrong member", "PATCH", &path, &body).await;
    }
}

/// The key as a name, as a value of every type, and in a text that looks like one of serde's own messages.
fn in_wrong_members(key: &str, plain: &str) -> Vec<Value> {
    let sly = format!("x, expected {key} at line ");
    let mut bodies = Vec::new();
    for text in [key, plain, &sly, &format!("unknown field `{key}`, expected `{key}`")] {
        bodies.push(json!({ text: 1 }));
        bodies.push(json!({"provider": "openai", "refId": "customer_1", text: text}));
        for member in [
            "provider",
            "sealedKey",
            "providerConfig",
            "providers",
            "allow",
            "origins",
            "confirm",
            "expiresIn",
            "events",
            "environment",
            "kind",
            "writes",
            "allowedOrigins",
            "allowCustomBaseUrl",
            "models",
            "platformKeys",
            "url",
        ] {
            for value in [json!(text), json!([text]), json!({ text: text }), json!({"baseUrl": [text]})] {
                bodies.push(json!({"provider": "openai", "refId": "customer_1", member: value}));
            }
        }
        for member in
            ["version", "suite", "kid", "enc", "ciphertext", "challenge", "baseUrl", "azure", "wireApi"]
        {
            for outer in ["sealedKey", "providerConfig"] {
                bodies.push(json!({"provider": "openai", "refId": "customer_1", outer: {member: text}}));
                bodies.push(
                    json!({"provider": "openai", "refId": "customer_1", outer: {member: {text: text}}}),
                );
            }
        }
    }
    bodies
}
