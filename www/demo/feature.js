// A part of the product that needs a key. It goes on and off by what the backend was told, never by what the widget says.

const card = document.getElementById("feature");
const text = document.getElementById("feature-text");
const pill = document.getElementById("feature-pill");
const LABELS = { openai: "OpenAI", anthropic: "Anthropic", google: "Google Gemini", azure: "Azure OpenAI", ollama: "Ollama" };
const ON = new Set(["key.connected", "key.rotated", "key.enabled"]);
const OFF = new Set(["key.revoked", "key.disabled"]);
const keys = new Map();

/** For a new customer: no keys. */
export function resetFeature() {
  keys.clear();
  draw();
}

/** Takes a verified event in. */
export function featureWebhook({ type, data }) {
  const key = `${data.provider} ${data.name}`;
  if (ON.has(type)) keys.set(key, data);
  else if (OFF.has(type)) keys.delete(key);
  draw();
}

function draw() {
  const newest = [...keys.values()].at(-1);
  card.dataset.on = String(Boolean(newest));
  pill.textContent = newest ? "On" : "Off";
  text.textContent = newest
    ? `Written with your ${LABELS[newest.provider] ?? newest.provider} account, key ${newest.fingerprint}.`
    : "Needs a connected provider.";
}
