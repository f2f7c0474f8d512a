// The simulator's keys. They can be copied; they have to be pasted or typed, as a customer would.

import { announce, el, icon } from "./dom.js";

const KEYS = [
  ["sk-byo-test-valid-demo", "Works"],
  ["sk-byo-test-rejected-demo", "The provider does not know it"],
  ["sk-byo-test-denied-demo", "The provider refuses it here"],
  ["sk-byo-test-no-quota-demo", "Works, but out of credit"],
  ["sk-byo-test-restricted-demo", "Works, with limited rights"],
  ["sk-byo-test-rate-limited-demo", "Works, but throttled just now"],
  ["sk-byo-test-not-provable-demo", "The server asks for no key"],
  ["sk-byo-test-unreachable-demo", "The provider does not answer"],
];

/** Fills the list. */
export function showTestKeys(list) {
  list.replaceChildren(...KEYS.map(([key, meaning]) => el("li", {}, el("code", {}, key), el("span", {}, meaning), copyButton(key))));
}

function copyButton(key) {
  const button = el("button", { class: "copy", type: "button", "aria-label": `Copy ${key}`, dataset: { key } }, icon("copy"));
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(key);
    announce("Copied.");
    button.dataset.copied = "true";
    button.replaceChildren(icon("check"));
    setTimeout(() => {
      button.dataset.copied = "false";
      button.replaceChildren(icon("copy"));
    }, 1600);
  });
  return button;
}
