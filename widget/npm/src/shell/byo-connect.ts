import { Base, el } from "../dom.js";
import { ByoError } from "../error.js";
import type { Bundle } from "../messages/index.js";
import { type Action, type ConnectState, type FromPanel, type Panel, type PanelConfig, VERSION } from "../protocol.js";
import type { ConnectedKey, ProviderConfig, Reverted, TestResult, Validated } from "../wire.js";
import { observed, read, reflect, upgrade } from "./attributes.js";
import { type FormValue, submitAs } from "./form.js";
import { inline } from "./inline.js";
import { isolated, type Surface } from "./surface.js";

/**
 * A field that takes a customer's provider key, seals it in the browser and connects it.
 * There is no way to read the key back out of it.
 *
 * @slot header - what the page has to say above the field
 * @slot footer - and below it
 * @event byo-ready - the field can be used
 * @event byo-change - `{empty, complete, looksLike}`; never the key or its length
 * @event byo-focus, byo-blur, byo-escape
 * @event byo-tested - what a test, or a check of the stored key, found
 * @event byo-connected, byo-rotated, byo-disconnected, byo-reverted - what the server answered
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
  /** `inline` or `isolated`; anything else is refused. */
  declare mode: string | null;
  /** `byo_root_…`: the key is sealed only to public keys that this root vouches for. */
  declare trustRoot: string | null;
  /** A language tag, over the page's `lang`. */
  declare locale: string | null;
  declare disabled: boolean;
  declare required: boolean;
  declare hideBadge: boolean;
  /** The field stands in a frame of the byo server's, where the page's scripts cannot read it. */
  declare isolated: boolean;

  #internals: ElementInternals | undefined;
  #panel: Panel | undefined;
  /** Where the panel is. */
  #surface: Surface = inline;
  #config: ProviderConfig | undefined;
  #messages: Bundle | undefined;
  #scheduled = false;
  #formDisabled = false;
  #value: FormValue = { id: null, missing: "" };
  /** Actions under way, by number. */
  readonly #calls = new Map<number, { resolve: (value: unknown) => void; reject: (error: ByoError) => void }>();
  #count = 0;

  /** Fixed by the page, over what the fields say. */
  get providerConfig(): ProviderConfig | undefined {
    return this.#config;
  }
  set providerConfig(config: ProviderConfig | null | undefined) {
    this.#config = config ?? undefined;
    this.attributeChangedCallback();
  }

  /** The page's own words, over those of the language. They are shown as text, never as markup. */
  get messages(): Bundle | undefined {
    return this.#messages;
  }
  set messages(messages: Bundle | null | undefined) {
    this.#messages = messages ?? undefined;
    this.attributeChangedCallback();
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
    return this.#act("connect") as Promise<ConnectedKey>;
  }

  /** Checks the key without storing it; it stays ready for `connect`. */
  test(): Promise<TestResult> {
    return this.#act("test") as Promise<TestResult>;
  }

  /** Replaces the connected key by the one entered; without one it opens the field and rejects with `key_missing`. */
  rotate(): Promise<ConnectedKey> {
    return this.#act("rotate") as Promise<ConnectedKey>;
  }

  /** Has the stored key checked with its provider again. */
  validate(): Promise<Validated> {
    return this.#act("validate") as Promise<Validated>;
  }

  /** Destroys the stored key, without asking. */
  disconnect(): Promise<void> {
    return this.#act("disconnect") as Promise<void>;
  }

  /** Destroys every stored key of the customer, whatever its provider or name, without asking. */
  revert(): Promise<Reverted> {
    return this.#act("revert") as Promise<Reverted>;
  }

  /** Forgets what was typed. */
  clear(): void {
    this.#panel?.send({ t: "clear" });
  }

  override focus(options?: FocusOptions): void {
    this.#panel?.send({ t: "focus", preventScroll: options?.preventScroll });
  }

  checkValidity(): boolean {
    return this.#internals?.checkValidity() ?? true;
  }

  reportValidity(): boolean {
    return this.#internals?.reportValidity() ?? true;
  }

  connectedCallback(): void {
    upgrade(this, ["providerConfig", "messages"]);
    if (!this.#panel) return void this.#mount();
    this.#configure();
    // A new panel says so itself, and so does a frame, which begins anew.
    if (this.#surface === inline) queueMicrotask(() => this.#hear({ t: "ready", v: VERSION }));
  }

  disconnectedCallback(): void {
    // Moving an element removes it for a moment; only staying away counts.
    queueMicrotask(() => this.isConnected || this.clear());
  }

  attributeChangedCallback(): void {
    if (this.#scheduled || !this.#panel) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#scheduled && this.#configure());
  }

  formResetCallback(): void {
    this.#panel?.send({ t: "reset" });
  }

  formDisabledCallback(disabled: boolean): void {
    this.#formDisabled = disabled;
    this.attributeChangedCallback();
  }

  #mount(): Panel {
    this.#internals ??= this.attachInternals();
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true });
    if (!root.firstChild) root.append(el("slot", { name: "header" }), el("slot", { name: "footer" }));
    root.adoptedStyleSheets = [];
    const surface = (this.#surface = this.#wanted());
    // One that has been replaced may still end what it began.
    return (this.#panel = surface(root, this.#read(), (message) => (this.#surface === surface || message.t === "done") && this.#hear(message)));
  }

  /** Whoever asks for anything but the field in the page must not get that without a word. */
  #wanted(): Surface {
    return this.isolated || (this.mode ?? "inline") !== "inline" ? isolated : inline;
  }

  #configure(): void {
    this.#scheduled = false;
    if (this.#surface === this.#wanted()) this.#panel?.send({ t: "update", config: this.#read() });
    else {
      this.#panel?.destroy();
      this.#mount();
    }
    this.#submit();
  }

  #read(): PanelConfig {
    return read(this, this.disabled || this.#formDisabled);
  }

  #act(action: Action): Promise<unknown> {
    // What was set a moment ago counts.
    if (this.#scheduled) this.#configure();
    const panel = this.#panel ?? this.#mount();
    const id = (this.#count += 1);
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      panel.send({ t: "act", id, action });
    });
  }

  #hear(message: FromPanel): void {
    switch (message.t) {
      case "ready":
        if (this.isConnected) this.#emit("ready", {});
        break;
      case "state":
        this.#show(message.state);
        break;
      case "told": {
        const { event, detail } = message;
        this.#emit(event, event.endsWith("error") ? ByoError.from(detail) : detail);
        break;
      }
      case "value":
        this.#value = message;
        this.#submit();
        break;
      case "done":
        this.#settle(message);
        break;
      case "change":
      case "focus":
      case "blur":
      case "escape": {
        const { t, ...detail } = message;
        this.#emit(t, detail);
      }
    }
  }

  #show(state: ConnectState): void {
    this.dataset["state"] = state;
    const states = this.#internals?.states;
    states?.clear();
    states?.add(state);
    this.#emit("state", { state });
  }

  #settle({ id, value, error }: FromPanel & { t: "done" }): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (error) call?.reject(ByoError.from(error));
    else call?.resolve(value);
  }

  #submit(): void {
    const anchor = this.shadowRoot?.getElementById("key") ?? undefined;
    if (this.#internals) submitAs(this.#internals, this.#value, this.required, anchor);
  }

  #emit(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(`byo-${type}`, { bubbles: true, composed: true, detail }));
  }
}

reflect(ByoConnect.prototype);
