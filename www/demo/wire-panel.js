// "What went over the wire": each request of the widget, as the browser was given it.

import { addEntry, updateEntry } from "./entries.js";
import { el, facts, icon, tag, time } from "./dom.js";
import { jsonBlock } from "./json.js";

const list = document.getElementById("wire");
const AEAD_TAG_BYTES = 16;
const items = new Map();

/** Shows an exchange, or what has become of it. */
export function showExchange(exchange) {
  const parts = describe(exchange);
  const known = items.get(exchange.seq);
  if (known) updateEntry(known, parts);
  else items.set(exchange.seq, addEntry(list, parts));
}

/** Empties the panel. */
export function clearWire() {
  items.clear();
  list.replaceChildren();
}

function describe(exchange) {
  const sealed = exchange.json?.sealedKey;
  return {
    dataset: { method: exchange.method, path: exchange.path, state: exchange.state, status: exchange.status ?? "", sealed: Boolean(sealed) },
    title: [el("code", {}, `${exchange.method} ${exchange.path}`)],
    meta: [outcome(exchange), time(exchange.at)],
    line: sealed ? sealedLine(exchange) : [],
    open: Boolean(sealed),
    body: [sealed && sealedNote(sealed), ...requestParts(exchange), ...answerParts(exchange)].filter(Boolean),
  };
}

function sealedLine({ bytes, json }) {
  const lock = el("span", { class: "check", dataset: { ok: true } }, icon("lock"), "Key sealed");
  return [lock, el("span", {}, `${bytes} bytes`), el("span", {}, json.provider)];
}

function outcome({ state, status }) {
  if (state === "sent") return tag("Sending", "accent");
  if (state === "failed") return tag("No answer", "bad");
  return tag(String(status), state === "ok" ? "good" : "bad");
}

/** Says only what can be read off the request itself. */
function sealedNote(sealed) {
  const padded = decodedLength(sealed.ciphertext) - AEAD_TAG_BYTES;
  const text = `The key is inside ciphertext, sealed for byo’s key ${sealed.kid}. It was padded to ${padded} bytes first, so the size does not give its length away.`;
  return el("p", { class: "sealed-note" }, icon("lock"), text);
}

function requestParts({ origin, path, headers, json }) {
  return [
    json && section("Body", jsonBlock(json)),
    section("Address, and the headers the widget set", facts([["url", `${origin}${path}`], ...headers])),
  ];
}

function answerParts({ answer, requestId }) {
  if (answer === undefined) return [];
  return [section("Answer", jsonBlock(answer ?? "No body")), requestId && facts([["x-request-id", requestId]])];
}

function section(title, content) {
  return el("section", {}, el("h3", {}, title), content);
}

function decodedLength(base64url) {
  return Math.floor((base64url.length * 3) / 4);
}
