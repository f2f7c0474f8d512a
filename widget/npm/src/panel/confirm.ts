// The question before keys are destroyed: answered by typing a word, so that no slip of the hand does it.

import { el } from "../dom.js";
import { isBusy, type KnownKey, type Model } from "./model.js";
import { around } from "./manage.js";
import { fallback } from "./mode.js";
import type { Board } from "./panel.js";
import { setText } from "./render.js";
import { begin } from "./state.js";
import { textField } from "./view.js";

/** Builds the question that these two buttons lead to; gives how to draw it. */
export function addConfirm(board: Board, buttons: { disconnect: HTMLButtonElement; revert: HTMLButtonElement }): (model: Model, key: KnownKey) => void {
  const { view, model } = board;
  const question = el("p", { part: "question", id: "question" });
  const label = el("label", { part: "label", for: "word" });
  const word = textField("word", "text", { id: "word", "aria-describedby": "question wrong" });
  const wrong = el("p", { part: "wrong", id: "wrong", role: "alert" });
  const confirm = el("button", { part: "confirm", type: "button", "aria-describedby": "question" });
  const keep = el("button", { part: "keep", type: "button" });
  const ask = el("div", { class: "ask" }, question, el("div", { class: "setting" }, label, word, wrong), el("div", { class: "actions" }, confirm, keep));
  view.panel.append(ask);

  const asked = () => (model.step === "confirm-revert" ? "revert" : "disconnect");
  // A provider's name is the same in every language, and on every keyboard that has typed a base URL.
  const wanted = () => (asked() === "revert" ? model.words("revertWord") : (model.provider?.id ?? ""));
  // What is empty confirms nothing, whatever word a page brings.
  const isRight = () => plain(word.value) !== "" && plain(word.value) === plain(wanted());
  const empty = () => {
    word.value = "";
    setText(wrong, "");
  };
  const on = (node: HTMLElement, type: string, run: (event: Event) => void) => node.addEventListener(type, (event) => isBusy(model) || run(event));
  const answer = () => {
    if (isRight()) return board.attempt(asked());
    setText(wrong, model.words("wrongWord", { word: wanted() }));
    board.draw();
    word.focus();
  };
  for (const what of ["disconnect", "revert"] as const) {
    on(buttons[what], "click", () => {
      begin(model, `confirm-${what}`);
      empty();
      board.settle();
      word.focus();
    });
  }
  on(keep, "click", () => {
    const button = buttons[asked()];
    model.step = undefined;
    board.settle();
    button.focus();
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
    const reverting = asked() === "revert";
    const then = fallback(model);
    ask.hidden = !step?.startsWith("confirm");
    if (ask.hidden) empty();
    setText(question, words(`${asked()}Question`, { provider: provider?.label ?? key.provider }));
    if (reverting && then !== "none") question.append(" ", words("revertThen", { mode: words(`mode.${then}`) }));
    label.replaceChildren(...around(words("typeWord"), el("code", {}, wanted())));
    word.ariaInvalid = String(wrong.textContent !== "");
    wrong.hidden = wrong.textContent === "";
    setText(confirm, words(disconnecting ? "disconnecting" : asked()));
    confirm.toggleAttribute("data-busy", disconnecting);
    setText(keep, words(reverting ? "cancel" : "keep"));
    if (!isRight()) confirm.ariaDisabled = "true";
  };
}

/** As it is meant: capitals, white space around it and letters of full width count for nothing. */
function plain(text: string): string {
  return text.normalize("NFKC").trim().toLowerCase();
}
