// German. The reader is addressed as „Sie“; a key is “versiegelt”, since ein Schlüssel, der verschlüsselt wird, confuses.

import type { Messages } from "./type.js";

const SETUP = "Diese Seite ist nicht richtig eingerichtet. Bitte informieren Sie das Team dieser Seite.";
const UNKNOWN =
  "Auf dem Server ist etwas schiefgegangen. Versuchen Sie es gleich noch einmal; wenn es so bleibt, wenden Sie sich an das Team dieser Seite.";
const VERSIONS =
  "Diese Seite und ihr Server passen in der Version nicht zusammen, deshalb wurde nichts gesendet. Laden Sie die Seite neu; wenn es so bleibt, informieren Sie das Team dieser Seite.";
const UNPROVEN =
  "Es ließ sich nicht nachweisen, für welchen Server Ihr Schlüssel versiegelt würde; deshalb wird keiner gesendet. Bitte informieren Sie das Team dieser Seite.";

const de: Messages = {
  provider: "Anbieter",
  testMode: "Testmodus",
  testModeTitle: "Es wird kein Anbieter aufgerufen",
  goesTo: "Ihr Schlüssel geht an",
  connected: "verbunden",
  apiKey: "API-Schlüssel",
  keyLabel: "API-Schlüssel für {provider}",
  keyLabelOptional: "API-Schlüssel für {provider} (optional)",
  newKey: "Neu: {label}",
  where: "Wo finde ich das?",
  showKey: "Schlüssel anzeigen",
  clearKey: "Schlüssel verwerfen",
  customEndpoint: "Eigener Endpunkt",
  baseUrl: "Basis-URL",
  apiVersion: "API-Version",
  deployment: "Bereitstellung (optional)",
  testKeys: "Testschlüssel:",
  connect: "{provider} verbinden",
  connecting: "Wird verbunden …",
  replace: "Schlüssel ersetzen",
  replacing: "Wird ersetzt …",
  test: "Testen",
  testing: "Wird getestet …",
  cancel: "Abbrechen",
  required: "Verbinden Sie zuerst Ihren Schlüssel.",

  "placeholder.google": "AQ.… oder AIza…",
  "placeholder.azure": "Schlüssel 1 oder 2",
  "placeholder.mistral": "32 Buchstaben und Ziffern",
  "placeholder.cohere": "40 Buchstaben und Ziffern",
  "placeholder.ollama": "Leer bei eigenem Server",

  "help.openai": "Erstellen Sie einen Schlüssel auf der OpenAI-Plattform unter „API keys“.",
  "help.anthropic": "Erstellen Sie einen Schlüssel in der Anthropic-Konsole unter „Settings“, „API keys“.",
  "help.google": "Erstellen Sie einen Schlüssel in Google AI Studio auf der Seite für API-Schlüssel.",
  "help.azure":
    "Öffnen Sie Ihre Azure-OpenAI-Ressource, dann „Schlüssel und Endpunkt“: Kopieren Sie einen Schlüssel und den Endpunkt.",
  "help.deepseek": "Erstellen Sie einen Schlüssel auf der DeepSeek-Plattform unter „API keys“.",
  "help.mistral": "Erstellen Sie einen Schlüssel in der Mistral-Konsole unter „API keys“.",
  "help.groq": "Erstellen Sie einen Schlüssel in der Groq-Konsole unter „API Keys“.",
  "help.openrouter": "Erstellen Sie einen Schlüssel bei OpenRouter unter „Settings“, „Keys“.",
  "help.together": "Erstellen Sie einen Schlüssel bei Together AI unter „Settings“, „API keys“.",
  "help.xai": "Erstellen Sie einen Schlüssel in der xAI-Konsole unter „API keys“.",
  "help.cohere": "Erstellen Sie einen Schlüssel im Cohere-Dashboard unter „API keys“.",
  "help.ollama":
    "Geben Sie die Adresse Ihres Ollama-Servers ein. Der Schlüssel ist optional: Nur die Ollama-Cloud oder ein Zugangsschutz vor Ihrem Server verlangt einen.",

  "error.load_failed":
    "Der Teil, der den Schlüssel versiegelt, konnte nicht geladen werden. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal. Es wurde nichts gesendet.",

  keySealed: "Schlüssel versiegelt",
  keyKept: "Schlüssel noch zur Hand",
  keyReady: "Bereit, noch nicht gespeichert",
  keyMissing: "Fügen Sie zuerst Ihren Schlüssel ein.",
  keyForgotten: "Der Schlüssel wurde verworfen. Fügen Sie ihn noch einmal ein.",
  keyTooLong: "Das ist zu lang für einen API-Schlüssel. Kopieren Sie nur den Schlüssel.",
  "needs.baseUrl": "Für {provider} wird die Basis-URL benötigt.",
  "needs.apiVersion": "Für {provider} wird eine API-Version benötigt.",
  fixed: "Das hat das Produkt festgelegt. Hier lässt es sich nicht ändern.",
  retry: "Noch einmal versuchen",

  "hint.other": "Das sieht nach einem Schlüssel für {provider} aus. Wenn es einer ist, wählen Sie stattdessen {provider}.",
  "hint.switch": "Das sieht nach einem Schlüssel für {provider} aus.",
  switchTo: "Zu {provider} wechseln",
  "hint.admin":
    "Das sieht nach einem Admin-Schlüssel für {provider} aus. Nehmen Sie einen gewöhnlichen API-Schlüssel: Er kann weniger Schaden anrichten.",
  "hint.byo":
    "Das ist ein byo-Token und kein API-Schlüssel eines Anbieters. Fügen Sie den Schlüssel ein, den Ihr Anbieter Ihnen gegeben hat.",
  "hint.masked":
    "Das sieht nach der gekürzten Form eines Schlüssels aus. Kopieren Sie den ganzen Schlüssel dort, wo Sie ihn erstellt haben.",
  "hint.spaced": "In diesem Schlüssel steht ein Leerzeichen. Vielleicht wurde mehr als der Schlüssel kopiert.",

  "progress.testing": "Der Schlüssel wird versiegelt, dann wird der Anbieter dazu befragt.",
  "progress.checking": "Der Anbieter wird zu diesem Schlüssel befragt.",
  "progress.connecting": "Der Schlüssel wird versiegelt und dann beim Anbieter geprüft.",
  "progress.rotating": "Der neue Schlüssel wird geprüft. Der alte gilt, bis der neue besteht.",
  "progress.disconnecting": "Es wird getrennt, was noch läuft, und der Schlüssel gelöscht.",

  "tested.one": "Der Schlüssel funktioniert für {count} Modell",
  "tested.other": "Der Schlüssel funktioniert für {count} Modelle",
  "tested.next": "Noch ist nichts gespeichert: Verbinden Sie ihn, um ihn zu nutzen.",
  "wanted.title": "Dieser Server verlangt einen Schlüssel",
  "wanted.next": "Geben Sie den ein, den er erwartet.",
  "expired.title": "Der Schlüssel wurde nach zehn Minuten verworfen.",
  "expired.next": "Fügen Sie ihn noch einmal ein.",
  "disconnected.title": "{provider} ist getrennt.",
  "disconnected.next": "Der gespeicherte Schlüssel ist vernichtet.",
  "reverted.title": "Ihre eigenen Schlüssel werden nicht mehr verwendet.",
  "reverted.next": "Sie sind alle vernichtet.",

  "verdict.valid.title": "Der Schlüssel funktioniert",
  "verdict.valid.next": "Sie müssen nichts weiter tun.",
  "verdict.restricted.title": "Der Schlüssel funktioniert, mit Einschränkungen",
  "verdict.restricted.next":
    "Er darf nur einen Teil dessen nutzen, was der Anbieter bietet. Wenn etwas nicht geht, erweitern Sie beim Anbieter seine Berechtigungen.",
  "verdict.no_quota.title": "Der Schlüssel funktioniert, aber es ist kein Guthaben mehr da",
  "verdict.no_quota.next":
    "Laden Sie beim Anbieter Guthaben auf oder erhöhen Sie das Ausgabenlimit. Den Schlüssel müssen Sie nicht noch einmal einfügen.",
  "verdict.rate_limited.title": "Der Schlüssel funktioniert, wird aber gebremst",
  "verdict.rate_limited.next": "Der Anbieter begrenzt ihn gerade. Warten Sie ein paar Minuten, bevor Sie ihn nutzen.",
  "verdict.rejected.title": "Der Anbieter kennt diesen Schlüssel nicht",
  "verdict.rejected.next":
    "Prüfen Sie, ob Sie ihn ganz kopiert und den richtigen Anbieter gewählt haben, oder erstellen Sie einen neuen Schlüssel.",
  "verdict.denied.title": "Der Anbieter hat diesen Schlüssel hier abgelehnt",
  "verdict.denied.next":
    "Sehen Sie beim Anbieter nach, was für ihn an Berechtigungen, Netzen und Regionen erlaubt ist, oder erstellen Sie einen gewöhnlichen API-Schlüssel.",
  "verdict.not_provable.title": "Der Server dort verlangt keinen Schlüssel",
  "verdict.not_provable.next":
    "Er antwortet mit jedem Schlüssel und auch ohne, es lässt sich also nichts nachweisen. Prüfen Sie, ob die Adresse stimmt; Ihre Eingabe wird so verwendet, wie sie ist.",
  "verdict.unreachable.title": "Der Anbieter war nicht erreichbar",
  "verdict.unreachable.next":
    "Über Ihren Schlüssel sagt das nichts. Prüfen Sie die Adresse, falls Sie eine eingegeben haben, oder versuchen Sie es in ein paar Minuten noch einmal.",
  "verdict.unknown.title": "Die Prüfung ergab nichts Eindeutiges",
  "verdict.unknown.next": "Versuchen Sie es in ein paar Minuten noch einmal.",

  "mode.byok": "Ihr eigener Schlüssel wird verwendet",
  "mode.server": "Der Schlüssel des Produkts wird verwendet",
  "mode.demo": "Demo-Antworten",

  heading: "{provider} verbunden",
  endingIn: "Schlüssel endet auf {key}",
  fingerprint: "Fingerabdruck {key}",
  lastChecked: "Zuletzt geprüft: {time}",
  "models.one": "{count} Modell",
  "models.other": "{count} Modelle",
  allModels: "Alle {count} anzeigen",
  "status.disabled.title": "Pausiert",
  "status.disabled.next": "Der Schlüssel ist gespeichert, wird aber nicht genutzt, bis er wieder eingeschaltet wird.",
  "status.suspect.title": "Der Anbieter hat diesen Schlüssel inzwischen abgelehnt",
  "status.suspect.next": "Ersetzen Sie ihn, wenn das so bleibt.",
  check: "Jetzt prüfen",
  checking: "Wird geprüft …",
  disconnect: "Trennen",
  disconnecting: "Wird getrennt …",
  keep: "Behalten",
  disconnectQuestion: "{provider} trennen? Der gespeicherte Schlüssel wird vernichtet und gilt hier sofort nicht mehr.",
  revert: "Eigene Schlüssel aufgeben",
  revertQuestion:
    "Eigene Schlüssel aufgeben? Sie werden alle vernichtet, für jeden Anbieter, und gelten hier sofort nicht mehr.",
  revertThen: "Danach: {mode}.",
  revertWord: "ZURÜCK",
  typeWord: "Geben Sie zur Bestätigung {word} ein",
  wrongWord: "Das ist nicht {word}.",

  "error.busy": "Es läuft noch eine andere Aktion.",
  "error.changed_meanwhile": "Die Seite ist inzwischen bei jemand anderem. Versuchen Sie es noch einmal.",
  "error.disabled": "Dieses Feld ist deaktiviert.",
  "error.csp_blocks_wasm":
    "Die Sicherheitsrichtlinie dieser Seite verhindert WebAssembly, das den Schlüssel versiegelt: In ihrem script-src fehlt 'wasm-unsafe-eval'. Es wurde nichts gesendet.",
  "error.insecure_context":
    "Diese Seite kam über eine ungeschützte Verbindung, und dort kann ein Browser ohne WebAssembly keinen Schlüssel versiegeln. Es wurde nichts gesendet. Bitte informieren Sie das Team dieser Seite.",
  "error.key_missing": "Es gibt noch keinen Schlüssel. Fügen Sie Ihren API-Schlüssel ein und versuchen Sie es noch einmal.",
  "error.key_too_long":
    "Das ist zu lang für einen API-Schlüssel. Kopieren Sie nur den Schlüssel selbst und fügen Sie ihn noch einmal ein.",
  "error.invalid_base_url": SETUP,
  "error.insecure_base_url":
    "Diese Seite würde Ihren versiegelten Schlüssel über eine ungeschützte Verbindung senden, deshalb wurde nichts gesendet. Bitte informieren Sie das Team dieser Seite.",
  "error.invalid_token": SETUP,
  "error.secret_token_in_browser":
    "Diese Seite enthält ein Geheimnis, das nie in einen Browser gehört, deshalb wurde nichts gesendet. Bitte informieren Sie umgehend das Team dieser Seite.",
  "error.unsupported_suite": VERSIONS,
  "error.bad_params":
    "Die Antwort des Servers war nicht stimmig, deshalb wurde Ihr Schlüssel nicht gesendet. Laden Sie die Seite neu und versuchen Sie es noch einmal; wenn es so bleibt, informieren Sie das Team dieser Seite.",
  "error.no_randomness":
    "Dieser Browser lieferte keine sicheren Zufallszahlen, deshalb wurde nichts gesendet. Versuchen Sie es mit einem anderen Browser.",
  "error.network_error": "Der Server war nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.",
  "error.timed_out":
    "Der Server hat zu lange nicht geantwortet. Falls Sie einen Schlüssel gesendet haben, kann er trotzdem gespeichert sein; Sie können es gefahrlos noch einmal versuchen.",
  "error.unexpected_answer":
    "Die Antwort des Servers war nicht lesbar. Versuchen Sie es gleich noch einmal; wenn es so bleibt, wenden Sie sich an das Team dieser Seite.",
  "error.key_not_vouched_for": UNPROVEN,
  "error.directory_untrusted": UNPROVEN,
  "error.directory_missing": UNPROVEN,
  "error.directory_expired": UNPROVEN,
  "error.directory_rolled_back": UNPROVEN,
  "error.mode_unsupported": SETUP,
  "error.isolated_base_url": SETUP,
  "error.isolated_same_origin": SETUP,
  "error.frame_timeout":
    "Das geschützte Feld ließ sich nicht laden, deshalb wurde nichts gesendet. Laden Sie die Seite neu; wenn es so bleibt, informieren Sie das Team dieser Seite.",
  "error.frame_protocol": VERSIONS,
  "error.trust_root_unsupported":
    "Dieser Browser kann den Schlüssel des Servers nicht prüfen, deshalb wird keiner gesendet. Versuchen Sie es mit einem anderen Browser.",

  "error.malformed_request": UNKNOWN,
  "error.malformed_json": UNKNOWN,
  "error.invalid_header": UNKNOWN,
  "error.conflicting_credentials": UNKNOWN,
  "error.credential_in_url": SETUP,
  "error.unauthenticated":
    "Dieses Formular ist abgelaufen. Laden Sie die Seite neu und fügen Sie Ihren Schlüssel noch einmal ein.",
  "error.forbidden": "Das dürfen Sie hier nicht. Bitten Sie das Team dieser Seite um Zugang.",
  "error.origin_not_allowed":
    "Diese Website steht nicht auf der Liste derer, die Schlüssel verbinden dürfen. Bitte informieren Sie das Team dieser Seite.",
  "error.no_key_connected": UNKNOWN,
  "error.model_not_allowed": UNKNOWN,
  "error.request_key_expired": UNKNOWN,
  "error.not_found": SETUP,
  "error.method_not_allowed": SETUP,
  "error.request_timeout": UNKNOWN,
  "error.connect_session_required":
    "Um diesen Schlüssel zu ändern, müssen Sie angemeldet sein. Öffnen Sie dieses Formular aus Ihrem Konto und versuchen Sie es noch einmal.",
  "error.key_rotated": "Der Server hat während Ihrer Eingabe seine eigenen Schlüssel gewechselt. Versuchen Sie es noch einmal.",
  "error.challenge_stale":
    "Dieses Formular war zu lange offen, oder der Schlüssel wurde inzwischen getrennt. Versuchen Sie es noch einmal.",
  "error.revoked_meanwhile": "Der Anbieter wurde inzwischen getrennt. Versuchen Sie es noch einmal.",
  "error.sealed_key_replayed":
    "Genau diese Anfrage wurde schon einmal gesendet und deshalb nicht noch einmal angenommen. Versuchen Sie es noch einmal.",
  "error.session_spent": "Dieses Formular wurde schon benutzt. Laden Sie die Seite neu, um ein frisches zu erhalten.",
  "error.key_disabled":
    "Dieser Schlüssel wurde vom Team dieser Seite ausgeschaltet. Bitten Sie darum, ihn wieder einzuschalten.",
  "error.payload_too_large": UNKNOWN,
  "error.unsupported_media_type": UNKNOWN,
  "error.misdirected_request": SETUP,
  "error.invalid_request":
    "In diesem Formular stimmt etwas nicht. Prüfen Sie Ihre Eingaben und versuchen Sie es noch einmal.",
  "error.envelope_invalid":
    "Der Server konnte Ihren versiegelten Schlüssel nicht öffnen, deshalb wurde nichts gespeichert. Laden Sie die Seite neu und versuchen Sie es noch einmal; wenn es so bleibt, informieren Sie das Team dieser Seite.",
  "error.key_rejected":
    "Der Anbieter hat diesen Schlüssel nicht angenommen, deshalb wurde er nicht gespeichert. Prüfen Sie, ob Sie ihn ganz kopiert haben, oder erstellen Sie einen neuen.",
  "error.provider_refused": UNKNOWN,
  "error.destination_not_allowed":
    "Diese Adresse darf nicht verwendet werden. Prüfen Sie die Adresse oder bitten Sie das Team dieser Seite, sie zu erlauben.",
  "error.rate_limited": "Das waren zu viele Versuche in kurzer Zeit. Warten Sie einen Moment und versuchen Sie es noch einmal.",
  "error.internal": UNKNOWN,
  "error.provider_unreachable":
    "Der Anbieter hat nicht geantwortet; Ihr Schlüssel konnte deshalb nicht geprüft werden und wurde nicht gespeichert. Versuchen Sie es in ein paar Minuten noch einmal.",
  "error.provider_timeout": UNKNOWN,
  "error.unavailable": "Der Server ist gerade ausgelastet. Warten Sie einen Moment und versuchen Sie es noch einmal.",
  "error.unknown": UNKNOWN,
  "error.widget": "Im Widget ist etwas schiefgegangen. Es wurde nichts gespeichert.",
};

export default de;
