-- The proxy: what an environment allows there, who may call it, and what was used.

-- Whether the operator's own keys serve customers who have none, whether a demo answers when there is no key at all,
-- and whether paths that the provider table does not name are forwarded.
ALTER TABLE environments ADD COLUMN platform_keys INTEGER NOT NULL DEFAULT 0 CHECK (platform_keys IN (0, 1));
ALTER TABLE environments ADD COLUMN demo INTEGER NOT NULL DEFAULT 0 CHECK (demo IN (0, 1));
ALTER TABLE environments ADD COLUMN all_paths INTEGER NOT NULL DEFAULT 0 CHECK (all_paths IN (0, 1));
-- Which models may be called; NULL is all. A customer's own list narrows it further.
ALTER TABLE environments ADD COLUMN models TEXT;

CREATE TABLE customer_models (
    environment_id TEXT NOT NULL REFERENCES environments (id),
    ref_id         TEXT NOT NULL,
    models         TEXT NOT NULL,
    PRIMARY KEY (environment_id, ref_id)
) STRICT;

-- Who disabled a key: the backend, whose decision a new key does not undo, or a check that the provider failed, where
-- a new key is just what is wanted.
ALTER TABLE provider_keys ADD COLUMN disabled_by TEXT CHECK (disabled_by IN ('backend', 'check'));
UPDATE provider_keys SET disabled_by = 'backend' WHERE status = 'disabled';

CREATE TABLE runtime_tokens (
    id             TEXT PRIMARY KEY,
    hash           BLOB NOT NULL UNIQUE,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    -- The secret key that made it; when that ends, so does this.
    token_id       TEXT NOT NULL REFERENCES tokens (id),
    ref_id         TEXT NOT NULL,
    providers      TEXT,
    models         TEXT,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER,
    revoked_at     INTEGER
) STRICT;

CREATE INDEX runtime_tokens_by_environment ON runtime_tokens (environment_id, id);
CREATE INDEX runtime_tokens_by_expiry ON runtime_tokens (expires_at) WHERE expires_at IS NOT NULL;

-- What was used, summed up by day (UTC, counted from the Unix epoch).
CREATE TABLE usage (
    environment_id      TEXT NOT NULL REFERENCES environments (id),
    day                 INTEGER NOT NULL,
    ref_id              TEXT NOT NULL,
    provider            TEXT NOT NULL,
    model               TEXT NOT NULL,
    mode                TEXT NOT NULL CHECK (mode IN ('byok', 'server', 'demo')),
    requests            INTEGER NOT NULL,
    input_tokens        INTEGER NOT NULL,
    output_tokens       INTEGER NOT NULL,
    cached_input_tokens INTEGER NOT NULL,
    reasoning_tokens    INTEGER NOT NULL,
    PRIMARY KEY (environment_id, day, ref_id, provider, model, mode)
) STRICT;
