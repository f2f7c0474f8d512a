// Up to four providers are tiles, more are a native select, one needs no picker.

import { el, icon } from "../dom.js";
import type { Provider } from "./catalogue.js";
import { isBusy, type Model } from "./model.js";
import { CHEVRON, type View } from "./view.js";

const MOST_TILES = 4;
const CHECK = "M3.5 8.5l3 3 6-7";

export function renderPicker({ picker, pickerLabel }: View, model: Model): void {
  const { providers, words, config } = model;
  const signature = providers.map(({ id }) => id).join(" ");
  if (picker.dataset["providers"] !== signature) {
    picker.dataset["providers"] = signature;
    picker.replaceChildren(...(providers.length < 2 ? [] : [providers.length <= MOST_TILES ? tiles(providers) : select(providers)]));
  }
  pickerLabel.hidden = providers.length < 2;
  for (const choice of picker.querySelectorAll<HTMLInputElement | HTMLOptionElement>("input, option")) {
    const connected = model.keys.has(choice.value);
    const chosen = choice.value === model.provider?.id;
    if (choice instanceof HTMLInputElement) {
      choice.checked = chosen;
      choice.disabled = config.disabled || (isBusy(model) && !chosen);
      choice.parentElement?.lastElementChild?.toggleAttribute("hidden", !connected);
      choice.ariaDescription = connected ? words("connected") : "";
    } else {
      choice.selected = chosen;
      const label = providers.find(({ id }) => id === choice.value)?.label ?? choice.value;
      choice.textContent = connected ? `${label} ✓ ${words("connected")}` : label;
    }
  }
  const native = picker.querySelector("select");
  if (native) native.disabled = config.disabled || isBusy(model);
}

function tiles(providers: readonly Provider[]): HTMLElement {
  return el(
    "div",
    { part: "provider", class: "tiles", role: "radiogroup", "aria-labelledby": "provider-label" },
    ...providers.map(({ id, label }) =>
      el("label", { part: "tile", class: "tile" }, el("input", { type: "radio", name: "provider", value: id }), label, icon(CHECK)),
    ),
  );
}

function select(providers: readonly Provider[]): HTMLElement {
  return el(
    "div",
    { class: "box" },
    el("select", { part: "provider", "aria-labelledby": "provider-label" }, ...providers.map(({ id }) => el("option", { value: id }))),
    icon(CHEVRON),
  );
}
