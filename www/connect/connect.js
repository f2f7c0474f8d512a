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
  fill("ready", widget(session));
  tellPurpose(session, false);
  countDown(new Date(session.expiresAt));
}

/** Says what the page is for: to connect a key, or to look after the one that is connected. */
function tellPurpose({ projectName, allow }, isConnected) {
  // A name may be written from the other side than the words around it.
  const name = () => element("bdi", "", projectName);
  if (isConnected) {
    setText("title", "Your AI provider for ", name());
    const can = [allow.includes("rotate") && "replace", allow.includes("disconnect") && "disconnect"].filter(Boolean);
    setText("lede", "Your key is stored encrypted, and ", name(), " never sees it.", can.length ? ` You can ${can.join(" or ")} it here.` : "");
  } else if (allow.includes("connect")) {
    setText("title", "Connect your AI provider to ", name());
    setText("lede", "Your key is sealed in this browser before it is sent. ", name(), " never sees it.");
  } else {
    setText("title", "Test a key for ", name());
    setText("lede", "It is sealed in this browser, tried once and not stored. ", name(), " never sees it.");
  }
  document.title = document.getElementById("title").textContent;
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
  node.addEventListener("byo-connected", () => showNote("All done. You can close this page."));
  node.addEventListener("byo-rotated", () => showNote("Replaced. You can close this page."));
  node.addEventListener("byo-disconnected", () => showNote("Disconnected, and destroyed here. You can close this page."));
  node.addEventListener("byo-state", ({ detail }) => {
    if (detail.state === "connected" || detail.state === "idle") tellPurpose(session, detail.state === "connected");
  });
  node.addEventListener("byo-error", ({ detail }) => {
    if (detail?.code === "unauthenticated") showExpired();
    if (detail?.code === "session_spent") showNote("This link has done what it was made for. To change more, ask for a new one where you got it.", "done spent");
  });
  return node;
}

function showNote(text, looks = "done") {
  slot.querySelector(".done")?.remove();
  slot.append(element("p", looks, text));
  announcer.textContent = text;
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

function setText(id, ...parts) {
  document.getElementById(id).replaceChildren(...parts);
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}
