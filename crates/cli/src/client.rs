//! The HTTP interface from the outside: what every client command speaks through.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value, json};
use ureq::http::{Method, Request};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, AsSendBody, SendBody};

use crate::problem::{Exit, Problem};

/// Answers larger than this are not taken.
const MAX_ANSWER_BYTES: u64 = 64 * 1024 * 1024;
/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an answer may take; evaluations are long.
const TIMEOUT: Duration = Duration::from_mins(11);

/// A server and how to speak to it.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    token: Option<String>,
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether the server did what was asked.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Client {
    /// A client of the server at that address. Of a server by TLS the certificate has to come from an authority of the file,
    /// or, without one, of the system.
    pub(crate) fn new(url: &str, token: Option<&str>, ca_file: Option<&Path>) -> Result<Self, Problem> {
        let base = url.trim_end_matches('/').to_owned();
        let tls = if base.starts_with("https://") {
            Some(tls(ca_file)?)
        } else if base.starts_with("http://") {
            None
        } else {
            let message = format!("the address `{base}` does not begin with `https://` or `http://`");
            return Err(Problem::new(message).hint("give --url or ASSENT_URL as `https://host:port`"));
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("assent/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.unwrap_or_default())
            .build();
        Ok(Self { agent: config.new_agent(), base, token: token.map(str::to_owned) })
    }

    /// The same server with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The address, as it was given.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Sends a request with a body of JSON, or without one, and gives any answer.
    pub(crate) fn send(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<Reply, Problem> {
        match body {
            Some(body) => {
                let bytes = serde_json::to_vec(body).map_err(Problem::new)?;
                self.exchange(method, path, "application/json", bytes.as_slice())
            }
            None => self.exchange(method, path, "", ()),
        }
    }

    /// Sends the bytes of a blob and gives any answer.
    pub(crate) fn send_bytes(&self, path: &str, bytes: impl AsSendBody) -> Result<Reply, Problem> {
        self.exchange(&Method::POST, path, "application/octet-stream", bytes)
    }

    /// Reads a resource.
    pub(crate) fn get(&self, path: &str) -> Result<Value, Problem> {
        success(&self.send(&Method::GET, path, None)?)
    }

    /// Reads the bytes of a resource.
    pub(crate) fn get_bytes(&self, path: &str) -> Result<Vec<u8>, Problem> {
        let reply = self.send(&Method::GET, path, None)?;
        if reply.is_success() { Ok(reply.body) } else { Err(refused(&reply)) }
    }

    /// Writes.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Problem> {
        success(&self.send(&Method::POST, path, Some(body))?)
    }

    /// Removes.
    pub(crate) fn delete(&self, path: &str) -> Result<Value, Problem> {
        success(&self.send(&Method::DELETE, path, None)?)
    }

    /// Uploads a file and gives its `{sha256, sizeBytes}`.
    pub(crate) fn upload(&self, file: &Path) -> Result<Value, Problem> {
        let opened = File::open(file).map_err(|error| Problem::path("read", file, error))?;
        success(&self.send_bytes("/api/v1/blobs", SendBody::from_owned_reader(opened))?)
    }

    /// All pages of a list, up to `limit` items.
    pub(crate) fn list(
        &self,
        path: &str,
        query: &[(&str, Option<String>)],
        limit: usize,
    ) -> Result<Vec<Value>, Problem> {
        let mut items: Vec<Value> = Vec::new();
        let mut cursor: Option<String> = None;
        while items.len() < limit {
            let page = (limit - items.len()).min(200).to_string();
            let mut query = query.to_vec();
            query.extend([("limit", Some(page)), ("cursor", cursor.take())]);
            let mut answer = self.get(&with_query(path, &query))?;
            let Some(found) = answer.get_mut("items").and_then(Value::as_array_mut) else {
                return Err(unexpected(path, &answer));
            };
            items.append(found);
            match answer.get("nextCursor").and_then(Value::as_str) {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        items.truncate(limit);
        Ok(items)
    }

    fn exchange(
        &self,
        method: &Method,
        path: &str,
        kind: &str,
        body: impl AsSendBody,
    ) -> Result<Reply, Problem> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let request = request.body(body).map_err(|error| {
            Problem::new(format!("the request cannot be made: {error}")).hint("check --url and --token")
        })?;
        let mut answer = self.agent.run(request).map_err(|error| self.unreachable(&error))?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        let reader = answer.body_mut().as_reader().take(MAX_ANSWER_BYTES + 1);
        { reader }.read_to_end(&mut body).map_err(|error| {
            Problem::new(format!("the answer of `{}` broke off: {error}", self.base)).hint("try again")
        })?;
        if body.len() as u64 > MAX_ANSWER_BYTES {
            return Err(
                Problem::new(format!("the answer of `{}` is too large", self.base)).hint("ask for less")
            );
        }
        Ok(Reply { status, body })
    }

    fn unreachable(&self, error: &ureq::Error) -> Problem {
        let problem = Problem::new(format!("`{}` does not answer: {error}", self.base)).code("unreachable");
        if is_about_tls(error) {
            return problem.hint(
                "see that the server speaks TLS at this address and has a certificate for this name; name the authority that \
                 gave it with --ca-file or ASSENT_CA_FILE",
            );
        }
        problem.hint("start a server with `assent serve`, or name another one with --url or ASSENT_URL")
    }
}

/// Whom to trust, and how.
fn tls(ca_file: Option<&Path>) -> Result<TlsConfig, Problem> {
    let roots = assent_tls::roots(ca_file)?;
    let roots: Vec<_> = roots.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(assent_tls::provider())
        .build())
}

/// Whether no connection came about because the two sides did not agree on TLS.
fn is_about_tls(error: &ureq::Error) -> bool {
    if let ureq::Error::Io(error) = error {
        return error.get_ref().and_then(|cause| cause.downcast_ref::<assent_tls::Error>()).is_some();
    }
    matches!(error, ureq::Error::Rustls(_) | ureq::Error::Tls(_))
}

/// The body of an answer, if it is what was asked for.
pub(crate) fn success(reply: &Reply) -> Result<Value, Problem> {
    if reply.is_success() { Ok(reply.json()) } else { Err(refused(reply)) }
}

/// The problem that an answer describes.
pub(crate) fn refused(reply: &Reply) -> Problem {
    let document = reply.json();
    let member = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
    let message = member("detail").or_else(|| member("title"));
    let mut more = Map::from_iter([("status".to_owned(), json!(reply.status))]);
    for name in ["pointer", "requestId"] {
        more.extend(member(name).map(|value| (name.to_owned(), json!(value))));
    }
    Problem {
        message: match (&message, member("pointer")) {
            (Some(message), Some(pointer)) if !message.contains(&pointer) => {
                format!("{message} (at `{pointer}`)")
            }
            (Some(message), _) => message.clone(),
            (None, _) => format!("the server answered with status {} and no explanation", reply.status),
        },
        hint: member("remedy"),
        code: member("code"),
        more,
        exit: Exit::Refused,
    }
}

/// An answer of another shape than this program knows.
pub(crate) fn unexpected(what: &str, answer: &Value) -> Problem {
    let shown: String = answer.to_string().chars().take(200).collect();
    Problem::new(format!("the answer to `{what}` is not understood: {shown}"))
        .hint("use the same release of client and server")
        .exit(Exit::Refused)
}

/// A path with those parameters that have a value.
pub(crate) fn with_query(path: &str, query: &[(&str, Option<String>)]) -> String {
    let mut text = path.to_owned();
    let given = query.iter().filter_map(|(name, value)| value.as_ref().map(|value| (name, value)));
    for (i, (name, value)) in given.enumerate() {
        text.push(if i == 0 { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        text.push_str(&escaped(value));
    }
    text
}

/// Text as one segment of a path, or as a value of a query.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_queries_are_escaped() {
        assert_eq!(escaped("a b/ü?"), "a%20b%2F%C3%BC%3F");
        let query = [("name", Some("x&y".to_owned())), ("cursor", None), ("limit", Some("5".to_owned()))];
        assert_eq!(with_query("/m", &query), "/m?name=x%26y&limit=5");
    }

    #[test]
    fn a_problem_document_becomes_message_and_hint() {
        let body =
            br#"{"title":"Forbidden","status":403,"code":"permission-missing","detail":"no","remedy":"ask"}"#;
        let problem = refused(&Reply { status: 403, body: body.to_vec() });
        assert_eq!((problem.message.as_str(), problem.hint.as_deref()), ("no", Some("ask")));
        assert_eq!(problem.exit, Exit::Refused);
        let problem = refused(&Reply { status: 502, body: b"<html>".to_vec() });
        assert_eq!(problem.message, "the server answered with status 502 and no explanation");
    }

    #[test]
    fn an_address_without_a_scheme_is_refused() {
        assert!(Client::new("localhost:8080", None, None).is_err());
        let problem = Client::new("http://127.0.0.1:1", None, None).unwrap().get("/healthz").unwrap_err();
        assert_eq!(problem.exit, Exit::NotAsked);
        assert!(problem.message.starts_with("`http://127.0.0.1:1` does not answer"), "{problem}");
    }
}
