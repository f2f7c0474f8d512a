// What happens once somebody means it: sealing, sending, and what is shown of the answers. Loaded together with what
// seals, on first focus or with a session, so that a page pays for the field alone.

import { Core } from "../client/core.js";
import { adopt } from "../dom.js";
import { ByoError, misuse, present } from "../error.js";
import { failure } from "../failure.js";
import type { Action, Told } from "../protocol.js";
import type { HeldKey, Sealer } from "../seal/sealer.js";
import type { Access } from "../options.js";
import type { KeyTarget, ProviderConfig, SubmitFields } from "../wire.js";
import { labelOf } from "./catalogue.js";
import { addConfirm } from "./confirm.js";
import { addEntry } from "./entry.js";
import { learn, recheck, undisturbed } from "./learn.js";
import css from "./manage.css";
import { addManage } from "./manage.js";
import { addMode } from "./mode.js";
import { currentKey, fixedConfig, isBusy, isEntering, toneOf } from "./model.js";
import { both, renderOutcome, tested, verdictWords } from "./outcome.js";
import type { Board } from "./panel.js";
import { DURING } from "./state.js";

/** What came of an action: for whoever asked, for the page to hear, and how the model takes it over. */
interface Done {
  value: unknown;
  event: Told;
  /** What the event carries, where that is not the value. */
  detail?: unknown;
  show(): void;
}

export class Flow {
  readonly #board: Board;
  readonly #sealer: Sealer;
  #core: Core | undefined;
  /** The token and server under which the field has been focused. */
  #touched: Access | undefined;
  #held: HeldKey | undefined;

  constructor(board: Board, sealer: Sealer) {
    this.#board = board;
    this.#sealer = sealer;
    adopt(board.root, css);
    const drawEntry = addEntry(board, () => this.#retry());
    const { draw, ...buttons } = addManage(board);
    const drawQuestion = addConfirm(board, buttons);
    const drawMode = addMode(board.view);
    board.view.drawMore = (model) => {
      drawEntry(model);
      drawMode(model);
      renderOutcome(board.view, model);
      const key = currentKey(model);
      if (!key) return;
      draw(model, key);
      drawQuestion(model, key);
    };
    board.draw();
  }

  /** Does one thing, and tells how it ended. The board sees to it that nothing is under way already. */
  act(action: Action): Promise<unknown> {
    return this.#run(action, (core) => {
      if (action === "disconnect") return this.#disconnect(core);
      if (action === "revert") return this.#revert(core);
      return action === "validate" ? this.#validate(core) : this.#submit(core, action);
    });
  }

  /** Under another token or server: whether a key may be entered at all, and what there is already. */
  begin(access: Access): Promise<unknown> {
    return Promise.all([this.#checkTrust(access), access.isSession && this.#readSession(access)]);
  }

  /** The field has the focus. For the first time is asked once more whether the server can be trusted. */
  async touch(): Promise<void> {
    const access = this.#board.access();
    if (this.#touched === access) return;
    this.#touched = access;
    await this.#checkTrust(access);
  }

  async #retry(): Promise<void> {
    await this.#checkTrust(this.#board.access());
    this.#board.focus();
  }

  /** Takes no key as long as the page's root of trust, if it has one, does not vouch for the server. */
  async #checkTrust(access: Access): Promise<void> {
    const board = this.#board;
    const { model, root } = board;
    if (!access.trustRoot) return;
    const refusal = await this.#open().checkTrust().then(() => undefined, ByoError.from);
    // What is under way asks for itself.
    if (!board.speaksFor(access) || isBusy(model)) return;
    if (refusal) {
      board.forget();
      model.barred = refusal;
      board.fail(refusal, "load-error");
      // The field has lost it.
      if (root.activeElement) root.querySelector<HTMLElement>("[part=retry]")?.focus();
    } else if (model.barred) {
      model.barred = undefined;
      board.settle();
    }
  }

  /** Learns what the session may do and which keys are connected, unless the page means another one by then. */
  async #readSession(access: Access): Promise<void> {
    const board = this.#board;
    const { model } = board;
    const { refId, keyName } = model.config;
    try {
      const core = this.#open();
      const session = await core.session();
      const whose = { refId: refId ?? session.refId, name: keyName ?? "default" };
      const { data } = await core.keys(whose.refId);
      if (!board.speaksFor(access)) return;
      board.report({ t: "project", name: session.projectName });
      learn(model, session, data, whose);
      board.settle(undisturbed(model));
    } catch (reason) {
      if (!board.speaksFor(access)) return;
      const error = ByoError.from(reason);
      // What is under way goes on, and says for itself how it ends.
      if (isBusy(model)) board.report({ t: "told", event: "error", detail: error });
      else board.fail(error);
    }
  }

  /** Whose key the typed one seems to be. */
  look(): void {
    const { model, view } = this.#board;
    const { provider } = model;
    const text = view.input.value;
    if (!provider || !text || isBusy(model)) return;
    try {
      const probe = this.#sealer.hold(text);
      model.looksLike = probe.looksLike(provider.id);
      probe.drop();
    } catch {
      model.looksLike = undefined;
    }
    // A hint is no news about the rest: what has failed meanwhile stays said.
    this.#board.settle(model.state);
  }

  /** Says that the key was forgotten because it was left lying. */
  expire(): void {
    const board = this.#board;
    board.model.notice = { tone: "warn", ...both("expired") };
    if (!isBusy(board.model)) board.settle();
  }

  /** Overwrites the key that waits. */
  release(): void {
    this.#held?.drop();
    this.#held = undefined;
    this.#board.model.held = false;
  }

  /** An action: its state, its outcome, and the focus where the reader expects it. */
  async #run(action: Action, act: (core: Core) => Promise<Done>): Promise<unknown> {
    const board = this.#board;
    const { model, view, root } = board;
    const focused = root.activeElement;
    let core: Core | undefined;
    // Where the page means somebody else by the end, this does not concern them.
    const concernsThem = () => !core || board.speaksFor(core.access);
    try {
      core = this.#open();
      if (model.config.disabled) throw misuse("disabled", model.words("error.disabled"));
      if (!model.provider) throw misuse("invalid_option", "providers: none of these is known or allowed.", "providers");
      if (action === "connect" || action === "test" || action === "rotate") this.#demandKey();
      model.problem = model.notice = undefined;
      board.settle(DURING[action]);
      const { value, event, detail = value, show } = await act(core);
      if (!concernsThem()) return value;
      show();
      board.settle();
      // The button that was pressed may be gone.
      if (focused && !focused.checkVisibility()) (isEntering(model) ? view.input : view.heading).focus();
      board.report({ t: "told", event, detail });
      return value;
    } catch (reason) {
      const error = ByoError.from(reason);
      if (!concernsThem()) throw error;
      board.fail(error);
      // A call of the page leaves the focus where it is; `rotate` is asked for the field.
      if (error.code === "key_missing" && (focused || action === "rotate")) board.focus();
      throw error;
    }
  }

  async #submit(core: Core, purpose: "connect" | "test" | "rotate"): Promise<Done> {
    const board = this.#board;
    const { model } = board;
    const fields = await this.#fields(core);
    // Whatever is in the field by now was entered for somebody else.
    if (!board.speaksFor(core.access)) throw misuse("changed_meanwhile", model.words("error.changed_meanwhile"));
    const key = this.#take();
    if (purpose === "test") {
      const value = await core.submit(purpose, fields, key);
      const show = () => {
        model.notice = tested(model, value);
      };
      return { value, event: "tested", show };
    }
    const value = await core.submit(purpose, fields, key);
    const show = () => {
      board.forget();
      model.step = undefined;
      // It was, a moment ago.
      model.keys.set(value.provider, { ...value, checkedAt: new Date().toISOString() });
    };
    return { value, event: purpose === "rotate" ? "rotated" : "connected", show };
  }

  /** Has the stored key checked again. */
  async #validate(core: Core): Promise<Done> {
    const { model } = this.#board;
    const key = currentKey(model);
    if (!key) throw failure("key_missing");
    const target = await this.#target(core);
    const value = await core.validate(target);
    const show = () => {
      model.keys.set(target.provider, recheck(key, value));
      model.notice = { tone: toneOf(value.verdict), ...verdictWords(model, value.verdict) };
    };
    return { value, event: "tested", show };
  }

  async #disconnect(core: Core): Promise<Done> {
    const { model } = this.#board;
    const target = await this.#target(core);
    const detail = await core.disconnect(target);
    const show = () => {
      const provider = labelOf(target.provider);
      model.keys.delete(target.provider);
      model.step = undefined;
      model.notice = { tone: "good", title: ["disconnected.title", { provider }], next: ["disconnected.next"] };
    };
    return { value: undefined, event: "disconnected", detail, show };
  }

  /** Ends with every key, whatever its provider or name. */
  async #revert(core: Core): Promise<Done> {
    const { model } = this.#board;
    const value = await core.revert((await this.#target(core)).refId);
    const show = () => {
      model.keys.clear();
      model.step = undefined;
      model.notice = { tone: "good", ...both("reverted") };
    };
    return { value, event: "reverted", show };
  }

  /** The calls, as whom the page names now. */
  #open(): Core {
    const access = this.#board.access();
    if (this.#core?.access !== access) this.#core = new Core(access, this.#board.model.config.pageOrigin);
    return this.#core;
  }

  #demandKey(): void {
    const { provider, typed, held } = this.#board.model;
    if (!typed && !held && !provider?.keyOptional) throw keyMissing();
  }

  /** Which key is meant. */
  async #target(core: Core): Promise<KeyTarget> {
    const { config, provider } = this.#board.model;
    const { refId, keyName } = config;
    if (!refId && !core.access.isSession) throw misuse("invalid_option", "ref-id: say whose key this is.", "ref-id");
    return present({ provider: provider?.id, refId: refId ?? (await core.session()).refId, name: keyName }) as KeyTarget;
  }

  /** The same, and where it is used. */
  async #fields(core: Core): Promise<SubmitFields> {
    const { model } = this.#board;
    const target = await this.#target(core);
    // It may fix that, and then the server takes nothing else.
    const session = core.access.isSession ? await core.session() : undefined;
    return present({ ...target, providerConfig: fixedConfig({ ...model, session }) ?? this.#endpoint() }) as SubmitFields;
  }

  /** Where the customer says that it is used; what cannot work is refused before anything is sealed. */
  #endpoint(): ProviderConfig | undefined {
    const { view, model } = this.#board;
    const { provider, words } = model;
    if (view.fields.hidden || !provider) return undefined;
    const typed = (input: HTMLInputElement) => input.value.trim() || undefined;
    const baseUrl = typed(view.base.input);
    const apiVersion = typed(view.apiVersion.input);
    const azure = provider.needs === "azure" ? present({ apiVersion, deployment: typed(view.deployment.input) }) : undefined;
    const demand = (key: "baseUrl" | "apiVersion", value: string | undefined) => {
      if (!value) throw misuse("invalid_option", words(`needs.${key}`, { provider: provider.label }), key, "validation");
    };
    if (provider.needs !== "none") demand("baseUrl", baseUrl);
    if (azure) demand("apiVersion", apiVersion);
    const fields = present({ baseUrl, azure });
    return Object.keys(fields).length ? (fields as ProviderConfig) : undefined;
  }

  /** Moves what is typed into wasm memory, or gives what waits there already. */
  #take(): HeldKey {
    const board = this.#board;
    const { model, view } = board;
    const { value } = view.input;
    if (this.#held?.length && !value) return this.#held;
    const expired = () => {
      this.release();
      this.expire();
    };
    const held = this.#sealer.hold(value, value ? expired : undefined);
    board.forget();
    // White space is no key, and not the same as none.
    if (!held.length && (value || !model.provider?.keyOptional)) {
      held.drop();
      throw keyMissing();
    }
    this.#held = held;
    model.held = held.length > 0;
    board.settle(model.state);
    return held;
  }
}

function keyMissing(): ByoError {
  return failure("key_missing", { param: "providerKey" }, "keyMissing");
}
