// What is said below the field: progress, outcomes, errors.

import { el } from "../dom.js";
import type { Model, Notice } from "./model.js";
import type { View } from "./view.js";

const PROGRESS: { [state: string]: string } = {
  testing: "Sealing the key, then asking the provider about it.",
  connecting: "Sealing the key, then checking it with the provider.",
  rotating: "Checking the new key. The old one works until it passes.",
};

export function renderMessages(view: View, { state, notice, problem, verdictText }: Model): void {
  const progress = PROGRESS[state];
  say(view.status, progress ? el("p", { class: "progress" }, progress) : notice && box(notice));
  if (!problem) return say(view.error);
  const words = problem.verdict && verdictText?.(problem.verdict);
  const node = words ? box({ tone: "bad", title: words.title, text: words.next }) : box({ tone: "bad", title: "", text: problem.message });
  if (problem.requestId) node.append(el("small", {}, problem.requestId));
  say(view.error, node);
}

function box({ tone, title, text }: Notice): HTMLElement {
  return el("div", { class: "notice", "data-tone": tone }, ...(title ? [el("b", {}, title)] : []), text);
}

/** Live regions speak when they change: leave them alone when nothing has. */
function say(region: HTMLElement, content?: HTMLElement): void {
  if ((content?.textContent ?? "") !== region.textContent) region.replaceChildren(...(content ? [content] : []));
}
