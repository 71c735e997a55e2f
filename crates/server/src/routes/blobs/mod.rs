//! Bytes.

mod upload;

use assent_domain::values::BlobRef;
use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use axum::http::{HeaderValue, Response as HttpResponse};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::problem::Problem;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(upload::upload))
}

/// The bytes of a blob as a file to be saved, never to be shown: its content is somebody's.
pub(super) async fn download(app: &App, blob: &BlobRef, name: &str) -> Result<Response, Problem> {
    let bytes = app.assent.blobs.get(blob.sha256).await?;
    let mut response = HttpResponse::new(Body::from_stream(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(blob.size_bytes));
    let texts = [(CONTENT_DISPOSITION, attachment(name)), (ETAG, format!("\"{}\"", blob.sha256))];
    headers
        .extend(texts.into_iter().filter_map(|(key, text)| Some((key, HeaderValue::from_str(&text).ok()?))));
    Ok(response)
}

/// RFC 6266 with the name in the encoding of RFC 8187, so that no name can break out of the header.
fn attachment(name: &str) -> String {
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("attachment; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_cannot_break_out() {
        assert_eq!(
            super::attachment("a\"\r\nb é.md"),
            "attachment; filename*=UTF-8''a%22%0D%0Ab%20%C3%A9.md"
        );
    }
}
