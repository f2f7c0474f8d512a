// Where the panel is: in the page, or elsewhere.

import type { Panel, PanelConfig, Report } from "../protocol.js";

/** Puts up a panel in the element's shadow tree. */
export type Surface = (root: ShadowRoot, config: PanelConfig, report: Report) => Panel;
