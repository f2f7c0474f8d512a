// The card that holds `<byo-connect>`: everything a product has to do about the widget is in this file.

import { el } from "./dom.js";

const slot = document.getElementById("connect-slot");

/** Puts in a fresh widget; `renew` is called when its session is used up and the reader wants another. */
export function showWidget({ baseURL, publishableKey, sessionToken, refId, providers }, renew) {
  const widget = el("byo-connect", {
    id: "byo-connect",
    "base-url": baseURL,
    "publishable-key": publishableKey,
    "session-token": sessionToken,
    "ref-id": refId,
    providers: providers.join(" "),
    "hide-badge": "",
    theme: document.documentElement.dataset.shade,
  });
  widget.addEventListener("byo-error", (event) => {
    if (sessionToken && SESSION_OVER.has(event.detail?.code)) offerRenewal(renew);
  });
  fill("ready", widget);
}

/** While the backend is asked. */
export function showLoading() {
  const bars = el("div", { class: "skeleton", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  fill("loading", bars);
}

/** When the backend or the widget's script cannot be had. */
export function showProblem(title, text, retry) {
  const again = el("button", { class: "button", type: "button", onclick: retry }, "Try again");
  fill("problem", el("div", { class: "notice", role: "alert" }, el("p", {}, el("b", {}, title), text), again));
}

const SESSION_OVER = new Set(["unauthenticated", "session_spent"]);

function offerRenewal(renew) {
  if (slot.querySelector(".session-note")) return;
  const button = el("button", { class: "button", type: "button", id: "renew-session", onclick: renew }, "New session");
  slot.append(el("div", { class: "session-note", role: "status" }, "This session is used up or has ended.", button));
}

function fill(state, ...children) {
  slot.dataset.state = state;
  slot.setAttribute("aria-busy", String(state === "loading"));
  slot.replaceChildren(...children);
}

window.addEventListener("shade-changed", () => {
  const shade = document.documentElement.dataset.shade;
  for (const node of document.querySelectorAll("byo-connect, byo-badge")) node.setAttribute("theme", shade);
});
