// The question before a key is disconnected: answered by typing the provider's name, so that no slip of the hand does it.

import { el } from "../dom.js";
import { isBusy, type KnownKey, type Model } from "./model.js";
import { around } from "./manage.js";
import type { Board } from "./panel.js";
import { setText } from "./render.js";
import { begin } from "./state.js";
import { textField } from "./view.js";

/** Builds the question that `disconnect` leads to; gives how to draw it. */
export function addConfirm(board: Board, disconnect: HTMLButtonElement): (model: Model, key: KnownKey) => void {
  const { view, model } = board;
  const question = el("p", { part: "question", id: "question" });
  const label = el("label", { part: "label", for: "word" });
  const word = textField("word", "text", { id: "word", "aria-describedby": "question wrong" });
  const wrong = el("p", { part: "wrong", id: "wrong", role: "alert" });
  const confirm = el("button", { part: "confirm", type: "button", "aria-describedby": "question" });
  const keep = el("button", { part: "keep", type: "button" });
  const ask = el("div", { class: "ask" }, question, el("div", { class: "setting" }, label, word, wrong), el("div", { class: "actions" }, confirm, keep));
  view.panel.append(ask);

  // The same in every language, and on every keyboard that has typed a base URL.
  const wanted = () => model.provider?.id ?? "";
  const isRight = () => word.value.trim().toLowerCase() === wanted();
  const empty = () => {
    word.value = "";
    setText(wrong, "");
  };
  const on = (node: HTMLElement, type: string, run: (event: Event) => void) => node.addEventListener(type, (event) => isBusy(model) || run(event));
  const answer = () => {
    if (isRight()) return board.attempt("disconnect");
    setText(wrong, model.words("wrongWord", { word: wanted() }));
    board.draw();
    word.focus();
  };
  on(disconnect, "click", () => {
    begin(model, "confirm-disconnect");
    empty();
    board.settle();
    word.focus();
  });
  on(keep, "click", () => {
    model.step = undefined;
    board.settle();
    disconnect.focus();
  });
  on(confirm, "click", answer);
  on(word, "input", () => {
    setText(wrong, "");
    board.draw();
  });
  // Enter that only ends a composition is none.
  on(word, "keydown", (event) => (event as KeyboardEvent).key === "Enter" && !(event as KeyboardEvent).isComposing && answer());

  return ({ words, step, state, provider }, key) => {
    const disconnecting = state === "disconnecting";
    ask.hidden = step !== "confirm-disconnect";
    if (ask.hidden) empty();
    setText(question, words("disconnectQuestion", { provider: provider?.label ?? key.provider }));
    label.replaceChildren(...around(words("typeWord"), el("code", {}, wanted())));
    word.ariaInvalid = String(wrong.textContent !== "");
    wrong.hidden = wrong.textContent === "";
    setText(confirm, words(disconnecting ? "disconnecting" : "disconnect"));
    confirm.toggleAttribute("data-busy", disconnecting);
    setText(keep, words("keep"));
    if (!isRight()) confirm.ariaDisabled = "true";
  };
}
