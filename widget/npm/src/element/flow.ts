// What happens once somebody means it: sealing, sending, and what is shown of the answers. Loaded together with what
// seals, on first focus or with a session, so that a page pays for the field alone.

import { Core } from "../client/core.js";
import { ByoError, misuse, present, type Verdict } from "../error.js";
import { failure } from "../failure.js";
import english from "../messages/en-more.js";
import type { Access } from "../options.js";
import type { HeldKey, HintCode, Sealer } from "../seal/sealer.js";
import type { ConnectedKey, ProviderConfig, SubmitFields, TestResult } from "../wire.js";
import { all } from "./catalogue.js";
import { type ConnectState, isBusy, isEntering, type Model, toneOf } from "./model.js";
import { addPanel } from "./panel.js";
import type { View } from "./view.js";

/** What the flow needs of the element. */
export interface Host {
  readonly element: HTMLElement & { refId: string | null; keyName: string | null };
  readonly model: Model;
  readonly view: View;
  /** Throws where the attributes make no sense. */
  readonly access: () => Access;
  readonly config: () => ProviderConfig | undefined;
  readonly settle: (state?: ConnectState) => void;
  readonly fail: (error: ByoError) => void;
  readonly emit: (type: string, detail: unknown) => void;
  readonly focus: () => void;
}

export class Flow {
  readonly #host: Host;
  readonly #sealer: Sealer;
  #core: Core | undefined;
  #held: HeldKey | undefined;

  constructor(host: Host, sealer: Sealer) {
    this.#host = host;
    this.#sealer = sealer;
    host.model.verdictText = (verdict) => this.#words(verdict);
    addPanel(host, this);
  }

  /** Learns what the session may do and which keys are connected. */
  async readSession(access: Access): Promise<boolean> {
    const { model, element } = this.#host;
    const core = this.#open();
    const session = await core.session();
    const refId = element.refId ?? session.refId;
    const { data } = await core.keys(refId);
    if (access !== this.#host.access()) return false;
    model.session = session;
    for (const key of data) {
      const ours = key.name === (element.keyName ?? "default") && key.refId === refId && key.status !== "revoked";
      if (ours && !model.keys.has(key.provider)) model.keys.set(key.provider, key);
    }
    return true;
  }

  async submit(purpose: "connect" | "test" | "rotate"): Promise<TestResult | ConnectedKey> {
    const { model, emit } = this.#host;
    const state = ({ connect: "connecting", test: "testing", rotate: "rotating" } as const)[purpose];
    return this.#run<TestResult | ConnectedKey>(state, async (core) => {
      const fields = await this.#fields(core);
      const key = this.#take();
      if (purpose === "test") {
        const result = await core.submit(purpose, fields, key);
        model.notice = this.#tested(result);
        return [result, () => emit("tested", result)];
      }
      const connected = await core.submit(purpose, fields, key);
      this.forget();
      model.replacing = false;
      model.keys.set(connected.provider, connected);
      return [connected, () => emit(purpose === "rotate" ? "rotated" : "connected", connected)];
    });
  }

  /** Destroys the stored key. */
  disconnect(): Promise<void> {
    const { model, emit } = this.#host;
    return this.#run("disconnecting", async (core) => {
      const { providerConfig: _, ...target } = await this.#fields(core);
      const answer = await core.disconnect(target);
      model.keys.delete(target.provider);
      model.asking = false;
      model.notice = { tone: "good", title: `${model.provider?.label ?? "The key"} is disconnected.`, text: "The stored key is destroyed." };
      return [undefined, () => emit("disconnected", answer)];
    });
  }

  /** Whose key the typed one seems to be. */
  look(): void {
    const { model, view, settle } = this.#host;
    const { provider } = model;
    const text = view.input.value;
    if (!provider || !text || isBusy(model)) return;
    try {
      const probe = this.#sealer.hold(text);
      const hint = probe.looksLike(provider.id);
      probe.drop();
      model.looksLike = hint && { text: hintText(hint), provider: fitting(hint) };
    } catch {
      model.looksLike = undefined;
    }
    // A hint is no news about the rest: what has failed meanwhile stays said.
    settle(model.state);
  }

  /** Overwrites the key that waits. */
  release(): void {
    this.#held?.drop();
    this.#held = undefined;
    this.#host.model.held = false;
  }

  /** Forgets the key, typed or waiting. */
  forget(): void {
    const { model, view } = this.#host;
    view.input.value = "";
    model.typed = false;
    model.looksLike = undefined;
    this.release();
  }

  /** An action: its state, its outcome, and the focus where the reader expects it. The element sees to it that none
   * runs already. */
  async #run<T>(state: ConnectState, action: (core: Core) => Promise<[T, () => void]>): Promise<T> {
    const { model, element, view, settle, fail, focus } = this.#host;
    const focused = element.shadowRoot?.activeElement;
    try {
      const core = this.#open();
      if (model.disabled) throw misuse("disabled", "This field is disabled.");
      if (!model.provider) throw misuse("invalid_option", "providers: none of these is known or allowed.", "providers");
      if (state !== "disconnecting") this.#demand();
      model.problem = model.notice = undefined;
      settle(state);
      const [answer, tell] = await action(core);
      settle();
      // The button that was pressed may be gone.
      if (focused && !focused.checkVisibility()) (isEntering(model) ? view.input : view.heading).focus();
      tell();
      return answer;
    } catch (reason) {
      const error = ByoError.from(reason);
      fail(error);
      if (error.code === "key_missing") focus();
      throw error;
    }
  }

  /** The calls, as whom the attributes name now. */
  #open(): Core {
    const access = this.#host.access();
    if (this.#core?.access !== access) this.#core = new Core(access);
    return this.#core;
  }

  /** Refuses what cannot work before anything is sealed. */
  #demand(): void {
    const { model, view, config } = this.#host;
    const { provider, typed, held } = model;
    if (!typed && !held && !provider?.keyOptional) throw keyMissing();
    if (config() || !provider || provider.needs === "none") return;
    if (!view.base.input.value.trim()) throw misuse("invalid_option", `${provider.label} needs its base URL.`, "baseUrl", "validation");
    if (provider.needs === "azure" && !view.apiVersion.input.value.trim()) {
      throw misuse("invalid_option", `${provider.label} needs an API version.`, "apiVersion", "validation");
    }
  }

  async #fields(core: Core): Promise<SubmitFields> {
    const { refId, keyName } = this.#host.element;
    if (!refId && !core.access.isSession) throw misuse("invalid_option", "ref-id: say whose key this is.", "ref-id");
    return present({
      provider: this.#host.model.provider?.id,
      refId: refId ?? (await core.session()).refId,
      name: keyName,
      providerConfig: this.#providerConfig(),
    }) as SubmitFields;
  }

  #providerConfig(): ProviderConfig | undefined {
    const { config, view, model } = this.#host;
    if (config() || view.fields.hidden) return config();
    const typed = (input: HTMLInputElement) => input.value.trim() || undefined;
    const azure = { apiVersion: typed(view.apiVersion.input), deployment: typed(view.deployment.input) };
    const fields = present({
      baseUrl: typed(view.base.input),
      azure: model.provider?.needs === "azure" ? present(azure) : undefined,
    });
    return Object.keys(fields).length ? (fields as ProviderConfig) : undefined;
  }

  /** Moves what is typed into wasm memory, or gives what waits there already. */
  #take(): HeldKey {
    const { model, view, settle } = this.#host;
    const { value } = view.input;
    if (this.#held?.length && !value) return this.#held;
    const expired = () => {
      this.release();
      model.notice = { tone: "warn", title: "The key was forgotten after ten minutes.", text: "Paste it again." };
      if (!isBusy(model)) settle();
    };
    const held = this.#sealer.hold(value, value ? expired : undefined);
    this.forget();
    // White space is no key, and not the same as none.
    if (!held.length && (value || !model.provider?.keyOptional)) {
      held.drop();
      throw keyMissing();
    }
    this.#held = held;
    model.held = held.length > 0;
    settle(model.state);
    return held;
  }

  #tested({ verdict, models }: { verdict: Verdict; models: string[] }): Model["notice"] {
    const { title, next } = this.#words(verdict);
    if (verdict !== "valid") return { tone: toneOf(verdict), title, text: next };
    const count = models.length ? ` for ${models.length} ${models.length === 1 ? "model" : "models"}` : "";
    return { tone: "good", title: title + count, text: "Nothing is stored yet: connect it to use it." };
  }

  /** For a verdict; where no key was sent, nothing is wrong with one. */
  #words(verdict: Verdict): { title: string; next: string } {
    const { held, typed, provider } = this.#host.model;
    if (verdict === "rejected" && provider?.keyOptional && !held && !typed) {
      return { title: "This server asks for a key", next: "Enter the one that it expects." };
    }
    const words = english as { readonly [key: string]: string };
    const said = (part: "title" | "next") => words[`verdict.${verdict}.${part}`] ?? english[`verdict.unknown.${part}`];
    return { title: said("title"), next: said("next") };
  }
}

function keyMissing(): ByoError {
  return failure("key_missing", { param: "providerKey" }, "keyMissing");
}

function hintText(hint: HintCode): string {
  const provider = "provider" in hint ? (all.find(({ id }) => id === hint.provider)?.label ?? "") : "";
  return english[`hint.${hint.code}`].replaceAll("{provider}", provider);
}

/** The one provider at which such a key would raise no doubt. */
function fitting(hint: HintCode) {
  return hint.code === "other" ? all.find(({ id }) => id === hint.provider) : undefined;
}
