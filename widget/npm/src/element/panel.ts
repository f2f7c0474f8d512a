// The connected key: what is known of it, and how to replace or disconnect it.

import { adopt, el, icon } from "../dom.js";
import type { Flow, Host } from "./flow.js";
import { renderMessages } from "./messages.js";
import { currentKey, isBusy, type Model, may, toneOf } from "./model.js";
import css from "./panel.css";

const CHECK = "M3.5 8.5l3 3 6-7";
const EXCLAMATION = "M8 3.5v5.5M8 12v.1";

/** Builds the panel's inside; from then on it is drawn with the rest. */
export function addPanel({ element, model, view, settle, focus }: Host, flow: Flow): void {
  const button = (part: string, text = "") => el("button", { part, type: "button" }, text);
  const facts = el("p", { part: "facts" });
  const verdict = el("p", { part: "verdict" });
  const mark = el("span", { class: "mark" }, icon(CHECK));
  const replace = button("replace", "Replace key");
  const disconnect = button("disconnect", "Disconnect");
  const manage = el("div", { class: "actions" }, replace, disconnect);
  const question = el("p", { part: "question", id: "question" });
  const confirm = button("confirm");
  const keep = button("keep", "Keep it");
  const ask = el("div", { class: "ask" }, question, el("div", { class: "actions" }, confirm, keep));
  confirm.setAttribute("aria-describedby", "question");
  if (element.shadowRoot) adopt(element.shadowRoot, css);
  view.panel.append(el("div", { class: "summary" }, mark, el("div", {}, view.heading, facts, verdict)), manage, ask);

  const press = (node: HTMLElement, run: () => void) => node.addEventListener("click", () => isBusy(model) || run());
  press(replace, () => {
    model.replacing = true;
    model.notice = undefined;
    settle();
    focus();
  });
  press(disconnect, () => {
    model.asking = true;
    settle();
    keep.focus();
  });
  press(keep, () => {
    model.asking = false;
    settle();
    disconnect.focus();
  });
  // A failure is shown and told by byo-error; the button has nobody to reject to.
  press(confirm, () => void flow.disconnect().catch(() => {}));

  view.drawMore = (model: Model) => {
    renderMessages(view, model);
    const key = currentKey(model);
    if (!key) return;
    const label = model.provider?.label ?? key.provider;
    const words = STATUS[key.status] ?? { ...model.verdictText?.(key.verdict), tone: toneOf(key.verdict) };
    const models = key.models?.length;
    mark.dataset["tone"] = words.tone;
    mark.querySelector("path")?.setAttribute("d", words.tone === "good" ? CHECK : EXCLAMATION);
    view.heading.textContent = `${label} connected`;
    facts.replaceChildren(
      key.hint ? "Key ending in " : "Fingerprint ",
      el("code", {}, key.hint || key.fingerprint),
      models ? ` · ${models} ${models === 1 ? "model" : "models"}` : "",
    );
    verdict.textContent = words.tone === "good" ? (words.title ?? "") : `${words.title ?? key.verdict}. ${words.next ?? ""}`;
    replace.hidden = !may(model, "rotate");
    disconnect.hidden = !may(model, "disconnect");
    manage.hidden = model.asking || (replace.hidden && disconnect.hidden);
    ask.hidden = !model.asking;
    question.textContent = `Disconnect ${label}? The stored key is destroyed and stops working here at once.`;
    const disconnecting = model.state === "disconnecting";
    confirm.textContent = disconnecting ? "Disconnecting…" : "Disconnect";
    confirm.toggleAttribute("data-busy", disconnecting);
    for (const node of [replace, disconnect, confirm, keep]) {
      node.ariaDisabled = String(isBusy(model));
      node.disabled = model.disabled;
    }
  };
}

/** What overrides a verdict: the key's state since it was checked. */
const STATUS: { [status: string]: { tone: "warn"; title: string; next: string } } = {
  disabled: { tone: "warn", title: "Paused", next: "The key is stored but not used until it is enabled again." },
  suspect: { tone: "warn", title: "The provider has refused this key since", next: "Replace it if that goes on." },
};
