// The element's tree. Built once; what changes is written by render.ts.

import { LOCK, el, icon } from "../dom.js";

const EYE = "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4z";
const CROSS = "M4.5 4.5l7 7M11.5 4.5l-7 7";
const OUT = "M6.5 3.5h-3v9h9v-3M9.5 2.5h4v4M13 3L7.5 8.5";
const CHEVRON = "M4.5 6.5L8 10l3.5-3.5";
const CHECK = "M3.5 8.5l3 3 6-7";

export type View = ReturnType<typeof build>;

/** Every node that is read or written later, by name. */
export function build() {
  const node = {
    pickerLabel: el("span", { part: "label", id: "provider-label" }, "Provider"),
    chip: el("span", { part: "chip", title: "No provider is called" }, "Test mode"),
    picker: el("div", { class: "picker" }),

    keyLabel: el("label", { part: "label", for: "key" }),
    where: el("a", { part: "link", target: "_blank", rel: "noopener noreferrer" }),
    input: el("input", {
      part: "input",
      id: "key",
      type: "password",
      autocapitalize: "none",
      autocorrect: "off",
      spellcheck: "false",
      "aria-describedby": "hint status error",
    }),
    reveal: el("button", { part: "reveal", type: "button", "aria-label": "Show key", "aria-pressed": "false" }, icon(EYE)),
    forget: el("button", { part: "forget", type: "button", "aria-label": "Clear key" }, icon(CROSS)),
    hint: el("p", { part: "hint", id: "hint" }),
    hintText: el("span"),
    hintAction: el("button", { part: "switch", type: "button" }),

    custom: el("details", { part: "custom" }),
    customLabel: el("summary", { part: "endpoint-toggle" }, icon(CHEVRON), "Custom endpoint"),
    fields: el("div", { class: "fields" }),
    base: setting("endpoint", "Base URL", "url"),
    apiVersion: setting("api-version", "API version", "text"),
    deployment: setting("deployment", "Deployment (optional)", "text"),

    testKeys: el("p", { part: "test-keys" }),

    submit: el("button", { part: "submit", type: "button" }),
    test: el("button", { part: "test", type: "button" }, "Test"),
    cancel: el("button", { part: "cancel", type: "button" }, "Cancel"),

    mark: el("span", { class: "mark" }, icon(CHECK)),
    heading: el("p", { part: "heading", id: "heading", tabindex: "-1" }),
    facts: el("p", { part: "facts" }),
    verdict: el("p", { part: "verdict" }),
    replace: el("button", { part: "replace", type: "button" }, "Replace key"),
    disconnect: el("button", { part: "disconnect", type: "button" }, "Disconnect"),
    question: el("p", { part: "question", id: "question" }),
    confirm: el("button", { part: "confirm", type: "button", "aria-describedby": "question" }, "Disconnect"),
    keep: el("button", { part: "keep", type: "button" }, "Keep it"),

    status: el("div", { part: "status", id: "status", role: "status" }),
    error: el("div", { part: "error", id: "error", role: "alert" }),
    badge: el("byo-badge", { part: "badge", exportparts: "badge: badge-text" }),
  };

  node.where.append("Where do I find this?", icon(OUT));
  node.hint.append(node.hintText, " ", node.hintAction);
  node.custom.append(node.customLabel);

  const box = el("div", { class: "box" }, icon(LOCK), node.input, node.forget, node.reveal);
  const rows = {
    box,
    head: el("div", { class: "head" }, node.pickerLabel, node.chip),
    form: el("div", { part: "form" }),
    panel: el("div", { part: "panel", role: "group", "aria-labelledby": "heading" }),
    manage: el("div", { class: "actions" }, node.replace, node.disconnect),
    ask: el("div", { class: "ask" }, node.question, el("div", { class: "actions" }, node.confirm, node.keep)),
  };
  rows.form.append(
    el(
      "div",
      { part: "field" },
      el("div", { class: "head" }, node.keyLabel, node.where),
      box,
      node.hint,
    ),
    node.custom,
    node.fields,
    node.testKeys,
    el("div", { class: "actions" }, node.submit, node.test, node.cancel),
  );
  rows.panel.append(
    el("div", { class: "summary" }, node.mark, el("div", {}, node.heading, node.facts, node.verdict)),
    rows.manage,
    rows.ask,
  );
  const root = el("div", { part: "root" }, rows.head, node.picker, rows.form, rows.panel, node.status, node.error, node.badge);
  return { ...node, ...rows, root };
}

/** A labelled text field beside the key. */
function setting(part: string, label: string, type: string) {
  const input = el("input", { part, id: part, type, autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
  return { input, row: el("div", { class: "setting" }, el("label", { part: "label", for: part }, label), input) };
}
