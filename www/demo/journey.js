// The three steps above the panels. Each lights up for a fact: a sealed request seen, an answer seen, a webhook verified.

const steps = Object.fromEntries(
  [...document.querySelectorAll("#journey li")].map((step) => [step.dataset.step, step]),
);
const checkWord = document.getElementById("check-word");
const checkBy = document.getElementById("check-by");
const STORING = /\/v1\/keys\/(connect|rotate)$/;
const RETRIED = new Set(["key_rotated", "challenge_stale"]);

/** Back to the start. */
export function resetJourney(environment) {
  for (const step of Object.values(steps)) set(step, "waiting");
  checkWord.textContent = "Checked";
  checkBy.textContent = environment === "live" ? "by byo, with the provider" : "by byo’s simulator";
}

/** Follows a request that carries a sealed key to be stored. */
export function journeyExchange({ path, json, state, status, answer }) {
  if (!json?.sealedKey || !STORING.test(path)) return;
  if (state === "sent") {
    set(steps.seal, "done");
    set(steps.check, "active");
    set(steps.tell, "waiting");
    checkWord.textContent = "Checking";
  } else if (state === "ok") {
    set(steps.check, "done");
    if (steps.tell.dataset.state === "waiting") set(steps.tell, "active");
    checkWord.textContent = "Checked";
  } else if (!RETRIED.has(answer?.code)) {
    set(steps.check, "failed");
    checkWord.textContent = status === undefined ? "No answer" : "Refused";
  }
}

/** Follows a verified webhook. */
export function journeyWebhook(type) {
  if (type === "key.revoked") for (const step of Object.values(steps)) set(step, "waiting");
  else if (steps.seal.dataset.state === "done") set(steps.tell, "done");
}

function set(step, state) {
  step.dataset.state = state;
}
