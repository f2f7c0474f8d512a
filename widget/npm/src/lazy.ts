// Everything that waits until somebody means it, in one chunk: what a page pays for at once is the field.

export { Calls } from "./client/calls.js";
export { Flow } from "./element/flow.js";
export { openSealer } from "./seal/load.js";
