// The question before a key is disconnected.

import { el } from "../dom.js";
import { isBusy, type KnownKey, type Model } from "./model.js";
import type { Board } from "./panel.js";
import { begin } from "./state.js";

/** Builds the question that `disconnect` leads to; gives how to draw it. */
export function addConfirm(board: Board, disconnect: HTMLButtonElement): (model: Model, key: KnownKey) => void {
  const { view, model } = board;
  const question = el("p", { part: "question", id: "question" });
  const confirm = el("button", { part: "confirm", type: "button", "aria-describedby": "question" });
  const keep = el("button", { part: "keep", type: "button" });
  const ask = el("div", { class: "ask" }, question, el("div", { class: "actions" }, confirm, keep));
  view.panel.append(ask);

  const press = (node: HTMLElement, run: () => void) => node.addEventListener("click", () => isBusy(model) || run());
  press(disconnect, () => {
    begin(model, "confirm-disconnect");
    board.settle();
    keep.focus();
  });
  press(keep, () => {
    model.step = undefined;
    board.settle();
    disconnect.focus();
  });
  press(confirm, () => board.attempt("disconnect"));

  return ({ words, step, state, provider, config }, key) => {
    const disconnecting = state === "disconnecting";
    ask.hidden = step !== "confirm-disconnect";
    question.textContent = words("disconnectQuestion", { provider: provider?.label ?? key.provider });
    confirm.textContent = words(disconnecting ? "disconnecting" : "disconnect");
    confirm.toggleAttribute("data-busy", disconnecting);
    keep.textContent = words("keep");
    for (const node of [confirm, keep]) {
      node.ariaDisabled = String(isBusy(model));
      node.disabled = config.disabled;
    }
  };
}
