// Where the panel is: in the page, or elsewhere.

import { loaded } from "../later.js";
import type { Panel, PanelConfig, Report } from "../protocol.js";

/** Puts up a panel in the element's shadow tree. */
export type Surface = (root: ShadowRoot, config: PanelConfig, report: Report) => Panel;

/** In a frame. What is said before all that takes is loaded waits for it. */
export const isolated: Surface = (root, config, report) => {
  const panel = loaded(() => import("./isolated.js")).then(({ Frame }) => new Frame(root, config, report));
  panel.catch((detail) => report({ t: "told", event: "load-error", detail }));
  return {
    send: (message) => void panel.then((it) => it.send(message), (error) => message.t === "act" && report({ t: "done", id: message.id, error })),
    destroy: () => void panel.then((it) => it.destroy(), () => {}),
  };
};
