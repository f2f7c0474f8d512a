// The panel: what the page says to it, what it does, and what it tells.

import { adopt, place } from "../dom.js";
import { ByoError, misuse } from "../error.js";
import { later } from "../later.js";
import { wordsFor, wordsNow } from "../messages/index.js";
import type { Words } from "../messages/type.js";
import type { Access } from "../options.js";
import { type Action, type ConnectState, type Panel, type PanelConfig, type Report, type ToPanel, VERSION } from "../protocol.js";
import { listen } from "./controls.js";
import type { Flow } from "./flow.js";
import { currentKey, fixedConfig, isBusy, isEntering, isSession, isTest, type Model, suspected } from "./model.js";
import { render } from "./render.js";
import * as change from "./state.js";
import css from "./styles.css";
import { build, type View } from "./view.js";

/** Puts up a panel and answers how to speak to it. */
export function mountPanel(root: ShadowRoot, config: PanelConfig, report: Report): Panel {
  return new Board(root, config, report);
}

/** For how long a typed key lies there untouched before it is forgotten; one that waits is kept as long, see held-key.ts. */
const LEFT_MS = 6e5;

export class Board implements Panel {
  readonly root: ShadowRoot;
  readonly view: View = build();
  readonly model: Model;
  readonly report: Report;
  #access: Access | undefined;
  #flow: Flow | undefined;
  #looking: ReturnType<typeof setTimeout> | undefined;
  #left: ReturnType<typeof setTimeout> | undefined;
  /** The words that are on their way. */
  #coming: ReturnType<typeof wordsFor>;
  #told = { state: "", change: "", value: "" };

  constructor(root: ShadowRoot, config: PanelConfig, report: Report) {
    this.root = root;
    this.report = report;
    this.model = change.fresh(config, wordsNow());
    adopt(root, css);
    place(root, this.view.root);
    listen(this);
    change.offer(this.model);
    this.#speak();
    this.#open();
    queueMicrotask(() => report({ t: "ready", v: VERSION }));
  }

  send(message: ToPanel): void {
    const { model } = this;
    if (message.t === "init" || message.t === "update") {
      this.#configure({ ...model.config, ...message.config });
    } else if (message.t === "act") {
      void this.#answer(message.id, message.action);
    } else if (message.t === "focus") {
      this.focus({ preventScroll: message.preventScroll ?? false });
    } else {
      if (message.t === "reset") this.#blank();
      this.clear();
    }
  }

  destroy(): void {
    this.forget();
    this.#access = undefined;
    this.view.root.remove();
  }

  /** As whom to call; throws where the page has not said so, or not in a way that works. */
  access(): Access {
    if (this.#access) return this.#access;
    throw ByoError.from(this.model.config.fault);
  }

  /** Whether this is still the one. */
  speaksFor(access: Access): boolean {
    return access === this.#access;
  }

  /** One action at a time, shown from its first moment even where the flow has to be loaded for it. */
  async act(action: Action): Promise<unknown> {
    const { model } = this;
    if (isBusy(model)) throw misuse("busy", model.words("error.busy"));
    if (action === "rotate") model.step = currentKey(model) && "replace";
    if (this.#flow) return this.#flow.act(action);
    const access = this.#access;
    this.settle(change.DURING[action]);
    const flow = await this.ready();
    // Whoever it was asked for, it was not the one that the page means now.
    if (access !== this.#access) throw misuse("changed_meanwhile", model.words("error.changed_meanwhile"));
    return flow.act(action);
  }

  /** An action that nobody waits for: failures are shown and told by an event. */
  attempt(action: Action): void {
    this.act(action).catch(() => {});
  }

  /** Loads what seals and what works with it. */
  async ready(): Promise<Flow> {
    if (this.#flow) return this.#flow;
    try {
      const { Flow, openSealer } = await later();
      const sealer = await openSealer();
      this.#flow ??= new Flow(this, sealer);
    } catch (reason) {
      const error = ByoError.from(reason);
      this.fail(error, "load-error");
      throw error;
    }
    return this.#flow;
  }

  focus(options?: FocusOptions): void {
    (isEntering(this.model) ? this.view.input : this.view.heading).focus(options);
  }

  /** Forgets what was typed, and what came of it. What is under way goes on. */
  clear(): void {
    const { model } = this;
    this.forget();
    model.notice = undefined;
    this.settle(isBusy(model) ? model.state : undefined);
  }

  /** Leaves what was begun with a connected key. */
  cancel(): void {
    if (!this.model.step) return;
    this.model.step = undefined;
    this.clear();
    this.focus();
  }

  choose(id: string | undefined): void {
    change.choose(this.model, id);
    this.settle();
    this.#lookSoon();
  }

  typed(): void {
    change.type(this.model, this.view.input.value !== "");
    if (this.model.typed) this.#flow?.release();
    this.settle();
    clearTimeout(this.#left);
    this.#left = setTimeout(() => this.model.typed && (this.clear(), this.#flow?.expire()), LEFT_MS);
    this.#lookSoon();
  }

  /** Forgets the key, typed or waiting. */
  forget(): void {
    this.view.input.value = "";
    change.forget(this.model);
    this.#flow?.release();
  }

  fail(error: ByoError, event: "error" | "load-error" = "error"): void {
    change.fail(this.model, error);
    this.settle("error");
    this.report({ t: "told", event, detail: error });
  }

  /** Enters a state, by default the one that what is there amounts to, shows it and tells what is new. */
  settle(state: ConnectState = change.rest(this.model)): void {
    const { model } = this;
    change.enter(model, state);
    // Nothing stays in a field that is not shown.
    if (model.typed && !isEntering(model)) this.forget();
    this.draw();
    this.#tellValue();
    this.#tellChange();
    if (this.#isNews("state", state)) this.report({ t: "state", state });
  }

  draw(): void {
    render(this.view, this.model);
  }

  /** Another token, server or customer starts afresh; the rest is only shown. */
  #configure(config: PanelConfig): void {
    const { model } = this;
    const before = model.config;
    model.config = config;
    if (before.messages !== config.messages || before.locale !== config.locale) this.#speak();
    change.offer(model);
    if (identity(before) === identity(config)) return this.settle(model.state);
    change.reopen(model);
    // What was entered was meant for whoever was named then; before that, for whoever comes.
    if (before.token) this.#blank();
    this.#open();
  }

  /** As it was before anybody used it. */
  #blank(): void {
    const { view, model } = this;
    this.forget();
    for (const { input } of [view.base, view.apiVersion, view.deployment]) input.value = "";
    view.custom.open = false;
    if (!isBusy(model)) model.step = undefined;
  }

  /** Says everything in the language that is wanted once it is here; before its first words there is nothing to see. */
  #speak(): void {
    const { locale, messages } = this.model.config;
    const coming = (this.#coming = wordsFor(locale, messages));
    if (!coming) return this.#say(wordsNow());
    if (!this.view.root.lang) this.view.root.dataset["mute"] = "";
    // Where nothing comes, it stays as it is.
    coming.then(({ words, faults }) => {
      if (this.#coming !== coming) return;
      this.#say(words);
      // The field goes on without words that are not in order.
      for (const fault of faults) this.report({ t: "told", event: "load-error", detail: misuse("invalid_messages", fault, "messages") });
    }, () => {});
  }

  #say(words: Words): void {
    const { root } = this.view;
    this.model.words = words;
    root.lang = this.view.badge.lang = words.locale;
    root.removeAttribute("data-mute");
    this.draw();
    this.#tellValue();
  }

  /** Begins, as whom the page says now. */
  #open(): void {
    const { model } = this;
    const { token, baseURL, trustRoot, fault } = model.config;
    this.#access = undefined;
    // The token may be on its way; a call without one says what is missing.
    if (fault && token) return this.fail(ByoError.from(fault), "load-error");
    if (baseURL) this.view.badge.setAttribute("base-url", baseURL);
    if (!fault) this.#access = { baseURL, token, trustRoot: trustRoot ?? undefined, isSession: isSession(model), isTest: isTest(model), fetch: undefined };
    this.settle("idle");
    const access = this.#access;
    // What fails is shown and told by an event.
    if (access && (access.isSession || trustRoot)) whenIdle(() => this.speaksFor(access) && this.ready().then((flow) => flow.begin(access), () => {}));
  }

  async #answer(id: number, action: Action): Promise<void> {
    try {
      const value = await this.act(action);
      this.report({ t: "done", id, value });
    } catch (reason) {
      this.report({ t: "done", id, error: ByoError.from(reason) });
    }
  }

  /** Asks, a moment after the last keystroke, whose key this looks like. */
  #lookSoon(): void {
    clearTimeout(this.#looking);
    this.#looking = setTimeout(() => this.#flow?.look(), 150);
  }

  #tellValue(): void {
    const { model } = this;
    const id = (currentKey(model) ?? [...model.keys.values()].at(-1))?.id ?? null;
    const missing = model.words("required");
    if (this.#isNews("value", `${id} ${missing}`)) this.report({ t: "value", id, missing });
  }

  #tellChange(): void {
    const { typed, held, provider, looksLike } = this.model;
    const { base, apiVersion } = this.view;
    const endpoint = fixedConfig(this.model) || !provider || provider.needs === "none" || (base.input.value && (provider.needs !== "azure" || apiVersion.input.value));
    const empty = !typed && !held;
    const detail = { empty, complete: Boolean((!empty || provider?.keyOptional) && endpoint), looksLike: suspected(looksLike)?.id };
    const first = !this.#told.change;
    if (this.#isNews("change", JSON.stringify(detail)) && !first) this.report({ t: "change", ...detail });
  }

  #isNews(what: "state" | "change" | "value", now: string): boolean {
    const isNews = this.#told[what] !== now;
    this.#told[what] = now;
    return isNews;
  }
}

function identity({ token, baseURL, refId, keyName, trustRoot, fault }: PanelConfig): string {
  return [token, baseURL, refId, keyName, trustRoot, fault?.message].join("\n");
}

function whenIdle(run: () => unknown): void {
  // Safari has no requestIdleCallback.
  const request = (globalThis as { requestIdleCallback?: typeof requestIdleCallback }).requestIdleCallback;
  if (request) request(run, { timeout: 500 });
  else setTimeout(run, 50);
}
