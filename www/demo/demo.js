// The demo page: asks its backend how to connect in the chosen mode, shows the widget, feeds the panels.

import { clearWire, showExchange } from "./wire-panel.js";
import { featureWebhook, resetFeature } from "./feature.js";
import { follow } from "./backend-panel.js";
import { forgetExchanges, onExchange } from "./wire.js";
import { journeyExchange, journeyWebhook, resetJourney } from "./journey.js";
import { announce } from "./dom.js";
import { showLoading, showProblem, showWidget } from "./connect-card.js";
import { showTestKeys } from "./test-keys.js";

const address = new URL(location.href);
const modes = document.getElementById("modes");
let asked = 0;
let shown;

start();

function start() {
  showTestKeys(document.getElementById("test-key-list"));
  onExchange(showExchange);
  onExchange(journeyExchange);
  modes.addEventListener("change", () => load(currentMode(), currentCustomer()));
  document.getElementById("new-customer").addEventListener("click", newCustomer);
  const wanted = modes.querySelector(`input[value="${CSS.escape(address.searchParams.get("mode") ?? "test")}"]`);
  if (wanted) wanted.checked = true;
  for (const badge of document.querySelectorAll("byo-badge")) badge.setAttribute("theme", document.documentElement.dataset.shade);
  load(currentMode(), currentCustomer());
}

function newCustomer() {
  load(currentMode(), null).then(() => announce("New customer. Nothing is connected."));
}

/** Asks the backend and shows what it says; without a customer the backend makes one up. */
async function load(mode, refId) {
  const turn = ++asked;
  showLoading();
  showHelp(mode);
  const answer = await settingsFor(mode, refId);
  // Another mode was picked meanwhile.
  if (turn !== asked) return;
  if (answer.problem) return showProblem("This is not working", answer.problem, () => load(mode, refId));
  if (!(await widgetLoaded())) {
    return showProblem("The widget did not load", `${answer.baseURL}/connect.js could not be fetched.`, () => location.reload());
  }
  if (turn !== asked) return;
  show(mode, answer);
}

function show(mode, settings) {
  // A new session for the same customer changes only the widget.
  if (shown !== `${mode} ${settings.refId}`) startOver(mode, settings);
  showWidget(settings, () => load(mode, settings.refId));
}

function startOver(mode, settings) {
  shown = `${mode} ${settings.refId}`;
  remember(mode, settings.refId);
  forgetExchanges();
  clearWire();
  resetJourney(settings.environment);
  resetFeature();
  document.getElementById("ref-id").textContent = settings.refId;
  follow(settings.refId, settings.environment, (event) => {
    featureWebhook(event);
    journeyWebhook(event.type);
  });
}

async function settingsFor(mode, refId) {
  const query = new URLSearchParams(refId ? { mode, refId } : { mode });
  try {
    const response = await fetch(`/api/config?${query}`);
    const body = await response.json();
    return response.ok ? body : { problem: body.message };
  } catch {
    return { problem: "The demo’s backend does not answer. Is byo demo still running?" };
  }
}

/** Module scripts have run, or failed, when the page has loaded. */
async function widgetLoaded() {
  if (document.readyState !== "complete") await new Promise((done) => window.addEventListener("load", done, { once: true }));
  return customElements.get("byo-connect") !== undefined;
}

function showHelp(mode) {
  document.getElementById("test-keys").hidden = mode === "live";
  document.getElementById("live-note").hidden = mode !== "live";
}

/** The customer stays in the address, so that a reload and a second tab show the same one. */
function remember(mode, refId) {
  address.searchParams.set("mode", mode);
  address.searchParams.set("customer", refId);
  history.replaceState(null, "", address);
}

function currentMode() {
  return modes.querySelector("input:checked").value;
}

function currentCustomer() {
  return address.searchParams.get("customer");
}
