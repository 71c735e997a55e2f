//! JSON bodies: bounded, strict, and refused with the place of the mistake.

use axum::body::HttpBody as _;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::problem::Problem;

/// Reads the whole body, if it is at most `max_bytes`.
pub(super) async fn read(body: axum::body::Body, max_bytes: usize) -> Result<bytes::Bytes, Problem> {
    let too_large = || Problem::too_large(format!("the body has more than {max_bytes} bytes"));
    if body.size_hint().lower() > max_bytes as u64 {
        return Err(too_large());
    }
    axum::body::to_bytes(body, max_bytes).await.map_err(|error| {
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(inner) = cause {
            if inner.to_string().contains("length limit exceeded") {
                return too_large();
            }
            cause = inner.source();
        }
        Problem::new(
            StatusCode::BAD_REQUEST,
            "body-cut",
            "the body did not arrive whole",
            "send the request again",
        )
    })
}

/// Refuses what is announced as something else than JSON.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let value = value.to_str().unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(not_json())
}

fn not_json() -> Problem {
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    let detail = "the body is not announced as `application/json`";
    Problem::new(status, "unsupported-media-type", detail, "send JSON with `Content-Type: application/json`")
}

/// Refuses what is not announced as JSON, which a form of another site cannot do.
pub(super) fn announces_json(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.contains_key(CONTENT_TYPE) { check_content_type(headers) } else { Err(not_json()) }
}

/// Reads one JSON object, and nothing after it. (An array would be read as the fields of an object in their order.)
pub(super) fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        let remedy = "send one JSON object";
        let problem =
            Problem::new(StatusCode::BAD_REQUEST, "invalid-field", "the body is not a JSON object", remedy);
        return Err(problem.at(""));
    }
    if escapes_nul(bytes) {
        return Err(nul(bytes));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        refused(error.inner(), Some(pointer))
    })?;
    deserializer.end().map_err(|error| refused(&error, None))?;
    Ok(value)
}

/// Whether a text holds the character NUL. As it is, it is no JSON; backslashes stand nowhere but in texts.
fn escapes_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let escape = rest.get(at.saturating_add(1)..).unwrap_or_default();
        if escape.starts_with(b"u0000") {
            return true;
        }
        rest = escape.get(1..).unwrap_or_default();
    }
    false
}

/// Not every store keeps the character NUL: it would be refused there, as a failure.
fn nul(json: &[u8]) -> Problem {
    let remedy = "leave the character NUL (`\\u0000`) out";
    let detail = "a text holds the character NUL";
    let problem = Problem::new(StatusCode::BAD_REQUEST, "invalid-field", detail, remedy);
    match serde_json::from_slice::<Value>(json).ok().and_then(|value| place_of_nul(&value)) {
        Some(pointer) => problem.at(pointer),
        None => problem,
    }
}

/// The pointer to a text or a name with NUL in it, without the name itself.
fn place_of_nul(value: &Value) -> Option<String> {
    let below = |step: String, value: &Value| place_of_nul(value).map(|place| format!("/{step}{place}"));
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => {
            items.iter().zip(0_usize..).find_map(|(item, index)| below(index.to_string(), item))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let step = name.replace('~', "~0").replace('/', "~1");
            if name.contains('\0') { Some(String::new()) } else { below(step, value) }
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn refused(error: &serde_json::Error, pointer: Option<String>) -> Problem {
    let detail = plain(&error.to_string());
    if error.classify() == Category::Data {
        let remedy = "give the field as the API description says";
        let problem = Problem::new(StatusCode::BAD_REQUEST, "invalid-field", detail, remedy);
        return match pointer {
            Some(pointer) => problem.at(pointer),
            None => problem,
        };
    }
    let remedy = "send one JSON document, mended where the message says";
    Problem::new(StatusCode::BAD_REQUEST, "malformed-json", format!("the body is not JSON: {detail}"), remedy)
}

/// The message without names of types.
fn plain(message: &str) -> String {
    let mut words = Vec::new();
    let mut all = message.split(' ').peekable();
    while let Some(word) = all.next() {
        match (word, all.peek()) {
            ("struct", Some(_)) => {
                all.next();
                words.push("an object");
            }
            ("u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64", _) => words.push("a whole number"),
            ("f64", _) => words.push("a number"),
            (word, _) => words.push(word),
        }
    }
    words.join(" ")
}

/// RFC 6901.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.extend(["/", &index.to_string()]),
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Outer {
        #[serde(default)]
        items: Vec<Inner>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only parsed")]
        size: u32,
    }

    #[track_caller]
    fn check(body: &str, code: &str, pointer: Option<&str>, detail: &str) {
        let problem = parse_json::<Outer>(body.as_bytes()).expect_err(body);
        assert_eq!((problem.code, problem.pointer.as_deref()), (code, pointer), "{body}: {}", problem.detail);
        assert!(problem.detail.contains(detail), "{body}: {}", problem.detail);
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        check(
            r#"{"items": [{"size": "x"}]}"#,
            "invalid-field",
            Some("/items/0/size"),
            "expected a whole number",
        );
        check(
            r#"{"items": [{"size": 1}], "itemz": 1}"#,
            "invalid-field",
            Some("/itemz"),
            "unknown field `itemz`",
        );
        check(r#"{"items": [{}]}"#, "invalid-field", Some("/items/0"), "missing field `size`");
        check("{\n \"items\": [,]}", "malformed-json", None, "line 2 column 12");
        check("{} {}", "malformed-json", None, "trailing characters");
        check(
            r#"{"items": [], "a/b": ["", "x\\\u0000"]}"#,
            "invalid-field",
            Some("/a~1b/1"),
            "character NUL",
        );
        check(r#"{"items": {"\u0000": 1}}"#, "invalid-field", Some("/items"), "character NUL");
        check(r#"{"items": "\u0000}"#, "invalid-field", None, "character NUL");
        check(r#"{"items": "\ud800"}"#, "malformed-json", None, "hex escape");
        check(r#"{"items": "\\u0000"}"#, "invalid-field", Some("/items"), "expected a sequence");
        check("[[]]", "invalid-field", Some(""), "not a JSON object");
        check(r#"{"items": [7]}"#, "invalid-field", Some("/items/0"), "expected an object");
        assert_eq!(parse_json::<Outer>(br#"{"items": [{"size": 3}]}"#).unwrap().items.len(), 1);
        let deep = format!("{{\"a\": {}{}}}", "[".repeat(200), "]".repeat(200));
        let problem = parse_json::<serde_json::Value>(deep.as_bytes()).unwrap_err();
        assert_eq!((problem.code, problem.detail.contains("recursion limit")), ("malformed-json", true));
    }
}
