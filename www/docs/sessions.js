// The widget as a signed-in customer sees it, with a session that the reader's backend made.

import { el, example } from "./dom.js";

const FORM = /^byo_cs_test_[0-9A-Za-z]{49}$/;
const { stage } = example("sessions");
const field = document.getElementById("session-token");
const note = document.getElementById("session-note");

document.getElementById("session-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = field.value.trim();
  const isOne = FORM.test(token);
  field.setAttribute("aria-invalid", String(!isOne));
  if (!isOne) {
    note.textContent = token.startsWith("byo_cs_live_")
      ? "That is a live session. Here a test session will do, and no provider is called."
      : "That is no session of a test environment. It begins with byo_cs_test_ and has 61 characters.";
    return;
  }
  field.value = "";
  note.textContent = "";
  const widget = el("byo-connect", { "session-token": token, "hide-badge": "" });
  widget.addEventListener("byo-error", ({ detail }) => {
    if (detail?.code === "unauthenticated") note.textContent = "This server does not know that session, or it has expired.";
  });
  stage.hidden = false;
  stage.replaceChildren(widget);
});
