//! What the page asks for.

use byo_seal::{ProviderConfig, ProviderId, check_name, check_ref_id, reference::DEFAULT_NAME};
use serde::{Deserialize, Serialize};

use crate::{
    catalogue,
    failure::{Failure, Kind},
};

/// Which key: `{provider, refId, name?, providerConfig?}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Whose key it is.
    pub provider: ProviderId,
    /// The customer.
    pub ref_id: String,
    /// The key's name, if it has one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where and how the key is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_config: Option<ProviderConfig>,
}

/// The members of a request; every other one is refused, since a mistyped `baseUrl` would send the key
/// to the wrong host.
pub const MEMBERS: &[&str] = &["provider", "refId", "name", "providerConfig"];
/// The members of `providerConfig`.
pub const CONFIG_MEMBERS: &[&str] = &["baseUrl", "wireApi", "azure", "region"];
/// The members of `providerConfig.azure`.
pub const AZURE_MEMBERS: &[&str] = &["apiVersion", "deployment"];

impl Request {
    /// Checks what can be checked without the server.
    pub fn check(&self) -> Result<(), Failure> {
        check_ref_id(&self.ref_id).map_err(|error| Failure::invalid("refId", error.to_string()))?;
        check_name(self.name()).map_err(|error| Failure::invalid("name", error.to_string()))
    }

    /// Checks the length of a typed key.
    pub fn check_key(&self, key: &[u8]) -> Result<(), Failure> {
        let code = if key.is_empty() && !catalogue::entry(self.provider).key_optional {
            "key_missing"
        } else if key.len() > byo_seal::MAX_KEY_BYTES {
            "key_too_long"
        } else {
            return Ok(());
        };
        Err(Failure::new(Kind::Validation, code).at("providerKey"))
    }

    /// The name that stands in the sealed context.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(DEFAULT_NAME)
    }
}

/// Refuses a member that is not listed. `within` is the path to the object, with its dot.
pub fn check_member(within: &str, member: &str, known: &[&str]) -> Result<(), Failure> {
    if known.contains(&member) {
        return Ok(());
    }
    let known = known.join(", ");
    let param = [within, member].concat();
    Err(Failure::invalid(&param, ["This is not known here. Known are: ", &known, "."].concat()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(value: serde_json::Value) -> Request {
        serde_json::from_value(value).unwrap()
    }

    fn param(value: serde_json::Value) -> String {
        request(value).check().unwrap_err().param.unwrap()
    }

    #[test]
    fn a_key_without_a_name_is_the_default_one_and_none_is_sent() {
        let json = json!({"provider": "openai", "refId": "cus_1"});
        let request = request(json.clone());
        assert_eq!(request.check(), Ok(()));
        assert_eq!(request.name(), "default");
        assert_eq!(serde_json::to_value(request).unwrap(), json);
    }

    #[test]
    fn a_wrong_member_is_named() {
        assert_eq!(param(json!({"provider": "openai", "refId": ""})), "refId");
        assert_eq!(param(json!({"provider": "openai", "refId": "c", "name": "a b"})), "name");
    }

    #[test]
    fn the_listed_members_are_those_that_are_read() {
        let json = json!({
            "provider": "azure", "refId": "c", "name": "n",
            "providerConfig": {
                "baseUrl": "https://a.example", "wireApi": "responses", "region": "eu",
                "azure": {"apiVersion": "1", "deployment": "d"},
            },
        });
        assert_eq!(serde_json::to_value(request(json.clone())).unwrap(), json);
        let listed = |value: &serde_json::Value, known: &[&str]| {
            let members: Vec<_> = value.as_object().unwrap().keys().collect();
            assert_eq!(members.len(), known.len());
            assert!(members.iter().all(|member| known.contains(&member.as_str())));
        };
        listed(&json, MEMBERS);
        listed(&json["providerConfig"], CONFIG_MEMBERS);
        listed(&json["providerConfig"]["azure"], AZURE_MEMBERS);
    }

    #[test]
    fn a_mistyped_member_is_refused_with_its_path() {
        assert_eq!(check_member("", "refId", MEMBERS), Ok(()));
        let failure = check_member("providerConfig.", "baseURL", CONFIG_MEMBERS).unwrap_err();
        assert_eq!(failure.param.as_deref(), Some("providerConfig.baseURL"));
        assert!(failure.message.contains("baseUrl"));
    }

    #[test]
    fn a_key_must_be_there_unless_the_provider_needs_none() {
        let openai = request(json!({"provider": "openai", "refId": "c"}));
        assert_eq!(openai.check_key(b"").unwrap_err().code, "key_missing");
        assert_eq!(openai.check_key(b"k"), Ok(()));
        assert_eq!(request(json!({"provider": "ollama", "refId": "c"})).check_key(b""), Ok(()));
        let long = vec![b'k'; byo_seal::MAX_KEY_BYTES + 1];
        assert_eq!(openai.check_key(&long).unwrap_err().code, "key_too_long");
    }
}
