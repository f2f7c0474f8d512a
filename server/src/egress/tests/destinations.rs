//! Which texts are destinations. Every refused row is tried as a base URL and as a webhook.

use super::{
    super::{Destination, OwnAddress, OwnAddresses, Policy, UrlKind},
    policy,
};

const REFUSED: &[&str] = &[
    // not a URL, or another scheme
    "",
    " ",
    "api.example.com",
    "//api.example.com",
    "https:",
    "https:/",
    "https:api.example.com",
    "https://",
    "https:///v1",
    "https:/api.example.com",
    "http://api.example.com",
    "HTTP://api.example.com",
    "ftp://api.example.com",
    "file:///etc/passwd",
    "gopher://api.example.com",
    "ws://api.example.com",
    "wss://api.example.com",
    "data:text/plain,x",
    "javascript:alert(1)",
    "jar:https://api.example.com",
    "unix:///var/run/docker.sock",
    "https+unix://api.example.com",
    "\u{ff48}ttps://api.example.com",
    // characters
    "https://api.example.com/a b",
    "https://api.example.com/\ta",
    "https://api.example.com/\r\nHost: x",
    "https://api.example.com/\0",
    "https://api.example.com\\@127.0.0.1",
    "https:\\\\api.example.com",
    "https://api.example.com/\\..\\",
    " https://api.example.com",
    "https://api.example.com ",
    "https://api.example.com\n",
    "https://b\u{fc}cher.example.com",
    "https://api\u{3002}example\u{3002}com",
    "https://\u{ff11}27.0.0.1",
    "https://\u{2460}27.0.0.1",
    "https://api.exam\u{ad}ple.com",
    "https://api.example.com/\u{e9}",
    "https://api.example.com/<x>",
    "https://api.example.com/\"x",
    "https://api.example.com/{x}",
    "https://api.example.com/x|y",
    "https://api.example.com/^",
    "https://api.example.com/`",
    // user information, fragments, percent-encoded hosts
    "https://user@api.example.com",
    "https://user:pass@api.example.com",
    "https://@api.example.com",
    "https://api.example.com@127.0.0.1",
    "https://api.example.com:443@127.0.0.1",
    "https://api.example.com#",
    "https://api.example.com/#x",
    "https://api.example.com#@127.0.0.1",
    "https://api%2eexample.com",
    "https://%61pi.example.com",
    "https://127.0.0.1%00.example.com",
    "https://127%2e0%2e0%2e1",
    "https://%31%32%37.0.0.1",
    // paths that say one thing and mean another
    "https://api.example.com/.",
    "https://api.example.com/..",
    "https://api.example.com/a/../b",
    "https://api.example.com/./a",
    "https://api.example.com/%2e%2e/a",
    "https://api.example.com/.%2E/a",
    "https://api.example.com/%2e",
    "https://api.example.com/a%2fb",
    "https://api.example.com/a%5cb",
    "https://api.example.com/a%00",
    "https://api.example.com/a%0d%0aHost:x",
    "https://api.example.com/%",
    "https://api.example.com/%4",
    "https://api.example.com/%zz",
    "https://api.example.com/%7f",
    // ports
    "https://api.example.com:80",
    "https://api.example.com:8443",
    "https://api.example.com:22",
    "https://api.example.com:",
    "https://api.example.com:0",
    "https://api.example.com:00443",
    "https://api.example.com:+443",
    "https://api.example.com:-1",
    "https://api.example.com:65536",
    "https://api.example.com:99999999999",
    "https://api.example.com:443:443",
    "https://api.example.com:https",
    "https://api.example.com:4a3",
    "https://:443",
    // names: malformed, single-label, special use
    "https://.",
    "https://..",
    "https://.example.com",
    "https://api..example.com",
    "https://api.example.com.",
    "https://-api.example.com",
    "https://api-.example.com",
    "https://api_x.example.com",
    "https://api.example.com,x",
    "https://*.example.com",
    "https://a!b.example.com",
    "https://example",
    "https://localhost",
    "https://LOCALHOST",
    "https://localhost.",
    "https://foo.localhost",
    "https://localhost.localdomain",
    "https://intranet",
    "https://ollama",
    "https://printer.local",
    "https://vault.internal",
    "https://metadata.google.internal",
    "https://router.lan",
    "https://nas.home.arpa",
    "https://nas.home",
    "https://git.corp",
    "https://mx.mail",
    "https://db.private",
    "https://x.intranet",
    "https://x.test",
    "https://x.example",
    "https://x.invalid",
    "https://x.onion",
    "https://x.alt",
    "https://1.0.0.127.in-addr.arpa",
    "https://ipv4only.arpa",
    "https://pc.workgroup",
    "https://xn--",
    "https://a.b-",
    // IPv4 in spellings that some parser reads as an address
    "https://127.1",
    "https://127.0.1",
    "https://2130706433",
    "https://017700000001",
    "https://0x7f000001",
    "https://0x7f.1",
    "https://0177.0.0.1",
    "https://127.0.0.01",
    "https://127.0.0.0x1",
    "https://0x7f.0x0.0x0.0x1",
    "https://127.0.0.1.",
    "https://00127.0.0.1",
    "https://256.1.1.1",
    "https://1.2.3.4.5",
    "https://1.2.3",
    "https://8.8.2056",
    "https://8.8.8.08",
    "https://0",
    "https://0x",
    "https://foo.0x7f",
    "https://foo.127",
    "https://3232235521",
    "https://127.0.0.1:443.",
    // IPv4 ranges
    "https://0.0.0.0",
    "https://0.1.2.3",
    "https://10.0.0.1",
    "https://10.255.255.255",
    "https://100.64.0.1",
    "https://100.100.100.200",
    "https://100.127.255.255",
    "https://127.0.0.1",
    "https://127.255.255.254",
    "https://168.63.129.16",
    "https://169.254.0.1",
    "https://169.254.169.254",
    "https://169.254.170.2",
    "https://172.16.0.1",
    "https://172.31.255.255",
    "https://192.0.0.1",
    "https://192.0.0.192",
    "https://192.0.2.1",
    "https://192.31.196.1",
    "https://192.52.193.1",
    "https://192.88.99.1",
    "https://192.168.0.1",
    "https://192.168.255.255",
    "https://192.175.48.1",
    "https://198.18.0.1",
    "https://198.19.255.255",
    "https://198.51.100.1",
    "https://203.0.113.1",
    "https://224.0.0.1",
    "https://239.255.255.255",
    "https://240.0.0.1",
    "https://255.255.255.255",
    // IPv6: malformed, ranges, and wrapped IPv4
    "https://[]",
    "https://[::1",
    "https://::1",
    "https://[::1]x",
    "https://[::1]:",
    "https://[fe80::1%25eth0]",
    "https://[fe80::1%eth0]",
    "https://[v1.x]",
    "https://[127.0.0.1]",
    "https://[1:2:3:4:5:6:7:8:9]",
    "https://[:::]",
    "https://[::]",
    "https://[::1]",
    "https://[0:0:0:0:0:0:0:1]",
    "https://[fe80::1]",
    "https://[febf::1]",
    "https://[fec0::1]",
    "https://[fc00::1]",
    "https://[fd00::1]",
    "https://[fd00:ec2::254]",
    "https://[fd20:ce::254]",
    "https://[ff02::1]",
    "https://[100::1]",
    "https://[2001:db8::1]",
    "https://[3fff::1]",
    "https://[5f00::1]",
    "https://[2001::1]",
    "https://[2001:20::1]",
    "https://[2001:1::1]",
    "https://[2620:4f:8000::1]",
    "https://[4000::1]",
    "https://[1fff::1]",
    "https://[::ffff:127.0.0.1]",
    "https://[::ffff:7f00:1]",
    "https://[0:0:0:0:0:ffff:a9fe:a9fe]",
    "https://[::ffff:10.0.0.1]",
    "https://[::ffff:0:127.0.0.1]",
    "https://[::127.0.0.1]",
    "https://[::7f00:1]",
    "https://[64:ff9b::127.0.0.1]",
    "https://[64:ff9b::a9fe:a9fe]",
    "https://[64:ff9b:1::a9fe:a9fe]",
    "https://[2002:7f00:1::]",
    "https://[2002:a9fe:a9fe::]",
    "https://[2001:0:7f00:1::]",
    "https://[2600:1f00::5efe:127.0.0.1]",
    "https://[2600:1f00::200:5efe:a9fe:a9fe]",
];

/// As base URLs only: calls append to them, so a query or an empty segment would change what is called.
const REFUSED_BASE_URLS: &[&str] = &[
    "https://api.example.com?",
    "https://api.example.com/v1?x=1",
    "https://api.example.com/?x",
    "https://api.example.com//",
    "https://api.example.com//v1",
    "https://api.example.com/v1//",
    "https://api.example.com/a%20b",
    "https://api.example.com?@127.0.0.1",
];

const ACCEPTED: &[&str] = &[
    "https://api.openai.com/v1",
    "https://api.openai.com/v1/",
    "https://API.OpenAI.com:443/v1",
    "HTTPS://api.example.com",
    "https://api.example.com/",
    "https://xn--bcher-kva.example.com/v1",
    "https://1password.com",
    "https://a.b.c.d.e.example.com",
    "https://8.8.8.8/v1",
    "https://172.15.0.1",
    "https://172.32.0.1",
    "https://100.63.255.255",
    "https://100.128.0.1",
    "https://192.0.1.1",
    "https://192.167.1.1",
    "https://198.17.0.1",
    "https://198.20.0.1",
    "https://223.255.255.255",
    "https://[2606:4700::1111]",
    "https://[2001:4860:4860::8888]",
    "https://[2001:200::1]",
    "https://[2620:4f:8001::1]",
    "https://[::ffff:8.8.8.8]",
    "https://api.example.com/a-b_c~d.e/v1:beta@x",
    "https://127.0.0.1.nip.io",
    "https://a.0xy.com",
    "https://api.example.com/...",
    "https://res.openai.azure.com/openai/v1",
];

fn refused(policy: &Policy, kind: UrlKind, url: &str) -> bool {
    policy.check(kind, url).is_err()
}

#[test]
fn destinations_that_are_not_plainly_public_https_are_refused() {
    assert!(REFUSED.len() + REFUSED_BASE_URLS.len() >= 150);
    let policy = policy(&[]);
    for url in REFUSED {
        assert!(refused(&policy, UrlKind::BaseUrl, url), "accepted as a base URL: {url:?}");
        assert!(refused(&policy, UrlKind::Webhook, url), "accepted as a webhook: {url:?}");
    }
    for url in REFUSED_BASE_URLS {
        assert!(refused(&policy, UrlKind::BaseUrl, url), "accepted as a base URL: {url:?}");
    }
    let long = format!("https://api.example.com/{}", "a".repeat(Destination::MAX_LEN));
    assert!(refused(&policy, UrlKind::Webhook, &long));
    let labels = format!("https://{}.com", vec!["a".repeat(63); 4].join("."));
    assert!(refused(&policy, UrlKind::BaseUrl, &labels));
}

#[test]
fn public_https_destinations_are_accepted() {
    let policy = policy(&[]);
    for url in ACCEPTED {
        assert!(!refused(&policy, UrlKind::BaseUrl, url), "refused as a base URL: {url:?}");
        assert!(!refused(&policy, UrlKind::Webhook, url), "refused as a webhook: {url:?}");
    }
}

#[test]
fn a_webhook_keeps_its_query_and_its_encoded_path() {
    let url = "https://hook.example.com/a%20b//c?sp=%2Ftriggers%2Frun&sig=a%3D&z=?/";
    let found = policy(&[]).check(UrlKind::Webhook, url).unwrap();
    assert_eq!(found.uri(), url);
    for query in ["a%0d%0aHost:x", "%", "%g0", "a#b", "a b", "%00"] {
        let url = format!("https://hook.example.com/?{query}");
        assert!(refused(&policy(&[]), UrlKind::Webhook, &url), "accepted: {url:?}");
    }
}

#[test]
fn the_refusal_and_the_destination_tell_nothing_when_printed() {
    let policy = policy(&[]);
    let refusal = policy.check(UrlKind::Webhook, "https://10.1.2.3/secret").unwrap_err();
    assert_eq!(refusal.to_string(), "the destination is not allowed");
    let destination = policy.check(UrlKind::Webhook, "https://hook.example.com/secret").unwrap();
    assert_eq!(format!("{destination:?}"), "Destination(…)");
}

#[test]
fn paths_and_queries_are_joined_without_leaving_their_place() {
    let base = policy(&[]).check(UrlKind::BaseUrl, "https://api.example.com/v1/").unwrap();
    let joined = base.join("/models/a b?c#d", &[("cursor", "x&y=z\r\n")]).unwrap();
    assert_eq!(joined.uri(), "https://api.example.com/v1/models/a%20b%3Fc%23d?cursor=x%26y%3Dz%0D%0A");
    assert!(base.join("/models/../admin", &[]).is_err());
    assert!(base.join("/models/%2e%2e/admin", &[]).is_err());
    assert_eq!(base.without_suffix("/v1").unwrap().uri(), "https://api.example.com/");
}

#[test]
fn a_rule_opens_what_it_covers_and_nothing_beside_it() {
    let base = |allow: &[&str], url: &str| policy(allow).check(UrlKind::BaseUrl, url).is_ok();
    assert!(base(&["127.0.0.1:11434"], "http://127.0.0.1:11434"));
    assert!(base(&["127.0.0.1:11434"], "http://localhost:11434/v1"));
    assert!(base(&["127.0.0.1:11434"], "http://[::ffff:127.0.0.1]:11434"));
    assert!(!base(&["127.0.0.1:11434"], "http://127.0.0.1:11435"));
    assert!(!base(&["127.0.0.1:11434"], "http://127.0.0.2:11434"));
    assert!(base(&["10.0.0.0/8"], "http://10.9.8.7:8000/v1"));
    assert!(!base(&["10.0.0.0/8"], "http://11.9.8.7:8000/v1"));
    assert!(!base(&["10.0.0.0/8"], "http://localhost:8000"));
    assert!(base(&["fd00::/8"], "http://[fd00::7]:8000"));
    assert!(base(&["169.254.0.0/16"], "http://169.254.1.1"), "whoever names it means it");
    assert!(base(&["ollama"], "http://ollama:11434"));
    assert!(base(&["vllm.corp"], "https://VLLM.corp:8443/v1"));
    assert!(!base(&["vllm.corp"], "https://a.vllm.corp"));
    assert!(!base(&["vllm.corp:8443"], "https://vllm.corp"));
    assert!(base(&["10.0.0.0/8"], "http://vllm.example.com:8000"), "its addresses are judged when dialled");
    assert!(!base(&["10.0.0.1:8000"], "http://vllm.example.com:8001"));
    assert!(!base(&["10.0.0.0/8"], "http://vllm.internal:8000"), "a special-use name needs its own rule");
}

#[test]
fn replacement_base_urls_are_allowed_with_their_port_and_over_http() {
    let urls = ["http://127.0.0.1:4010/v1", "https://gateway.internal/openai"];
    let closed = Policy::default();
    let policy = closed.opening(urls).unwrap();
    assert!(policy.check(UrlKind::BaseUrl, "http://127.0.0.1:4010").is_ok());
    assert!(policy.check(UrlKind::BaseUrl, "https://gateway.internal").is_ok());
    assert!(policy.check(UrlKind::BaseUrl, "http://127.0.0.1:4011").is_err());
    assert!(closed.opening(["http://127.0.0.1:4010/?x"]).is_err());
    assert!(
        closed.check(UrlKind::BaseUrl, "http://127.0.0.1:4010").is_err(),
        "the one it was made from is as it was"
    );
}

#[test]
fn this_server_is_no_destination_unless_a_rule_names_it_with_its_port() {
    let check = |allow: &[&str], url: &str| {
        let own = OwnAddresses::new(vec![
            OwnAddress::Listener("127.0.0.1:8787".parse().unwrap()),
            OwnAddress::Public { host: "byo.example.com".into(), port: 443 },
        ]);
        let allow = allow.iter().map(|rule| rule.parse().unwrap()).collect();
        Policy::new(allow, own).check(UrlKind::Webhook, url).is_ok()
    };
    assert!(!check(&[], "https://byo.example.com/v1/keys"));
    assert!(!check(&[], "https://BYO.example.com:443"));
    assert!(!check(&["byo.example.com"], "https://byo.example.com"));
    assert!(check(&["byo.example.com:443"], "https://byo.example.com"));
    assert!(!check(&["127.0.0.0/8"], "http://127.0.0.1:8787"));
    assert!(!check(&["127.0.0.1"], "http://127.0.0.1:8787"));
    assert!(check(&["127.0.0.1:8787"], "http://127.0.0.1:8787"));
    assert!(check(&["127.0.0.0/8"], "http://127.0.0.1:8788"));
    assert!(check(&[], "https://other.example.com"));
}
