// Spanish, neutral, with «usted». What English calls sealing is «cifrar» here, the field's usual word for it.

import type { Messages } from "./type.js";

const SETUP = "Esta página no está bien configurada. Avise al equipo responsable de la página.";
const UNKNOWN =
  "Algo falló en el servidor. Inténtelo de nuevo en un momento; si continúa, póngase en contacto con el equipo responsable de esta página.";
const VERSIONS =
  "Esta página y su servidor usan versiones distintas, así que no se envió nada. Vuelva a cargar la página; si continúa, avise al equipo responsable.";
const UNPROVEN =
  "No se pudo comprobar para qué servidor se cifraría su clave, así que no se le envía ninguna. Avise al equipo responsable de esta página.";

const es: Messages = {
  provider: "Proveedor",
  testMode: "Modo de prueba",
  testModeTitle: "No se llama a ningún proveedor",
  goesTo: "Su clave va a",
  connected: "conectado",
  apiKey: "Clave de API",
  keyLabel: "Clave de API de {provider}",
  keyLabelOptional: "Clave de API de {provider} (opcional)",
  newKey: "{label} (nueva)",
  where: "¿Dónde la encuentro?",
  showKey: "Mostrar la clave",
  clearKey: "Quitar la clave",
  customEndpoint: "Otro punto de conexión",
  baseUrl: "URL base",
  apiVersion: "Versión de la API",
  deployment: "Implementación (opcional)",
  testKeys: "Claves de prueba:",
  connect: "Conectar {provider}",
  connecting: "Conectando…",
  replace: "Reemplazar clave",
  replacing: "Reemplazando…",
  test: "Probar",
  testing: "Probando…",
  cancel: "Cancelar",
  required: "Primero conecte su clave.",

  "placeholder.google": "AQ.… o AIza…",
  "placeholder.azure": "Clave 1 o clave 2",
  "placeholder.mistral": "32 letras y números",
  "placeholder.cohere": "40 letras y números",
  "placeholder.ollama": "Vacío si es su servidor",

  "help.openai": "Cree una clave en «API keys», en la plataforma de OpenAI.",
  "help.anthropic": "Cree una clave en «Settings», «API keys», en la consola de Anthropic.",
  "help.google": "Cree una clave en la página de claves de API de Google AI Studio.",
  "help.azure":
    "Abra su recurso de Azure OpenAI y vaya a «Claves y punto de conexión»: copie una clave y el punto de conexión.",
  "help.deepseek": "Cree una clave en «API keys», en la plataforma de DeepSeek.",
  "help.mistral": "Cree una clave en «API keys», en la consola de Mistral.",
  "help.groq": "Cree una clave en «API Keys», en la consola de Groq.",
  "help.openrouter": "Cree una clave en «Settings», «Keys», en OpenRouter.",
  "help.together": "Cree una clave en «Settings», «API keys», en Together AI.",
  "help.xai": "Cree una clave en «API keys», en la consola de xAI.",
  "help.cohere": "Cree una clave en «API keys», en el panel de Cohere.",
  "help.ollama":
    "Escriba la dirección de su servidor de Ollama. La clave es opcional: solo la piden la nube de Ollama o un control de acceso delante de su servidor.",

  "error.load_failed":
    "No se pudo cargar la parte que cifra la clave. Compruebe su conexión e inténtelo de nuevo. No se envió nada.",

  keySealed: "Clave cifrada",
  keyKept: "Clave lista para reintentar",
  keyReady: "Clave lista, aún sin guardar",
  keyMissing: "Primero pegue su clave.",
  keyForgotten: "La clave se descartó. Péguela de nuevo.",
  keyTooLong: "Es demasiado largo para ser una clave de API. Copie solo la clave.",
  "needs.baseUrl": "{provider} necesita su URL base.",
  "needs.apiVersion": "{provider} necesita una versión de la API.",
  fixed: "Lo ha fijado el producto. Aquí no se puede cambiar.",
  retry: "Intentar de nuevo",

  "hint.other": "Esto parece una clave de {provider}. Si lo es, elija {provider}.",
  "hint.switch": "Esto parece una clave de {provider}.",
  switchTo: "Usar {provider}",
  "hint.admin":
    "Esto parece una clave de administrador de {provider}. Use una clave de API normal: puede causar menos daño.",
  "hint.byo": "Esto es un token de byo, no una clave de API de un proveedor. Pegue la clave que le dio su proveedor.",
  "hint.masked": "Esto parece la forma abreviada de una clave. Copie la clave completa donde la creó.",
  "hint.spaced": "Hay un espacio dentro de esta clave. Quizá se copió algo más que la clave.",

  "progress.testing": "Se cifra la clave y después se consulta al proveedor.",
  "progress.checking": "Se consulta al proveedor sobre esta clave.",
  "progress.connecting": "Se cifra la clave y después se comprueba con el proveedor.",
  "progress.rotating": "Se comprueba la clave nueva. La anterior funciona hasta que se acepte.",
  "progress.disconnecting": "Se detiene lo que aún usa la clave y después se destruye.",

  "tested.one": "La clave funciona con {count} modelo",
  "tested.other": "La clave funciona con {count} modelos",
  "tested.next": "Aún no se ha guardado nada: conéctela para usarla.",
  "wanted.title": "Este servidor pide una clave",
  "wanted.next": "Escriba la que espera.",
  "expired.title": "La clave se descartó pasados diez minutos.",
  "expired.next": "Péguela de nuevo.",
  "disconnected.title": "{provider} está desconectado.",
  "disconnected.next": "La clave guardada se destruyó.",
  "reverted.title": "Sus propias claves ya no se usan.",
  "reverted.next": "Todas se destruyeron.",

  "verdict.valid.title": "La clave funciona",
  "verdict.valid.next": "No tiene que hacer nada más.",
  "verdict.restricted.title": "La clave funciona, con límites",
  "verdict.restricted.next":
    "Solo puede usar una parte de lo que ofrece el proveedor. Si algo no funciona, amplíe sus permisos en el proveedor.",
  "verdict.no_quota.title": "La clave funciona, pero no queda saldo",
  "verdict.no_quota.next":
    "Añada saldo o aumente el límite de gasto en el proveedor. No hace falta que vuelva a pegar la clave.",
  "verdict.rate_limited.title": "La clave funciona, pero va más lenta",
  "verdict.rate_limited.next": "El proveedor la está limitando ahora. Espere unos minutos antes de usarla.",
  "verdict.rejected.title": "El proveedor no conoce esta clave",
  "verdict.rejected.next":
    "Compruebe que la copió completa y que eligió el proveedor correcto, o cree una clave nueva.",
  "verdict.denied.title": "El proveedor rechazó esta clave aquí",
  "verdict.denied.next":
    "Revise en el proveedor sus permisos y las redes y regiones permitidas, o cree una clave de API normal.",
  "verdict.not_provable.title": "Ese servidor no pide ninguna clave",
  "verdict.not_provable.next":
    "Responde con cualquier clave y también sin ella, así que no hay nada que demostrar. Compruebe que la dirección es correcta; lo que escribió se usa tal cual.",
  "verdict.unreachable.title": "No se pudo contactar con el proveedor",
  "verdict.unreachable.next":
    "Esto no dice nada sobre su clave. Compruebe la dirección, si escribió una, o inténtelo de nuevo en unos minutos.",
  "verdict.unknown.title": "La comprobación no dio un resultado claro",
  "verdict.unknown.next": "Inténtelo de nuevo en unos minutos.",

  "mode.byok": "Se usa su propia clave",
  "mode.server": "Se usa la clave del producto",
  "mode.demo": "Respuestas de demostración",

  heading: "{provider} conectado",
  endingIn: "Clave terminada en {key}",
  fingerprint: "Huella {key}",
  lastChecked: "Última comprobación: {time}",
  "models.one": "{count} modelo",
  "models.other": "{count} modelos",
  allModels: "Mostrar los {count}",
  "status.disabled.title": "En pausa",
  "status.disabled.next": "La clave está guardada, pero no se usa hasta que se vuelva a activar.",
  "status.suspect.title": "Desde entonces el proveedor rechazó esta clave",
  "status.suspect.next": "Reemplácela si continúa así.",
  check: "Comprobar ahora",
  checking: "Comprobando…",
  disconnect: "Desconectar",
  disconnecting: "Desconectando…",
  keep: "Conservar",
  disconnectQuestion: "¿Desconectar {provider}? La clave guardada se destruye y deja de funcionar aquí de inmediato.",
  revert: "Dejar de usar mis claves",
  revertQuestion:
    "¿Dejar de usar sus propias claves? Se destruyen todas, de todos los proveedores, y dejan de funcionar aquí de inmediato.",
  revertThen: "Después: {mode}.",
  revertWord: "REVERTIR",
  typeWord: "Escriba {word} para confirmar",
  wrongWord: "Eso no es {word}.",

  "error.busy": "Todavía hay otra acción en curso.",
  "error.changed_meanwhile": "Mientras tanto la página pasó a otra persona. Inténtelo de nuevo.",
  "error.disabled": "Este campo está desactivado.",
  "error.csp_blocks_wasm":
    "La política de seguridad de esta página bloquea WebAssembly, que cifra la clave: a su script-src le falta 'wasm-unsafe-eval'. No se envió nada.",
  "error.insecure_context":
    "Esta página llegó por una conexión sin protección, y así un navegador no puede cifrar una clave sin WebAssembly. No se envió nada. Avise al equipo responsable de la página.",
  "error.key_missing": "Todavía no hay ninguna clave. Pegue su clave de API e inténtelo de nuevo.",
  "error.key_too_long":
    "Es demasiado largo para ser una clave de API. Copie solo la clave y péguela de nuevo.",
  "error.invalid_base_url": SETUP,
  "error.insecure_base_url":
    "Esta página enviaría su clave cifrada por una conexión sin protección, así que no se envió nada. Avise al equipo responsable de la página.",
  "error.invalid_token": SETUP,
  "error.secret_token_in_browser":
    "Esta página contiene un secreto que nunca debe estar en un navegador, así que no se envió nada. Avise de inmediato al equipo responsable de la página.",
  "error.unsupported_suite": VERSIONS,
  "error.bad_params":
    "La respuesta del servidor no era coherente, así que su clave no se envió. Vuelva a cargar la página e inténtelo de nuevo; si continúa, avise al equipo responsable.",
  "error.no_randomness":
    "Este navegador no proporcionó números aleatorios seguros, así que no se envió nada. Pruebe con otro navegador.",
  "error.network_error": "No se pudo contactar con el servidor. Compruebe su conexión e inténtelo de nuevo.",
  "error.timed_out":
    "El servidor tardó demasiado en responder. Si envió una clave, es posible que se haya guardado de todos modos; puede intentarlo de nuevo sin riesgo.",
  "error.unexpected_answer":
    "No se pudo leer la respuesta del servidor. Inténtelo de nuevo en un momento; si continúa, póngase en contacto con el equipo responsable de esta página.",
  "error.key_not_vouched_for": UNPROVEN,
  "error.directory_untrusted": UNPROVEN,
  "error.directory_missing": UNPROVEN,
  "error.directory_expired": UNPROVEN,
  "error.directory_rolled_back": UNPROVEN,
  "error.mode_unsupported": SETUP,
  "error.isolated_base_url": SETUP,
  "error.isolated_same_origin": SETUP,
  "error.frame_timeout":
    "El campo protegido no se pudo cargar, así que no se envió nada. Vuelva a cargar la página; si continúa, avise al equipo responsable.",
  "error.frame_protocol": VERSIONS,
  "error.trust_root_unsupported":
    "Este navegador no puede comprobar la clave del servidor, así que no se le envía ninguna. Pruebe con otro navegador.",

  "error.malformed_request": UNKNOWN,
  "error.malformed_json": UNKNOWN,
  "error.invalid_header": UNKNOWN,
  "error.conflicting_credentials": UNKNOWN,
  "error.credential_in_url": SETUP,
  "error.unauthenticated":
    "Este formulario ha caducado. Vuelva a cargar la página para obtener uno nuevo y pegue otra vez su clave.",
  "error.forbidden": "No tiene permiso para hacer esto aquí. Pida acceso al equipo responsable de esta página.",
  "error.origin_not_allowed":
    "Este sitio no está en la lista de los que pueden conectar claves. Avise al equipo responsable.",
  "error.no_key_connected": UNKNOWN,
  "error.model_not_allowed": UNKNOWN,
  "error.request_key_expired": UNKNOWN,
  "error.not_found": SETUP,
  "error.method_not_allowed": SETUP,
  "error.request_timeout": UNKNOWN,
  "error.connect_session_required":
    "Para cambiar esta clave debe iniciar sesión. Abra este formulario desde su cuenta e inténtelo de nuevo.",
  "error.key_rotated": "El servidor cambió sus propias claves mientras usted escribía. Inténtelo de nuevo.",
  "error.challenge_stale":
    "Este formulario estuvo abierto demasiado tiempo, o la clave se desconectó entretanto. Inténtelo de nuevo.",
  "error.revoked_meanwhile": "Entretanto se desconectó el proveedor. Inténtelo de nuevo.",
  "error.sealed_key_replayed":
    "Esta misma solicitud ya se había enviado, así que no se aceptó otra vez. Inténtelo de nuevo.",
  "error.session_spent": "Este formulario ya se usó. Vuelva a cargar la página para obtener uno nuevo.",
  "error.key_disabled": "El equipo responsable de esta página desactivó esta clave. Pídale que la active de nuevo.",
  "error.payload_too_large": UNKNOWN,
  "error.unsupported_media_type": UNKNOWN,
  "error.misdirected_request": SETUP,
  "error.invalid_request": "Hay algo incorrecto en este formulario. Revise lo que escribió e inténtelo de nuevo.",
  "error.envelope_invalid":
    "El servidor no pudo abrir su clave cifrada, así que no se guardó nada. Vuelva a cargar la página e inténtelo de nuevo; si continúa, avise al equipo responsable.",
  "error.key_rejected":
    "El proveedor no aceptó esta clave, así que no se guardó. Compruebe que la copió completa o cree una nueva.",
  "error.provider_refused": UNKNOWN,
  "error.destination_not_allowed":
    "Esta dirección no se puede usar. Compruébela o pida al equipo responsable de esta página que la permita.",
  "error.rate_limited": "Fueron demasiados intentos en poco tiempo. Espere un momento e inténtelo de nuevo.",
  "error.internal": UNKNOWN,
  "error.provider_unreachable":
    "El proveedor no respondió, así que su clave no se pudo comprobar ni se guardó. Inténtelo de nuevo en unos minutos.",
  "error.provider_timeout": UNKNOWN,
  "error.unavailable": "El servidor está ocupado ahora. Espere un momento e inténtelo de nuevo.",
  "error.unknown": UNKNOWN,
  "error.widget": "Algo falló en el widget. No se guardó nada.",
};

export default es;
