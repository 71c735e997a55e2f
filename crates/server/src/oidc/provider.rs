//! One provider: what it publishes, and what it says of who logs in. Blocking.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use assent_domain::ids::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::claims::{Doubt, verify};
use super::{Claims, Flow, ProviderConfig};

/// How long a request to the provider may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer that is read, in bytes.
const MAX_ANSWER: u64 = 1024 * 1024;
/// After which time what the provider publishes is fetched again.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// How often it is fetched at most because a key was missing, or because it did not answer.
const REFETCH: SignedDuration = SignedDuration::from_secs(10);
/// How many people log in with it at a time: each has a thread that may wait for it.
const PLACES: usize = 32;

/// Why a log-in with a provider came to nothing; for the operator's log.
#[derive(Debug)]
pub(crate) enum Cause {
    /// The provider does not answer, or not as it should.
    Away(String),
    /// What the browser or the provider brought does not hold.
    Void(String),
}

/// What a provider publishes (`OpenID` Connect Discovery 1.0).
#[derive(Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// The same, with its keys.
#[derive(Debug)]
struct Published {
    at: Timestamp,
    metadata: Metadata,
    keys: Vec<Jwk>,
}

/// What came of asking it.
#[derive(Debug, Default)]
struct Held {
    published: Option<Arc<Published>>,
    /// When it last did not answer, and why.
    failed: Option<(Timestamp, String)>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
}

/// A provider that can be asked.
pub struct Provider {
    pub(crate) config: ProviderConfig,
    secret: Option<String>,
    agent: Agent,
    held: Mutex<Held>,
    places: Arc<Semaphore>,
    /// Held while the person of an account is found or registered.
    pub(crate) turn: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("name", &self.config.name).finish_non_exhaustive()
    }
}

impl Provider {
    /// Reads the files that the configuration names. Nothing is asked of the provider yet. What is wrong is named with its
    /// field.
    pub fn new(config: ProviderConfig) -> Result<Self, String> {
        let named = |what: &str| format!("provider `{}`: {what}", config.name);
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if config.name.is_empty() || config.name.len() > 40 || !config.name.chars().all(plain) {
            return Err(named("`name` is 1 to 40 small letters, digits and dashes"));
        }
        for (field, address) in [("publicUrl", &config.public_url), ("issuer", &config.issuer)] {
            if !is_safe(address) {
                return Err(named(&format!("`{field}`: `{address}` has to begin with https://")));
            }
        }
        let secret = config.client_secret_file.as_ref().map(|file| {
            let read = std::fs::read_to_string(file);
            read.map_err(|error| named(&format!("`clientSecretFile`: {}: {error}", file.display())))
        });
        let secret = secret.transpose()?.map(|secret| secret.trim().to_owned());
        let roots = assent_tls::roots(config.ca_file.as_deref())
            .map_err(|error| named(&format!("`caFile`: {error}")))?;
        let places = Arc::new(Semaphore::new(PLACES));
        let turn = tokio::sync::Mutex::default();
        Ok(Self { secret, agent: agent(&roots), held: Mutex::default(), places, turn, config })
    }

    /// A place to wait for it, if one is free. A provider that is slow keeps its own people waiting, and nobody else.
    pub(crate) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// The address of the provider that a browser is sent to, and what it takes along.
    pub(crate) fn begin(
        &self,
        page: String,
        now: Timestamp,
        random: [String; 3],
    ) -> Result<(String, Flow), Cause> {
        let published = self.published(false, now)?;
        let [state, nonce, verifier] = random;
        let challenge = URL_SAFE_NO_PAD.encode(Digest::of(verifier.as_bytes()).0);
        let scope = [&["openid".to_owned()], self.config.scopes.as_slice()].concat().join(" ");
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &self.config.client_id),
            ("redirect_uri", &self.callback()),
            ("scope", &scope),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let endpoint = &published.metadata.authorization_endpoint;
        let joint = if endpoint.contains('?') { '&' } else { '?' };
        let provider = self.config.name.clone();
        let flow = Flow { provider, state, nonce, verifier, page, at: now.as_second() };
        Ok((format!("{endpoint}{joint}{query}"), flow))
    }

    /// Exchanges the code, and verifies the ID token that comes for it.
    pub(crate) fn finish(&self, flow: &Flow, code: &str, now: Timestamp) -> Result<Claims, Cause> {
        let published = self.published(false, now)?;
        let token = self.exchange(&published.metadata, flow, code)?;
        let claims = |published: &Published| {
            verify(&token, &published.keys, &self.config, &flow.nonce, now.as_second())
        };
        let claims = match claims(&published) {
            Err(Doubt::NoKey) => claims(&*self.published(true, now)?),
            other => other,
        };
        claims.map_err(|doubt| match doubt {
            Doubt::NoKey => Cause::Void("no key of the provider has signed the token".to_owned()),
            Doubt::Void(why) => Cause::Void(why),
        })
    }

    fn exchange(&self, metadata: &Metadata, flow: &Flow, code: &str) -> Result<String, Cause> {
        let callback = self.callback();
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", callback.as_str()),
            ("code_verifier", flow.verifier.as_str()),
            ("client_id", self.config.client_id.as_str()),
        ];
        let mut request = self
            .agent
            .post(&metadata.token_endpoint)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json");
        if let Some(secret) = &self.secret {
            let methods = &metadata.token_endpoint_auth_methods_supported;
            let is_listed = |method: &str| methods.iter().any(|listed| listed == method);
            if is_listed("client_secret_post") && !is_listed("client_secret_basic") {
                fields.push(("client_secret", secret));
            } else {
                let pair = format!("{}:{}", encoded(&self.config.client_id), encoded(secret));
                request = request.header("authorization", format!("Basic {}", STANDARD.encode(pair)));
            }
        }
        let answer = request.send(form(&fields)).map_err(|error| Cause::Away(error.to_string()))?;
        let (status, bytes) = read(answer).map_err(Cause::Away)?;
        if status == 400 {
            let told: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let error = told.get("error").and_then(Value::as_str).unwrap_or_default();
            return Err(Cause::Void(format!("the code was not taken: {error}")));
        }
        let tokens: Tokens = json(status, &bytes).map_err(Cause::Away)?;
        tokens.id_token.ok_or_else(|| Cause::Away("there is no ID token in the answer".to_owned()))
    }

    /// What the provider publishes: its addresses and its keys.
    fn published(&self, a_key_is_missing: bool, now: Timestamp) -> Result<Arc<Published>, Cause> {
        let limit = if a_key_is_missing { REFETCH } else { FRESH };
        let since = |at: Timestamp| now.duration_since(at).abs();
        // One asks for all who wait, and hears the failure for all of them.
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(published) = held.published.as_ref().filter(|published| since(published.at) < limit) {
            return Ok(Arc::clone(published));
        }
        if let Some((_, why)) = held.failed.as_ref().filter(|(at, _)| since(*at) < REFETCH) {
            return Err(Cause::Away(why.clone()));
        }
        match self.fetch(now) {
            Ok(published) => {
                let published = Arc::new(published);
                *held = Held { published: Some(Arc::clone(&published)), failed: None };
                Ok(published)
            }
            Err(why) => {
                held.failed = Some((now, why.clone()));
                Err(Cause::Away(why))
            }
        }
    }

    /// Asks for all of it; otherwise, why it cannot be used.
    fn fetch(&self, now: Timestamp) -> Result<Published, String> {
        let base = self.config.issuer.trim_end_matches('/');
        let metadata: Metadata = self.get(&format!("{base}/.well-known/openid-configuration"))?;
        if metadata.issuer != self.config.issuer {
            return Err(format!("the provider calls itself `{}`", metadata.issuer));
        }
        let named = [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
        if let Some(unsafe_one) = named.into_iter().find(|address| !is_safe(address)) {
            return Err(format!("the provider names `{unsafe_one}`, which is not safe"));
        }
        let Keys { keys } = self.get(&metadata.jwks_uri)?;
        // A key of a kind that is not known here is none that could be believed.
        let keys = keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
        Ok(Published { at: now, metadata, keys })
    }

    fn get<T: DeserializeOwned>(&self, address: &str) -> Result<T, String> {
        let answer = self.agent.get(address).call().map_err(|error| error.to_string());
        let answer = answer.and_then(read).and_then(|(status, bytes)| json(status, &bytes));
        answer.map_err(|why| format!("{address}: {why}"))
    }

    fn callback(&self) -> String {
        let ProviderConfig { public_url, name, .. } = &self.config;
        format!("{}/auth/oidc/{name}/callback", public_url.trim_end_matches('/'))
    }
}

/// What is read from the provider and believed comes by TLS, except from this machine.
fn is_safe(address: &str) -> bool {
    let local = |host: &str| {
        let rest = address.strip_prefix("http://").and_then(|rest| rest.strip_prefix(host));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    };
    // What stands before an `@` is no host.
    if address.contains('@') {
        return false;
    }
    address.starts_with("https://") || ["127.0.0.1", "localhost", "[::1]"].into_iter().any(local)
}

fn read(answer: ureq::http::Response<ureq::Body>) -> Result<(u16, Vec<u8>), String> {
    let status = answer.status().as_u16();
    let bytes = answer.into_body().with_config().limit(MAX_ANSWER).read_to_vec();
    Ok((status, bytes.map_err(|error| error.to_string())?))
}

fn json<T: DeserializeOwned>(status: u16, bytes: &[u8]) -> Result<T, String> {
    if status != 200 {
        return Err(format!("the provider answers with {status}"));
    }
    serde_json::from_slice(bytes).map_err(|error| format!("the provider's answer: {error}"))
}

fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

/// Everything but letters, digits and `-._~` as `%` and two digits.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            _ => encoded.extend([format!("%{byte:02X}")]),
        }
        encoded
    })
}

/// Redirects are not followed: whoever could cause one could send us anywhere.
fn agent(roots: &[assent_tls::pki_types::CertificateDer<'static>]) -> Agent {
    let roots: Vec<_> = roots.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(assent_tls::provider())
        .build();
    let config = Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0);
    config.max_redirects_will_error(false).http_status_as_error(false).tls_config(tls).build().new_agent()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_without_tls_are_of_this_machine() {
        for safe in ["https://idp.example", "http://127.0.0.1:4000/x", "http://localhost", "http://[::1]:1"] {
            assert!(is_safe(safe), "{safe}");
        }
        for other in [
            "http://idp.example",
            "http://localhost.example",
            "http://127.0.0.1.evil",
            "http://localhost:1@evil.example",
            "https://idp.example@evil.example",
            "ftp://x",
            "",
        ] {
            assert!(!is_safe(other), "{other}");
        }
    }

    #[test]
    fn forms_are_encoded() {
        assert_eq!(form(&[("a", "x y&z=ä"), ("b", "~-._1")]), "a=x%20y%26z%3D%C3%A4&b=~-._1");
    }
}
