//! Starting and refusing to start.

use std::collections::BTreeMap;

use byo_server::{
    config::{Config, Sources},
    start::{Server, StartError},
    store::OpenError,
};
use byo_tests::Folder;
use sqlx::Connection;

const ONE: &str = "8iFbVUwoajMHLYmbBGhS8gFcnW0S65BgQOOrSYNPYqs=";
const OTHER: &str = "tFJ6h6m3YjVmLXr6T9hP0nK3kqvY4b2Qw1xZs8uE5dc=";

fn config(folder: &Folder, settings: &[(&str, &str)]) -> Config {
    let data_dir = folder.as_path().to_str().expect("temporary folders are text").to_owned();
    let mut environment: BTreeMap<String, String> =
        [("BYO_DATA_DIR".to_owned(), data_dir), ("BYO_SERVER__LISTEN".to_owned(), "127.0.0.1:0".to_owned())]
            .into();
    environment.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let sources = Sources { environment: environment.into_iter().collect(), ..Sources::default() };
    Config::load(sources).unwrap_or_else(|error| panic!("{error}"))
}

async fn refusal(config: &Config) -> StartError {
    match Server::start(config).await {
        Ok(_) => panic!("the server started"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn without_a_master_key_it_does_not_start_and_says_how_to_make_one() {
    let folder = Folder::new();
    let error = refusal(&config(&folder, &[])).await;
    assert!(matches!(error, StartError::NoMasterKey));
    let words = error.to_string();
    assert!(words.contains("openssl rand -base64 32") && words.contains("BYO_VAULT__MASTER_KEY"), "{words}");
}

#[test]
fn a_weak_master_key_is_refused_without_being_repeated() {
    let weak = "Y2hhbmdlLW1lLWNoYW5nZS1tZS1jaGFuZ2UtbWUtMTI=";
    let environment = vec![("BYO_VAULT__MASTER_KEY".to_owned(), weak.to_owned())];
    let error = Config::load(Sources { environment, ..Sources::default() }).err().expect("it is refused");
    let words = error.to_string();
    assert!(words.contains("BYO_VAULT__MASTER_KEY") && !words.contains(weak), "{words}");
}

#[tokio::test]
async fn another_master_key_is_refused_and_the_first_still_works() {
    let folder = Folder::new();
    let server = Server::start(&config(&folder, &[("BYO_VAULT__MASTER_KEY", ONE)])).await.unwrap();
    server.run(async {}).await;
    let error = refusal(&config(&folder, &[("BYO_VAULT__MASTER_KEY", OTHER)])).await;
    assert!(matches!(error, StartError::WrongMasterKey), "{error}");
    Server::start(&config(&folder, &[("BYO_VAULT__MASTER_KEY", ONE)])).await.unwrap();
}

#[tokio::test]
async fn a_sealing_key_changed_in_the_database_is_told_apart_from_a_wrong_master_key() {
    let folder = Folder::new();
    let config = config(&folder, &[("BYO_VAULT__MASTER_KEY", ONE)]);
    Server::start(&config).await.unwrap().run(async {}).await;
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(config.database.sqlite_path(folder.as_path()));
    let mut db = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("UPDATE sealing_keys SET sealed = zeroblob(length(sealed))").execute(&mut db).await.unwrap();
    db.close().await.unwrap();
    let error = refusal(&config).await;
    assert!(matches!(error, StartError::SealingKey), "{error}");
    assert!(error.to_string().contains("backup"), "{error}");
}

#[tokio::test]
async fn a_second_process_on_one_database_is_refused() {
    let folder = Folder::new();
    let config = config(&folder, &[("BYO_VAULT__MASTER_KEY", ONE)]);
    let first = Server::start(&config).await.unwrap();
    let error = refusal(&config).await;
    assert!(matches!(error, StartError::Open(OpenError::InUse(_))), "{error}");
    first.run(async {}).await;
    Server::start(&config).await.unwrap();
}

#[tokio::test]
async fn an_address_that_is_taken_is_named_with_its_setting() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let settings = [("BYO_VAULT__MASTER_KEY", ONE), ("BYO_SERVER__LISTEN", address.as_str())];
    let error = refusal(&config(&folder, &settings)).await.to_string();
    assert!(error.contains(&address) && error.contains("BYO_SERVER__LISTEN"), "{error}");
}
