// JSON, indented and quietly coloured; long strings are cut and can be opened.

import { el } from "./dom.js";

const LONGEST = 40;
const SHOWN = 22;

/** A `<pre>` that shows the value. */
export function jsonBlock(value) {
  const pre = el("pre", { class: "json" });
  if (typeof value === "string") pre.append(value);
  else write(pre, value, "");
  return pre;
}

/** Writes the value; returns what has to stand after it, if anything. */
function write(out, value, indent) {
  if (Array.isArray(value)) writeGroup(out, "[", "]", value.map((item) => [null, item]), indent);
  else if (value !== null && typeof value === "object") writeGroup(out, "{", "}", Object.entries(value), indent);
  else if (typeof value === "string") return writeString(out, value);
  else out.append(part("n", String(value)));
  return null;
}

function writeGroup(out, open, close, members, indent) {
  if (members.length === 0) {
    out.append(part("p", open + close));
    return;
  }
  const inner = `${indent}  `;
  out.append(part("p", open));
  members.forEach(([name, value], index) => {
    out.append(`\n${inner}`);
    if (name !== null) out.append(part("k", `"${name}"`), part("p", ": "));
    const opener = write(out, value, inner);
    if (index < members.length - 1) out.append(part("p", ","));
    if (opener) out.append(opener);
  });
  out.append(`\n${indent}`, part("p", close));
}

/** Returns the button that opens a string too long to show, to stand after the comma. */
function writeString(out, text) {
  const whole = JSON.stringify(text);
  if (text.length <= LONGEST) {
    out.append(part("s", whole));
    return null;
  }

  const cut = `${whole.slice(0, SHOWN)}…"`;
  const shown = part("s", cut);
  const button = el("button", { type: "button", "aria-expanded": "false" }, `${text.length} characters`);
  button.addEventListener("click", () => {
    const opening = button.getAttribute("aria-expanded") === "false";
    shown.textContent = opening ? whole : cut;
    button.textContent = opening ? "Less" : `${text.length} characters`;
    button.setAttribute("aria-expanded", String(opening));
  });
  out.append(shown);
  return button;
}

function part(kind, text) {
  return el("span", { class: kind }, text);
}
