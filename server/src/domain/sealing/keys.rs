//! The key pairs that open envelopes: held open in memory, kept in step with the database.

use std::sync::Arc;

use byo_seal::{KeyId, PrivateKey, PublicKey, SealedKey};
use tokio::sync::{Mutex, watch};

use super::{
    SUITE, SUITES,
    schedule::{self, Occasion, Schedule},
};
use crate::{
    clock::Timestamp,
    directory::{Directory, DirectoryKey, KeyList, ListedKey, ListedState, TrustRoot},
    entropy::Entropy,
    store::{SealingKeyChange, SealingKeyRow, SealingKeySet, SealingKeyState, Store, StoreError},
    vault::{Binding, CannotOpen, Purpose, Vault},
};

/// What sealing keys depend on.
pub struct SealingSettings {
    /// How long they live.
    pub schedule: Schedule,
    /// Signs the list of them; without one none is published.
    pub directory_key: Option<Arc<DirectoryKey>>,
    /// The origins of this server, to stand in the list.
    pub origins: Vec<String>,
}

/// The keys browsers seal to.
pub struct SealingKeys {
    settings: SealingSettings,
    /// One at a time reads the database and holds what it found, or an older set could take a newer one's place.
    turn: Mutex<()>,
    held: watch::Sender<Arc<[Arc<Pair>]>>,
}

/// One key pair, open.
pub(super) struct Pair {
    pub(super) kid: KeyId,
    pub(super) public: PublicKey,
    pub(super) private: PrivateKey,
    state: SealingKeyState,
}

/// Why the sealing keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SealingKeysError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// One was sealed under another master key, or changed.
    #[error("a stored sealing key does not open")]
    CannotOpen,
}

/// Enough for many nodes: each try that fails is a step that another one made.
const TRIES: u32 = 16;

impl SealingKeys {
    /// Loads the key pairs, making the first ones on a new database.
    ///
    /// # Errors
    /// [`SealingKeysError`].
    pub async fn load(
        settings: SealingSettings,
        store: &dyn Store,
        vault: &Vault,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Self, SealingKeysError> {
        let keys = Self { settings, turn: Mutex::new(()), held: watch::Sender::new(Arc::new([])) };
        keys.keep(store, vault, now, entropy, Occasion::Schedule).await?;
        Ok(keys)
    }

    /// Does what is due, and takes over what other nodes have done. Gives the set that stands.
    ///
    /// # Errors
    /// [`SealingKeysError`]; the keys held before are held still.
    pub async fn keep(
        &self,
        store: &dyn Store,
        vault: &Vault,
        now: Timestamp,
        entropy: &dyn Entropy,
        occasion: Occasion,
    ) -> Result<SealingKeySet, SealingKeysError> {
        let mut occasion = occasion;
        let _turn = self.turn.lock().await;
        for _ in 0..TRIES {
            let set = store.sealing_keys().await?;
            let Some(change) = self.step(&set, vault, now, entropy, occasion) else {
                self.hold(&set, vault)?;
                return Ok(set);
            };
            if store.change_sealing_keys(change).await? {
                // Once is what was asked for; whatever is due next is the schedule's.
                occasion = Occasion::Schedule;
            }
        }
        Err(StoreError::Unavailable("the sealing keys change all the time".into()).into())
    }

    /// The one browsers seal to now.
    pub(super) fn active(&self) -> Arc<Pair> {
        let held = self.held.borrow();
        let active = held.iter().find(|pair| pair.state == SealingKeyState::Active);
        Arc::clone(active.expect("every set that is held has an active key"))
    }

    /// The one an envelope was sealed to. The sender chooses both names: the suite must be one of ours, and the id
    /// the one that our key has under it.
    pub(super) fn find(&self, sealed: &SealedKey) -> Option<Arc<Pair>> {
        if !SUITES.contains(&sealed.suite) {
            return None;
        }
        let held = self.held.borrow();
        held.iter().find(|pair| KeyId::of(sealed.suite, &pair.public) == sealed.kid).cloned()
    }

    /// Whether lists are signed here.
    pub(super) const fn is_published(&self) -> bool {
        self.settings.directory_key.is_some()
    }

    /// Who vouches for the lists that are signed here.
    pub(super) fn root(&self) -> Option<TrustRoot> {
        self.settings.directory_key.as_ref().map(|key| key.certificate().root)
    }

    /// The directory as it stands; `None` when there is no directory key.
    ///
    /// # Errors
    /// [`SealingKeysError`].
    pub async fn directory(
        &self,
        store: &dyn Store,
        vault: &Vault,
    ) -> Result<Option<Directory>, SealingKeysError> {
        let Some(key) = &self.settings.directory_key else { return Ok(None) };
        let _turn = self.turn.lock().await;
        // From the database each time: with several nodes a remembered list could be older than one already seen.
        let set = store.sealing_keys().await?;
        // Only what the vault has vouched for is signed, never a public key that merely stands in the database.
        self.hold(&set, vault)?;
        let mut keys: Vec<_> = self.held.borrow().iter().filter_map(|pair| pair.listed()).collect();
        keys.sort_by_key(|key| key.state != ListedState::Active);
        let list = KeyList {
            v: 1,
            origins: self.settings.origins.clone(),
            serial: set.serial,
            issued_at: set.issued_at,
            expires_at: set.issued_at.after(KeyList::LIFETIME),
            keys,
        };
        Ok(Some(key.publish(&list)))
    }

    /// The next step, if there is one to make.
    fn step(
        &self,
        set: &SealingKeySet,
        vault: &Vault,
        now: Timestamp,
        entropy: &dyn Entropy,
        occasion: Occasion,
    ) -> Option<SealingKeyChange> {
        let moves = schedule::moves(&set.keys, self.settings.schedule, occasion, now);
        let is_stale = set.issued_at.after(KeyList::RENEWED_AFTER) <= now;
        if moves.is_empty() && !is_stale {
            return None;
        }
        Some(SealingKeyChange {
            from: set.serial,
            // Tied to the time, so that a database put back from a backup does not stay behind what browsers have seen.
            serial: now.as_secs().max(set.serial + 1),
            at: now,
            fresh: moves.fresh.iter().map(|state| generate(*state, vault, now, entropy)).collect(),
            moved: moves.moved,
        })
    }

    /// Opens what is not open yet and lets go of the rest, which wipes it.
    fn hold(&self, set: &SealingKeySet, vault: &Vault) -> Result<(), SealingKeysError> {
        let held = Arc::clone(&self.held.borrow());
        let open = |row: &SealingKeyRow| {
            let same = held.iter().find(|pair| pair.kid.as_str() == row.kid && pair.state == row.state);
            same.map_or_else(|| Pair::open(row, vault).map(Arc::new), |pair| Ok(Arc::clone(pair)))
        };
        let pairs: Result<Vec<_>, _> = set.keys.iter().map(open).collect();
        self.held.send_replace(pairs?.into());
        Ok(())
    }
}

impl Pair {
    fn open(row: &SealingKeyRow, vault: &Vault) -> Result<Self, SealingKeysError> {
        let bytes =
            vault.open(&binding(&row.kid), &row.sealed).map_err(|CannotOpen| SealingKeysError::CannotOpen)?;
        let bytes = bytes.as_slice().try_into().map_err(|_| SealingKeysError::CannotOpen)?;
        let private = PrivateKey::from_bytes(bytes);
        let public = private.public();
        let kid = KeyId::of(SUITE, &public);
        if kid.as_str() != row.kid {
            return Err(SealingKeysError::CannotOpen);
        }
        Ok(Self { kid, public, private, state: row.state })
    }

    fn listed(&self) -> Option<ListedKey> {
        let state = match self.state {
            SealingKeyState::Next => ListedState::Next,
            SealingKeyState::Active => ListedState::Active,
            SealingKeyState::Retiring => ListedState::Retiring,
            SealingKeyState::Destroyed => return None,
        };
        Some(ListedKey { kid: self.kid.clone(), public_key: self.public, suites: SUITES.to_vec(), state })
    }
}

fn generate(state: SealingKeyState, vault: &Vault, now: Timestamp, entropy: &dyn Entropy) -> SealingKeyRow {
    let seed = entropy.secret::<32>();
    let private = PrivateKey::from_bytes(*seed);
    let public = private.public();
    let kid = KeyId::of(SUITE, &public).as_str().to_owned();
    // EXPOSE: to be sealed at once under the master key.
    let sealed = vault.seal(&binding(&kid), private.expose());
    SealingKeyRow {
        suite: SUITE.as_str().to_owned(),
        state,
        public_key: public.as_bytes().to_vec(),
        sealed,
        created_at: now,
        changed_at: now,
        kid,
    }
}

/// The kid is a hash of suite and public key, so it binds both.
const fn binding(kid: &str) -> Binding<'_> {
    Binding { purpose: Purpose::SealingKey, id: kid, version: 1, context: &[] }
}
