// The publishable key that the examples use: this server's own for this page, or the reader's, kept in memory only.

import { el } from "./dom.js";

const FORM = /^byo_pk_test_[0-9A-Za-z]{49}$/;
const form = document.getElementById("access");
const field = document.getElementById("publishable-key");
const note = document.getElementById("access-note");

let key = document.querySelector("main").dataset.publishableKey;
const waiting = new Set();

form.hidden = key !== "";
form.addEventListener("submit", (event) => {
  // Nothing is sent: the page's policy forbids forms to, besides.
  event.preventDefault();
  const given = field.value.trim();
  if (!FORM.test(given)) return refuse(given);
  key = given;
  field.value = "";
  field.removeAttribute("aria-invalid");
  note.textContent = "In use until you leave this page.";
  for (const show of waiting) show();
});

function refuse(given) {
  field.setAttribute("aria-invalid", "true");
  if (/^byo_(sk|rt)_/.test(given)) {
    field.value = "";
    note.textContent = "That one belongs on your backend. Revoke it: it has been in a browser.";
  } else if (given.startsWith("byo_pk_live_")) {
    note.textContent = "That is a live key. Here a test key will do, and no provider is called.";
  } else {
    note.textContent = "That is no publishable key of a test environment. It begins with byo_pk_test_ and has 61 characters.";
  }
}

/**
 * Puts a widget onto a stage, now or once there is a key, and again whenever the reader starts over. `attributes` gives
 * what differs from example to example; `prepare(widget)` may listen to it.
 */
export function present(stage, attributes, prepare = () => {}) {
  // Somebody new each time, so that what one reader connects is in no other's way.
  let refId = customer();
  const show = () => {
    if (!key) return stage.replaceChildren(el("p", { class: "vacant" }, "Enter a ", el("a", { href: "#access" }, "publishable key"), " to try this."));
    const widget = el("byo-connect", { "publishable-key": key, "ref-id": refId, "hide-badge": "", ...attributes() });
    prepare(widget);
    const again = el("button", { class: "again", type: "button" }, "Start over");
    again.addEventListener("click", () => {
      refId = customer();
      show();
      stage.querySelector("byo-connect").focus();
    });
    stage.replaceChildren(widget, again);
  };
  waiting.add(show);
  show();
  return { show, widget: () => stage.querySelector("byo-connect") };
}

function customer() {
  // Not randomUUID(), which a page without TLS does not have.
  return `docs_${Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join("_")}`;
}
