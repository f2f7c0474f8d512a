// The connected key: what is known of it, and how to check, replace or disconnect it.

import { el, icon } from "../dom.js";
import { isBusy, type KnownKey, may, type Model, toneOf } from "./model.js";
import { addModels } from "./models.js";
import { both, verdictWords } from "./outcome.js";
import type { Board } from "./panel.js";
import { setText } from "./render.js";
import { begin } from "./state.js";

const CHECK = "M3.5 8.5l3 3 6-7";
const EXCLAMATION = "M8 3.5v5.5M8 12v.1";

/** Builds the connected view; gives how to draw it, and its buttons that lead to a question. */
export function addManage(board: Board): { draw: (model: Model, key: KnownKey) => void; disconnect: HTMLButtonElement; revert: HTMLButtonElement } {
  const { view } = board;
  const button = (part: string, run?: () => void) => {
    const node = el("button", { part, type: "button" });
    if (run) node.addEventListener("click", () => isBusy(board.model) || run());
    return node;
  };
  const facts = el("p", { part: "facts" });
  const time = el("time");
  const checked = el("p", { part: "checked" });
  const verdict = el("p", { part: "verdict" });
  const mark = el("span", { class: "mark" }, icon(CHECK));
  const check = button("check", () => board.attempt("validate"));
  const replace = button("replace", () => {
    begin(board.model, "replace");
    board.settle();
    board.focus();
  });
  const disconnect = button("disconnect");
  const revert = button("revert");
  const actions = el("div", { class: "actions" }, replace, check, disconnect, revert);
  view.panel.append(el("div", { class: "summary" }, mark, el("div", {}, view.heading, facts, verdict, checked)), actions);
  const drawModels = addModels(checked);

  const draw = (model: Model, key: KnownKey): void => {
    const { words } = model;
    const { tone, title, next } = standing(model, key);
    mark.dataset["tone"] = tone;
    mark.querySelector("path")?.setAttribute("d", tone === "good" ? CHECK : EXCLAMATION);
    setText(view.heading, words("heading", { provider: model.provider?.label ?? key.provider }));
    facts.replaceChildren(...around(words(key.hint ? "endingIn" : "fingerprint"), el("code", {}, key.hint || key.fingerprint)));
    drawModels(words, key.models ?? []);
    // One below the other: how sentences are joined is another matter in each language.
    setText(verdict, words(...title));
    if (tone !== "good") verdict.append(el("span", {}, words(...next)));
    const at = key.checkedAt;
    checked.hidden = !at;
    if (at) {
      time.dateTime = at;
      setText(time, moment(at, model.config.locale));
      checked.replaceChildren(...around(words("lastChecked"), time));
    }
    const checking = model.state === "testing";
    setText(check, words(checking ? "checking" : "check"));
    check.toggleAttribute("data-busy", checking);
    check.hidden = !model.session || !may(model, "test");
    setText(replace, words("replace"));
    replace.hidden = !may(model, "rotate");
    setText(disconnect, words("disconnect"));
    disconnect.hidden = !may(model, "disconnect");
    setText(revert, words("revert"));
    // It ends keys of every provider.
    revert.hidden = model.session?.providers !== null || disconnect.hidden;
    actions.hidden = model.step !== undefined || (replace.hidden && check.hidden && disconnect.hidden);
  };
  return { draw, disconnect, revert };
}

/** In the reader's own format, whatever language the words are in. */
function moment(at: string, locale: string): string {
  const style = { dateStyle: "medium", timeStyle: "short" } as const;
  try {
    return new Intl.DateTimeFormat(locale, style).format(new Date(at));
  } catch {
    // The page's tag is none.
    return new Intl.DateTimeFormat(undefined, style).format(new Date(at));
  }
}

/** A text with a node where its one value goes. */
export function around(text: string, node: Node): (Node | string)[] {
  const [before = "", after = ""] = text.split(/\{\w+\}/);
  return [before, node, after];
}

/** The verdict of the last check, unless the key's state since then says something else. */
function standing(model: Model, { status, verdict }: KnownKey) {
  const isOther = model.words.has(`status.${status}.title`);
  return isOther ? { tone: "warn" as const, ...both(`status.${status}`) } : { tone: toneOf(verdict), ...verdictWords(model, verdict) };
}
