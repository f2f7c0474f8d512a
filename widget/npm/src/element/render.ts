// Writes the model into the tree. Runs after every change and touches what is there, so that nodes keep their focus.

import { el } from "../dom.js";
import { testKeys } from "./catalogue.js";
import { isBusy, isEntering, type Model, may } from "./model.js";
import { renderPicker } from "./picker.js";
import type { View } from "./view.js";

export function render(view: View, model: Model): void {
  const entering = isEntering(model);
  const busy = isBusy(model);
  renderPicker(view, model);
  view.chip.hidden = !model.isTest;
  view.head.hidden = view.pickerLabel.hidden && view.chip.hidden;
  view.form.hidden = !entering;
  view.panel.hidden = entering;
  view.root.ariaBusy = String(busy);
  for (const node of view.form.querySelectorAll<HTMLInputElement | HTMLButtonElement>("input, button")) {
    node.disabled = model.disabled;
    // Not `disabled` while busy: that would throw the focus away.
    if (node instanceof HTMLInputElement) node.readOnly = busy;
    else node.ariaDisabled = String(busy);
  }
  renderKey(view, model);
  renderHint(view, model);
  renderEndpoint(view, model);
  renderTestKeys(view, model);
  renderActions(view, model);
  // Until the flow is there, the one thing to say is that it cannot be had.
  if (view.drawMore) view.drawMore(model);
  else setText(view.error, model.problem?.message ?? "");
  view.badge.hidden = model.hideBadge;
}

/** Shows or hides what is typed. */
export function reveal({ input, reveal: button }: View, shown: boolean): void {
  input.type = shown ? "text" : "password";
  button.ariaPressed = String(shown);
  button.ariaLabel = "Show key";
}

function renderKey(view: View, model: Model): void {
  const { provider, state, typed, held } = model;
  const label = model.label ?? provider?.keyLabel ?? "API key";
  const { input } = view;
  const failed = state === "error" || model.notice?.tone === "bad";
  setText(view.keyLabel, model.replacing ? `New ${label}` : label);
  view.where.hidden = !provider;
  view.where.href = provider?.keyUrl ?? "";
  input.placeholder = held
    ? isBusy(model)
      ? "Key sealed"
      : failed
        ? "Key kept for another try"
        : "Key ready, not stored yet"
    : (provider?.keyPlaceholder ?? "");
  input.ariaInvalid = String(atFault(model, "providerKey"));
  input.ariaRequired = String(!provider?.keyOptional);
  // Browsers fill a login's password into a field that is merely `off`.
  input.autocomplete = model.autofill ? "on" : "new-password";
  for (const name of ["data-1p-ignore", "data-bwignore", "data-lpignore=true", "data-form-type=other"]) {
    const [attribute, value = ""] = name.split("=") as [string, string?];
    if (model.autofill) input.removeAttribute(attribute);
    else input.setAttribute(attribute, value);
  }
  if (!typed) reveal(view, false);
  view.reveal.hidden = !typed;
  view.forget.hidden = typed || !held || isBusy(model);
  view.box.toggleAttribute("data-held", held);
  view.box.toggleAttribute("data-doubt", failed);
}

function renderHint(view: View, { looksLike, provider, providers, replacing }: Model): void {
  const other = looksLike?.provider;
  const offer = other && !replacing && providers.includes(other);
  setText(view.hintText, offer ? `This looks like a key for ${other.label}.` : (looksLike?.text ?? provider?.help ?? ""));
  view.hintAction.hidden = !offer;
  setText(view.hintAction, `Use ${other?.label}`);
  view.hint.hidden = !view.hintText.textContent;
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
  view.base.input.ariaInvalid = String(atFault(model, "baseUrl"));
  view.apiVersion.input.ariaInvalid = String(atFault(model, "apiVersion"));
}

function renderTestKeys({ testKeys: row }: View, { isTest }: Model): void {
  row.hidden = !isTest;
  if (row.firstChild || !isTest) return;
  const button = (key: string) => el("button", { part: "test-key", type: "button", value: key, title: key }, key.slice(12));
  row.append("Test keys:", ...testKeys.map(button));
}

function renderActions({ submit, test, cancel }: View, model: Model): void {
  const { provider, replacing, state } = model;
  const sending = state === "connecting" || state === "rotating";
  setText(submit, replacing ? (sending ? "Replacing…" : "Replace key") : sending ? "Connecting…" : `Connect ${provider?.label ?? ""}`);
  submit.hidden = !may(model, replacing ? "rotate" : "connect");
  submit.toggleAttribute("data-busy", sending);
  setText(test, state === "testing" ? "Testing…" : "Test");
  test.hidden = !may(model, "test");
  test.toggleAttribute("data-busy", state === "testing");
  cancel.hidden = !replacing;
}

function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Whether the problem lies in this field. */
function atFault({ problem }: Model, field: string): boolean {
  return problem?.param?.endsWith(field) ?? (field === "providerKey" && problem?.code === "key_rejected");
}
