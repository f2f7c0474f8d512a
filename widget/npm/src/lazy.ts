// Everything that waits until somebody means it, in one chunk: what a page pays for at once is the field.

import more from "./messages/en-more.js";
import { learn } from "./messages/index.js";

learn(more);

export { Calls } from "./client/calls.js";
export { Flow } from "./panel/flow.js";
export { openSealer } from "./seal/load.js";
