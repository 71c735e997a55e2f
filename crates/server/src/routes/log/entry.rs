//! `GET /api/v1/log/entries/{index}`

use assent_app::replay::payload_of;
use assent_log::leaf_hash;
use assent_store::Read;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::may_read;
use super::search::raw;
use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;

/// An entry of the log with what is kept beside it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WholeEntry {
    index: u64,
    /// SHA-256 of 0x00 and the entry: the leaf of the tree.
    leaf_hash: String,
    /// The entry as it stands in the log, byte for byte.
    #[schema(value_type = Object)]
    entry: Box<RawValue>,
    /// Details too large for the entry, which holds their digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    payload: Option<Box<RawValue>>,
}

/// Gives an entry of the log.
#[utoipa::path(get, path = "/api/v1/log/entries/{index}", tag = "log", operation_id = "getLogEntry",
    params(("index" = u64, Path, description = "Index of the entry")),
    responses((status = 200, description = "The entry", body = WholeEntry), Problems))]
pub(crate) async fn entry(
    State(app): State<App>,
    caller: Caller,
    Segments(index): Segments<u64>,
) -> Result<Json<WholeEntry>, Problem> {
    let found = app.read(move |desk| {
        may_read(desk, &caller)?;
        entry_of(desk.view.read(), index)
    });
    found.await.map(Json)
}

/// The entry at an index, with what is kept beside it.
pub(crate) fn entry_of(read: &dyn Read, index: u64) -> Result<WholeEntry, Problem> {
    let known = index < read.head()?.size;
    let bytes = if known { read.entries(index, 1)?.pop() } else { None };
    let bytes = bytes.ok_or_else(|| Problem::not_found("entry", index))?;
    let payload = payload_of(&bytes).map(|digest| read.payload(digest)).transpose()?.flatten();
    Ok(WholeEntry {
        index,
        leaf_hash: leaf_hash(&bytes).to_string(),
        entry: raw(bytes)?,
        payload: payload.map(raw).transpose()?,
    })
}
