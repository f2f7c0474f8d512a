// What is said below the field: progress, outcomes, errors.

import { el } from "../dom.js";
import type { ByoErrorFields, Verdict } from "../error.js";
import type { Key } from "../messages/type.js";
import { isEntering, type Model, type Notice, type Said, toneOf } from "./model.js";
import type { View } from "./view.js";

export function renderOutcome(view: View, model: Model): void {
  const { state, notice, words } = model;
  const problem = model.problem ?? model.barred;
  const progress = `progress.${state === "testing" && !isEntering(model) ? "checking" : state}`;
  say(view.status, words.has(progress) ? el("p", { class: "progress" }, words(progress)) : notice && box(notice, model));
  if (!problem) return say(view.error);
  const node = problem.verdict ? box({ tone: "bad", ...verdictWords(model, problem.verdict) }, model) : box({ tone: "bad" }, model, told(model, problem));
  if (problem.requestId) node.append(el("small", {}, problem.requestId));
  say(view.error, node);
}

/** For a verdict; where no key was sent, nothing is wrong with one. */
export function verdictWords({ held, typed, provider, words }: Model, verdict: Verdict): { title: Said; next: Said } {
  if (verdict === "rejected" && provider?.keyOptional && !held && !typed) return both("wanted");
  return both(words.has(`verdict.${verdict}.title`) ? `verdict.${verdict}` : "verdict.unknown");
}

/** What a test found. */
export function tested(model: Model, { verdict, models }: { verdict: Verdict; models: string[] }): Notice {
  const said = verdictWords(model, verdict);
  if (verdict !== "valid") return { tone: toneOf(verdict), ...said };
  const count = models.length;
  return { tone: "good", title: count ? ["tested.other", { count }] : said.title, next: ["tested.next"] };
}

/** The two texts that make up a notice. */
export function both(key: string): { title: Said; next: Said } {
  return { title: [`${key}.title` as Key], next: [`${key}.next` as Key] };
}

/** The error's own words are English and may say more; in another language there are those for its code. */
function told({ words }: Model, { code, message }: ByoErrorFields): string {
  const key = `error.${code}`;
  if (words.translates?.(key)) return words(key);
  // What is missing is named in the reader's language.
  return words.locale === "en" || code === "invalid_option" ? message : words("error.unknown");
}

function box({ tone, title, next }: Partial<Notice>, { words }: Model, text = next ? words(...next) : ""): HTMLElement {
  return el("div", { class: "notice", "data-tone": tone ?? "" }, ...(title ? [el("b", {}, words(...title))] : []), text);
}

/** Live regions speak when they change: leave them alone when nothing has. */
function say(region: HTMLElement, content?: HTMLElement): void {
  if ((content?.textContent ?? "") !== region.textContent) region.replaceChildren(...(content ? [content] : []));
}
