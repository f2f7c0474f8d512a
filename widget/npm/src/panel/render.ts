// Writes the model into the tree. Runs after every change and touches what is there, so that nodes keep their focus.

import { el } from "../dom.js";
import { help, keyLabel, placeholder, testKeys } from "./catalogue.js";
import { isBusy, isEntering, isTest, may, type Model } from "./model.js";
import { renderPicker } from "./picker.js";
import type { View } from "./view.js";

export function render(view: View, model: Model): void {
  const entering = isEntering(model);
  const busy = isBusy(model);
  renderWords(view, model);
  renderPicker(view, model);
  view.chip.hidden = !isTest(model);
  view.head.hidden = view.pickerLabel.hidden && view.chip.hidden;
  view.form.hidden = !entering;
  view.panel.hidden = entering;
  // Not the root, in which there is told what goes on.
  view.form.ariaBusy = view.panel.ariaBusy = String(busy);
  for (const node of view.root.querySelectorAll<HTMLInputElement | HTMLButtonElement>("[part=form] *, [part=panel] *")) {
    // Not `disabled` while busy: that would throw the focus away.
    if (node instanceof HTMLInputElement) node.readOnly = busy;
    else if (node instanceof HTMLButtonElement) node.ariaDisabled = String(busy);
    else continue;
    node.disabled = model.config.disabled;
  }
  renderKey(view, model);
  renderEndpoint(view, model);
  renderTestKeys(view, model);
  renderActions(view, model);
  // Until the flow is there, the one thing to say is that it cannot be had.
  if (view.drawMore) view.drawMore(model);
  else setText(view.error, problemOf(model));
  view.badge.hidden = model.config.hideBadge;
}

function problemOf({ problem, words }: Model): string {
  const key = `error.${problem?.code}`;
  return (words.translates?.(key) ? words(key) : problem?.message) ?? "";
}

/** What stays as it is until the language changes. */
function renderWords(view: View, { words }: Model): void {
  if (view.words === words) return;
  view.words = words;
  for (const [node, key] of view.texts) node.textContent = words(key);
  view.chip.title = words("testModeTitle");
}

function renderKey(view: View, model: Model): void {
  const { provider, words, config } = model;
  const { input } = view;
  const isFilled = config.autofill === "on";
  view.where.hidden = !provider;
  view.where.href = provider?.keyUrl ?? "";
  input.ariaRequired = String(!provider?.keyOptional);
  // Browsers fill a login's password into a field that is merely `off`.
  input.autocomplete = isFilled ? "on" : "new-password";
  for (const name of ["data-1p-ignore", "data-bwignore", "data-lpignore=true", "data-form-type=other"]) {
    const [attribute, value = ""] = name.split("=") as [string, string?];
    if (isFilled) input.removeAttribute(attribute);
    else input.setAttribute(attribute, value);
  }
  // With the flow comes more to say.
  if (view.drawMore) return;
  setText(view.keyLabel, config.label ?? keyLabel(words, provider));
  input.placeholder = provider ? placeholder(words, provider) : "";
  setText(view.hintText, provider ? help(words, provider) : "");
}

function renderEndpoint(view: View, model: Model): void {
  const { id, needs } = model.provider ?? {};
  const azure = needs === "azure";
  view.custom.hidden = id !== "openai";
  view.fields.hidden = needs === "none" && (view.custom.hidden || !view.custom.open);
  view.apiVersion.row.hidden = view.deployment.row.hidden = !azure;
  view.apiVersion.input.placeholder = "2024-10-21";
  view.base.input.placeholder = azure ? "https://you.openai.azure.com" : needs === "none" ? "https://openrouter.ai/api/v1" : "http://localhost:11434";
  view.base.input.ariaRequired = String(needs !== "none");
}

function renderTestKeys({ testKeys: row }: View, model: Model): void {
  row.hidden = !isTest(model);
  if (row.hidden || row.childElementCount > 1) return;
  row.append(...testKeys.map((key) => el("button", { part: "test-key", type: "button", value: key, title: key }, key.slice(12))));
}

function renderActions({ submit, test }: View, model: Model): void {
  const { provider, state, words, step } = model;
  const connecting = state === "connecting";
  setText(submit, words(connecting ? "connecting" : "connect", { provider: provider?.label ?? "" }));
  submit.hidden = !may(model, step ? "rotate" : "connect");
  submit.toggleAttribute("data-busy", connecting);
  setText(test, words(state === "testing" ? "testing" : "test"));
  test.hidden = !may(model, "test");
  test.toggleAttribute("data-busy", state === "testing");
}

export function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
