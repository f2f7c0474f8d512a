// What the form shows beside the bare field once there is something in it, or a key to replace.

import { el, icon } from "../dom.js";
import type { ProviderConfig } from "../wire.js";
import { help, keyLabel, labelOf, placeholder } from "./catalogue.js";
import { fixedConfig, isBusy, type Model, suspected } from "./model.js";
import type { Board } from "./panel.js";
import { setText } from "./render.js";

const EYE = "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4z";
const CROSS = "M4.5 4.5l7 7M11.5 4.5l-7 7";

/** Builds it; gives how to draw it. `retry` asks once more whether a key may be entered here. */
export function addEntry(board: Board, retry: () => void): (model: Model) => void {
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
  const reveal = button("reveal", () => show(view.input.type === "password"));
  const show = (shown: boolean) => {
    view.input.type = shown ? "text" : "password";
    reveal.ariaPressed = String(shown);
  };
  const again = button("retry", retry);
  const fixedBy = el("p", { part: "fixed", id: "fixed" });
  const settings = [view.base, view.apiVersion, view.deployment];
  for (const { input } of settings) input.setAttribute("aria-describedby", "fixed");
  forget.append(icon(CROSS));
  reveal.append(icon(EYE));
  view.box.append(forget, reveal);
  view.error.after(again);
  view.fields.append(fixedBy);
  view.hint.append(" ", switchTo);
  view.actions.append(cancel);

  let shown: ProviderConfig | undefined;
  /** What is fixed stands in the fields to be read. */
  const drawFixed = (model: Model) => {
    const fixed = fixedConfig(model);
    const { baseUrl, azure } = fixed ?? {};
    const values = [baseUrl, azure?.apiVersion, azure?.deployment];
    settings.forEach(({ row, input }, at) => {
      if (fixed !== shown) input.value = values[at] ?? "";
      if (fixed) row.hidden = !values[at];
      if (fixed) input.readOnly = true;
    });
    shown = fixed;
    view.fields.toggleAttribute("data-fixed", fixed !== undefined);
    setText(fixedBy, fixed ? model.words("fixed") : "");
    if (fixed) view.custom.hidden = true;
    if (fixed) view.fields.hidden = !baseUrl && !azure;
  };

  return (model) => {
    const { provider, words, state, typed, held, config, step, looksLike: hint } = model;
    const failed = state === "error" || model.notice?.tone === "bad";
    const replacing = step === "replace";
    const label = config.label ?? keyLabel(words, provider);
    setText(view.keyLabel, replacing ? words("newKey", { label }) : label);
    const waiting = () => words(isBusy(model) ? "keySealed" : failed ? "keyKept" : "keyReady");
    view.input.placeholder = held ? waiting() : provider ? placeholder(words, provider) : "";
    view.input.ariaInvalid = String(atFault(model, "providerKey"));
    view.base.input.ariaInvalid = String(atFault(model, "baseUrl"));
    view.apiVersion.input.ariaInvalid = String(atFault(model, "apiVersion"));
    if (!typed) show(false);
    reveal.ariaLabel = words("showKey");
    reveal.hidden = !typed;
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

    drawFixed(model);
    setText(again, words("retry"));
    again.hidden = !model.barred;
    if (!model.barred) return;
    for (const node of view.form.querySelectorAll<HTMLInputElement | HTMLButtonElement>("input, button")) node.disabled ||= node !== cancel;
  };
}

/** Whether the problem lies in this field. */
function atFault({ problem }: Model, field: string): boolean {
  return problem?.param?.endsWith(field) ?? (field === "providerKey" && problem?.code === "key_rejected");
}
