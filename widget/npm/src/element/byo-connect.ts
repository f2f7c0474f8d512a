import { adopt, Base } from "../dom.js";
import { ByoError, misuse, present } from "../error.js";
import { later } from "../later.js";
import { type Access, checkOptions, type ConnectOptions } from "../options.js";
import type { ConnectedKey, ProviderConfig, TestResult } from "../wire.js";
import { observed, reflect, upgrade } from "./attributes.js";
import { names, offered } from "./catalogue.js";
import type { Flow, Host } from "./flow.js";
import { type ConnectState, currentKey, isBusy, isEntering, type Model, may } from "./model.js";
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
  /** `inline`, the only one so far; anything else is refused. */
  declare mode: string | null;
  /** `byo_root_…`: the key is sealed only to public keys that this root vouches for. */
  declare trustRoot: string | null;
  declare disabled: boolean;
  declare required: boolean;
  declare hideBadge: boolean;

  #internals: ElementInternals | undefined;
  #view: View | undefined;
  #access: Access | undefined;
  #flow: Flow | undefined;
  #config: ProviderConfig | undefined;
  #configured = "";
  #scheduled = false;
  #formDisabled = false;
  #looking: ReturnType<typeof setTimeout> | undefined;
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
  async connect(): Promise<ConnectedKey> {
    return this.#act("connecting", (flow) => flow.submit("connect") as Promise<ConnectedKey>);
  }

  /** Checks the key without storing it; it stays ready for `connect`. */
  async test(): Promise<TestResult> {
    return this.#act("testing", (flow) => flow.submit("test") as Promise<TestResult>);
  }

  /** Replaces the connected key by the one entered; without one it opens the field and rejects with `key_missing`. */
  async rotate(): Promise<ConnectedKey> {
    if (!isBusy(this.#model)) this.#model.replacing = currentKey(this.#model) !== undefined;
    return this.#act("rotating", (flow) => flow.submit("rotate") as Promise<ConnectedKey>);
  }

  /** Destroys the stored key, without asking. */
  async disconnect(): Promise<void> {
    return this.#act("disconnecting", (flow) => flow.disconnect());
  }

  /** Forgets what was typed. */
  clear(): void {
    this.#forget();
    this.#model.notice = undefined;
    this.#settle();
  }

  override focus(options?: FocusOptions): void {
    (isEntering(this.#model) ? this.#view?.input : this.#view?.heading)?.focus(options);
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
    this.attributeChangedCallback();
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
    const press = (node: HTMLElement, run: () => void) => on(node, "click", () => isBusy(this.#model) || run());

    on(view.input, "focus", () => {
      this.#emit("focus", {});
      quietly(this.#ready());
    });
    on(view.input, "blur", () => this.#emit("blur", {}));
    on(view.input, "input", () => this.#typed());
    on(view.form, "keydown", (event) => {
      const { key, target } = event as KeyboardEvent;
      if (key === "Enter" && target instanceof HTMLInputElement && !isBusy(this.#model)) this.#primary();
    });
    on(view.root, "keydown", (event) => {
      if ((event as KeyboardEvent).key !== "Escape") return;
      if (event.target === view.input) this.#emit("escape", {});
      if (!isBusy(this.#model)) this.#cancel();
    });
    on(view.picker, "change", (event) => this.#choose((event.target as HTMLInputElement).value));
    on(view.custom, "toggle", () => this.#draw());
    on(view.fields, "input", () => this.#settle());
    on(view.testKeys, "click", (event) => {
      const { value } = event.target as HTMLButtonElement;
      if (!value || isBusy(this.#model)) return;
      view.input.value = value;
      this.focus();
      this.#typed();
    });
    on(view.reveal, "click", () => reveal(view, view.input.type === "password"));
    press(view.forget, () => {
      this.clear();
      this.focus();
    });
    press(view.hintAction, () => {
      this.#choose(this.#model.looksLike?.provider?.id);
      this.focus();
    });
    press(view.submit, () => this.#primary());
    press(view.test, () => quietly(this.test()));
    press(view.cancel, () => this.#cancel());
  }

  /** What Enter and the coloured button do. */
  #primary(): void {
    const { replacing } = this.#model;
    const can = may(this.#model, replacing ? "rotate" : "connect");
    quietly(can ? (replacing ? this.rotate() : this.connect()) : this.test());
  }

  /** Leaves the replacement or the question. */
  #cancel(): void {
    const model = this.#model;
    if (!model.replacing && !model.asking) return;
    model.replacing = model.asking = false;
    this.clear();
    this.focus();
  }

  #choose(id: string | undefined): void {
    const model = this.#model;
    model.provider = model.providers.find((provider) => provider.id === id) ?? model.provider;
    model.notice = model.looksLike = undefined;
    model.replacing = model.asking = false;
    if (!isEntering(model)) this.#forget();
    this.#settle();
    this.#lookSoon();
  }

  #typed(): void {
    const model = this.#model;
    model.typed = this.#view?.input.value !== "";
    if (model.typed) this.#flow?.release();
    else model.looksLike = undefined;
    model.notice = undefined;
    this.#settle();
    this.#lookSoon();
  }

  /** Asks, a moment after the last keystroke, whose key this looks like. */
  #lookSoon(): void {
    clearTimeout(this.#looking);
    this.#looking = setTimeout(() => this.#flow?.look(), 150);
  }

  /** Reads the attributes; a new token or server starts afresh. */
  #configure(): void {
    const model = this.#model;
    model.label = this.label;
    model.hideBadge = this.hideBadge;
    model.autofill = this.autofill === "on";
    model.disabled = this.disabled || this.#formDisabled;
    this.#offer();
    const identity = [this.publishableKey, this.sessionToken, this.baseUrl, this.refId, this.keyName, this.mode, this.trustRoot].join("\n");
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
    this.#access = model.session = model.problem = model.notice = undefined;
    model.keys.clear();
    model.isSession = model.isTest = false;
    model.state = "idle";
    // The token may be on its way; a call without one says what is missing.
    if (!this.publishableKey && !this.sessionToken) return;
    try {
      this.#access = this.#check();
    } catch (reason) {
      return this.#fail(ByoError.from(reason), "load-error");
    }
    model.isSession = this.#access.isSession;
    model.isTest = this.#access.isTest;
    if (model.isSession) {
      const access = this.#access;
      whenIdle(() => void this.#readSession(access));
    }
  }

  #check(): Access {
    const { baseUrl: baseURL, publishableKey, sessionToken, trustRoot, mode } = this;
    // Whoever asked for more protection than there is must not get less without a word.
    if (mode && mode !== "inline") throw misuse("mode_unsupported", "mode: this version has the inline field only.", "mode");
    return checkOptions(present({ baseURL, publishableKey, sessionToken, trustRoot }) as ConnectOptions);
  }

  /** Learns what the session may do and which keys are connected. */
  async #readSession(access: Access): Promise<void> {
    if (access !== this.#access || !this.isConnected) return;
    const model = this.#model;
    try {
      if (!(await (await this.#ready()).readSession(access))) return;
      this.#offer();
      const entered = model.typed || model.held;
      // A customer who comes back sees what is connected first, unless the page or their typing says otherwise.
      const first = model.providers.find(({ id }) => model.keys.has(id));
      if (first && !entered && !this.provider) model.provider = first;
      // Whoever was quicker than the answer keeps the field: what they entered replaces what there is.
      if (entered && currentKey(model) && may(model, "rotate")) model.replacing = true;
      // Nor does the answer take back what is under way, or what has failed meanwhile.
      this.#settle(isBusy(model) || model.problem ? model.state : undefined);
    } catch (reason) {
      // What could not be loaded has been told already.
      if (access === this.#access && this.#flow) this.#fail(ByoError.from(reason));
    }
  }

  /** One action at a time, shown from its first moment even where the flow has to be loaded for it. */
  async #act<T>(state: ConnectState, run: (flow: Flow) => Promise<T>): Promise<T> {
    if (isBusy(this.#model)) throw misuse("busy", "Another action is still running.");
    if (this.#flow) return run(this.#flow);
    this.#settle(state);
    return run(await this.#ready());
  }

  /** Loads the Rust half and what works with it. */
  async #ready(): Promise<Flow> {
    if (this.#flow) return this.#flow;
    if (!this.#view) this.#build();
    try {
      const { Flow, openSealer } = await later();
      const sealer = await openSealer();
      this.#flow ??= new Flow(this.#host(this.#view as View), sealer);
    } catch (reason) {
      const error = ByoError.from(reason);
      this.#fail(error, "load-error");
      throw error;
    }
    return this.#flow;
  }

  #host(view: View): Host {
    return {
      element: this,
      model: this.#model,
      view,
      access: () => (this.#access ??= this.#check()),
      config: () => this.#config,
      settle: (state) => this.#settle(state),
      fail: (error) => this.#fail(error),
      emit: (type, detail) => this.#emit(type, detail),
      focus: () => this.focus(),
    };
  }

  /** Forgets the key, typed or waiting. */
  #forget(): void {
    if (this.#view) this.#view.input.value = "";
    this.#model.typed = false;
    this.#model.looksLike = undefined;
    this.#flow?.release();
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
    this.#draw();
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

  #draw(): void {
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
    const detail = { empty, complete: Boolean((!empty || provider?.keyOptional) && endpoint), looksLike: looksLike?.provider?.id };
    const text = JSON.stringify(detail);
    if (this.#lastChange && this.#lastChange !== text) this.#emit("change", detail);
    this.#lastChange = text;
  }

  #emit(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(`byo-${type}`, { bubbles: true, composed: true, detail }));
  }
}

reflect(ByoConnect.prototype);

/** Failures are shown and told by an event; a button has nobody to reject to. */
function quietly(promise: Promise<unknown>): void {
  promise.catch(() => {});
}

function whenIdle(run: () => void): void {
  // Safari has no requestIdleCallback.
  const request = (globalThis as { requestIdleCallback?: typeof requestIdleCallback }).requestIdleCallback;
  if (request) request(run, { timeout: 500 });
  else setTimeout(run, 50);
}
