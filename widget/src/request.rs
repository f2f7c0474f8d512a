//! What the page asks for.

use byo_seal::{
    AzureConfig, ProviderConfig, ProviderId, WireApi, check_name, check_ref_id,
    reference::{DEFAULT_NAME, Flaw},
};

use crate::{
    failure::{Failure, Kind},
    json::Json,
};

/// Which key: `{provider, refId, name?, providerConfig?}`, and `expiresIn?` where it is sealed for requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Whose key it is.
    pub provider: ProviderId,
    /// The customer.
    pub ref_id: String,
    /// The key's name, if it has one of its own.
    pub name: Option<String>,
    /// Where and how the key is used; empty where nothing is set.
    pub provider_config: ProviderConfig,
    /// For how many seconds, as the page wrote it; the server says which are too many.
    pub expires_in: Option<String>,
}

impl Request {
    /// Reads what the page gave and checks what can be checked without the server. Members that nobody
    /// knows are refused, since a mistyped `baseUrl` would send the key to the wrong host. No message
    /// repeats a value: people paste keys into the wrong field.
    pub fn read(json: &Json) -> Result<Self, Failure> {
        let given = Given { json, within: "" };
        given.check_members(&["provider", "refId", "name", "providerConfig", "expiresIn"])?;
        let provider = given.needed("provider")?;
        let provider = provider.parse().map_err(|_| {
            Failure::invalid("provider", "This provider is not known here. Choose another one.")
        })?;
        let ref_id = given.needed("refId")?;
        check_ref_id(&ref_id).map_err(|error| Failure::invalid("refId", words(error.0)))?;
        let name = given.text("name")?;
        if let Some(name) = &name {
            check_name(name).map_err(|error| Failure::invalid("name", words(error.0)))?;
        }
        let config = given.object("providerConfig")?;
        let provider_config = config.map(read_config).transpose()?.unwrap_or_default();
        let expires_in = given.text("expiresIn")?;
        Ok(Self { provider, ref_id, name, provider_config, expires_in })
    }

    /// The request as it is posted; `sealed_key` only where there is one.
    #[must_use]
    pub fn json(&self, sealed_key: Option<Json>) -> Json {
        Json::object(vec![
            ("provider", Some(Json::text(self.provider.as_str()))),
            ("refId", Some(Json::text(self.ref_id.clone()))),
            ("name", Json::maybe(self.name.as_deref())),
            ("providerConfig", self.config_json()),
            ("sealedKey", sealed_key),
        ])
    }

    /// The configuration, where anything is set.
    #[must_use]
    pub fn config_json(&self) -> Option<Json> {
        let config = &self.provider_config;
        (!config.is_empty()).then(|| config_json(config))
    }

    /// Checks the length of a typed key.
    pub fn check_key(&self, key: &[u8]) -> Result<(), Failure> {
        let code = if key.is_empty() && !self.provider.is_key_optional() {
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

/// Neither the limit nor the place: two numbers would bring all of Rust's formatting into the browser.
const fn words(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::Empty => "This is empty.",
        Flaw::TooLong { .. } => "This is too long.",
        Flaw::Character { .. } => "This may hold A-Z a-z 0-9 . _ ~ : @ | + = , - only.",
    }
}

fn read_config(json: &Json) -> Result<ProviderConfig, Failure> {
    let given = Given { json, within: "providerConfig." };
    given.check_members(&["baseUrl", "wireApi", "azure", "region"])?;
    let wire_api = match given.text("wireApi")?.as_deref() {
        None => None,
        Some("completions") => Some(WireApi::Completions),
        Some("responses") => Some(WireApi::Responses),
        Some(_) => return Err(given.wrong("wireApi", "This is not one of completions and responses.")),
    };
    let azure = given.object("azure")?.map(read_azure).transpose()?;
    Ok(ProviderConfig { base_url: given.text("baseUrl")?, wire_api, azure, region: given.text("region")? })
}

fn read_azure(json: &Json) -> Result<AzureConfig, Failure> {
    let given = Given { json, within: "providerConfig.azure." };
    given.check_members(&["apiVersion", "deployment"])?;
    Ok(AzureConfig { api_version: given.needed("apiVersion")?, deployment: given.text("deployment")? })
}

fn config_json(config: &ProviderConfig) -> Json {
    // Taken apart so that a new member cannot be forgotten here.
    let ProviderConfig { base_url, wire_api, azure, region } = config;
    let azure = azure.as_ref().map(|AzureConfig { api_version, deployment }| {
        Json::object(vec![
            ("apiVersion", Json::maybe(Some(api_version))),
            ("deployment", Json::maybe(deployment.as_deref())),
        ])
    });
    Json::object(vec![
        ("baseUrl", Json::maybe(base_url.as_deref())),
        ("wireApi", wire_api.map(|api| Json::text(api.as_str()))),
        ("azure", azure),
        ("region", Json::maybe(region.as_deref())),
    ])
}

/// An object of the page's, with the path to its members.
#[derive(Clone, Copy)]
struct Given<'a> {
    json: &'a Json,
    within: &'static str,
}

impl<'a> Given<'a> {
    fn check_members(self, known: &[&str]) -> Result<(), Failure> {
        let stranger = self.json.members().iter().find(|(name, _)| !known.contains(&&**name));
        stranger.map_or(Ok(()), |(name, _)| {
            Err(self.wrong(name, ["This is not known here. Known are ", &known.join(", "), "."].concat()))
        })
    }

    fn needed(self, name: &str) -> Result<String, Failure> {
        self.text(name)?.ok_or_else(|| self.wrong(name, "This is missing."))
    }

    fn text(self, name: &str) -> Result<Option<String>, Failure> {
        let Some(value) = self.json.member(name) else { return Ok(None) };
        let text = value.as_text().ok_or_else(|| self.wrong(name, "This is not a text."))?;
        Ok(Some(text.to_owned()))
    }

    fn object(self, name: &str) -> Result<Option<&'a Json>, Failure> {
        let value = self.json.member(name);
        match value {
            None | Some(Json::Object(_)) => Ok(value),
            Some(_) => Err(self.wrong(name, "This is not an object.")),
        }
    }

    fn wrong(self, name: &str, message: impl Into<std::borrow::Cow<'static, str>>) -> Failure {
        Failure::invalid(&[self.within, name].concat(), message)
    }
}

#[cfg(test)]
mod tests;
