// What the form shows beside the bare field once there is something in it, or a key to replace.

import { el, icon } from "../dom.js";
import { help, keyLabel, labelOf, placeholder } from "./catalogue.js";
import { isBusy, type Model, suspected } from "./model.js";
import type { Board } from "./panel.js";
import { setText } from "./render.js";

const CROSS = "M4.5 4.5l7 7M11.5 4.5l-7 7";

/** Builds it; gives how to draw it. */
export function addEntry(board: Board): (model: Model) => void {
  const { view, model } = board;
  const button = (part: string, run: () => void) => {
    const node = el("button", { part, type: "button" });
    node.addEventListener("click", () => isBusy(model) || run());
    return node;
  };
  const forget = button("forget", () => {
    board.clear();
    board.focus();
  });
  const switchTo = button("switch", () => {
    board.choose(suspected(model.looksLike)?.id);
    board.focus();
  });
  const cancel = button("cancel", () => board.cancel());
  forget.append(icon(CROSS));
  view.reveal.before(forget);
  view.hint.append(" ", switchTo);
  view.actions.append(cancel);

  return (model) => {
    const { provider, words, state, typed, held, config, step, looksLike: hint } = model;
    const failed = state === "error" || model.notice?.tone === "bad";
    const replacing = step === "replace";
    const label = config.label ?? keyLabel(words, provider);
    setText(view.keyLabel, replacing ? words("newKey", { label }) : label);
    const waiting = () => words(isBusy(model) ? "keySealed" : failed ? "keyKept" : "keyReady");
    view.input.placeholder = held ? waiting() : provider ? placeholder(words, provider) : "";
    forget.ariaLabel = words("clearKey");
    forget.hidden = typed || !held || isBusy(model);
    view.box.toggleAttribute("data-held", held);
    view.box.toggleAttribute("data-doubt", failed);

    const other = suspected(hint);
    const offer = other && !replacing && model.providers.includes(other);
    const values = { provider: hint && "provider" in hint ? labelOf(hint.provider) : "" };
    setText(view.hintText, hint ? words(offer ? "hint.switch" : `hint.${hint.code}`, values) : provider ? help(words, provider) : "");
    setText(switchTo, offer ? words("switchTo", values) : "");
    switchTo.hidden = !offer;

    if (replacing) setText(view.submit, words(state === "rotating" ? "replacing" : "replace"));
    if (replacing) view.submit.toggleAttribute("data-busy", state === "rotating");
    setText(cancel, words("cancel"));
    cancel.hidden = !replacing;
  };
}
