//! Parameters in paths and queries.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The variable segments of the path.
#[derive(Debug)]
pub(crate) struct Segments<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        readable("the path", parts.uri.path())?;
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(segments)| Self(segments)).map_err(|_| {
            Problem::invalid(
                "an id or number in the path cannot be read: ids are UUIDs, numbers are decimal digits",
            )
        })
    }
}

/// The parameters of the query. Unknown ones are refused: a filter with a slip of the pen must not show everything.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        for pair in parts.uri.query().unwrap_or_default().split('&') {
            let name = pair.split('=').next().filter(|name| !name.is_empty() && !name.contains('%'));
            let place =
                name.map_or("a parameter of the query".to_owned(), |name| format!("the parameter `{name}`"));
            readable(&place, pair)?;
        }
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(params)| Self(params)).map_err(|rejection| {
            let cause = rejection.body_text();
            let cause = cause.split_once(": ").map_or(cause.as_str(), |(_, cause)| cause);
            Problem::invalid(format!("the query cannot be read: {cause}"))
        })
    }
}

/// Refuses what is no text, and the character NUL, which not every store keeps: it would be refused there, as a failure.
fn readable(place: &str, encoded: &str) -> Result<(), Problem> {
    let decoded = decode(encoded);
    if decoded.contains(&0) {
        return Err(Problem::invalid(format!("{place} holds the character NUL (`%00`): leave it out")));
    }
    match std::str::from_utf8(&decoded) {
        Ok(_) => Ok(()),
        Err(_) => Err(Problem::invalid(format!("{place} is no text: encode it as UTF-8"))),
    }
}

/// The bytes behind `%xx`; what is no such pair of digits stands for itself.
fn decode(encoded: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let digits = more.split_at_checked(2).filter(|_| *first == b'%');
        let byte = digits.and_then(|(digits, after)| Some((hexadecimal(digits)?, after)));
        let (byte, after) = byte.unwrap_or((*first, more));
        decoded.push(byte);
        rest = after;
    }
    decoded
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        for good in ["", "a=b", "q=%C3%A4+%25", "50%", "%zz", "%+1", "%"] {
            readable("x", good).unwrap();
        }
        assert_eq!(decode("%C3%a4%2500%4"), "ä%00%4".as_bytes());
        for bad in ["%00", "a=%00b", "%ED%A0%80", "%ff"] {
            let problem = readable("the parameter `q`", bad).unwrap_err();
            assert!(
                problem.status == 400 && problem.detail.starts_with("the parameter `q` "),
                "{bad}: {problem:?}"
            );
        }
    }
}
