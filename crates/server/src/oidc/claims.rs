//! What an ID token says of a person, and whether it may be believed (`OpenID` Connect Core 1.0, 3.1.3.7).

use std::collections::BTreeSet;

use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::ProviderConfig;

/// The longest subject, in bytes (`OpenID` Connect Core 1.0, 2).
const MAX_SUBJECT_BYTES: usize = 255;
/// How far the clocks may be apart, in seconds.
const SKEW: i64 = 120;
/// The signatures that are believed. None that is made with a shared secret.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// A person, as the provider knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) subject: String,
    pub(crate) name: Option<String>,
    /// The address, if the provider has verified it.
    pub(crate) email: Option<String>,
    /// The roles that the groups stand for.
    pub(crate) roles: BTreeSet<String>,
}

/// The claims of an ID token that are looked at.
#[derive(Debug, Deserialize)]
struct Raw {
    sub: String,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    azp: Option<String>,
    aud: Value,
    name: Option<String>,
    preferred_username: Option<String>,
    email: Option<String>,
    email_verified: Option<Value>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// Why a token is not believed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// No key fits: the provider may have a new one.
    NoKey,
    /// Something else.
    Void(String),
}

/// Verifies a token with the keys of the provider.
pub(super) fn verify(
    token: &str,
    keys: &[Jwk],
    config: &ProviderConfig,
    nonce: &str,
    now: i64,
) -> Result<Claims, Doubt> {
    let void = |what: &str| Doubt::Void(what.to_owned());
    let header = decode_header(token).map_err(|error| Doubt::Void(error.to_string()))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Doubt::Void(format!("the signature `{:?}` is not believed", header.alg)));
    }
    let raw = signed(token, keys, header.kid.as_deref(), &validation(header.alg, config))?;
    if raw.exp.saturating_add(SKEW) <= now {
        return Err(void("the token has expired"));
    }
    if raw.iat > now.saturating_add(SKEW) || raw.nbf.is_some_and(|from| from > now.saturating_add(SKEW)) {
        return Err(void("the token is of the future"));
    }
    if raw.nonce.as_deref() != Some(nonce) {
        return Err(void("the nonce is not the one that was sent along"));
    }
    let several = raw.aud.as_array().is_some_and(|all| all.len() > 1);
    if (several && raw.azp.is_none()) || raw.azp.as_ref().is_some_and(|azp| *azp != config.client_id) {
        return Err(void("the token was made for another client"));
    }
    if raw.sub.is_empty() || raw.sub.len() > MAX_SUBJECT_BYTES {
        return Err(void("the subject is empty, or longer than 255 bytes"));
    }
    let email = raw.email.filter(|_| raw.email_verified == Some(Value::Bool(true)));
    let roles = roles(&raw.more, config);
    Ok(Claims { subject: raw.sub, name: raw.name.or(raw.preferred_username), email, roles })
}

/// The times are compared above, with our clock.
fn validation(algorithm: Algorithm, config: &ProviderConfig) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[&config.client_id]);
    validation.set_issuer(&[&config.issuer]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.validate_exp = false;
    validation
}

/// The claims, if one of the keys that may have signed them has.
fn signed(token: &str, keys: &[Jwk], kid: Option<&str>, validation: &Validation) -> Result<Raw, Doubt> {
    let named = |key: &&Jwk| kid.is_none() || key.common.key_id.as_deref() == kid;
    for key in keys.iter().filter(named).filter(|key| !is_for_encryption(key)) {
        let Ok(key) = DecodingKey::from_jwk(key) else { continue };
        match decode::<Raw>(token, &key, validation) {
            Ok(token) => return Ok(token.claims),
            // Another key may have signed it, or the provider has a new one.
            Err(error) if is_about_the_key(&error) => {}
            Err(error) => return Err(Doubt::Void(error.to_string())),
        }
    }
    Err(Doubt::NoKey)
}

fn is_about_the_key(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm | ErrorKind::InvalidKeyFormat
    )
}

fn is_for_encryption(key: &Jwk) -> bool {
    use jsonwebtoken::jwk::PublicKeyUse::Encryption;
    let algorithm = key.common.key_algorithm;
    key.common.public_key_use == Some(Encryption)
        || matches!(
            algorithm,
            Some(KeyAlgorithm::RSA1_5 | KeyAlgorithm::RSA_OAEP | KeyAlgorithm::RSA_OAEP_256)
        )
}

/// The roles that the groups of the token stand for.
fn roles(more: &Map<String, Value>, config: &ProviderConfig) -> BTreeSet<String> {
    let groups = match more.get(&config.groups_claim) {
        Some(Value::Array(groups)) => groups.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(group)) => vec![group.as_str()],
        _ => Vec::new(),
    };
    groups.into_iter().filter_map(|group| config.roles.get(group)).flatten().cloned().collect()
}
