use serde_json::{Value, json};

use super::*;

fn read(value: Value) -> Result<Request, Failure> {
    Request::read(&value.into())
}

fn with(member: &str, value: Value) -> Value {
    let mut json = json!({"provider": "openai", "refId": "cus_1"});
    json[member] = value;
    json
}

fn param(value: Value) -> String {
    let failure = read(value).unwrap_err();
    assert_eq!((failure.kind, &*failure.code), (Kind::Validation, "invalid_request"));
    assert!(!failure.message.contains("secret"), "{}", failure.message);
    failure.param.unwrap()
}

#[test]
fn a_key_without_a_name_is_the_default_one_and_none_is_sent() {
    let json = json!({"provider": "openai", "refId": "cus_1"});
    let request = read(json.clone()).unwrap();
    assert_eq!(request.name(), "default");
    assert_eq!(Value::from(request.json(None)), json);
}

#[test]
fn a_request_is_posted_as_it_was_given() {
    let json = json!({
        "provider": "azure", "refId": "c", "name": "n",
        "providerConfig": {
            "baseUrl": "https://a.example", "wireApi": "responses", "region": "eu",
            "azure": {"apiVersion": "2024-10-21", "deployment": "d"},
        },
    });
    let request = read(json.clone()).unwrap();
    // The server reads and writes the configuration by serde.
    assert_eq!(serde_json::to_value(&request.provider_config).unwrap(), json["providerConfig"]);
    assert_eq!(Value::from(request.json(None)), json);
}

#[test]
fn an_empty_configuration_is_none() {
    for empty in [json!({}), json!(null), json!({"baseUrl": null})] {
        let request = read(with("providerConfig", empty)).unwrap();
        assert_eq!(Value::from(request.json(None)), json!({"provider": "openai", "refId": "cus_1"}));
    }
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    assert_eq!(param(json!({})), "provider");
    assert_eq!(param(json!("secret")), "provider");
    assert_eq!(param(json!({"provider": "openai"})), "refId");
    assert_eq!(param(with("provider", json!("secret"))), "provider");
    assert_eq!(param(with("refId", json!("my secret"))), "refId");
    assert_eq!(param(with("refId", json!(7))), "refId");
    assert_eq!(param(with("name", json!(""))), "name");
    assert_eq!(param(with("providerConfig", json!("secret"))), "providerConfig");
    assert_eq!(param(with("providerConfig", json!({"wireApi": "secret"}))), "providerConfig.wireApi");
    assert_eq!(param(with("providerConfig", json!({"azure": {}}))), "providerConfig.azure.apiVersion");
}

#[test]
fn a_mistyped_member_is_refused_with_its_path() {
    assert_eq!(param(with("refid", json!("secret"))), "refid");
    assert_eq!(param(with("providerConfig", json!({"baseURL": "secret"}))), "providerConfig.baseURL");
    let azure = json!({"azure": {"apiVersion": "1", "key": "secret"}});
    assert_eq!(param(with("providerConfig", azure)), "providerConfig.azure.key");
}

#[test]
fn a_key_must_be_there_unless_the_provider_needs_none() {
    let openai = read(with("name", json!(null))).unwrap();
    assert_eq!(openai.check_key(b"").unwrap_err().code, "key_missing");
    assert_eq!(openai.check_key(b"k"), Ok(()));
    assert_eq!(read(with("provider", json!("ollama"))).unwrap().check_key(b""), Ok(()));
    let long = vec![b'k'; byo_seal::MAX_KEY_BYTES + 1];
    assert_eq!(openai.check_key(&long).unwrap_err().code, "key_too_long");
}
