// What runs in the frame: the panel, for the page that is around it. The server says which pages those may be, and the
// browser sees to it; here the page's word counts for how the field looks and whom it is for, and not for where it sends.

import { el } from "./dom.js";
import { ByoError, misuse } from "./error.js";
import { registerLocale, wordsFor, wordsNow } from "./messages/index.js";
import type { Words } from "./messages/type.js";
import { mountPanel } from "./panel/panel.js";
import { type FromPanel, type PanelConfig, TALLEST, VERSION } from "./protocol.js";
import { plain, readToPanel } from "./protocol-reader.js";
import { dress } from "./shell/appearance.js";

addEventListener("message", greeted);

/** The first word of the window around this one; nobody else's counts, and no second one. */
function greeted({ data, origin, source, ports }: MessageEvent): void {
  const [port] = ports;
  if (source !== parent || parent === window || data?.t !== "init" || !port) return;
  removeEventListener("message", greeted);
  const init = readToPanel(data);
  if (init?.t === "init" && init.v === VERSION) return serve(port, origin, init.config);
  // Whoever asked speaks another version; one that calls itself the same and is not has none in common.
  port.postMessage({ t: "ready", v: data.v === VERSION ? 0 : VERSION } satisfies FromPanel);
}

function serve(port: MessagePort, pageOrigin: string, first: PanelConfig): void {
  const project = el("b");
  const goesTo = el("span");
  const line = el("p", { id: "project", hidden: "" }, goesTo, " ", project);
  const host = el("div");
  document.body.append(line, host);

  let words: Words = wordsNow();
  const name = () => {
    goesTo.textContent = words("goesTo");
    line.hidden = !project.textContent;
  };

  /** What the page said, without what it does not get to say. */
  let said = first;
  const taken = (): PanelConfig => {
    const { providerConfig } = said;
    const isRefused = providerConfig?.baseUrl !== undefined;
    return {
      ...said,
      baseURL: location.origin,
      pageOrigin,
      providerConfig: isRefused ? undefined : providerConfig,
      fault: isRefused ? plain(misuse("isolated_base_url", "providerConfig.baseUrl: an isolated field takes no address from the page.", "providerConfig.baseUrl")) : undefined,
    };
  };
  const show = ({ theme = "light", direction = "ltr", locale, appearance }: PanelConfig) => {
    const { documentElement: root } = document;
    root.style.colorScheme = theme;
    root.dir = direction;
    root.lang = locale;
    dress(host, appearance);
    // The page's own words have no say in this one.
    const speak = (now: Words) => {
      if (said.locale !== locale) return;
      words = now;
      name();
    };
    const coming = wordsFor(locale, undefined);
    if (coming) coming.then((gathered) => speak(gathered.words), () => {});
    else speak(wordsNow());
  };
  const report = (message: FromPanel) => {
    if (message.t === "project") {
      project.textContent = message.name;
      name();
    } else {
      port.postMessage(portable(message));
    }
  };

  learn(first);
  show(first);
  const panel = mountPanel(host.attachShadow({ mode: "open" }), taken(), report);

  port.onmessage = ({ data }) => {
    const message = readToPanel(data);
    if (!message || message.t === "init") return;
    if (message.t !== "update") return panel.send(message);
    said = { ...said, ...message.config };
    // New words are looked for where the page's own are new.
    if (learn(message.config)) said.messages = { ...said.messages };
    show(said);
    panel.send({ t: "update", config: taken() });
  };
  // Nothing is kept for a page that may come back.
  addEventListener("pagehide", () => panel.destroy());
  reportHeight(report);
  passFocusOn(() => panel.send({ t: "focus" }));
}

/** Takes over the languages that the page has added. */
function learn({ languages }: Partial<PanelConfig>): boolean {
  for (const [tag, words] of Object.entries(languages ?? {})) {
    try {
      registerLocale(tag, words);
    } catch {
      // No language's tag.
    }
  }
  return languages !== undefined;
}

/** Errors go through a port as their members. */
function portable(message: FromPanel): FromPanel {
  if (message.t === "told" && message.detail instanceof ByoError) return { ...message, detail: plain(message.detail) };
  if (message.t === "done" && message.error) return { ...message, error: plain(message.error) };
  return message;
}

/** The page makes the frame as high as what it shows; beyond what it grants, this scrolls. */
function reportHeight(report: (message: FromPanel) => void): void {
  const { body, documentElement } = document;
  new ResizeObserver(() => {
    const height = Math.ceil(body.getBoundingClientRect().height);
    documentElement.classList.toggle("tall", height > TALLEST);
    report({ t: "resize", height: Math.min(height, TALLEST) });
  }).observe(body);
}

/** A focus that the page gives to the frame as a whole, as by a click on its label, is meant for the field. */
function passFocusOn(focus: () => void): void {
  let pressed = false;
  for (const [type, now] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]] as const) {
    addEventListener(type, () => (pressed = now), true);
  }
  addEventListener("focus", () => {
    // The keyboard has chosen a control by then, if it was the keyboard.
    if (!pressed) setTimeout(() => document.activeElement === document.body && focus());
  });
}
