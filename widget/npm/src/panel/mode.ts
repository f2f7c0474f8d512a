// Who answers the customer's calls: a key of their own, the product's key, or a demo. The words say it, the colour repeats it.

import { el } from "../dom.js";
import type { Mode } from "../wire.js";
import { currentKey, type Model } from "./model.js";
import { setText } from "./render.js";
import type { View } from "./view.js";

const TONES = { byok: "own", server: "good", demo: "warn" } as const;

/** Builds it below everything else, so that nothing jumps when the session has been read; gives how to draw it. */
export function addMode({ status }: View): (model: Model) => void {
  const mark = el("p", { part: "mode" });
  status.before(mark);
  return (model) => {
    const mode = modeOf(model);
    mark.hidden = mode === "none";
    mark.dataset["mode"] = mode;
    if (mode === "none") return;
    mark.dataset["tone"] = TONES[mode];
    setText(mark, model.words(`mode.${mode}`));
  };
}

/** For the provider that is shown, by the same rules as the server's. Nothing ever takes the place of a key that is there, used or not. */
function modeOf(model: Model): Mode {
  const key = currentKey(model);
  if (key) return key.status === "disabled" ? "none" : "byok";
  // A call that names a key of its own has no other.
  return (model.config.keyName ?? "default") === "default" ? fallback(model) : "none";
}

/** What holds without the customer's own key, as far as the session says. */
export function fallback({ session, provider }: Model): Mode {
  return session?.modes?.[provider?.id ?? ""]?.fallback ?? "none";
}
