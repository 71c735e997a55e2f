//! The cookie of a session. Its name makes browsers refuse it unless it is secure, for this host alone, and for all its paths;
//! scripts cannot read it, and other sites do not send it along with their writes.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

const NAME: &str = "__Host-assent-session";
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";
/// The longest cookie that is looked at, in bytes.
const MAX_BYTES: usize = 512;

/// The value of the cookie, if there is one.
pub(crate) fn of(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == NAME)?;
    (value.len() <= MAX_BYTES).then_some(value)
}

/// Lets the browser present this from now on, until it is closed.
pub(crate) fn set(response: &mut Response, value: &str) {
    append(response, &format!("{NAME}={value}; {ATTRIBUTES}"));
}

/// Lets the browser forget it.
pub(crate) fn clear(response: &mut Response) {
    append(response, &format!("{NAME}=; Max-Age=0; {ATTRIBUTES}"));
}

fn append(response: &mut Response, line: &str) {
    if let Ok(line) = HeaderValue::from_str(line) {
        response.headers_mut().append(SET_COOKIE, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        assert_eq!(of(&headers), None);
        headers.append(COOKIE, HeaderValue::from_static("a=1; assent-session=fake"));
        headers.append(COOKIE, HeaderValue::from_static("b=2;__Host-assent-session=x.y.1.z; c=3"));
        assert_eq!(of(&headers), Some("x.y.1.z"));
        let long = HeaderValue::from_str(&format!("{NAME}={}", "x".repeat(MAX_BYTES + 1))).unwrap();
        assert_eq!(of(&HeaderMap::from_iter([(COOKIE, long)])), None);
    }
}
