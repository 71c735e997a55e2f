//! Answers to writes.

use assent_app::Receipt;
use assent_domain::Kind;
use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schemas::KindWords;

/// The proof that a write was carried out.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Receipt)]
pub(crate) struct ReceiptView {
    /// Kind of the object that the write was about.
    #[schema(value_type = KindWords)]
    kind: Kind,
    /// Its id.
    id: Uuid,
    /// Its revision after the write; 0 for what has no state.
    revision: u64,
    /// The events in the order of the log; none if nothing had to change.
    events: Vec<EventView>,
    /// The newest signed checkpoint when the answer was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<String>,
    /// Whether this is the answer to an earlier request with the same `Idempotency-Key`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(default = false)]
    replayed: bool,
}

/// An event in the log.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = EventRef)]
struct EventView {
    /// Id of the entry.
    id: Uuid,
    /// Its index in the log.
    index: u64,
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
}

impl From<Receipt> for ReceiptView {
    fn from(receipt: Receipt) -> Self {
        let event = |event: assent_app::ledger::EventRef| EventView {
            id: event.id,
            index: event.index,
            kind: event.kind,
        };
        Self {
            kind: receipt.kind,
            id: receipt.id,
            revision: receipt.revision,
            events: receipt.events.into_iter().map(event).collect(),
            checkpoint: receipt.checkpoint,
            replayed: receipt.replayed,
        }
    }
}

/// A receipt with the object as it stands now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Written<T> {
    /// The receipt.
    receipt: ReceiptView,
    /// The object.
    object: T,
}

/// The answer to a write that made something.
pub(crate) fn created<T: Serialize>(receipt: Receipt, object: T) -> Response {
    written(StatusCode::CREATED, receipt, object)
}

/// The answer to a write that waits for a second person.
pub(crate) fn accepted<T: Serialize>(receipt: Receipt, object: T) -> Response {
    written(StatusCode::ACCEPTED, receipt, object)
}

/// The answer to a write that changed something.
pub(crate) fn done<T: Serialize>(receipt: Receipt, object: T) -> Response {
    written(StatusCode::OK, receipt, object)
}

fn written<T: Serialize>(status: StatusCode, receipt: Receipt, object: T) -> Response {
    let index = receipt.log_index();
    let etag = etag(receipt.revision);
    let mut response = (status, Json(Written { receipt: receipt.into(), object })).into_response();
    if let Some(index) = index {
        response.headers_mut().insert(HeaderName::from_static("assent-log-index"), HeaderValue::from(index));
    }
    response.headers_mut().extend(etag.map(|etag| (header::ETAG, etag)));
    response
}

/// One object with its revision as `ETag`: what `If-Match` takes.
pub(crate) fn document<T: Serialize>(revision: u64, object: T) -> Response {
    let mut response = Json(object).into_response();
    response.headers_mut().extend(etag(revision).map(|etag| (header::ETAG, etag)));
    response
}

fn etag(revision: u64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{revision}\"")).ok()
}
