// The panel's tree. Built once; render.ts writes what changes.

import { el, icon, LOCK } from "../dom.js";
import type { Key, Words } from "../messages/type.js";
import type { Model } from "./model.js";

const OUT = "M6.5 3.5h-3v9h9v-3M9.5 2.5h4v4M13 3L7.5 8.5";
export const CHEVRON = "M4.5 6.5L8 10l3.5-3.5";

export type View = ReturnType<typeof build> & {
  /** The language that is shown. */
  words?: Words;
  /** Draws what shows once somebody means it, when the flow is there. */
  drawMore?: (model: Model) => void;
};

/** Every node that is read or written later, by name. */
export function build() {
  /** What says the same in every state. */
  const texts: [HTMLElement, Key][] = [];
  const said = <T extends HTMLElement>(key: Key, node: T): T => {
    texts.push([node, key]);
    return node;
  };
  /** A labelled field beside the key. */
  const setting = (part: string, label: Key, type = "text") => {
    const input = textField(part, type, { id: part, "aria-describedby": "error" });
    return { input, row: el("div", { class: "setting" }, said(label, el("label", { part: "label", for: part })), input) };
  };
  const node = {
    pickerLabel: said("provider", el("span", { part: "label", id: "provider-label" })),
    chip: said("testMode", el("span", { part: "chip" })),
    picker: el("div", { class: "picker" }),

    keyLabel: el("label", { part: "label", for: "key" }),
    where: el("a", { part: "link", target: "_blank", rel: "noopener noreferrer" }, said("where", el("span")), icon(OUT)),
    input: textField("input", "password", { id: "key", autocorrect: "off", "aria-describedby": "hint status error" }),
    hintText: el("span"),

    custom: el("details", { part: "custom" }, el("summary", { part: "endpoint-toggle" }, icon(CHEVRON), said("customEndpoint", el("span")))),
    base: setting("endpoint", "baseUrl", "url"),
    apiVersion: setting("api-version", "apiVersion"),
    deployment: setting("deployment", "deployment"),
    testKeys: el("div", { part: "test-keys" }, said("testKeys", el("span"))),

    submit: button("submit"),
    test: button("test"),

    panel: el("div", { part: "panel", role: "group", "aria-labelledby": "heading" }),
    heading: el("p", { part: "heading", id: "heading", tabindex: "-1" }),
    status: el("div", { part: "status", id: "status", role: "status" }),
    error: el("div", { part: "error", id: "error", role: "alert" }),
    badge: el("byo-badge", { part: "badge" }),
  };

  const head = el("div", { class: "head" }, node.pickerLabel, node.chip);
  const box = el("div", { class: "box" }, icon(LOCK), node.input);
  const hint = el("p", { part: "hint", id: "hint" }, node.hintText);
  const fields = el("div", { class: "fields" }, node.base.row, node.apiVersion.row, node.deployment.row);
  const actions = el("div", { class: "actions" }, node.submit, node.test);
  const form = el(
    "div",
    { part: "form" },
    el("div", { part: "field" }, el("div", { class: "head" }, node.keyLabel, node.where), box, hint),
    node.custom,
    fields,
    node.testKeys,
    actions,
  );
  const root = el("div", { part: "root" }, head, node.picker, form, node.panel, node.status, node.error, node.badge);
  return { ...node, texts, head, box, hint, fields, actions, form, root };
}

function button(part: string, ...content: (Node | string)[]): HTMLButtonElement {
  return el("button", { part, type: "button" }, ...content);
}

/** A field for what no dictionary knows. */
export function textField(part: string, type: string, more: Record<string, string>): HTMLInputElement {
  return el("input", { part, type, autocomplete: "off", autocapitalize: "none", spellcheck: "false", ...more });
}
