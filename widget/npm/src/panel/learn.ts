// What the server says of stored keys, taken over into the model.

import type { ConnectState } from "../protocol.js";
import type { Session, Validated } from "../wire.js";
import { currentKey, isBusy, type KnownKey, may, type Model } from "./model.js";
import { offer, rest } from "./state.js";

/** Takes over what the session may do and whose keys there are. */
export function learn(model: Model, session: Session, keys: readonly KnownKey[], { refId, name }: { refId: string; name: string }): void {
  model.session = session;
  for (const key of keys) {
    const ours = key.name === name && key.refId === refId && key.status !== "revoked";
    if (ours && !model.keys.has(key.provider)) model.keys.set(key.provider, key);
  }
  offer(model);
  const entered = model.typed || model.held;
  // A customer who comes back sees what is connected first, unless the page or their typing says otherwise.
  const first = model.providers.find(({ id }) => model.keys.has(id));
  if (first && !entered && !model.config.provider) model.provider = first;
  // Whoever was quicker than the answer keeps the field: what they entered replaces what there is.
  if (entered && currentKey(model) && may(model, "rotate")) model.step = "replace";
}

/** A key after its provider was asked again. No answer says nothing about the key. */
export function recheck(key: KnownKey, { verdict, models, checkedAt }: Validated): KnownKey {
  if (verdict === "unreachable") return key;
  const isRefused = verdict === "rejected" || verdict === "denied";
  return { ...key, verdict, checkedAt, status: isRefused ? "suspect" : "active", models: isRefused ? (key.models ?? []) : models };
}

/** The state once something was learned: it takes back neither what is under way nor what has failed meanwhile. */
export function undisturbed(model: Model): ConnectState {
  return isBusy(model) || model.problem ? model.state : rest(model);
}
