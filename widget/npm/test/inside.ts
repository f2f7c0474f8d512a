// What the package's own tests look at from inside. No entry of the package reaches it.

export { openEndpoint } from "../src/client/endpoint.js";
export { readOffer } from "../src/client/params.js";
export { refusal } from "../src/client/problem.js";
export { checkKey, readRequest } from "../src/client/request.js";
export { wantsFreshEnvelope } from "../src/client/retry.js";
export { Core } from "../src/client/core.js";
export { failure } from "../src/failure.js";
export { default as english } from "../src/messages/en-more.js";
export { checkOptions } from "../src/options.js";
export { decode, encode } from "../src/seal/bytes.js";
export { encodeContext, keyId } from "../src/seal/context.js";
export { openSealer } from "../src/seal/load.js";
export { clean } from "../src/seal/paste.js";
export { start as startWasm } from "../src/seal/wasm.js";
export { start as startWebCrypto } from "../src/seal/webcrypto.js";
