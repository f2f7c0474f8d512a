//! Rows written into a stopped server's database, as if from before there was a policy: keys and endpoints whose
//! destinations no call would save today. The vault binds each record to its URL, so they are sealed for it.

use std::{path::Path, sync::Arc};

use byo_seal::{ProviderConfig, ProviderId, Verdict};
use byo_server::{
    clock::{Clock, SystemClock, Timestamp},
    entropy::{Entropy, SharedEntropy, SystemEntropy},
    id::{EndpointId, EnvironmentId, EventId, KeyId},
    store::{EndpointRow, KeyAddress, KeyRow, KeyStatus, NewEvent, PutKey, PutOutcome, SqliteStore, Store},
    vault::{Binding, MasterKey, Purpose, Vault},
    webhook::WebhookSecret,
};

use crate::{sinks::KEY, world::Project};

/// Where rows are written.
pub(crate) struct Database {
    store: SqliteStore,
    vault: Vault,
    entropy: SharedEntropy,
    now: Timestamp,
}

impl Database {
    pub(crate) async fn open(path: &Path, master_key: &str) -> Self {
        let entropy: SharedEntropy = Arc::new(SystemEntropy);
        let store = SqliteStore::open(path, Arc::clone(&entropy)).await.expect("the server has let go of it");
        let master_key = MasterKey::parse(master_key).expect("it is random enough");
        Self { store, vault: Vault::new(&master_key, Arc::clone(&entropy)), entropy, now: SystemClock.now() }
    }

    pub(crate) async fn close(&self) {
        self.store.close().await;
    }

    /// A key of this customer's, in the project's live half, that points there.
    pub(crate) async fn add_key(
        &self,
        project: &Project,
        provider: ProviderId,
        ref_id: &str,
        base_url: &str,
    ) {
        let environment = EnvironmentId::parse(&project.live.id).expect("the API gave it");
        let event = NewEvent {
            id: EventId::new(self.now, self.entropy()),
            environment: environment.clone(),
            kind: "key.connected",
            ref_id: ref_id.to_owned(),
            body: "{}".to_owned(),
            created_at: self.now,
        };
        let address =
            KeyAddress { environment, ref_id: ref_id.to_owned(), provider, name: "default".to_owned() };
        self.put(project, address, base_url, Some(event)).await;
    }

    /// A key of the operator's, in the same half.
    pub(crate) async fn add_platform_key(&self, project: &Project, base_url: &str) {
        let environment = EnvironmentId::parse(&project.live.id).expect("the API gave it");
        let address = KeyAddress::platform(environment, ProviderId::Openai);
        self.put(project, address, base_url, None).await;
    }

    async fn put(&self, project: &Project, address: KeyAddress, base_url: &str, event: Option<NewEvent>) {
        let provider_config =
            ProviderConfig { base_url: Some(base_url.to_owned()), ..ProviderConfig::default() };
        let id = KeyId::new(self.now, self.entropy());
        let config = serde_json::to_vec(&provider_config).expect("plain data always serialises");
        let created_at = self.now.as_millis().to_be_bytes();
        let context: &[&[u8]] = &[
            project.id.as_bytes(),
            address.environment.as_str().as_bytes(),
            address.provider.as_str().as_bytes(),
            address.ref_id.as_bytes(),
            address.name.as_bytes(),
            &config,
            &created_at,
        ];
        let binding = Binding { purpose: Purpose::ProviderKey, id: id.as_str(), version: 1, context };
        let sealed = self.vault.seal(&binding, KEY.as_bytes());
        let row = KeyRow {
            id,
            address,
            status: KeyStatus::Active,
            disabled_by: None,
            version: 1,
            sealed: Some(sealed),
            provider_config,
            fingerprint: "00000000".to_owned(),
            hint: "cdef".to_owned(),
            verdict: Verdict::Valid,
            models: Vec::new(),
            created_at: self.now,
            updated_at: self.now,
            checked_at: self.now,
        };
        let put = PutKey { row, since: self.now, replaces: None, challenge: None, session_use: None, event };
        let outcome = self.store.put_key(put).await.expect("the database works");
        assert_eq!(outcome, PutOutcome::Stored);
    }

    /// An endpoint at this URL; gives its id.
    pub(crate) async fn add_endpoint(&self, environment: &str, url: &str) -> String {
        let environment = EnvironmentId::parse(environment).expect("the API gave it");
        let id = EndpointId::new(self.now, self.entropy());
        let context: &[&[u8]] = &[environment.as_str().as_bytes(), url.as_bytes()];
        let binding = Binding { purpose: Purpose::WebhookSecret, id: id.as_str(), version: 1, context };
        let secret = WebhookSecret::generate(self.entropy());
        let row = EndpointRow {
            sealed_secret: self.vault.seal(&binding, secret.expose().as_bytes()),
            id: id.clone(),
            environment,
            url: url.to_owned(),
            events: None,
            created_at: self.now,
            disabled_at: None,
        };
        self.store.insert_endpoint(row).await.expect("the database works");
        id.as_str().to_owned()
    }

    fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }
}
