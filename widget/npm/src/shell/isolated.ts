// The panel in a frame of the byo server's, where the page's scripts cannot reach it. The page speaks first, to the
// server's origin alone, and brings a port; whatever else is said goes over that.

import { adopt, el, place } from "../dom.js";
import { ByoError, type ByoErrorFields, misuse } from "../error.js";
import { known, registered, wordsFor, wordsNow } from "../messages/index.js";
import type { Words } from "../messages/type.js";
import { type FromPanel, type Panel, type PanelConfig, type Report, TALLEST, type ToPanel, VERSION } from "../protocol.js";
import { readFromPanel, readToPanel } from "../protocol-reader.js";
import { appearance } from "./appearance.js";
import css from "./isolated.css";

const LONGEST_SILENCE_MS = 10_000;
/** The same that the panel waits for words. */
const LONGEST_MUTE_MS = 1_000;

export class Frame implements Panel {
  readonly #root: ShadowRoot;
  readonly #report: Report;
  readonly #listening = new AbortController();
  readonly #probe = el("span", { hidden: "" });
  readonly #error = el("div", { part: "error", role: "alert" });
  #config: PanelConfig;
  #opened = "";
  #iframe: HTMLIFrameElement | undefined;
  #port: MessagePort | undefined;
  #isReady = false;
  /** What was last said of the page's wishes. */
  #told: Partial<PanelConfig> = {};
  /** What is wanted before anybody is there to do it. */
  #waiting: ToPanel[] = [];
  /** Actions that have not ended. */
  readonly #acts = new Set<number>();
  /** What was last told to have gone wrong. */
  #failed: ByoError | undefined;
  #fault: ByoErrorFields | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  /** The page's own words, once they are checked. */
  #words: Pick<PanelConfig, "messages" | "languages"> = {};
  #speaking: Promise<void> = Promise.resolve();

  constructor(root: ShadowRoot, config: PanelConfig, report: Report) {
    this.#root = root;
    this.#config = config;
    this.#report = report;
    adopt(root, css);
    place(root, this.#probe);
    place(root, this.#error);
    const { signal } = this.#listening;
    for (const [target, type] of [[matchMedia("(prefers-color-scheme: dark)"), "change"], [globalThis, "resize"], [root, "transitionend"]] as const) {
      target.addEventListener(type, () => this.#update(), { signal });
    }
    this.#speak();
    this.#open();
  }

  send(message: ToPanel): void {
    if (message.t === "init" || message.t === "update") return this.#configure({ ...this.#config, ...message.config });
    // Out of the page there is no frame, and what was begun there has no end.
    if (!this.#root.host.isConnected) this.#lose();
    if (message.t === "act") {
      this.#acts.add(message.id);
      const fault = this.#fault ?? (this.#iframe ? undefined : this.#config.fault);
      if (fault) return this.#drop(fault);
    }
    if (message.t === "focus") this.#iframe?.focus({ preventScroll: message.preventScroll ?? false });
    if (this.#isReady) this.#port?.postMessage(message);
    else if (message.t === "act" || message.t === "focus") this.#waiting.push(message);
  }

  destroy(): void {
    this.#listening.abort();
    this.#close();
    this.#probe.remove();
    this.#error.remove();
  }

  #configure(config: PanelConfig): void {
    const before = this.#config;
    this.#config = config;
    if (before.messages !== config.messages || before.locale !== config.locale) this.#speak();
    if (this.#opened !== this.#identity()) return this.#open();
    if (this.#iframe && !this.#isReady) this.#listen();
    this.#update();
  }

  /** Begins, as whom the page says now. */
  #open(): void {
    this.#opened = this.#identity();
    this.#close();
    this.#say(undefined);
    // The token may be on its way; an action without one says what is missing.
    if (!this.#config.token) return;
    const refused = this.#refusal();
    if (refused) this.#fail(refused);
    else void this.#put();
  }

  async #put(): Promise<void> {
    const { token, label } = this.#config;
    const iframe = (this.#iframe = el("iframe", {
      id: "key",
      part: "frame",
      title: label ?? "",
      sandbox: "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox",
      allow: "",
      referrerpolicy: "no-referrer",
    }));
    this.#entitle();
    this.#listen();
    // Who will use it says which pages may show it, and opens nothing.
    const principal = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
    if (this.#iframe !== iframe) return;
    iframe.src = `${this.#origin}/frame?principal=${base64url(principal)}`;
    iframe.addEventListener("load", () => void this.#greet(iframe));
    place(this.#root, iframe);
  }

  /** Each document that the frame loads is spoken to anew. */
  async #greet(iframe: HTMLIFrameElement): Promise<void> {
    this.#lose();
    this.#listen();
    await Promise.race([this.#speaking, new Promise((resolve) => setTimeout(resolve, LONGEST_MUTE_MS))]);
    if (this.#iframe !== iframe) return;
    const config = this.#wishes();
    const odd = Object.keys(config).find((name) => !readToPanel({ t: "update", config: { [name]: config[name as keyof PanelConfig] } }));
    if (odd) return this.#fail(misuse("invalid_option", `${odd}: this cannot be said to a frame.`, odd));
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }) => this.#port === port1 && this.#hear(data);
    this.#told = config;
    iframe.contentWindow?.postMessage({ t: "init", v: VERSION, config } satisfies ToPanel, this.#origin, [port2]);
  }

  #hear(data: unknown): void {
    const message = readFromPanel(data);
    if (!message) return;
    if (message.t === "resize") {
      this.#iframe?.style.setProperty("height", `${Math.min(message.height, TALLEST)}px`);
      return;
    }
    if (message.t === "ready") {
      if (message.v !== VERSION) return this.#fail(misuse("frame_protocol", "The page's byo-connect and its byo server do not fit together: one of them is older.", "base-url"));
      clearTimeout(this.#silence);
      this.#isReady = true;
      this.#say(undefined);
      // Whatever has changed since it was greeted.
      this.#update();
      for (const waiting of this.#waiting.splice(0)) this.#port?.postMessage(waiting);
    }
    if (message.t === "done" && !this.#acts.delete(message.id)) return;
    this.#report(this.#asOne(message));
  }

  /** A failure that is told and that ends an action is one and the same error, though it came twice. */
  #asOne(message: FromPanel): FromPanel {
    if (message.t === "told" && message.event === "error") return { ...message, detail: (this.#failed = ByoError.from(message.detail)) };
    const isSame = message.t === "done" && message.error?.code === this.#failed?.code && message.error?.requestId === this.#failed?.requestId;
    return isSame ? { ...message, error: this.#failed } : message;
  }

  /** Tells what has changed. */
  #update(): void {
    if (!this.#isReady) return;
    this.#entitle();
    const wishes = this.#wishes();
    const news = Object.entries(wishes).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(this.#told[name as keyof PanelConfig]));
    if (!news.length) return;
    const message = readToPanel({ t: "update", config: Object.fromEntries(news) });
    if (!message) return;
    this.#told = wishes;
    this.#port?.postMessage(message);
  }

  /** All that the page wants, as data. */
  #wishes(): PanelConfig {
    const { providerConfig, ...config } = this.#config;
    const { direction } = getComputedStyle(this.#root.host);
    return {
      ...config,
      ...this.#words,
      providerConfig: providerConfig && JSON.parse(JSON.stringify(providerConfig)),
      theme: this.#iframe && getComputedStyle(this.#iframe).color === "rgb(0, 0, 2)" ? "dark" : "light",
      direction: direction === "rtl" ? "rtl" : "ltr",
      appearance: appearance(this.#probe),
      // A frame has none of the page's faults, and says itself where it is.
      fault: undefined,
      pageOrigin: undefined,
    };
  }

  /** Gathers what the page has words for. Functions do not go through a port, so they are called here. */
  #speak(): void {
    const { locale, messages } = this.#config;
    const gather = async () => {
      if (!messages && !registered.length) {
        this.#words = {};
        return;
      }
      const { collect } = await import("../messages/others.js");
      const { faults, ...words } = await collect(locale, registered, messages, known);
      if (this.#speaking !== speaking) return;
      this.#words = words;
      for (const fault of faults) this.#report({ t: "told", event: "load-error", detail: misuse("invalid_messages", fault, "messages") });
    };
    const speaking = (this.#speaking = gather().then(() => this.#update(), () => {}));
  }

  /** Frames are told apart by their titles, in the reader's language. */
  #entitle(): void {
    const { label, locale } = this.#config;
    const iframe = this.#iframe;
    const entitle = (words: Words) => iframe?.setAttribute("title", this.#config.label ?? words("apiKey"));
    if (label === null) wordsFor(locale, this.#words.messages)?.then(({ words }) => entitle(words), () => {});
    if (label !== null || !iframe?.title) entitle(wordsNow());
  }

  /** Waits for an answer, not for ever. One that comes later still counts. */
  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      if (!this.#root.host.isConnected) return;
      this.#fail(misuse("frame_timeout", "The isolated field did not load. The page's policy, or a blocker, may forbid the frame; or this page is not one that the byo server lets show it.", "base-url", "network"), true);
    }, LONGEST_SILENCE_MS);
  }

  /** Shows what went wrong in the frame's place. */
  #fail(fault: ByoErrorFields, mayComeYet = false): void {
    if (!mayComeYet) this.#close();
    this.#say(fault);
    this.#drop(fault);
    this.#report({ t: "state", state: "error" });
    this.#report({ t: "told", event: "load-error", detail: ByoError.from(fault) });
  }

  #say(fault: ByoErrorFields | undefined): void {
    this.#fault = fault;
    if (this.#iframe) this.#iframe.hidden = fault !== undefined;
    if (!fault) return void (this.#error.textContent = "");
    const { code, message } = fault;
    const { locale, messages } = this.#config;
    this.#error.textContent = message;
    // English may say more, in other languages there are words for the like.
    const key = `error.${code}`;
    wordsFor(locale, messages)?.then(({ words }) => {
      if (this.#fault === fault && words.translates?.(key)) this.#error.textContent = words(key);
    }, () => {});
  }

  /** Whoever listened has gone. */
  #lose(): void {
    this.#port?.close();
    this.#port = undefined;
    this.#isReady = false;
    const waiting = new Set(this.#waiting.map((message) => "id" in message && message.id));
    this.#drop(misuse("frame_lost", "The isolated field was taken away or loaded anew before it had answered.", undefined, "network"), waiting);
  }

  /** Ends what is under way, but for these. */
  #drop(fault: ByoErrorFields, except: ReadonlySet<unknown> = new Set()): void {
    for (const id of [...this.#acts].filter((id) => !except.has(id))) {
      this.#acts.delete(id);
      this.#report({ t: "done", id, error: fault });
    }
    if (!except.size) this.#waiting = [];
  }

  #close(): void {
    clearTimeout(this.#silence);
    this.#waiting = [];
    this.#lose();
    this.#iframe?.remove();
    this.#iframe = undefined;
  }

  /** What makes a frame impossible, or no protection. */
  #refusal(): ByoErrorFields | undefined {
    return this.#config.fault ?? refusal(this.#config, this.#root.host.getAttribute("mode"));
  }

  /** Another one of these is another frame. */
  #identity(): string {
    const { token, baseURL } = this.#config;
    return [token, baseURL, token && this.#refusal()?.message].join("\n");
  }

  get #origin(): string {
    return new URL(this.#config.baseURL).origin;
  }
}

function refusal({ baseURL, providerConfig }: PanelConfig, mode: string | null): ByoErrorFields | undefined {
  if (mode && mode !== "inline" && mode !== "isolated") return misuse("mode_unsupported", "mode: give inline or isolated.", "mode");
  // The page's own scripts would reach into such a frame, and undo its sandbox.
  if (new URL(baseURL).origin === location.origin) {
    return misuse("isolated_same_origin", "base-url: an isolated field needs a byo server on another origin than the page's.", "base-url");
  }
  if (providerConfig?.baseUrl !== undefined) return misuse("isolated_base_url", "providerConfig.baseUrl: an isolated field takes no address from the page. Name it where the session is made.", "providerConfig.baseUrl");
  if (!globalThis.crypto?.subtle) return misuse("insecure_context", "An isolated field needs a page that came over TLS.", "isolated");
  return undefined;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
