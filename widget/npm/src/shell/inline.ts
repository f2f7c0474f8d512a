// The panel in the page itself: messages are calls.

import { mountPanel } from "../panel/panel.js";
import type { Surface } from "./surface.js";

export const inline: Surface = mountPanel;
