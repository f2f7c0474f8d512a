import { Core } from "../core.js";
import { adopt, Base } from "../dom.js";
import { ByoError, misuse, present, type Verdict } from "../error.js";
import { HeldKey } from "../held-key.js";
import { load } from "../load.js";
import type { Bindings } from "../wasm.js";
import type { ConnectedKey, ProviderConfig, SubmitFields, TestResult } from "../wire.js";
import { observed, reflect, upgrade } from "./attributes.js";
import { names, offered } from "./catalogue.js";
import { type ConnectState, currentKey, isBusy, isEntering, type Model, may, toneOf } from "./model.js";
import { render, reveal } from "./render.js";
import css from "./styles.css";
import { build, type View } from "./view.js";

/**
 * A field that takes a customer's provider key, seals it in the browser and connects it.
 * There is no way to read the key back out of it.
 *
 * @event byo-ready - the field can be used
 * @event byo-change - `{empty, complete, looksLike}`; never the key or its length
 * @event byo-focus, byo-blur, byo-escape
 * @event byo-tested - the test's result
 * @event byo-connected, byo-rotated, byo-disconnected - what the server answered
 * @event byo-error - a `ByoError`
 * @event byo-load-error - a `ByoError`: the element is set up wrongly or cannot load
 * @event byo-state - `{state}`
 */
export class ByoConnect extends Base {
  static readonly formAssociated = true;
  static readonly observedAttributes = observed;

  declare publishableKey: string | null;
  declare sessionToken: string | null;
  declare baseUrl: string | null;
  declare refId: string | null;
  /** Alone it fixes the provider; beside `providers` it is the one chosen first. */
  declare provider: string | null;
  /** Separated by commas or spaces. */
  declare providers: string | null;
  declare theme: string | null;
  /** The form entry's name. */
  declare name: string | null;
  /** The stored key's name, where a customer may have several; `default` otherwise. */
  declare keyName: string | null;
  declare label: string | null;
  declare autofill: string | null;
  declare disabled: boolean;
  declare required: boolean;
  declare hideBadge: boolean;

  #internals: ElementInternals | undefined;
  #view: View | undefined;
  #core: Core | undefined;
  #wasm: Bindings | undefined;
  #held: HeldKey | undefined;
  #config: ProviderConfig | undefined;
  #configured = "";
  #scheduled = false;
  #formDisabled = false;
  #probe: ReturnType<typeof setTimeout> | undefined;
  #lastChange = "";
  readonly #model: Model = {
    state: "idle",
    providers: [],
    provider: undefined,
    keys: new Map(),
    isSession: false,
    isTest: false,
    session: undefined,
    label: null,
    disabled: false,
    hideBadge: false,
    autofill: false,
    theme: null,
    typed: false,
    held: false,
    looksLike: undefined,
    replacing: false,
    asking: false,
    notice: undefined,
    problem: undefined,
    verdictText: undefined,
  };

  /** Fixed by the page, over what the fields say. */
  get providerConfig(): ProviderConfig | undefined {
    return this.#config;
  }
  set providerConfig(config: ProviderConfig | null | undefined) {
    this.#config = config ?? undefined;
  }

  get form(): HTMLFormElement | null {
    return this.#internals?.form ?? null;
  }
  get validity(): ValidityState | undefined {
    return this.#internals?.validity;
  }
  get validationMessage(): string {
    return this.#internals?.validationMessage ?? "";
  }

  /** Seals the key and stores it once its provider has accepted it. */
  connect(): Promise<ConnectedKey> {
    return this.#submit("connect");
  }

  /** Checks the key without storing it; it stays ready for `connect`. */
  test(): Promise<TestResult> {
    return this.#submit("test");
  }

  /** Replaces the connected key by the one entered; opens the field when there is none yet. */
  rotate(): Promise<ConnectedKey> {
    this.#model.replacing = currentKey(this.#model) !== undefined;
    this.#render();
    return this.#submit("rotate");
  }

  /** Destroys the stored key, without asking. */
  async disconnect(): Promise<void> {
    const { provider } = this.#model;
    await this.#run("disconnecting", async (core) => {
      const fields = await this.#fields(core);
      const answer = await core.disconnect(fields);
      this.#model.keys.delete(fields.provider);
      this.#model.asking = false;
      this.#model.notice = { tone: "good", title: `${provider?.label ?? "The key"} is disconnected.`, text: "The stored key is destroyed." };
      return () => this.#emit("disconnected", answer);
    });
  }

  /** Forgets what was typed. */
  clear(): void {
    this.#forget();
    this.#model.notice = this.#model.problem = undefined;
    this.#settle();
  }

  override focus(options?: FocusOptions): void {
    const view = this.#view;
    if (!view) return;
    const target = isEntering(this.#model) ? view.input : [view.replace, view.disconnect].find((button) => !button.hidden);
    (target ?? view.heading).focus(options);
  }

  checkValidity(): boolean {
    return this.#internals?.checkValidity() ?? true;
  }

  reportValidity(): boolean {
    return this.#internals?.reportValidity() ?? true;
  }

  connectedCallback(): void {
    if (!this.#view) this.#build();
    upgrade(this, ["providerConfig"]);
    this.#configure();
    queueMicrotask(() => this.isConnected && this.#emit("ready", {}));
  }

  disconnectedCallback(): void {
    // Moving an element removes it for a moment; only staying away counts.
    queueMicrotask(() => this.isConnected || this.clear());
  }

  attributeChangedCallback(): void {
    if (this.#scheduled || !this.#view) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#configure();
    });
  }

  formResetCallback(): void {
    this.#model.replacing = this.#model.asking = false;
    this.clear();
  }

  formDisabledCallback(disabled: boolean): void {
    this.#formDisabled = disabled;
    this.#configure();
  }

  #build(): void {
    this.#internals ??= this.attachInternals();
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    adopt(root, css);
    const view = build();
    this.#view = view;
    root.append(view.root);
    this.#listen(view);
  }

  #listen(view: View): void {
    const on = (node: HTMLElement, type: string, run: (event: Event) => void) => node.addEventListener(type, run);
    const press = (node: HTMLElement, run: () => void) =>
      on(node, "click", () => {
        if (!isBusy(this.#model)) run();
      });
    // Failures are shown and told by byo-error; the buttons have nobody to reject to.
    const quietly = (promise: Promise<unknown>) => void promise.catch(() => {});

    on(view.input, "focus", () => {
      this.#emit("focus", {});
      quietly(this.#start());
    });
    on(view.input, "blur", () => this.#emit("blur", {}));
    on(view.input, "input", () => this.#typed());
    on(view.form, "keydown", (event) => {
      const { key, target } = event as KeyboardEvent;
      if (key === "Enter" && target instanceof HTMLInputElement && !isBusy(this.#model)) quietly(this.#primary());
    });
    on(view.root, "keydown", (event) => {
      if ((event as KeyboardEvent).key !== "Escape") return;
      if (event.target === view.input) this.#emit("escape", {});
      if (!isBusy(this.#model)) this.#cancel();
    });
    on(view.picker, "change", (event) => this.#choose((event.target as HTMLInputElement).value));
    on(view.custom, "toggle", () => this.#render());
    on(view.fields, "input", () => this.#settle());
    on(view.testKeys, "click", (event) => {
      const { value } = event.target as HTMLButtonElement;
      if (!value || isBusy(this.#model)) return;
      view.input.value = value;
      view.input.focus();
      this.#typed();
    });
    on(view.reveal, "click", () => reveal(view, view.input.type === "password"));
    press(view.forget, () => {
      this.clear();
      this.focus();
    });
    press(view.hintAction, () => {
      const id = this.#model.looksLike?.id;
      if (id) this.#choose(id);
      this.focus();
    });
    press(view.submit, () => quietly(this.#primary()));
    press(view.test, () => quietly(this.test()));
    press(view.cancel, () => this.#cancel());
    press(view.replace, () => {
      this.#model.replacing = true;
      this.#model.notice = undefined;
      this.#settle();
      this.focus();
    });
    press(view.disconnect, () => {
      this.#model.asking = true;
      this.#settle();
      view.keep.focus();
    });
    press(view.keep, () => this.#cancel());
    press(view.confirm, () => quietly(this.disconnect()));
  }

  #primary(): Promise<unknown> {
    const { model, replacing } = { model: this.#model, replacing: this.#model.replacing };
    if (may(model, replacing ? "rotate" : "connect")) return replacing ? this.rotate() : this.connect();
    return this.test();
  }

  /** Leaves the replacement or the question. */
  #cancel(): void {
    const { replacing, asking } = this.#model;
    if (!replacing && !asking) return;
    this.#model.replacing = this.#model.asking = false;
    this.clear();
    const { replace, disconnect } = this.#view as View;
    (replacing ? replace : disconnect).focus();
  }

  #choose(id: string): void {
    const model = this.#model;
    model.provider = model.providers.find((provider) => provider.id === id) ?? model.provider;
    model.notice = model.problem = undefined;
    model.replacing = model.asking = false;
    if (!isEntering(model)) this.#forget();
    this.#settle();
    this.#lookClosely();
  }

  #typed(): void {
    const model = this.#model;
    model.typed = (this.#view?.input.value ?? "") !== "";
    if (model.typed) this.#release();
    model.notice = model.problem = undefined;
    if (!model.typed) model.looksLike = undefined;
    this.#settle();
    this.#lookClosely();
  }

  /** Asks the Rust half, a moment after the last keystroke, whose key this looks like. Only ever a hint. */
  #lookClosely(): void {
    clearTimeout(this.#probe);
    this.#probe = setTimeout(() => {
      const { provider } = this.#model;
      const text = this.#view?.input.value;
      if (!this.#wasm || !provider || !text || isBusy(this.#model)) return;
      try {
        const probe = new HeldKey(this.#wasm, text);
        const id = probe.looksLike(provider.id);
        probe.drop();
        this.#model.looksLike = id ? offered([id])[0] : undefined;
      } catch {
        this.#model.looksLike = undefined;
      }
      this.#settle();
    }, 150);
  }

  /** Reads the attributes; a new token or server starts afresh. */
  #configure(): void {
    const model = this.#model;
    model.label = this.label;
    model.theme = this.theme;
    model.hideBadge = this.hideBadge;
    model.autofill = this.autofill === "on";
    model.disabled = this.disabled || this.#formDisabled;
    this.#offer();
    const identity = [this.publishableKey, this.sessionToken, this.baseUrl, this.refId, this.keyName].join("\n");
    if (identity !== this.#configured) {
      this.#configured = identity;
      this.#open();
    }
    this.#settle(model.state);
  }

  /** Which providers there are to choose from, and which is chosen. */
  #offer(): void {
    const model = this.#model;
    const wanted = names(this.providers);
    const fixed = this.provider;
    const list = offered(wanted.length || !fixed ? wanted : [fixed]);
    const allowed = model.session?.providers;
    model.providers = allowed ? list.filter(({ id }) => allowed.includes(id)) : list;
    const chosen = model.provider?.id ?? fixed;
    model.provider = model.providers.find(({ id }) => id === chosen) ?? model.providers[0];
  }

  #open(): void {
    const model = this.#model;
    this.#core = model.session = model.problem = model.notice = undefined;
    model.keys.clear();
    model.isSession = model.isTest = false;
    model.state = "idle";
    // The token may be on its way; a call without one says what is missing.
    if (!this.publishableKey && !this.sessionToken) return;
    try {
      this.#core = this.#connection();
    } catch (reason) {
      return this.#fail(ByoError.from(reason), "load-error");
    }
    model.isSession = this.#core.isSession;
    model.isTest = this.#core.isTest;
    if (model.isSession) whenIdle(() => void this.#readSession(this.#core));
  }

  #connection(): Core {
    return new Core(
      present({ baseURL: this.baseUrl, publishableKey: this.publishableKey, sessionToken: this.sessionToken }) as { baseURL: string },
    );
  }

  /** Learns what the session may do and which keys are connected. */
  async #readSession(core: Core | undefined): Promise<void> {
    if (!core || core !== this.#core || !this.isConnected) return;
    const model = this.#model;
    try {
      await this.#start();
      const session = await core.session();
      const refId = this.refId ?? session.refId;
      const { data } = await core.keys(refId);
      if (core !== this.#core) return;
      model.session = session;
      for (const key of data) {
        const ours = key.name === (this.keyName ?? "default") && key.refId === refId && key.status !== "revoked";
        if (ours && !model.keys.has(key.provider)) model.keys.set(key.provider, key);
      }
      this.#offer();
      // A customer who comes back sees what is connected first, unless the page or their typing says otherwise.
      const first = model.providers.find(({ id }) => model.keys.has(id));
      if (first && !model.typed && !model.held && !this.provider) model.provider = first;
      if (!isBusy(model)) this.#settle();
    } catch (reason) {
      if (core === this.#core) this.#fail(ByoError.from(reason));
    }
  }

  /** Loads the Rust half. */
  async #start(): Promise<Bindings> {
    try {
      this.#wasm = await load();
    } catch (reason) {
      this.#fail(ByoError.from(reason), "load-error");
      throw reason;
    }
    this.#model.verdictText ??= this.#wasm.verdictText;
    return this.#wasm;
  }

  #submit(purpose: "test"): Promise<TestResult>;
  #submit(purpose: "connect" | "rotate"): Promise<ConnectedKey>;
  #submit(purpose: "connect" | "test" | "rotate"): Promise<TestResult | ConnectedKey> {
    const state = ({ connect: "connecting", test: "testing", rotate: "rotating" } as const)[purpose];
    let answer: TestResult | ConnectedKey;
    return this.#run(state, async (core) => {
      const fields = await this.#fields(core);
      const key = this.#take(await this.#start());
      if (purpose === "test") {
        const result = await core.submit("test", fields, key);
        answer = result;
        this.#model.notice = this.#verdictNotice(result.verdict, result.models.length);
        return () => this.#emit("tested", result);
      }
      const connected = await core.submit(purpose, fields, key);
      answer = connected;
      this.#forget();
      this.#model.replacing = false;
      this.#model.keys.set(connected.provider, connected);
      return () => this.#emit(purpose === "rotate" ? "rotated" : "connected", connected);
    }).then(() => answer);
  }

  /** One action at a time: its state, its outcome, and the focus where the reader expects it. */
  async #run(state: ConnectState, action: (core: Core) => Promise<() => void>): Promise<void> {
    if (isBusy(this.#model)) throw misuse("busy", "Another action is still running.");
    const model = this.#model;
    const focused = this.shadowRoot?.activeElement;
    let tell: () => void;
    try {
      this.#core ??= this.#connection();
      this.#demand(state);
      model.problem = model.notice = undefined;
      this.#settle(state);
      tell = await action(this.#core);
    } catch (reason) {
      const error = ByoError.from(reason);
      this.#fail(error);
      if (error.code === "key_missing") this.focus();
      throw error;
    }
    const shown = isEntering(model);
    this.#settle();
    if (focused && !(focused as HTMLElement).checkVisibility?.()) {
      if (shown) this.focus();
      else this.#view?.heading.focus();
    }
    tell();
  }

  /** Refuses what cannot work before anything is sealed. */
  #demand(state: ConnectState): void {
    const { provider, disabled, typed, held } = this.#model;
    if (disabled) throw misuse("disabled", "The field is disabled.");
    if (!provider) throw misuse("invalid_option", "None of the providers named is known or allowed.", "providers");
    if (state === "disconnecting") return;
    if (!typed && !held && !provider.keyOptional) throw misuse("key_missing", "Paste your key first.");
    const { needs } = provider;
    if (this.#config || needs === "none") return;
    const { base, apiVersion } = this.#view as View;
    if (!base.input.value.trim()) throw misuse("invalid_option", `${provider.label} needs its base URL.`, "baseUrl");
    if (needs === "azure" && !apiVersion.input.value.trim()) {
      throw misuse("invalid_option", `${provider.label} needs an API version.`, "apiVersion");
    }
  }

  async #fields(core: Core): Promise<SubmitFields> {
    if (!this.refId && !core.isSession) throw misuse("invalid_option", "ref-id: say whose key this is.", "ref-id");
    const refId = this.refId ?? (await core.session()).refId;
    const provider = this.#model.provider?.id;
    return present({ provider, refId, name: this.keyName, providerConfig: this.#providerConfig() }) as SubmitFields;
  }

  #providerConfig(): ProviderConfig | undefined {
    if (this.#config) return this.#config;
    const { base, apiVersion, deployment, fields } = this.#view as View;
    if (fields.hidden) return undefined;
    const baseUrl = base.input.value.trim() || undefined;
    const azure = this.#model.provider?.needs === "azure" && {
      ...(present({ apiVersion: apiVersion.input.value.trim(), deployment: deployment.input.value.trim() || undefined }) as {
        apiVersion: string;
      }),
    };
    const config = present({ baseUrl, azure: azure || undefined }) as ProviderConfig;
    return Object.keys(config).length ? config : undefined;
  }

  /** Moves what is typed into wasm memory, or gives what waits there already. */
  #take(wasm: Bindings): HeldKey {
    const { input } = this.#view as View;
    if (input.value || !this.#held) {
      const held = new HeldKey(wasm, input.value, () => {
        this.#forget();
        this.#model.notice = { tone: "warn", title: "The key was forgotten after ten minutes.", text: "Paste it again." };
        this.#settle();
      });
      this.#forget();
      if (!held.length && !this.#model.provider?.keyOptional) {
        held.drop();
        throw misuse("key_missing", "Paste your key first.");
      }
      this.#held = held;
      this.#model.held = held.length > 0;
    }
    this.#render();
    return this.#held as HeldKey;
  }

  /** Forgets the key, typed or held. */
  #forget(): void {
    if (this.#view) this.#view.input.value = "";
    this.#model.typed = false;
    this.#model.looksLike = undefined;
    this.#release();
  }

  #release(): void {
    this.#held?.drop();
    this.#held = undefined;
    this.#model.held = false;
  }

  #verdictNotice(verdict: Verdict, models: number) {
    const words = this.#wasm?.verdictText(verdict);
    const count = models ? `${models} ${models === 1 ? "model" : "models"}. ` : "";
    return { tone: toneOf(verdict), title: words?.title ?? verdict, text: `${count}${words?.next ?? ""} Nothing is stored yet.` };
  }

  #fail(error: ByoError, event: "error" | "load-error" = "error"): void {
    this.#model.problem = error;
    this.#model.notice = undefined;
    this.#settle("error");
    this.#emit(event, error);
  }

  /** Enters a state, by default the one that what is there amounts to, and shows it. */
  #settle(state: ConnectState = this.#rest()): void {
    const model = this.#model;
    const changed = model.state !== state || this.dataset["state"] !== state;
    model.state = state;
    if (state !== "error") model.problem = undefined;
    this.#render();
    this.#formValue();
    this.#tellChange();
    if (!changed) return;
    this.dataset["state"] = state;
    const states = this.#internals?.states;
    states?.clear();
    states?.add(state);
    this.#emit("state", { state });
  }

  #rest(): ConnectState {
    if (!isEntering(this.#model)) return "connected";
    return this.#model.typed || this.#model.held ? "typing" : "idle";
  }

  #render(): void {
    if (this.#view) render(this.#view, this.#model);
  }

  #formValue(): void {
    const model = this.#model;
    const id = (currentKey(model) ?? [...model.keys.values()].at(-1))?.id ?? null;
    this.#internals?.setFormValue(id);
    if (this.required && !id) this.#internals?.setValidity({ valueMissing: true }, "Connect your key first.", this.#view?.input);
    else this.#internals?.setValidity({});
  }

  #tellChange(): void {
    const { typed, held, provider, looksLike } = this.#model;
    const { base, apiVersion } = this.#view as View;
    const endpoint = this.#config || !provider || provider.needs === "none" || (base.input.value && (provider.needs !== "azure" || apiVersion.input.value));
    const empty = !typed && !held;
    const detail = { empty, complete: Boolean((!empty || provider?.keyOptional) && endpoint), looksLike: looksLike?.id };
    const text = JSON.stringify(detail);
    if (this.#lastChange && this.#lastChange !== text) this.#emit("change", detail);
    this.#lastChange = text;
  }

  #emit(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(`byo-${type}`, { bubbles: true, composed: true, detail }));
  }
}

reflect(ByoConnect.prototype);

function whenIdle(run: () => void): void {
  // Safari has no requestIdleCallback.
  const request = (globalThis as { requestIdleCallback?: typeof requestIdleCallback }).requestIdleCallback;
  if (request) request(run, { timeout: 500 });
  else setTimeout(run, 50);
}
