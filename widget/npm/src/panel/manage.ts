// The connected key: what is known of it, and how to replace or disconnect it.

import { el, icon } from "../dom.js";
import type { Words } from "../messages/type.js";
import { isBusy, type KnownKey, may, type Model, toneOf } from "./model.js";
import { both, verdictWords } from "./outcome.js";
import type { Board } from "./panel.js";
import { begin } from "./state.js";

const CHECK = "M3.5 8.5l3 3 6-7";
const EXCLAMATION = "M8 3.5v5.5M8 12v.1";

/** Builds the connected view; gives how to draw it, and its button that leads to the question. */
export function addManage(board: Board): { draw: (model: Model, key: KnownKey) => void; disconnect: HTMLButtonElement } {
  const { view } = board;
  const button = (part: string) => el("button", { part, type: "button" });
  const facts = el("p", { part: "facts" });
  const verdict = el("p", { part: "verdict" });
  const mark = el("span", { class: "mark" }, icon(CHECK));
  const replace = button("replace");
  const disconnect = button("disconnect");
  const actions = el("div", { class: "actions" }, replace, disconnect);
  view.panel.append(el("div", { class: "summary" }, mark, el("div", {}, view.heading, facts, verdict)), actions);

  replace.addEventListener("click", () => {
    if (isBusy(board.model)) return;
    begin(board.model, "replace");
    board.settle();
    board.focus();
  });

  const draw = (model: Model, key: KnownKey): void => {
    const { words } = model;
    const { tone, title, next } = standing(model, key);
    mark.dataset["tone"] = tone;
    mark.querySelector("path")?.setAttribute("d", tone === "good" ? CHECK : EXCLAMATION);
    view.heading.textContent = words("heading", { provider: model.provider?.label ?? key.provider });
    facts.replaceChildren(...around(words(key.hint ? "endingIn" : "fingerprint"), el("code", {}, key.hint || key.fingerprint)), models(words, key));
    verdict.textContent = tone === "good" ? words(...title) : `${words(...title)}. ${words(...next)}`;
    replace.textContent = words("replace");
    replace.hidden = !may(model, "rotate");
    disconnect.textContent = words("disconnect");
    disconnect.hidden = !may(model, "disconnect");
    actions.hidden = model.step !== undefined || (replace.hidden && disconnect.hidden);
    for (const node of [replace, disconnect]) {
      node.ariaDisabled = String(isBusy(model));
      node.disabled = model.config.disabled;
    }
  };
  return { draw, disconnect };
}

/** The verdict of the last check, unless the key's state since then says something else. */
function standing(model: Model, { status, verdict }: KnownKey) {
  const isOther = model.words.has(`status.${status}.title`);
  return isOther ? { tone: "warn" as const, ...both(`status.${status}`) } : { tone: toneOf(verdict), ...verdictWords(model, verdict) };
}

function models(words: Words, { models }: KnownKey): string {
  return models?.length ? ` · ${words("models.other", { count: models.length })}` : "";
}

/** A text with a node where its one value goes. */
function around(text: string, node: Node): (Node | string)[] {
  const [before = "", after = ""] = text.split(/\{\w+\}/);
  return [before, node, after];
}
