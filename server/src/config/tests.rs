//! Settings as operators write them.

use std::{fs, net::SocketAddr, path::PathBuf, time::Duration};

use super::{layers::defaults, *};
use crate::{
    entropy::SystemEntropy,
    environment::Environment,
    token::{Token, TokenKind},
};

/// Made with `openssl rand -base64 32` for this file.
const MASTER_KEY: &str = "wrYXLKR6/ZLA/xmLcxkszkRfZB4/aXz4sbOjL93qh+k=";
const ADMIN_KEY: &str = "7c9e2f4b81d05a36e4b7c2d9f1a86035";

#[test]
fn the_defaults_alone_are_good() {
    let config = load("", &[], &[]).unwrap();
    assert_eq!(config.server.listen, "127.0.0.1:8787".parse::<SocketAddr>().unwrap());
    assert_eq!(config.server.public_origin(), "http://127.0.0.1:8787");
    assert!(!config.server.has_public_url());
    assert_eq!(config.server.header_timeout, Duration::from_secs(9));
    assert_eq!(config.server.body_timeout, Duration::from_secs(30));
    assert_eq!(config.database.sqlite_path(&config.data_dir), PathBuf::from("byo-data/byo.db"));
    assert!(config.vault.master_key.is_none() && config.admin.key.is_none());
    assert!(config.egress.allow.is_empty() && config.egress.name_servers.is_empty());
    assert!(config.providers.is_empty());
    let limits = &config.limits;
    assert_eq!((limits.publishable_per_minute_per_ip, limits.publishable_per_minute), (10, 60));
    assert_eq!((limits.publishable_burst, limits.session_per_minute, limits.failures_per_hour), (20, 30, 5));
    assert_eq!(config.webhooks.timeout, Duration::from_secs(15));
    assert_eq!((config.log.filter.as_str(), config.log.format), ("info", LogFormat::Text));
}

#[test]
fn flags_go_before_the_environment_before_the_file_before_the_defaults() {
    let file = "[server]\nlisten = '127.0.0.1:1'\nmax_connections = 1\n[webhooks]\nconcurrency = 1";
    let environment = [("BYO_SERVER__LISTEN", "127.0.0.1:2"), ("BYO_SERVER__MAX_CONNECTIONS", "2")];
    let config = load(file, &environment, &[("server.listen", "127.0.0.1:3")]).unwrap();
    assert_eq!(config.server.listen.port(), 3);
    assert_eq!(config.server.max_connections, 2);
    assert_eq!(config.webhooks.concurrency, 1);
    assert_eq!(config.server.max_connections_per_ip, 256);
}

#[test]
fn text_takes_the_type_of_the_default() {
    let config = load(
        "",
        &[
            ("BYO_DATA_DIR", "/srv/byo"),
            ("BYO_EGRESS__ALLOW", "10.0.0.0/8, ollama:11434,"),
            ("BYO_SERVER__TRUSTED_PROXIES", ""),
            ("BYO_LIMITS__SESSION_PER_MINUTE", " 7 "),
            ("BYO_WEBHOOKS__TIMEOUT", "1m 30s"),
            ("BYO_PROVIDERS__OPENAI__BASE_URL", "http://127.0.0.1:4010/v1"),
        ],
        &[],
    )
    .unwrap();
    assert_eq!(config.database.sqlite_path(&config.data_dir), PathBuf::from("/srv/byo/byo.db"));
    assert_eq!(format!("{:?}", config.egress.allow), "[10.0.0.0/8, ollama port 11434]");
    assert!(config.server.trusted_proxies.is_empty());
    assert_eq!(config.limits.session_per_minute, 7);
    assert_eq!(config.webhooks.timeout, Duration::from_secs(90));
    assert_eq!(config.providers[&ProviderId::Openai], "http://127.0.0.1:4010/v1");
}

#[test]
fn every_setting_is_read_and_its_faults_are_named_in_both_spellings() {
    for (setting, default) in defaults() {
        let wrong = match setting.as_str() {
            "data_dir" => "",
            _ if default.is_integer() => "0",
            _ if default.is_bool() => "yes",
            _ => "?",
        };
        let variable = format!("BYO_{}", setting.replace('.', "__").to_uppercase());
        let text = refused("", &[(&variable, wrong)]);
        assert!(text.contains(&format!("{setting} ({variable}) ")), "{setting}: {text}");
        assert_eq!(text.lines().count(), 2, "{text}");
    }
}

#[test]
fn the_docs_take_the_publishable_key_of_a_test_environment_and_no_other() {
    let token = |kind, environment| {
        // EXPOSE: made for this test.
        Token::generate(kind, environment, &SystemEntropy).expose().to_owned()
    };
    let good = token(TokenKind::Publishable, Environment::Test);
    let config = load("", &[("BYO_DOCS__PUBLISHABLE_KEY", &good)], &[]).unwrap();
    // EXPOSE: to compare.
    assert_eq!(config.docs.publishable_key.as_ref().map(Token::expose), Some(good.as_str()));
    assert!(load("", &[], &[]).unwrap().docs.publishable_key.is_none());
    for bad in [
        token(TokenKind::Publishable, Environment::Live),
        token(TokenKind::Secret, Environment::Test),
        token(TokenKind::Session, Environment::Test),
        format!("{good}0"),
        good[..good.len() - 1].to_owned(),
        "byo_pk_test_…".to_owned(),
    ] {
        let text = refused("", &[("BYO_DOCS__PUBLISHABLE_KEY", &bad)]);
        assert!(text.contains("docs.publishable_key (BYO_DOCS__PUBLISHABLE_KEY) must be the publishable key of a test environment"), "{text}");
        assert!(!text.contains(&bad) || bad.ends_with('…'), "it quotes no token");
    }
}

#[test]
fn every_provider_can_be_pointed_elsewhere() {
    for provider in ProviderId::ALL {
        let variable = format!("BYO_PROVIDERS__{}__BASE_URL", provider.as_str().to_uppercase());
        let config = load("", &[(&variable, "https://gateway.example/v1")], &[]).unwrap();
        assert_eq!(config.providers.keys().collect::<Vec<_>>(), [provider]);
    }
    for url in [
        "gateway.example",
        "ftp://g.example",
        "https://:p@g.example",
        "https://u@g.example",
        "https://g.example/?q",
        "https://g.example/#f",
    ] {
        assert!(load("", &[("BYO_PROVIDERS__OPENAI__BASE_URL", url)], &[]).is_err(), "{url}");
    }
}

#[test]
fn all_faults_are_told_at_once_with_what_would_be_right() {
    let file = "
        [server]
        listen = 8787
        lisen = '127.0.0.1:8787'
        header_timeout = '0s'
        aliases = ['https://byo.example.com/path']
        [sever]
        [limits]
        session_per_minute = 0
        [database]
        url = 'postgres://byo:PASSWORD@db/byo'
        [admin]
        key = 'short'
        [providers.openai]
        base_url = 'https://user:PASSWORD@gateway.example'";
    let environment = [
        ("BYO_SERVER__MAX_CONNECTIONS", "many"),
        ("BYO_SERVER__PUBLIC", "https://byo.example.com"),
        ("BYO_SERVER_LISTEN", "127.0.0.1:8787"),
        ("BYO_VAULT__MASTER_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
    ];
    insta::assert_snapshot!(refused(file, &environment), @r"
    the settings are not right:
      server.lisen is not a setting; the nearest is server.listen (BYO_SERVER__LISTEN)
      server.listen (BYO_SERVER__LISTEN) must be text in quotes
      sever is not a setting; the nearest is server.listen (BYO_SERVER__LISTEN)
      server.max_connections (BYO_SERVER__MAX_CONNECTIONS) must be a whole number
      BYO_SERVER__PUBLIC is not a setting; the nearest is server.public_url (BYO_SERVER__PUBLIC_URL)
      BYO_SERVER_LISTEN is not a setting; the nearest is server.listen (BYO_SERVER__LISTEN)
      server.aliases (BYO_SERVER__ALIASES) must be a list, and each entry an origin such as https://byo.example.com: http or https, a host, a port if need be, and no path
      server.header_timeout (BYO_SERVER__HEADER_TIMEOUT) must be a duration from 100ms to 10m, such as 10s or 5m
      database.url (BYO_DATABASE__URL) asks for PostgreSQL, which is not yet supported; use sqlite://<path>, or leave it out
      vault.master_key (BYO_VAULT__MASTER_KEY) is not random; it must be 32 random bytes in base64: make them with `openssl rand -base64 32`
      admin.key (BYO_ADMIN__KEY) has 5 characters; it must have at least 32; make one with `openssl rand -hex 32`
      providers.openai.base_url (BYO_PROVIDERS__OPENAI__BASE_URL) must be an http or https URL without user name, query and fragment, such as https://eu.api.openai.com/v1
      limits.session_per_minute (BYO_LIMITS__SESSION_PER_MINUTE) must be a whole number from 1 to 1000000
    ");
}

#[test]
fn values_have_the_type_of_their_setting() {
    for (file, setting, expected) in [
        ("server.listen = 8787", "server.listen", "text in quotes"),
        ("server.aliases = 'https://byo.example.com'", "server.aliases", "a list of texts"),
        ("server.aliases = [1]", "server.aliases", "a list, and each entry an origin"),
        ("server.max_connections = '9'", "server.max_connections", "a whole number"),
        ("webhooks.timeout = 15", "webhooks.timeout", "text in quotes"),
        ("data_dir.x = 1", "data_dir.x", "the nearest is data_dir"),
        ("server = 1", "server", "is not a setting"),
        ("server.listen.port = 1", "server.listen.port", "the nearest is server.listen"),
    ] {
        let text = refused(file, &[]);
        assert!(text.contains(&format!("  {setting} ")) && text.contains(expected), "{file}: {text}");
    }
}

#[test]
fn an_empty_section_is_no_fault() {
    assert!(load("[server]\n[providers]\n[providers.openai]", &[], &[]).is_ok());
}

#[test]
fn variables_of_others_are_left_alone() {
    let others =
        [("BYO_BASE_URL", "x"), ("BYO_API_KEY", "x"), ("BYO_CHROMIUM", "x"), ("BYOB", "x"), ("PATH", "x")];
    assert!(load("", &others, &[]).is_ok());
    for slip in
        ["BYO_SERVER__LISTNE", "BYO_SERVER_LISTEN", "BYO_DATADIR", "BYO_ADMIN_KEY", "BYO_X__Y", "BYO_"]
    {
        assert_eq!(load("", &[(slip, "x")], &[]).is_ok(), slip == "BYO_", "{slip}");
    }
}

#[test]
fn a_secret_comes_from_its_setting_or_from_its_file() {
    let folder = Folder::new();
    let (admin, vault) =
        (folder.write("admin", &format!("{ADMIN_KEY}\n")), folder.write("vault", MASTER_KEY));
    let files = [("BYO_ADMIN__KEY_FILE", admin.as_str()), ("BYO_VAULT__MASTER_KEY_FILE", vault.as_str())];
    let config = load("", &files, &[]).unwrap();
    assert_eq!(config.admin.key.unwrap().expose(), ADMIN_KEY);
    assert!(config.vault.master_key.is_some());
    let config =
        load("", &[("BYO_ADMIN__KEY", ADMIN_KEY), ("BYO_VAULT__MASTER_KEY", MASTER_KEY)], &[]).unwrap();
    assert_eq!(config.admin.key.unwrap().expose(), ADMIN_KEY);
    assert!(config.vault.master_key.is_some());
    let crlf = folder.write("crlf", &format!("{ADMIN_KEY}\r\n"));
    assert!(load("", &[("BYO_ADMIN__KEY_FILE", &crlf)], &[]).is_ok());
    let url = folder.write("url", "sqlite:///srv/byo.db\n");
    let config = load("", &[("BYO_DATABASE__URL_FILE", &url)], &[]).unwrap();
    assert_eq!(config.database.sqlite_path(&config.data_dir), PathBuf::from("/srv/byo.db"));
}

#[test]
fn a_secret_given_twice_or_in_an_empty_or_missing_file_is_refused() {
    let folder = Folder::new();
    let (key, empty) = (folder.write("key", ADMIN_KEY), folder.write("empty", "\n"));
    let twice = refused(&format!("admin.key_file = '{key}'"), &[("BYO_ADMIN__KEY", ADMIN_KEY)]);
    assert!(twice.contains("is given beside admin.key_file (BYO_ADMIN__KEY_FILE)"), "{twice}");
    let empty = refused("", &[("BYO_ADMIN__KEY_FILE", &empty)]);
    assert!(empty.contains("admin.key_file (BYO_ADMIN__KEY_FILE) has 0 characters"), "{empty}");
    let missing = refused("", &[("BYO_VAULT__MASTER_KEY_FILE", "/nowhere/key")]);
    assert!(
        missing.contains("vault.master_key_file (BYO_VAULT__MASTER_KEY_FILE) cannot be read"),
        "{missing}"
    );
}

#[test]
fn a_weak_master_key_is_refused_and_not_quoted() {
    for weak in [
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "change-me",
        "c2hvcnQ=",
    ] {
        let text = refused("", &[("BYO_VAULT__MASTER_KEY", weak)]);
        assert!(text.contains("openssl rand -base64 32") && !text.contains(weak), "{text}");
    }
}

#[test]
fn no_message_quotes_a_value() {
    const CANARY: &str = "CANARY";
    for (setting, default) in defaults() {
        let value = match default {
            toml::Value::Array(_) => format!("['{CANARY}']"),
            _ => format!("'{CANARY} ?'"),
        };
        if let Err(error) = load(&format!("{setting} = {value}"), &[], &[]) {
            assert!(!error.to_string().contains(CANARY) && !format!("{error:?}").contains(CANARY), "{error}");
        }
    }
    for broken in ["key = 'CANARY", "[admin]\nkey = CANARY", "CANARY", "admin.key = 'CANARY' 'CANARY'"] {
        let text = refused(broken, &[]);
        assert!(text.contains("byo.toml is not TOML in line ") && !text.contains(CANARY), "{text}");
    }
}

#[test]
fn the_line_of_a_broken_file_is_named() {
    assert!(refused("[server]\n\nlisten = \n", &[]).contains("is not TOML in line 3:"));
}

#[test]
fn a_public_url_is_an_origin() {
    let origin = |url: &str| {
        load("", &[("BYO_SERVER__PUBLIC_URL", url)], &[]).map(|config| config.server.public_origin())
    };
    assert_eq!(origin("https://BYO.example.com:443/").unwrap(), "https://byo.example.com");
    assert!(origin("https://byo.example.com/byo").is_err());
    let config = load("", &[("BYO_SERVER__LISTEN", "0.0.0.0:80")], &[]).unwrap();
    assert_eq!(config.server.public_origin(), "http://127.0.0.1");
    let aliases = load("server.aliases = ['https://b.example', 'http://C.example:80']", &[], &[])
        .unwrap()
        .server
        .aliases;
    assert_eq!(aliases, ["https://b.example", "http://c.example"]);
}

#[test]
fn trusted_proxies_are_networks_or_addresses() {
    let proxies = |text: &str| {
        load("", &[("BYO_SERVER__TRUSTED_PROXIES", text)], &[]).map(|config| config.server.trusted_proxies)
    };
    let networks: Vec<String> =
        proxies("10.1.2.3/8, 192.0.2.1, ::1, fd00::/8").unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["10.0.0.0/8", "192.0.2.1/32", "::1/128", "fd00::/8"]);
    assert!(proxies("::ffff:10.0.0.0/104").is_err());
    assert!(proxies("proxy.example").is_err());
}

#[test]
fn a_certificate_needs_its_key_and_an_https_url() {
    let folder = Folder::new();
    let (cert, key) = (folder.write("cert", ""), folder.write("key", ""));
    let (cert, key) =
        (("BYO_SERVER__TLS_CERT_FILE", cert.as_str()), ("BYO_SERVER__TLS_KEY_FILE", key.as_str()));
    let url = |url: &'static str| ("BYO_SERVER__PUBLIC_URL", url);
    assert!(load("", &[cert, key, url("https://byo.example.com")], &[]).is_ok());
    assert!(refused("", &[cert]).contains("needs server.tls_key_file"));
    assert!(refused("", &[key]).contains("needs server.tls_cert_file"));
    assert!(refused("", &[cert, key]).contains("needs server.public_url"));
    assert!(
        refused("", &[cert, key, url("http://byo.example.com")])
            .contains("server.public_url (BYO_SERVER__PUBLIC_URL) must be an https origin")
    );
}

#[test]
fn a_database_is_a_sqlite_file() {
    let path = |url: &str| {
        load("", &[("BYO_DATABASE__URL", url)], &[])
            .map(|config| config.database.sqlite_path(&config.data_dir))
    };
    assert_eq!(path("sqlite://byo.db").unwrap(), PathBuf::from("byo.db"));
    assert_eq!(path("sqlite:///var/lib/byo/byo.db").unwrap(), PathBuf::from("/var/lib/byo/byo.db"));
    for url in
        ["sqlite://", "sqlite://:memory:", "sqlite://a?mode=ro", "byo.db", "mysql://db", "postgres://db/byo"]
    {
        assert!(path(url).is_err(), "{url}");
    }
    assert!(path("postgresql://db/byo").err().unwrap().to_string().contains("not yet supported"));
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let missing = Config::from_process(Some(Path::new("/nowhere/byo.toml")), BTreeMap::new()).err().unwrap();
    assert!(missing.to_string().contains("/nowhere/byo.toml cannot be read"), "{missing}");
}

fn load(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    Config::load(Sources {
        file: Some(FileLayer { path: "byo.toml".into(), text: file.to_owned() }),
        environment: owned(environment),
        flags: owned(flags).into_iter().collect(),
    })
}

fn refused(file: &str, environment: &[(&str, &str)]) -> String {
    load(file, environment, &[]).err().expect("must be refused").to_string()
}

/// A folder of a test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        use crate::entropy::{Entropy, SystemEntropy};
        let name = hex::encode((&SystemEntropy as &dyn Entropy).bytes::<8>());
        let path = std::env::temp_dir().join(format!("byo-config-{name}"));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}
