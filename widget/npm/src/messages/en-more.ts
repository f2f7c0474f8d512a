// English, the part that is loaded with the actions: what comes of a key, and what went wrong. The customer did not set
// the page up and cannot see its settings, so every error ends with something that they can do.

const UNKNOWN = "Something went wrong on the server. Try again in a moment; if it stays, contact the team behind this page.";
const SETUP = "This page is not set up correctly. Please tell the team behind it.";
const VERSIONS =
  "This page and its server speak different versions, so nothing was sent. Reload the page; if it stays, tell the team behind it.";
const UNPROVEN =
  "The server could not prove whose key it seals to, so no key is sent to it. Please tell the team behind this page.";

export default {
  // The form, once there is something in it
  newKey: "New {label}",
  showKey: "Show key",
  clearKey: "Clear key",
  replace: "Replace key",
  replacing: "Replacing…",
  cancel: "Cancel",
  /** Before the name of a project, in a frame. */
  goesTo: "Your key goes to",
  /** Of an option or a tile in the picker. */
  connected: "connected",
  keySealed: "Key sealed",
  keyKept: "Key kept for another try",
  keyReady: "Key ready, not stored yet",
  keyMissing: "Paste your key first.",
  keyForgotten: "The key was forgotten. Paste it again.",
  keyTooLong: "This is too long for an API key. Copy just the key.",
  "needs.baseUrl": "{provider} needs its base URL.",
  "needs.apiVersion": "{provider} needs an API version.",
  /** Below an address that the session or the page gives. */
  fixed: "The product has set this. It cannot be changed here.",
  /** Where no key is taken, since the server could not be trusted. */
  retry: "Try again",

  // What a key looks like; never a refusal
  "hint.other": "This looks like a key for {provider}. If it is one, choose {provider} instead.",
  /** Beside a button that says `switchTo`. */
  "hint.switch": "This looks like a key for {provider}.",
  switchTo: "Use {provider}",
  "hint.admin": "This looks like an {provider} admin key. Use an ordinary API key: it can do less harm.",
  "hint.byo": "This is a byo token, not a provider’s API key. Paste the key your provider gave you.",
  "hint.masked": "This looks like the shortened form of a key. Copy the whole key where you created it.",
  "hint.spaced": "There is a space inside this key. Perhaps more than the key was copied.",

  // Under way
  "progress.testing": "Sealing the key, then asking the provider about it.",
  "progress.checking": "Asking the provider about this key.",
  "progress.connecting": "Sealing the key, then checking it with the provider.",
  "progress.rotating": "Checking the new key. The old one works until it passes.",
  "progress.disconnecting": "Ending what still uses the key, then destroying it.",

  // Outcomes
  "tested.one": "The key works for {count} model",
  "tested.other": "The key works for {count} models",
  "tested.next": "Nothing is stored yet: connect it to use it.",
  "wanted.title": "This server asks for a key",
  "wanted.next": "Enter the one that it expects.",
  "expired.title": "The key was forgotten after ten minutes.",
  "expired.next": "Paste it again.",
  "disconnected.title": "{provider} is disconnected.",
  "disconnected.next": "The stored key is destroyed.",
  "reverted.title": "Your own keys are no longer used.",
  "reverted.next": "All of them are destroyed.",

  // What the provider made of a key: what was found, and what the person does next
  "verdict.valid.title": "The key works",
  "verdict.valid.next": "You need to do nothing more.",
  "verdict.restricted.title": "The key works, with limits",
  "verdict.restricted.next":
    "It may call only part of what the provider offers. If something does not work, widen its permissions at the provider.",
  "verdict.no_quota.title": "The key works, but there is no credit left",
  "verdict.no_quota.next": "Add credit or raise the spending limit at the provider. You need not paste the key again.",
  "verdict.rate_limited.title": "The key works, but is being slowed down",
  "verdict.rate_limited.next": "The provider limits it just now. Wait a few minutes before you use it.",
  "verdict.rejected.title": "The provider does not know this key",
  "verdict.rejected.next": "Check that you copied all of it and chose the right provider, or create a new key.",
  "verdict.denied.title": "The provider refused this key here",
  "verdict.denied.next":
    "Look at its permissions, allowed networks and regions at the provider, or create an ordinary API key.",
  "verdict.not_provable.title": "The server there asks for no key",
  "verdict.not_provable.next":
    "It answers with any key and without one, so there is nothing to prove. Check that the address is right; what you entered is used as it is.",
  "verdict.unreachable.title": "The provider could not be reached",
  "verdict.unreachable.next":
    "This says nothing about your key. Check the address if you entered one, or try again in a few minutes.",
  /** One that this version does not know; it claims nothing. */
  "verdict.unknown.title": "The check gave no clear result",
  "verdict.unknown.next": "Try again in a few minutes.",

  // Who answers the customer’s calls
  "mode.byok": "Your own key is used",
  "mode.server": "The product’s key is used",
  "mode.demo": "Demo answers",

  // A connected key
  heading: "{provider} connected",
  endingIn: "Key ending in {key}",
  fingerprint: "Fingerprint {key}",
  lastChecked: "Last checked {time}",
  "models.one": "{count} model",
  "models.other": "{count} models",
  allModels: "Show all {count}",
  "status.disabled.title": "Paused",
  "status.disabled.next": "The key is stored but not used until it is enabled again.",
  "status.suspect.title": "The provider has refused this key since",
  "status.suspect.next": "Replace it if that goes on.",
  check: "Check now",
  checking: "Checking…",
  disconnect: "Disconnect",
  disconnecting: "Disconnecting…",
  keep: "Keep it",
  disconnectQuestion: "Disconnect {provider}? The stored key is destroyed and stops working here at once.",
  revert: "Stop using my own keys",
  revertQuestion:
    "Stop using your own keys? All of them are destroyed, for every provider, and stop working here at once.",
  /** After the question; `mode` is one of the texts above. */
  revertThen: "After that: {mode}.",
  /** What is typed to confirm it. */
  revertWord: "REVERT",
  typeWord: "Type {word} to confirm",
  wrongWord: "That is not {word}.",

  // Failures, by code: found here
  "error.busy": "Another action is still running.",
  "error.changed_meanwhile": "The page went on to somebody else meanwhile. Try again.",
  "error.disabled": "This field is disabled.",
  "error.csp_blocks_wasm":
    "This page’s security policy blocks WebAssembly, which seals the key: its script-src needs 'wasm-unsafe-eval'. Nothing was sent.",
  "error.insecure_context":
    "This page came over an unprotected connection, and there a browser cannot seal a key without WebAssembly. Nothing was sent. Please tell the team behind it.",
  "error.key_missing": "There is no key yet. Paste your API key, then try again.",
  "error.key_too_long": "This is too long to be an API key. Copy only the key itself and paste it again.",
  "error.invalid_base_url": SETUP,
  "error.insecure_base_url":
    "This page would send your key’s envelope over an unprotected connection, so nothing was sent. Please tell the team behind it.",
  "error.invalid_token": SETUP,
  "error.secret_token_in_browser":
    "This page carries a secret that must never be in a browser, so nothing was sent. Please tell the team behind it at once.",
  "error.unsupported_suite": VERSIONS,
  "error.bad_params":
    "The server’s answer did not hold together, so your key was not sent. Reload the page and try again; if it stays, tell the team behind it.",
  "error.no_randomness": "This browser gave no secure random numbers, so nothing was sent. Try another browser.",
  "error.network_error": "The server could not be reached. Check your connection, then try again.",
  "error.timed_out":
    "The server took too long to answer. If you sent a key, it may have been saved all the same; it is safe to try again.",
  "error.unexpected_answer":
    "The server’s answer could not be read. Try again in a moment; if it stays, contact the team behind this page.",
  "error.key_not_vouched_for": UNPROVEN,
  "error.directory_untrusted": UNPROVEN,
  "error.directory_missing": UNPROVEN,
  "error.directory_expired": UNPROVEN,
  "error.directory_rolled_back": UNPROVEN,
  "error.mode_unsupported": SETUP,
  "error.trust_root_unsupported": "This browser cannot check the server’s key, so no key is sent to it. Try another browser.",
  "error.isolated_base_url": SETUP,
  "error.isolated_same_origin": SETUP,
  "error.frame_timeout":
    "The protected field did not come up, so nothing was sent. Reload the page; if it stays, tell the team behind it.",
  "error.frame_protocol": VERSIONS,

  // Failures, by code: told by the server
  "error.malformed_request": UNKNOWN,
  "error.malformed_json": UNKNOWN,
  "error.invalid_header": UNKNOWN,
  "error.conflicting_credentials": UNKNOWN,
  "error.credential_in_url": SETUP,
  "error.unauthenticated": "This form has expired. Reload the page to get a fresh one, then paste your key again.",
  "error.forbidden": "You are not allowed to do this here. Ask the team behind this page for access.",
  "error.origin_not_allowed":
    "This site is not on the list of sites that may connect keys. Please tell the team behind it.",
  "error.no_key_connected": UNKNOWN,
  "error.model_not_allowed": UNKNOWN,
  "error.request_key_expired": UNKNOWN,
  "error.not_found": SETUP,
  "error.method_not_allowed": SETUP,
  "error.request_timeout": UNKNOWN,
  "error.connect_session_required":
    "To change this key you need to be signed in. Open this form from your account, then try again.",
  "error.key_rotated": "The server changed its locks while you were typing. Try again.",
  "error.challenge_stale": "This form was open for too long, or the key was disconnected meanwhile. Try again.",
  "error.revoked_meanwhile": "The key was disconnected meanwhile. Try again.",
  "error.sealed_key_replayed": "This exact request was sent before, so it was not taken again. Try again.",
  "error.session_spent": "This form was already used. Reload the page to get a fresh one.",
  "error.key_disabled":
    "This key has been switched off by the team behind this page. Ask them to switch it on again.",
  "error.payload_too_large": UNKNOWN,
  "error.unsupported_media_type": UNKNOWN,
  "error.misdirected_request": SETUP,
  "error.invalid_request": "Something in this form is not right. Check what you entered, then try again.",
  "error.envelope_invalid":
    "The server could not open your sealed key, so nothing was saved. Reload the page and try again; if it stays, tell the team behind it.",
  "error.key_rejected":
    "The provider did not accept this key, so it was not saved. Check that you copied all of it, or create a new one.",
  "error.provider_refused": UNKNOWN,
  "error.destination_not_allowed":
    "This address may not be used. Check the address, or ask the team behind this page to allow it.",
  "error.rate_limited": "That was too many attempts in a short time. Wait a moment, then try again.",
  "error.internal": UNKNOWN,
  "error.provider_unreachable":
    "The provider did not answer, so your key could not be checked and was not saved. Try again in a few minutes.",
  "error.provider_timeout": UNKNOWN,
  "error.unavailable": "The server is busy just now. Wait a moment, then try again.",
  /** A code that this version does not know. */
  "error.unknown": UNKNOWN,
  /** A fault of this package. */
  "error.widget": "Something went wrong in the widget. Nothing was stored.",
} as const;
