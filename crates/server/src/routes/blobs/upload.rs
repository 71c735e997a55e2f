//! `POST /api/v1/blobs`

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use assent_app::blobs::MAX_BLOB_BYTES;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::Digest;
use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::problem::Problem;

/// What is uploaded.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadParams {
    /// SHA-256 of the bytes; other bytes are refused. The header `Content-Digest: sha-256=:…:` (RFC 9530) does the same.
    #[param(value_type = Option<String>, pattern = "^[0-9a-f]{64}$")]
    sha256: Option<Digest>,
}

/// Bytes that were kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeptBlob {
    /// Their SHA-256: the name by which other requests refer to them.
    sha256: String,
    size_bytes: u64,
}

/// Keeps the bytes of the body. They are streamed, and hashed on the way. From then on the caller may name them by their
/// SHA-256, whoever sent them before.
#[utoipa::path(post, path = "/api/v1/blobs", tag = "versions", operation_id = "uploadBlob", params(UploadParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, description = "Kept", body = KeptBlob), Problems))]
pub(crate) async fn upload(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<UploadParams>,
    request: Request,
) -> Result<Response, Problem> {
    let expected = params.sha256.or(content_digest(request.headers())?);
    check_length(request.headers())?;
    // Who answers for a service account may name what it sent; it may not name what they sent.
    let senders = BTreeSet::from([caller.id(), caller.principal.answerable()]);
    may_upload(&app, caller).await?;
    let place = Arc::clone(&app.uploads).try_acquire_owned();
    let _place = place.map_err(|_| Problem::busy("too many uploads are being received"))?;
    let bytes = paced(request.into_body(), app.options.upload_pause);
    let blob = app.assent.blobs.put_from(app.id(), bytes, expected, &senders).await?;
    let kept = KeptBlob { sha256: blob.sha256.to_string(), size_bytes: blob.size_bytes };
    Ok((StatusCode::CREATED, Json(kept)).into_response())
}

/// Bytes are of use to who registers or attaches something.
async fn may_upload(app: &App, caller: Caller) -> Result<(), Problem> {
    const USES: [Permission; 5] = [
        Permission::RegisterVersion,
        Permission::AttachEvidence,
        Permission::RegisterDataset,
        Permission::Evaluate,
        Permission::Comment,
    ];
    app.read(move |desk| {
        for permission in USES {
            if desk.can(&caller, permission, Target::SomeModel)? {
                return Ok(());
            }
        }
        desk.may(&caller, Permission::AttachEvidence, Target::SomeModel)
    })
    .await
}

fn check_length(headers: &HeaderMap) -> Result<(), Problem> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match length.filter(|length| *length > MAX_BLOB_BYTES) {
        Some(length) => Err(Problem::too_large(format!("{length} bytes are more than {MAX_BLOB_BYTES}"))),
        None => Ok(()),
    }
}

/// The digest that the client announces (RFC 9530); other algorithms are passed over.
fn content_digest(headers: &HeaderMap) -> Result<Option<Digest>, Problem> {
    let Some(value) = headers.get("content-digest") else { return Ok(None) };
    let mut items = value.to_str().unwrap_or_default().split(',').map(str::trim);
    let Some(item) = items.find_map(|item| item.strip_prefix("sha-256=")) else { return Ok(None) };
    let encoded = item.strip_prefix(':').and_then(|item| item.strip_suffix(':'));
    let bytes =
        encoded.and_then(|encoded| STANDARD.decode(encoded).ok()).and_then(|bytes| bytes.try_into().ok());
    let wrong = || Problem::invalid("Content-Digest is not of the form `sha-256=:<base64 of 32 bytes>:`");
    bytes.map(|bytes| Some(Digest(bytes))).ok_or_else(wrong)
}

/// How much has to come within the pause for the time to start anew, in bytes.
const PROGRESS: usize = 16 * 1024;

/// An upload as it comes in.
struct Paced {
    bytes: BodyDataStream,
    /// How long may still be waited for more, and how much has come since that was set.
    left: Duration,
    progress: usize,
}

/// The bytes of a body, as long as they come at a pace: whoever sends a byte now and then holds a place that others need.
fn paced(body: Body, pause: Duration) -> impl Stream<Item = Result<Bytes, String>> {
    let start = Paced { bytes: body.into_data_stream(), left: pause, progress: 0 };
    futures_util::stream::unfold(Some(start), move |state: Option<Paced>| async move {
        let mut state = state?;
        let waiting = Instant::now();
        match tokio::time::timeout(state.left, state.bytes.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(part))) => {
                state.left = state.left.saturating_sub(waiting.elapsed());
                state.progress += part.len();
                if state.progress >= PROGRESS {
                    (state.left, state.progress) = (pause, 0);
                }
                Some((Ok(part), Some(state)))
            }
            Ok(Some(Err(error))) => Some((Err(error.to_string()), None)),
            Err(_) => {
                let came = format!("{} bytes came in {} seconds", state.progress, pause.as_secs());
                Some((Err(format!("{came}, not {PROGRESS}: send the upload without pauses")), None))
            }
        }
    })
}
