-- The widget: what a session fixes of its providers, and all that is one customer's.

ALTER TABLE connect_sessions ADD COLUMN sealed_provider_configs BLOB;

CREATE INDEX provider_keys_by_customer ON provider_keys (environment_id, ref_id, id);
CREATE INDEX connect_sessions_by_customer ON connect_sessions (environment_id, ref_id);
