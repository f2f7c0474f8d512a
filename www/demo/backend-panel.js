// "What your backend sees": webhooks it received and checked, sessions it made. Streamed from the backend's memory.

import { addEntry } from "./entries.js";
import { announce, el, facts, icon, tag, time } from "./dom.js";
import { jsonBlock } from "./json.js";

const list = document.getElementById("events");
const state = document.getElementById("stream-state");
const TONES = { valid: "good", restricted: "warn", no_quota: "warn", rate_limited: "warn", not_provable: "warn", rejected: "bad", denied: "bad" };

let source;
let lastSeq;
let caughtUp;

/** Shows one customer's events in one environment; `onWebhook` hears of each verified one. */
export function follow(refId, environment, onWebhook) {
  source?.close();
  list.replaceChildren();
  lastSeq = 0;
  caughtUp = false;
  setState("connecting", "Connecting");
  source = new EventSource(`/api/events?refId=${encodeURIComponent(refId)}`);
  source.addEventListener("open", () => setState("listening", "Listening"));
  source.addEventListener("caught-up", () => (caughtUp = true));
  source.addEventListener("error", () => setState("lost", "Reconnecting"));
  source.addEventListener("activity", (message) => {
    const activity = JSON.parse(message.data);
    if (activity.body) activity.event = JSON.parse(activity.body);
    // The stream starts over after a broken connection.
    if (activity.seq <= lastSeq) return;
    lastSeq = activity.seq;
    if ((activity.environment ?? activity.event?.environment ?? environment) !== environment) return;
    show(activity);
    if (activity.verified) onWebhook(activity.event);
  });
}

function setState(name, words) {
  if (state.dataset.state === name) return;
  state.dataset.state = name;
  state.lastElementChild.textContent = words;
}

function show(activity) {
  if (activity.kind === "session") showSession(activity);
  else if (activity.verified) showVerified(activity);
  else showRefused(activity);
}

function showVerified({ seq, receivedAt, checks, webhookId, bytes, event }) {
  const { provider, fingerprint, verdict } = event.data;
  if (caughtUp) announce(`Webhook ${event.type} received, both signatures verified.`);
  addEntry(list, {
    dataset: { kind: "webhook", seq, eventType: event.type, verified: "true", webhookId, refId: event.data.refId },
    title: [el("code", {}, event.type), el("em", {}, provider)],
    meta: [time(new Date(receivedAt))],
    line: signatureChecks(checks),
    open: true,
    body: [
      facts([
        ["Key fingerprint", fingerprint],
        ["Verdict", verdict && tag(verdict, TONES[verdict])],
        ["Webhook id", webhookId],
        ["Received", `POST /webhooks/byo, ${bytes} bytes`],
      ]),
      jsonBlock(event),
    ],
  });
}

/** Nothing of a body that failed its checks is shown: anyone can post here. */
function showRefused({ seq, receivedAt, checks, bytes }) {
  if (caughtUp) announce("A webhook was refused: its signatures do not verify.");
  addEntry(list, {
    dataset: { kind: "webhook", seq, verified: "false" },
    title: ["Refused a webhook"],
    meta: [time(new Date(receivedAt))],
    line: signatureChecks(checks),
    open: false,
    body: [
      el("p", { class: "panel-note" }, "Both signatures must be right. It was answered 401 and dropped."),
      facts([["Received", `POST /webhooks/byo, ${bytes} bytes`]]),
    ],
  });
}

function showSession({ seq, receivedAt, request, expiresAt }) {
  addEntry(list, {
    dataset: { kind: "session", seq },
    title: ["Connect session made"],
    meta: [time(new Date(receivedAt))],
    line: [`For this customer only, until ${new Date(expiresAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false })}`],
    open: false,
    body: [facts([["Sent", "POST /v1/connect-sessions"]]), jsonBlock(JSON.parse(request))],
  });
}

function signatureChecks(checks) {
  return [check("X-BYO-Signature", checks.byoSignature), check("Standard Webhooks", checks.standardWebhooks)];
}

function check(name, ok) {
  const words = el("span", { class: "visually-hidden" }, ok ? " verified" : " does not verify");
  return el("span", { class: "check", dataset: { check: name, ok } }, icon(ok ? "check" : "cross"), name, words);
}
