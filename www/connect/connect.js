// The page behind a connect session's `url`, for products without a front end: `/connect#byo_cs_…`.
//
// The session travels in the fragment, which no browser sends to a server, and leaves the address bar at once, so
// that it stands in no history, screenshot or referrer. From then on it lives in this page's memory only.

const token = takeToken();
const sheet = document.getElementById("sheet");
const slot = document.getElementById("slot");
const announcer = document.getElementById("announcer");

open();

function takeToken() {
  const token = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  return /^byo_cs_(test_|live_)?[0-9A-Za-z]+$/.test(token) ? token : null;
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
  setText("title", `Connect your AI provider to ${session.projectName}`);
  setText("lede", `Your key is sealed in this browser before it is sent. ${session.projectName} never sees it.`);
  document.title = `Connect to ${session.projectName}`;
  fill("ready", widget(session));
  countDown(new Date(session.expiresAt));
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
  node.addEventListener("byo-connected", showDone);
  node.addEventListener("byo-disconnected", () => slot.querySelector(".done")?.remove());
  node.addEventListener("byo-error", (event) => {
    if (event.detail?.code === "unauthenticated") showExpired();
  });
  return node;
}

function showDone() {
  if (slot.querySelector(".done")) return;
  slot.append(element("p", "done", "All done. You can close this page."));
  setText("expiry", "");
}

function showIncomplete() {
  setText("title", "This link is incomplete");
  setText("lede", "Open the link you were given once more, all of it. Its secret part leaves the address as soon as the page opens, so reloading does not bring it back.");
  fill("incomplete");
}

function showExpired() {
  setText("title", "This link has expired");
  setText("lede", "For your safety such links work for a few minutes. Ask for a new one where you got this.");
  fill("expired");
}

function showUnreachable() {
  setText("title", "This page could not load");
  setText("lede", "The server did not answer as it should. Nothing was sent.");
  const again = element("button", "button", "Try again");
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
  const isDone = slot.querySelector(".done") !== null;
  if (left <= 0) return isDone ? undefined : showExpired();
  const minutes = Math.ceil(left / 60_000);
  setText("expiry", isDone ? "" : `Open for ${minutes} more ${minutes === 1 ? "minute" : "minutes"}`);
  setTimeout(countDown, Math.min(left, 15_000), expiresAt);
}

/** Module scripts have run, or failed, when the page has loaded. */
async function widgetLoaded() {
  if (document.readyState !== "complete") await new Promise((done) => window.addEventListener("load", done, { once: true }));
  return customElements.get("byo-connect") !== undefined;
}

function setText(id, text) {
  document.getElementById(id).textContent = text;
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}
