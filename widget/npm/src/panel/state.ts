// How the model changes. Nothing here draws, sends or tells.

import type { Words } from "../messages/type.js";
import type { Action, ConnectState, PanelConfig } from "../protocol.js";
import type { ByoErrorFields } from "../error.js";
import { offered } from "./catalogue.js";
import { isEntering, may, type Model } from "./model.js";

/** The state that an action is under way in. */
export const DURING: { readonly [action in Action]: ConnectState } = {
  connect: "connecting",
  test: "testing",
  rotate: "rotating",
  disconnect: "disconnecting",
  validate: "testing",
  revert: "disconnecting",
};

export function fresh(config: PanelConfig, words: Words): Model {
  return {
    config,
    words,
    state: "idle",
    step: undefined,
    providers: [],
    provider: undefined,
    keys: new Map(),
    session: undefined,
    typed: false,
    held: false,
    looksLike: undefined,
    notice: undefined,
    problem: undefined,
    barred: undefined,
  };
}

/** Another token or server: what was known of the last one no longer holds. */
export function reopen(model: Model): void {
  model.keys.clear();
  model.session = model.problem = model.barred = model.notice = model.step = undefined;
  model.state = "idle";
}

/** Which providers there are to choose from, and which is chosen. */
export function offer(model: Model): void {
  const { provider: fixed, providers } = model.config;
  const wanted = providers?.split(/[\s,]+/).filter(Boolean) ?? [];
  const list = offered(wanted.length || !fixed ? wanted : [fixed]);
  const allowed = model.session?.providers;
  model.providers = allowed ? list.filter(({ id }) => allowed.includes(id)) : list;
  const chosen = model.provider?.id ?? fixed;
  model.provider = model.providers.find(({ id }) => id === chosen) ?? model.providers[0];
}

export function choose(model: Model, id: string | undefined): void {
  model.provider = model.providers.find((provider) => provider.id === id) ?? model.provider;
  model.notice = model.looksLike = model.step = undefined;
}

/** The text in the field has changed. */
export function type(model: Model, isThere: boolean): void {
  model.typed = isThere;
  if (!isThere) model.looksLike = undefined;
  model.notice = undefined;
}

/** What was typed is gone. */
export function forget(model: Model): void {
  model.typed = false;
  model.looksLike = undefined;
}

export function begin(model: Model, step: NonNullable<Model["step"]>): void {
  model.step = step;
  model.notice = undefined;
}

export function fail(model: Model, problem: ByoErrorFields): void {
  model.problem = problem;
  model.notice = undefined;
}

/** Enters a state. */
export function enter(model: Model, state: ConnectState): void {
  model.state = state;
  if (state !== "error") model.problem = undefined;
}

/** The state that what is there amounts to. */
export function rest(model: Model): ConnectState {
  if (!isEntering(model)) return "connected";
  if (model.barred) return "error";
  return model.typed || model.held ? "typing" : "idle";
}

/** What Enter and the coloured button do. */
export function primary(model: Model): Action {
  const action = model.step === "replace" ? "rotate" : "connect";
  return may(model, action) ? action : "test";
}
