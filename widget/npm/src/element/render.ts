// Writes the model into the tree. Runs after every change and touches what is there; nodes keep their focus.

import { el } from "../dom.js";
import { testKeys } from "./catalogue.js";
import { type Model, type Notice, currentKey, isBusy, isEntering, may, toneOf } from "./model.js";
import { renderPicker } from "./picker.js";
import type { View } from "./view.js";

export function render(view: View, model: Model): void {
  const busy = isBusy(model);
  const entering = isEntering(model);
  renderPicker(view, model);
  view.chip.hidden = !model.isTest;
  view.head.hidden = view.pickerLabel.hidden && view.chip.hidden;
  view.form.hidden = !entering;
  view.panel.hidden = entering;
  view.root.setAttribute("aria-busy", String(busy));
  if (entering) renderForm(view, model);
  else renderPanel(view, model);
  for (const button of [view.submit, view.test, view.cancel, view.replace, view.disconnect, view.confirm, view.keep]) {
    // Not `disabled` while busy: that would throw the focus away.
    button.ariaDisabled = String(busy);
    button.disabled = model.disabled;
  }
  renderStatus(view, model);
  renderProblem(view, model);
  view.badge.hidden = model.hideBadge;
  view.badge.setAttribute("theme", model.theme ?? "light");
}

function renderForm(view: View, model: Model): void {
  const { provider, state, held } = model;
  const label = model.label ?? provider?.keyLabel ?? "API key";
  setText(view.keyLabel, model.replacing ? `New ${label}` : label);
  view.where.hidden = !provider?.keyUrl;
  if (provider) view.where.href = provider.keyUrl;

  const { input } = view;
  input.disabled = model.disabled;
  input.readOnly = isBusy(model);
  input.placeholder = held && !model.typed ? heldText(model) : (provider?.keyPlaceholder ?? "");
  input.ariaInvalid = String(state === "error" && atFault(model, "providerKey"));
  input.ariaRequired = String(!provider?.keyOptional);
  input.autocomplete = model.autofill ? "on" : "off";
  for (const [name, value] of [["data-1p-ignore", ""], ["data-lpignore", "true"], ["data-bwignore", ""], ["data-form-type", "other"]] as const) {
    if (model.autofill) input.removeAttribute(name);
    else input.setAttribute(name, value);
  }
  if (!model.typed) reveal(view, false);
  view.reveal.hidden = !model.typed;
  view.forget.hidden = model.typed || !held || isBusy(model);
  view.box.toggleAttribute("data-held", held && !model.typed && state !== "error");

  renderHint(view, model);
  renderEndpoint(view, model);
  renderTestKeys(view, model);

  const replacing = model.replacing || state === "rotating";
  const sending = state === "connecting" || state === "rotating";
  setText(view.submit, sending ? (replacing ? "Replacing…" : "Connecting…") : replacing ? "Replace key" : `Connect${provider ? ` ${provider.label}` : ""}`);
  view.submit.hidden = !may(model, replacing ? "rotate" : "connect");
  view.submit.toggleAttribute("data-busy", sending);
  setText(view.test, state === "testing" ? "Testing…" : "Test");
  view.test.hidden = !may(model, "test");
  view.test.toggleAttribute("data-busy", state === "testing");
  view.cancel.hidden = !model.replacing;
}

/** Shows or hides what is typed. */
export function reveal({ input, reveal: button }: View, shown: boolean): void {
  input.type = shown ? "text" : "password";
  button.ariaPressed = String(shown);
  button.ariaLabel = shown ? "Hide key" : "Show key";
}

function heldText({ state }: Model): string {
  return state === "error" ? "Try again, or type another key" : isBusyText(state) ?? "Key ready, not stored yet";
}

function isBusyText(state: Model["state"]): string | undefined {
  return state === "testing" || state === "connecting" || state === "rotating" ? "Key sealed" : undefined;
}

function renderHint(view: View, { looksLike, provider, providers, replacing }: Model): void {
  const other = looksLike && looksLike !== provider ? looksLike : undefined;
  setText(view.hintText, other ? `This looks like a key of ${other.label}.` : (provider?.help ?? ""));
  view.hintAction.hidden = !other || replacing || !providers.includes(other);
  if (other) setText(view.hintAction, `Use ${other.label}`);
  view.hint.hidden = !view.hintText.textContent;
}

function renderEndpoint(view: View, model: Model): void {
  const needs = model.provider?.needs ?? "none";
  const optional = needs === "none" && model.provider?.id === "openai";
  view.custom.hidden = !optional;
  view.fields.hidden = needs === "none" && !(optional && view.custom.open);
  view.apiVersion.row.hidden = view.deployment.row.hidden = needs !== "azure";
  view.base.input.placeholder =
    needs === "azure" ? "https://you.openai.azure.com" : needs === "baseUrl" ? "http://localhost:11434" : "https://openrouter.ai/api/v1";
  view.apiVersion.input.placeholder = "2024-10-21";
  for (const [{ input }, param] of [[view.base, "baseUrl"], [view.apiVersion, "apiVersion"], [view.deployment, "deployment"]] as const) {
    input.disabled = model.disabled;
    input.readOnly = isBusy(model);
    input.ariaInvalid = String(model.state === "error" && atFault(model, param));
  }
}

function renderTestKeys(view: View, { isTest, disabled }: Model): void {
  view.testKeys.hidden = !isTest;
  if (isTest && !view.testKeys.hasChildNodes()) {
    view.testKeys.append(
      "Try ",
      ...testKeys.map((key) => el("button", { part: "test-key", type: "button", value: key, title: key }, key.replace("sk-byo-test-", ""))),
    );
  }
  for (const button of view.testKeys.querySelectorAll("button")) button.disabled = disabled;
}

function renderPanel(view: View, model: Model): void {
  const key = currentKey(model);
  if (!key) return;
  const label = model.provider?.label ?? key.provider;
  const words = STATUS[key.status] ?? { ...model.verdictText?.(key.verdict), tone: toneOf(key.verdict) };
  view.mark.dataset["tone"] = words.tone;
  setText(view.heading, `${label} connected`);
  const models = key.models?.length;
  view.facts.replaceChildren(
    key.hint ? "Key ending in " : "Fingerprint ",
    el("code", {}, key.hint ?? key.fingerprint),
    models ? ` · ${models} ${models === 1 ? "model" : "models"}` : "",
  );
  const text = words.tone === "good" ? words.title : [words.title, words.next].filter(Boolean).join(" ");
  setText(view.verdict, text ?? "");
  view.verdict.hidden = !text;
  view.replace.hidden = !may(model, "rotate");
  view.disconnect.hidden = !may(model, "disconnect");
  view.manage.hidden = model.asking || (view.replace.hidden && view.disconnect.hidden);
  view.ask.hidden = !model.asking;
  setText(view.question, `Disconnect ${label}? The stored key is destroyed and stops working here at once.`);
  const disconnecting = model.state === "disconnecting";
  setText(view.confirm, disconnecting ? "Disconnecting…" : "Disconnect");
  view.confirm.toggleAttribute("data-busy", disconnecting);
}

/** What overrides a verdict: the key's state since it was checked. */
const STATUS: { [status: string]: { tone: "warn"; title: string; next: string } } = {
  disabled: { tone: "warn", title: "Paused.", next: "The key is stored but not used until it is enabled again." },
  suspect: { tone: "warn", title: "The provider refused this key a moment ago.", next: "Replace it if that goes on." },
};

const PROGRESS: { [state: string]: string } = {
  testing: "Sealing the key, then asking the provider about it.",
  connecting: "Sealing the key, then checking it with the provider.",
  rotating: "Checking the new key. The old one works until it passes.",
};

function renderStatus(view: View, { state, notice }: Model): void {
  const progress = PROGRESS[state];
  replaceIfChanged(view.status, progress ? el("p", { class: "progress" }, progress) : notice && box(notice));
}

function renderProblem(view: View, { state, problem, verdictText }: Model): void {
  if (!problem || state !== "error") return replaceIfChanged(view.error, undefined);
  const words = problem.verdict ? verdictText?.(problem.verdict) : undefined;
  const node = box({ tone: "bad", title: words?.title ?? problem.message, text: words?.next ?? nextStep(problem) });
  if (problem.requestId) node.append(el("small", {}, problem.requestId));
  replaceIfChanged(view.error, node);
}

function nextStep({ code, retryAfter }: { code: string; retryAfter?: number }): string {
  if (retryAfter) return `Try again in ${retryAfter < 90 ? `${retryAfter} seconds` : `${Math.ceil(retryAfter / 60)} minutes`}.`;
  return NEXT[code] ?? "";
}

/** What the reader of an error can do, where the message does not say it. */
const NEXT: { [code: string]: string } = {
  unauthenticated: "Reload the page to get a new session.",
  session_spent: "Reload the page to get a new session.",
  connect_session_required: "A key is connected already. Sign in to replace it.",
  network: "Check your connection, then try again. Nothing was stored.",
  load_failed: "Check your connection, then try again.",
};

function box({ tone, title, text }: Notice): HTMLElement {
  return el("div", { class: "notice", "data-tone": tone }, el("b", {}, title), text);
}

/** Live regions speak when they change: leave them alone when nothing has. */
function replaceIfChanged(region: HTMLElement, content: HTMLElement | undefined): void {
  if ((content?.textContent ?? "") !== region.textContent) region.replaceChildren(...(content ? [content] : []));
}

function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Whether the problem names this field. Errors about the key itself name none. */
function atFault({ problem }: Model, field: string): boolean {
  if (problem?.param) return problem.param.endsWith(field);
  return field === "providerKey" && (problem?.code === "key_rejected" || problem?.code === "key_missing");
}
