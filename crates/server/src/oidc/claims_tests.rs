//! Tokens that are not what they seem, signed by keys that are made here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{KeyPair, PublicKeyData as _};
use serde_json::{Value, json};

use super::claims::{Doubt, verify};
use super::{Claims, ProviderConfig};

const NOW: i64 = 1_800_000_000;

fn config() -> ProviderConfig {
    let config = json!({
        "name": "corp", "issuer": "https://idp.example", "clientId": "assent", "publicUrl": "https://assent.example",
        "roles": {"ml": ["auditor"]}
    });
    serde_json::from_value(config).unwrap()
}

fn claims() -> Value {
    json!({
        "iss": "https://idp.example", "aud": "assent", "sub": "grace", "nonce": "n", "iat": NOW, "exp": NOW + 300,
        "groups": ["ml"]
    })
}

/// The key as a provider publishes it.
fn published(key: &KeyPair, kid: &str) -> Jwk {
    let point = key.der_bytes();
    let coordinate = |range| URL_SAFE_NO_PAD.encode(&point[range]);
    let (x, y) = (coordinate(1..33), coordinate(33..65));
    serde_json::from_value(json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": x, "y": y})).unwrap()
}

fn signed(key: &KeyPair, kid: Option<&str>, claims: &Value) -> String {
    let header = Header { kid: kid.map(ToOwned::to_owned), ..Header::new(Algorithm::ES256) };
    encode(&header, claims, &EncodingKey::from_ec_der(&key.serialize_der())).unwrap()
}

fn check(token: &str, keys: &[Jwk]) -> Result<Claims, Doubt> {
    verify(token, keys, &config(), "n", NOW)
}

fn why(result: Result<Claims, Doubt>) -> String {
    match result {
        Err(Doubt::Void(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_a_key_of_the_provider_signs() {
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let keys = [published(&other, "old"), published(&key, "new")];
    for kid in [Some("new"), None] {
        let claims = check(&signed(&key, kid, &claims()), &keys).unwrap();
        assert_eq!((claims.subject.as_str(), claims.roles.len()), ("grace", 1));
    }
    let stranger = KeyPair::generate().unwrap();
    for (key, kid) in
        [(&stranger, Some("new")), (&stranger, None), (&key, Some("old")), (&key, Some("unknown"))]
    {
        assert_eq!(check(&signed(key, kid, &claims()), &keys), Err(Doubt::NoKey), "{kid:?}");
    }
    let mut jwk = serde_json::to_value(published(&key, "new")).unwrap();
    jwk["use"] = json!("enc");
    let jwk: Jwk = serde_json::from_value(jwk).unwrap();
    assert_eq!(check(&signed(&key, Some("new"), &claims()), &[jwk]), Err(Doubt::NoKey));
}

#[test]
fn what_is_no_signature_of_a_key_is_not_believed() {
    let key = KeyPair::generate().unwrap();
    let keys = [published(&key, "k")];
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = |header: Value| format!("{}.{}.", part(&header), part(&claims()));
    for token in [
        none(json!({"alg": "none"})),
        none(json!({"alg": "NONE", "kid": "k"})),
        String::new(),
        "a.b.c".into(),
    ] {
        why(check(&token, &keys));
    }
    // The public key is known to everybody: it is no secret to sign with.
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("k".to_owned());
    for secret in [key.der_bytes().to_vec(), key.public_key_pem().into_bytes()] {
        let forged = encode(&header, &claims(), &EncodingKey::from_secret(&secret)).unwrap();
        assert!(why(check(&forged, &keys)).contains("HS256"));
    }
    let shared: Jwk = serde_json::from_value(json!({"kty": "oct", "kid": "k", "k": "c2VjcmV0"})).unwrap();
    let forged = encode(&header, &claims(), &EncodingKey::from_secret(b"secret")).unwrap();
    assert!(why(check(&forged, &[shared])).contains("HS256"));
    // One byte of what was signed.
    let token = signed(&key, Some("k"), &claims());
    let mut parts: Vec<&str> = token.split('.').collect();
    let mut changed = claims();
    changed["sub"] = json!("admin");
    let changed = part(&changed);
    parts[1] = &changed;
    assert_eq!(check(&parts.join("."), &keys), Err(Doubt::NoKey));
}

#[test]
fn a_token_for_somebody_else_is_not_believed() {
    let key = KeyPair::generate().unwrap();
    let keys = [published(&key, "k")];
    let with = |field: &str, value: Value| {
        let mut claims = claims();
        claims[field] = value;
        check(&signed(&key, Some("k"), &claims), &keys)
    };
    for (field, value, said) in [
        ("iss", json!("https://evil.example"), "InvalidIssuer"),
        ("iss", json!("https://idp.example/"), "InvalidIssuer"),
        ("iss", Value::Null, "iss"),
        ("aud", json!("other"), "InvalidAudience"),
        ("aud", json!(["other", "another"]), "InvalidAudience"),
        ("aud", json!([]), "InvalidAudience"),
        ("aud", json!(["assent", "other"]), "another client"),
        ("azp", json!("other"), "another client"),
        ("nonce", json!("m"), "nonce"),
        ("nonce", Value::Null, "nonce"),
        ("exp", json!(NOW - 120), "expired"),
        ("iat", json!(NOW + 600), "future"),
        ("nbf", json!(NOW + 600), "future"),
        ("sub", json!(""), "subject"),
        ("sub", json!("x".repeat(256)), "subject"),
    ] {
        let why = why(with(field, value.clone()));
        assert!(why.contains(said), "{field} {value}: {why}");
    }
    for (field, value) in [
        ("aud", json!(["assent"])),
        ("azp", json!("assent")),
        ("exp", json!(NOW - 60)),
        ("iat", json!(NOW + 60)),
        ("nbf", json!(NOW + 60)),
    ] {
        with(field, value.clone()).unwrap_or_else(|doubt| panic!("{field} {value}: {doubt:?}"));
    }
}
