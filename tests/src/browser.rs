//! What the widget does, in Rust: ask for parameters, seal, post.

use byo_seal::{
    Context, KeyId, ProviderConfig, ProviderId, Purpose, RequestEnvelope, SealedKey, Suite, base64url,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::{Value, json};

use crate::{Answer, PAGE, SERVER, TestApp};

/// A customer's browser on the product's page. Every member may be bent by a test.
pub struct Browser<'a> {
    app: &'a TestApp,
    token: &'a str,
    /// What the envelope is sealed for.
    pub sealed: Claims,
    /// What the request says.
    pub said: Claims,
}

/// What is said of a key.
#[derive(Clone)]
pub struct Claims {
    /// The server's origin.
    pub audience: String,
    /// Whose token.
    pub principal: String,
    /// What is to be done.
    pub purpose: Purpose,
    /// For which provider.
    pub provider: ProviderId,
    /// Whose.
    pub ref_id: String,
    /// Its name.
    pub name: String,
    /// Where it points.
    pub config: ProviderConfig,
    /// The page's origin.
    pub origin: String,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(app: &'a TestApp, token: &'a str) -> Self {
        let claims = Claims::new(SERVER, token, "customer_1");
        Self { app, token, sealed: claims.clone(), said: claims }
    }

    /// The same change to the envelope and the request.
    #[must_use]
    pub fn claiming(mut self, change: impl Fn(&mut Claims)) -> Self {
        change(&mut self.sealed);
        change(&mut self.said);
        self
    }

    /// Fresh parameters.
    pub async fn params(&self) -> Value {
        self.app.get("/v1/connect/params", self.token).await.ok()
    }

    /// An envelope.
    pub fn seal(&self, params: &Value, key: &str) -> SealedKey {
        self.sealed.seal(params, key)
    }

    /// An envelope of this suite, under the id that the key has there.
    pub fn seal_with(&self, suite: Suite, params: &Value, key: &str) -> SealedKey {
        self.sealed.seal_with(suite, params, key)
    }

    /// Fresh parameters for a key that is used for requests for so many seconds.
    pub async fn request_params(&self, seconds: u32) -> Value {
        let path = format!("/v1/connect/params?purpose=request&expiresIn={seconds}");
        self.app.get(&path, self.token).await.ok()
    }

    /// A key that is used for requests, for an hour: the value of `X-BYO-Sealed-Key`.
    pub async fn seal_for_request(&self, key: &str) -> String {
        let envelope = self.sealed.seal_for_request(&self.request_params(3600).await, key);
        envelope.to_text().expect("keys in tests are short")
    }

    /// A request's body.
    pub fn body(&self, sealed: &SealedKey) -> Value {
        self.said.body(sealed)
    }

    /// Posts a body.
    pub async fn post(&self, body: Value) -> Answer {
        let path = format!("/v1/keys/{}", self.said.purpose);
        self.app.post(&path, self.token, body).await
    }

    /// All of it: parameters, envelope, request.
    pub async fn submit(&self, key: &str) -> Answer {
        let sealed = self.seal(&self.params().await, key);
        self.post(self.body(&sealed)).await
    }
}

impl Claims {
    /// An OpenAI key of this customer, to be connected with this token from the product's page.
    pub fn new(audience: &str, token: &str, ref_id: &str) -> Self {
        Self {
            audience: audience.to_owned(),
            principal: byo_seal::principal_id(token),
            purpose: Purpose::Connect,
            provider: ProviderId::Openai,
            ref_id: ref_id.to_owned(),
            name: "default".to_owned(),
            config: ProviderConfig::default(),
            origin: PAGE.to_owned(),
        }
    }

    /// An envelope for them, of the first suite.
    pub fn seal(&self, params: &Value, key: &str) -> SealedKey {
        let suite = params["suites"][0].as_str().expect("a suite").parse().expect("a suite that is known");
        let sealed = self.seal_with(suite, params, key);
        assert_eq!(params["kid"], json!(sealed.kid), "the key's id under the first suite");
        sealed
    }

    /// An envelope of this suite, under the id that the key has there.
    pub fn seal_with(&self, suite: Suite, params: &Value, key: &str) -> SealedKey {
        let text = |name: &str| params[name].as_str().expect("params are text").to_owned();
        let public = base64url::decode(&text("publicKey")).expect("base64url");
        let public = byo_seal::PublicKey::from_bytes(public.try_into().expect("32 bytes"));
        let kid = KeyId::of(suite, &public);
        let challenge = base64url::decode(&text("challenge")).expect("base64url");
        let context = Context {
            suite,
            kid: &kid,
            audience: &self.audience,
            principal: &self.principal,
            purpose: self.purpose,
            provider: self.provider,
            ref_id: &self.ref_id,
            name: &self.name,
            provider_config: &self.config,
            page_origin: &self.origin,
            challenge: &challenge,
        };
        let seed = byo_server::entropy::SystemEntropy;
        let mut rng = ChaCha20Rng::from_seed((&seed as &dyn byo_server::entropy::Entropy).bytes());
        byo_seal::seal(&public, &context, key.as_bytes(), &mut rng).expect("the key is of a good size")
    }

    /// A key that is used for requests, whatever the purpose said here.
    pub fn seal_for_request(&self, params: &Value, key: &str) -> RequestEnvelope {
        let claims = Self { purpose: Purpose::Request, ..self.clone() };
        RequestEnvelope {
            sealed: claims.seal(params, key),
            origin: claims.origin,
            principal_id: claims.principal.parse().expect("it names a token"),
            name: claims.name,
            provider_config: claims.config,
        }
    }

    /// The body of a request that says them.
    pub fn body(&self, sealed: &SealedKey) -> Value {
        let mut body = json!({
            "provider": self.provider,
            "refId": self.ref_id,
            "name": self.name,
            "sealedKey": sealed,
        });
        if !self.config.is_empty() {
            body["providerConfig"] = json!(self.config);
        }
        body
    }
}
