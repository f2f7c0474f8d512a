//! Requests that name another host than the key's, wherever in a request a host could be read.

use serde_json::json;

use super::Form;
use crate::{server::LISTEN, sinks::KEY};

/// One request, byte for byte.
pub(crate) struct Trick {
    pub(crate) what: String,
    pub(crate) request: Vec<u8>,
}

/// How a provider is called: its name, the root of its API, and a call below it.
pub(crate) const APIS: [(&str, &str, &str); 3] = [
    ("openai", "/v1", "/chat/completions"),
    ("google", "", "/v1beta/models/gemini-2.5-flash:generateContent"),
    ("azure", "", "/openai/v1/chat/completions"),
];

/// All of them. They carry this backend's credentials, and would go to `elsewhere`.
pub(crate) fn tricks(secret: &str, elsewhere: &str) -> Vec<Trick> {
    let credentials = format!("Authorization: Bearer {secret}\r\nX-BYO-Ref-Id: own\r\n");
    let made = |what: &str, line: &str, headers: &str, body: &str| Trick {
        what: format!("{what}: {line:?} {headers:?} {body:?}"),
        request: format!(
            "{line} HTTP/1.1\r\n{headers}{credentials}Content-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes(),
    };
    let host = format!("Host: {LISTEN}\r\n");
    let chat = Form::Chat.body().expect("a chat has one").to_string();
    let mut tricks = Vec::new();
    for (name, root, call) in APIS {
        let filled = |template: &str| {
            let prefix = format!("/v1/proxy/{name}");
            let filled = template.replace("{p}", &prefix).replace("{r}", root).replace("{c}", call);
            filled.replace("{own}", LISTEN).replace("{e}", elsewhere)
        };
        let plain = filled("POST {p}{r}{c}");
        for target in TARGETS {
            tricks.push(made("in the target", &filled(&format!("POST {target}")), &host, &chat));
        }
        for value in HOSTS {
            tricks.push(made("in the host", &plain, &filled(&format!("Host: {value}\r\n")), &chat));
            let absolute = filled("POST http://{own}{p}{r}{c}");
            tricks.push(made("in the host", &absolute, &filled(&format!("Host: {value}\r\n")), &chat));
        }
        tricks.push(made("no host", &plain, "", &chat));
        // byo reads headers alike, whoever the provider is.
        for header in HEADERS.iter().filter(|_| name == "openai") {
            for value in ["{e}", "https://{e}/v1", "//{e}", "host={e};proto=https"] {
                let headers = filled(&format!("{host}{header}: {value}\r\n"));
                tricks.push(made("in a header", &plain, &headers, &chat));
            }
        }
        for method in ["CONNECT {e}:443", "CONNECT {p}{r}{c}", "GET http://{e}{p}{r}/models", "OPTIONS *"] {
            tricks.push(made("in the method", &filled(method), &host, ""));
        }
        let mut body = Form::Chat.body().expect("a chat has one");
        for member in MEMBERS {
            body[*member] = json!(format!("https://{elsewhere}/v1"));
        }
        tricks.push(made("in the body", &plain, &host, &body.to_string()));
        for model in MODELS {
            let body = json!({"provider": name, "prompt": "ping", "model": filled(model)});
            tricks.push(made("in the model", "POST /v1/unified", &host, &body.to_string()));
        }
        for member in MEMBERS {
            let mut body = json!({"provider": name, "prompt": "ping", "model": "llama-4"});
            body[*member] = json!({"baseUrl": format!("https://{elsewhere}/v1")});
            tricks.push(made("in the body", "POST /v1/unified", &host, &body.to_string()));
            body[*member] = json!(format!("https://{elsewhere}/v1"));
            tricks.push(made("in the body", "POST /v1/unified", &host, &body.to_string()));
        }
    }
    // A key in the clear comes without a base URL, and these give it none.
    let brought = format!("{host}X-OpenAI-Key: {KEY}\r\n");
    for header in HEADERS {
        let headers = format!("{brought}{header}: https://{elsewhere}/v1\r\n");
        tricks.push(made("with a key", "POST /v1/proxy/openai/v1/chat/completions", &headers, &chat));
    }
    tricks
}

/// `{p}` is the way to the provider, `{r}` the root of its API, `{c}` the call, `{e}` the other host.
const TARGETS: &[&str] = &[
    // before the path
    "http://{e}{p}{r}{c}",
    "https://{e}{p}{r}{c}",
    "HTTP://{e}{p}{r}{c}",
    "gopher://{e}{p}{r}{c}",
    "http://{e}{r}{c}",
    "http://{own}@{e}{p}{r}{c}",
    "http://{e}@{own}{p}{r}{c}",
    "http://{e}#@{own}{p}{r}{c}",
    "http://{e}\\@{own}{p}{r}{c}",
    "http://{own}{p}{r}{c}",
    "http://{own}{p}//{e}{r}{c}",
    "http://{own}{p}@{e}{r}{c}",
    "//{e}{p}{r}{c}",
    "///{e}{p}{r}{c}",
    "/\\{e}{p}{r}{c}",
    "\\\\{e}{p}{r}{c}",
    "http:{p}{r}{c}",
    "http:/{e}{p}{r}{c}",
    "http:\\\\{e}{p}{r}{c}",
    "{e}{p}{r}{c}",
    "@{e}{p}{r}{c}",
    ":80@{e}{p}{r}{c}",
    "#@{e}{p}{r}{c}",
    "?@{e}{p}{r}{c}",
    "/@{e}{p}{r}{c}",
    "/{e}{p}{r}{c}",
    "/http://{e}{p}{r}{c}",
    // for the provider
    "/v1/proxy/{e}{r}{c}",
    "/v1/proxy/@{e}{r}{c}",
    "/v1/proxy//{e}{r}{c}",
    "/v1/proxy/https://{e}{r}{c}",
    "/v1/proxy/https:%2f%2f{e}{r}{c}",
    "/v1/proxy/%2f%2f{e}{r}{c}",
    "/v1/proxy/..//{e}{r}{c}",
    "{p}@{e}{r}{c}",
    "{p}:443@{e}{r}{c}",
    "{p}.{e}{r}{c}",
    "{p}\\{e}{r}{c}",
    "{p}%40{e}{r}{c}",
    "{p}%2f@{e}{r}{c}",
    "{p}%2f%2f{e}{r}{c}",
    "{p}?@{e}{r}{c}",
    "{p}#@{e}{r}{c}",
    "{p};@{e}{r}{c}",
    // behind it
    "{p}//{e}{r}{c}",
    "{p}/{e}{r}{c}",
    "{p}/@{e}{r}{c}",
    "{p}/:443@{e}{r}{c}",
    "{p}/\\{e}{r}{c}",
    "{p}/\\\\{e}{r}{c}",
    "{p}/https://{e}{r}{c}",
    "{p}/https:/{e}{r}{c}",
    "{p}/https:{e}{r}{c}",
    "{p}/https:%2f%2f{e}{r}{c}",
    "{p}/%2f%2f{e}{r}{c}",
    "{p}/%2F%2F{e}{r}{c}",
    "{p}/%5c%5c{e}{r}{c}",
    "{p}/%5C@{e}{r}{c}",
    "{p}/%40{e}{r}{c}",
    "{p}/%2540{e}{r}{c}",
    "{p}/%252f%252f{e}{r}{c}",
    "{p}/%00@{e}{r}{c}",
    "{p}/%0d%0aHost:%20{e}{r}{c}",
    "{p}/%09@{e}{r}{c}",
    "{p}/%20@{e}{r}{c}",
    "{p}/%23@{e}{r}{c}",
    "{p}/%3f@{e}{r}{c}",
    "{p}/;@{e}{r}{c}",
    "{p}/..//{e}{r}{c}",
    "{p}/../@{e}{r}{c}",
    "{p}/../../..//{e}{r}{c}",
    "{p}/%2e%2e//{e}{r}{c}",
    "{p}/%2e%2e/%2e%2e/@{e}{r}{c}",
    "{p}/..%2f..%2f@{e}{r}{c}",
    "{p}/..%5c..%5c@{e}{r}{c}",
    "{p}/..;/@{e}{r}{c}",
    "{p}/.%2e/{e}{r}{c}",
    "{p}/%c0%ae%c0%ae/{e}{r}{c}",
    "{p}/%ef%bc%8f%ef%bc%8f{e}{r}{c}",
    "{p}/%ef%bc%a0{e}{r}{c}",
    "{p}/%e2%80%8b@{e}{r}{c}",
    "{p}/%u002f%u002f{e}{r}{c}",
    // behind the root
    "{p}{r}@{e}{c}",
    "{p}{r}.{e}{c}",
    "{p}{r}:443@{e}{c}",
    "{p}{r}\\@{e}{c}",
    "{p}{r}%40{e}{c}",
    "{p}{r}%2f%2f{e}{c}",
    "{p}{r}//{e}{c}",
    "{p}{r}/@{e}{c}",
    "{p}{r}/:@{e}{c}",
    "{p}{r}/:443@{e}{c}",
    "{p}{r}/{e}{c}",
    "{p}{r}/%40{e}{c}",
    "{p}{r}/https:@{e}{c}",
    "{p}{r}/https:{e}{c}",
    "{p}{r}/%ef%bc%8f%ef%bc%8f{e}{c}",
    "{p}{r}/..//{e}{c}",
    // behind the call
    "{p}{r}{c}@{e}",
    "{p}{r}{c}/@{e}",
    "{p}{r}{c}:@{e}",
    "{p}{r}{c},@{e}",
    "{p}{r}{c}=@{e}",
    "{p}{r}{c}//{e}",
    "{p}{r}{c}/https://{e}",
    "{p}{r}{c}/../../../@{e}",
    "{p}{r}{c}/%2e%2e/%2e%2e/@{e}",
    "{p}{r}{c}%2f..%2f@{e}",
    "{p}{r}{c}\\@{e}",
    "{p}{r}{c}%5c@{e}",
    "{p}{r}{c}%3f@{e}",
    "{p}{r}{c}#@{e}",
    "{p}{r}{c}?@{e}",
    "{p}{r}{c}?//{e}",
    "{p}{r}{c}?host={e}&url=https://{e}/&base_url=https://{e}/v1",
    "{p}{r}{c}?x=%23@{e}",
    "{p}{r}{c}?%0d%0aHost:%20{e}",
    "{p}{r}{c}?x=%40{e}/../../",
    "{p}{r}{c} HTTP/1.1@{e}",
    "{p}{r}{c} http://{e}",
    "{p}{r}{c}\thttp://{e}",
    "{p}{r}{c} HTTP/1.1\r\nHost: {e}\r\nX-Rest:",
];

const HOSTS: &[&str] = &[
    "",
    "{e}",
    "{e}:443",
    "{own}@{e}",
    "{e}@{own}",
    "{own}, {e}",
    "{own}/{e}",
    "{own}#{e}",
    "{own}?{e}",
    "{own}\\{e}",
    "{own}\t{e}",
    "{own} {e}",
    "{own}.{e}",
    "{own}\r\nHost: {e}",
    "{e}\r\nHost: {own}",
    "{own}\r\n {e}",
    "{own}\r\nhost : {e}",
    "https://{e}",
];

/// What some proxy or other takes a host or a base URL from.
const HEADERS: &[&str] = &[
    "X-Forwarded-Host",
    "X-Forwarded-Server",
    "X-Forwarded-For",
    "Forwarded",
    "X-Host",
    "X-Original-Host",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Host-Override",
    "X-Upstream",
    "X-Target-URL",
    "X-Base-URL",
    "X-API-Base",
    "X-BYO-Base-URL",
    "X-BYO-Provider-Config",
    "X-Portkey-Custom-Host",
    "Helicone-Target-URL",
    "OpenAI-Base-URL",
    "OpenAI-Beta",
    "X-Stainless-Base-URL",
    "HTTP-Referer",
    "X-Title",
    "Referer",
    "Origin",
    "Via",
    "Proxy-Authorization",
    "Proxy-Connection",
    "Destination",
    "Location",
    "Content-Location",
    ":authority",
];

/// Members of a body in which clients of one sort or another name a server.
const MEMBERS: &[&str] =
    &["base_url", "baseUrl", "api_base", "apiBase", "providerConfig", "endpoint", "url", "host"];

const MODELS: &[&str] = &[
    "@{e}/x",
    "x@{e}",
    "../../../@{e}/x",
    "models/../../../@{e}/x",
    "//{e}/x",
    "/{e}/x",
    "https://{e}/v1",
    "\\\\{e}\\x",
    "%2f%2f{e}",
    "%2e%2e%2f@{e}",
    "x:generateContent?@{e}",
    "x:generateContent#@{e}",
    "x?host={e}",
    "..",
    ".",
    "{e}",
];
