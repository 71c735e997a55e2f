//! `GET /api/v1/log/entries`

use assent_domain::Kind;
use assent_log::entry::Outcome;
use assent_store::EntryQuery;
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::may_read;
use crate::app::App;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, limit};
use crate::problem::Problem;
use crate::views::schemas::{KindWords, OutcomeWords};

/// Which entries. Absent parameters do not restrict.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntryParams {
    /// Event type, for example `modelRegistered`.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// Id of who did it.
    actor: Option<Uuid>,
    /// What kind of thing it was done to.
    #[param(rename = "subjectKind", value_type = Option<KindWords>)]
    subject_kind: Option<Kind>,
    /// Id of what it was done to.
    #[param(rename = "subjectId")]
    subject_id: Option<Uuid>,
    /// Id of the model that it concerns, directly or through a version.
    model: Option<Uuid>,
    /// How it ended.
    #[param(value_type = Option<OutcomeWords>)]
    outcome: Option<Outcome>,
    /// Shared by all entries of one command.
    correlation: Option<Uuid>,
    /// Not before this time.
    from: Option<Timestamp>,
    /// Before this time.
    until: Option<Timestamp>,
    /// `nextCursor` of the page before.
    cursor: Option<u64>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// An entry of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryView {
    /// Its index.
    pub(super) index: u64,
    /// The entry as it stands in the log, byte for byte. Personal data is in it as sealed texts.
    #[schema(value_type = Object)]
    pub(super) entry: Box<RawValue>,
}

/// Searches the log, newest first.
#[utoipa::path(get, path = "/api/v1/log/entries", tag = "log", operation_id = "searchLog", params(EntryParams),
    responses((status = 200, description = "A page", body = Page<EntryView>), Problems))]
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<EntryParams>,
) -> Result<Json<Page<EntryView>>, Problem> {
    let limit = limit(params.limit)?;
    let query = query(params, limit);
    let found = app.read(move |desk| {
        may_read(desk, &caller)?;
        let found = desk.view.read().find_entries(&query)?;
        let next_cursor = found.next.map(|index| index.to_string());
        let items =
            found.entries.into_iter().map(|(index, bytes)| Ok(EntryView { index, entry: raw(bytes)? }));
        Ok(Page { items: items.collect::<Result<_, Problem>>()?, next_cursor })
    });
    found.await.map(Json)
}

/// The bytes of an entry as JSON inside JSON, unchanged.
pub(super) fn raw(bytes: Vec<u8>) -> Result<Box<RawValue>, Problem> {
    let text = String::from_utf8(bytes).map_err(|error| Problem::internal(error.to_string()))?;
    RawValue::from_string(text).map_err(|error| Problem::internal(error.to_string()))
}

fn query(params: EntryParams, limit: u32) -> EntryQuery {
    let outcome = params.outcome.map(|outcome| match outcome {
        Outcome::Success => "SUCCESS",
        Outcome::Failure => "FAILURE",
        Outcome::Partial => "PARTIAL",
    });
    EntryQuery {
        event_type: params.kind,
        actor: params.actor,
        subject_kind: params.subject_kind.map(|kind| kind.name().to_owned()),
        subject_id: params.subject_id.map(|id| id.to_string()),
        model_id: params.model,
        outcome: outcome.map(str::to_owned),
        correlation_id: params.correlation,
        from_ms: params.from.map(Timestamp::as_millisecond),
        until_ms: params.until.map(Timestamp::as_millisecond),
        before: params.cursor,
        limit,
    }
}
