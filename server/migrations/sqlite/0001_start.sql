-- Times are milliseconds since the Unix epoch, UTC. Lists and settings are JSON text.
-- Columns named sealed… hold vault records; nothing else in here is secret.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE projects (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE environments (
    id              TEXT PRIMARY KEY,
    project_id      TEXT NOT NULL REFERENCES projects (id),
    kind            TEXT NOT NULL CHECK (kind IN ('test', 'live')),
    writes          TEXT NOT NULL CHECK (writes IN ('session', 'open', 'open_replace', 'off')),
    allowed_origins TEXT NOT NULL,
    custom_base_url INTEGER NOT NULL CHECK (custom_base_url IN (0, 1)),
    updated_at      INTEGER NOT NULL,
    UNIQUE (project_id, kind)
) STRICT;

CREATE TABLE tokens (
    id             TEXT PRIMARY KEY,
    hash           BLOB NOT NULL UNIQUE,
    kind           TEXT NOT NULL CHECK (kind IN ('publishable', 'secret')),
    environment_id TEXT NOT NULL REFERENCES environments (id),
    name           TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    revoked_at     INTEGER
) STRICT;

CREATE INDEX tokens_by_environment ON tokens (environment_id, id);

CREATE TABLE connect_sessions (
    id             TEXT PRIMARY KEY,
    hash           BLOB NOT NULL UNIQUE,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    -- The secret key that made it; when that ends, so does this.
    token_id       TEXT NOT NULL REFERENCES tokens (id),
    ref_id         TEXT NOT NULL,
    providers      TEXT,
    allow          TEXT NOT NULL,
    origins        TEXT,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX connect_sessions_by_expiry ON connect_sessions (expires_at);

-- One success per (write, provider, name) of a session.
CREATE TABLE session_uses (
    session_id TEXT NOT NULL REFERENCES connect_sessions (id) ON DELETE CASCADE,
    purpose    TEXT NOT NULL,
    provider   TEXT NOT NULL,
    name       TEXT NOT NULL,
    PRIMARY KEY (session_id, purpose, provider, name)
) STRICT;

CREATE TABLE provider_keys (
    id              TEXT PRIMARY KEY,
    environment_id  TEXT NOT NULL REFERENCES environments (id),
    ref_id          TEXT NOT NULL,
    provider        TEXT NOT NULL,
    name            TEXT NOT NULL,
    status          TEXT NOT NULL CHECK (status IN ('active', 'disabled', 'suspect', 'revoked')),
    version         INTEGER NOT NULL,
    sealed          BLOB,
    provider_config TEXT NOT NULL,
    fingerprint     TEXT NOT NULL,
    hint            TEXT NOT NULL,
    verdict         TEXT NOT NULL,
    models          TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    checked_at      INTEGER NOT NULL,
    CHECK ((status = 'revoked') = (sealed IS NULL))
) STRICT;

-- Revoked rows stay as tombstones; a new connect makes a new record.
CREATE UNIQUE INDEX provider_keys_in_use ON provider_keys (environment_id, ref_id, provider, name)
    WHERE status <> 'revoked';
CREATE INDEX provider_keys_by_environment ON provider_keys (environment_id, id);

-- When a customer's key was last revoked: envelopes made before then open nothing.
CREATE TABLE revocations (
    environment_id TEXT NOT NULL REFERENCES environments (id),
    ref_id         TEXT NOT NULL,
    revoked_at     INTEGER NOT NULL,
    PRIMARY KEY (environment_id, ref_id)
) STRICT;

-- Challenges in use or used up; `answer` is what the first request was told.
CREATE TABLE challenges (
    hash          BLOB PRIMARY KEY,
    request_hash  BLOB NOT NULL,
    answer        TEXT,
    expires_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX challenges_by_expiry ON challenges (expires_at);

CREATE TABLE sealing_keys (
    kid         TEXT PRIMARY KEY,
    suite       TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('next', 'active', 'retiring', 'destroyed')),
    public_key  BLOB NOT NULL,
    sealed      BLOB,
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    CHECK ((state = 'destroyed') = (sealed IS NULL))
) STRICT;

CREATE UNIQUE INDEX one_active_sealing_key ON sealing_keys (suite) WHERE state = 'active';
CREATE INDEX sealing_keys_in_use ON sealing_keys (created_at, kid) WHERE state <> 'destroyed';

-- One row. Every change of sealing_keys is a step of serial, made in the same transaction.
CREATE TABLE key_directory (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    serial    INTEGER NOT NULL,
    issued_at INTEGER NOT NULL
) STRICT;

CREATE TABLE webhook_endpoints (
    id             TEXT PRIMARY KEY,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    url            TEXT NOT NULL,
    events         TEXT,
    sealed_secret  BLOB NOT NULL,
    created_at     INTEGER NOT NULL,
    disabled_at    INTEGER
) STRICT;

CREATE INDEX webhook_endpoints_by_environment ON webhook_endpoints (environment_id, id);

-- What happened, exactly as it is told: `body` is sent byte for byte on every attempt.
CREATE TABLE events (
    id             TEXT PRIMARY KEY,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    type           TEXT NOT NULL,
    ref_id         TEXT NOT NULL,
    body           TEXT NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX events_by_customer ON events (environment_id, ref_id, type, created_at);

CREATE TABLE webhook_deliveries (
    id              TEXT PRIMARY KEY,
    event_id        TEXT NOT NULL REFERENCES events (id),
    endpoint_id     TEXT NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    state           TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts        INTEGER NOT NULL,
    -- For a pending delivery: nobody may take it before then (next attempt, or lease of the sender at work).
    due_at          INTEGER NOT NULL,
    UNIQUE (event_id, endpoint_id)
) STRICT;

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at) WHERE state = 'pending';

CREATE TABLE webhook_attempts (
    delivery_id TEXT NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    outcome     TEXT NOT NULL,
    status      INTEGER,
    PRIMARY KEY (delivery_id, number)
) STRICT;
