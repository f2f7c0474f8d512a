// The page behind a connect session's `url`, for products without a front end: `/connect#byo_cs_…`.
//
// The session travels in the fragment, which no browser sends to a server, and leaves the address bar at once, so
// that it stands in no history, screenshot or referrer. From then on it lives in this page's memory only.

import { words } from "./words.js";

const BUSY = new Set(["testing", "connecting", "rotating", "disconnecting"]);

const token = takeToken();
const language = chooseLanguage();
const sheet = document.getElementById("sheet");
const slot = document.getElementById("slot");
const announcer = document.getElementById("announcer");
/** There is nothing left to do that the end of the session could disturb. */
let isDone = false;

// The widget follows.
document.documentElement.lang = language;
tell("loading");
open();

function takeToken() {
  // As it stands there: a session needs no escapes, and what is no session may be anything.
  const token = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  return /^byo_cs_(test_|live_)?[0-9A-Za-z]+$/.test(token) ? token : null;
}

/** The first of the reader's languages that there are words for. */
function chooseLanguage() {
  const wishes = navigator.languages.map((tag) => tag.split("-")[0].toLowerCase());
  return wishes.find((name) => Object.hasOwn(words, name)) ?? "en";
}

async function open() {
  if (token === null) return showIncomplete();
  showLoading();
  try {
    const response = await fetch("/v1/connect-session", { headers: { authorization: `Bearer ${token}` } });
    if (response.ok) return show(await response.json());
    if (response.status === 401 || response.status === 403) return showExpired();
  } catch {
    // Told below, like any answer that is no answer.
  }
  showUnreachable();
}

async function show(session) {
  if (!(await widgetLoaded())) return showUnreachable();
  fill("ready", widget(session));
  tellPurpose(session, false);
  countDown(new Date(session.expiresAt));
}

/** Says what the page is for: to connect a key, or to look after the one that is connected. */
function tellPurpose({ projectName, allow }, isConnected) {
  const values = { project: () => element("bdi", "", projectName) };
  if (!isConnected) return tell(allow.includes("connect") ? "connect" : "test", values);
  const [rotate, disconnect] = [allow.includes("rotate"), allow.includes("disconnect")];
  const may = rotate && disconnect ? "both" : rotate ? "rotate" : disconnect ? "disconnect" : undefined;
  tell("manage", values, ...(may ? [" ", say(`manage.${may}`)] : []));
}

function widget(session) {
  const node = document.createElement("byo-connect");
  node.id = "byo-connect";
  node.setAttribute("base-url", location.origin);
  node.setAttribute("session-token", token);
  node.setAttribute("ref-id", session.refId);
  node.setAttribute("theme", "auto");
  node.setAttribute("hide-badge", "");
  if (session.providers) node.setAttribute("providers", session.providers.join(" "));
  node.addEventListener("byo-connected", () => showNote(say("connected")));
  node.addEventListener("byo-rotated", () => showNote(say("rotated")));
  node.addEventListener("byo-disconnected", () => showNote(say("disconnected"), { isEnd: false }));
  node.addEventListener("byo-reverted", () => showNote(say("reverted"), { isEnd: false }));
  node.addEventListener("byo-state", ({ detail }) => {
    if (detail.state === "connected" || detail.state === "idle") tellPurpose(session, detail.state === "connected");
  });
  node.addEventListener("byo-error", ({ detail }) => {
    if (detail?.code === "unauthenticated") showExpired();
    if (detail?.code === "session_spent") showNote(say("spent"), { looks: "done spent" });
  });
  return node;
}

function showNote(text, { looks = "done", isEnd = true } = {}) {
  isDone = isEnd;
  slot.querySelector(".done")?.remove();
  slot.append(element("p", looks, text));
  announcer.textContent = text;
  setText("expiry", "");
}

function showIncomplete() {
  tell("incomplete");
  fill("incomplete");
}

function showExpired() {
  tell("expired");
  fill("expired");
}

function showUnreachable() {
  tell("unreachable");
  const again = element("button", "button", say("again"));
  again.type = "button";
  again.addEventListener("click", open);
  const message = element("div", "message", "");
  message.append(again);
  fill("unreachable", message);
}

function showLoading() {
  const skeleton = element("div", "skeleton", "");
  skeleton.setAttribute("aria-hidden", "true");
  skeleton.append(...[1, 2, 3].map(() => document.createElement("i")));
  fill("loading", skeleton);
}

function fill(state, ...children) {
  sheet.dataset.state = state;
  slot.setAttribute("aria-busy", String(state === "loading"));
  slot.hidden = children.length === 0;
  slot.replaceChildren(...children);
  setText("expiry", "");
  if (state !== "loading" && state !== "ready") announcer.textContent = document.getElementById("title").textContent;
}

/** Says how long the session lasts, and when it is over takes the field away before a key is typed in vain. */
function countDown(expiresAt) {
  const left = expiresAt - Date.now();
  if (sheet.dataset.state !== "ready") return;
  // A customer who has connected has nothing to lose; the widget may go on showing it.
  if (left <= 0) return isDone ? undefined : endQuietly(expiresAt);
  const minutes = Math.ceil(left / 60_000);
  const form = new Intl.PluralRules(language).select(minutes) === "one" ? "one" : "other";
  setText("expiry", ...(isDone ? [] : said(`open.${form}`, { minutes: () => String(minutes) })));
  setTimeout(countDown, Math.min(left, 15_000), expiresAt);
}

/** Takes the field away, after whatever is under way: the server may still store that key, and the page has to say so. */
function endQuietly(expiresAt) {
  const node = slot.querySelector("byo-connect");
  if (!BUSY.has(node.dataset.state)) return showExpired();
  // The event that says what came of it follows the state at once.
  node.addEventListener("byo-state", () => setTimeout(countDown, 0, expiresAt), { once: true });
}

/** Module scripts have run, or failed, when the page has loaded. */
async function widgetLoaded() {
  if (document.readyState !== "complete") await new Promise((done) => window.addEventListener("load", done, { once: true }));
  return customElements.get("byo-connect") !== undefined;
}

/** Says in heading, title and first line what this is about. */
function tell(about, values = {}, ...more) {
  setText("title", ...said(`${about}.title`, values));
  setText("lede", ...said(`${about}.lede`, values), ...more);
  document.title = document.getElementById("title").textContent;
}

function say(key) {
  return words[language][key];
}

/** A text in parts, with what belongs in its places. A name may be written from the other side than the words around it. */
function said(key, values) {
  return say(key).split(/\{(\w+)\}/).map((part, at) => (at % 2 ? values[part]() : part));
}

function setText(id, ...parts) {
  document.getElementById(id).replaceChildren(...parts);
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}
