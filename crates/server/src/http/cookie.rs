//! Cookies. Their names make browsers refuse them unless they are secure, for this host alone, and for all its paths; scripts
//! cannot read them, and other sites do not send them along with their writes.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

/// The session of a person.
pub(crate) const SESSION: Cookie = Cookie { name: "__Host-assent-session", max_bytes: 512 };
/// A log-in with a provider that is under way.
pub(crate) const FLOW: Cookie = Cookie { name: "__Host-assent-flow", max_bytes: 2_048 };

const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// A cookie of ours.
pub(crate) struct Cookie {
    name: &'static str,
    /// The longest value that is looked at.
    max_bytes: usize,
}

impl Cookie {
    /// The value of the cookie, if there is one.
    pub(crate) fn of<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(name, _)| *name == self.name)?;
        (value.len() <= self.max_bytes).then_some(value)
    }

    /// Lets the browser present this from now on, until it is closed.
    pub(crate) fn set(&self, response: &mut Response, value: &str) {
        append(response, &format!("{}={value}; {ATTRIBUTES}", self.name));
    }

    /// Lets the browser forget it.
    pub(crate) fn clear(&self, response: &mut Response) {
        append(response, &format!("{}=; Max-Age=0; {ATTRIBUTES}", self.name));
    }
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
        assert_eq!(SESSION.of(&headers), None);
        headers.append(COOKIE, HeaderValue::from_static("a=1; assent-session=fake"));
        headers.append(COOKIE, HeaderValue::from_static("b=2;__Host-assent-session=x.y.1.z; c=3"));
        assert_eq!(SESSION.of(&headers), Some("x.y.1.z"));
        assert_eq!(FLOW.of(&headers), None);
        let long = "x".repeat(SESSION.max_bytes + 1);
        let long = HeaderValue::from_str(&format!("{}={long}", SESSION.name)).unwrap();
        assert_eq!(SESSION.of(&HeaderMap::from_iter([(COOKIE, long)])), None);
    }
}
