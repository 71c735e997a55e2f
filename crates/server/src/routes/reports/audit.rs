//! `GET /api/v1/reports/audit`

use std::collections::BTreeMap;

use assent_app::reports::audit::{Integrity, Known, MAX_ENTRIES, Tally, Uncounted, entry_href, report};
use assent_app::reports::{Report, Sheet};
use assent_domain::{Kind, Time};
use assent_log::VerifyingKey;
use assent_store::EntryQuery;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Format, Rather, shown};
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::routes::log::{entry_of, may_read};
use crate::views::ReportShape;
use crate::views::schemas::{KindWords, ReportFormatWords};

/// Of what, and of which time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct AuditParams {
    /// Id of a model: what happened to it and to its versions.
    model: Option<Uuid>,
    /// What kind of thing it is about; with `subjectId`.
    #[param(value_type = Option<KindWords>)]
    subject_kind: Option<Kind>,
    /// Id of the thing; with `subjectKind`.
    subject_id: Option<Uuid>,
    /// Id of who acted.
    actor: Option<Uuid>,
    /// Not before this time.
    from: Option<Timestamp>,
    /// Before this time; now if absent.
    until: Option<Timestamp>,
    /// `json` or `markdown`; what the header `Accept` asks for if absent.
    #[param(value_type = Option<ReportFormatWords>)]
    format: Option<Format>,
}

/// Reports what happened to an object in a time, or to all: how many entries by type, by who acted and by outcome, whether the
/// log holds, and the newest entries. At most 20,000 entries are counted; more are refused.
#[utoipa::path(get, path = "/api/v1/reports/audit", tag = "reports", operation_id = "auditReport", params(AuditParams),
    responses((status = 200, description = "The report", content((ReportShape = "application/json"), (String = "text/markdown"))),
        Problems))]
pub(crate) async fn audit(
    State(app): State<App>,
    caller: Caller,
    rather: Rather,
    Params(params): Params<AuditParams>,
) -> Result<Response, Problem> {
    if params.subject_kind.is_some() != params.subject_id.is_some() {
        return Err(Problem::invalid(
            "`subjectKind` and `subjectId` name a thing together: give both, or neither",
        ));
    }
    let format = params.format;
    let made = app.read_much(move |desk| {
        may_read(desk, &caller)?;
        of_period(desk, &params)
    });
    Ok(rather.write(format, &made.await?))
}

fn of_period(desk: &Desk<'_>, params: &AuditParams) -> Result<Report, Problem> {
    let until = params.until.unwrap_or(desk.now);
    let (about, search) = asked(params, until);
    let query = EntryQuery {
        actor: params.actor,
        subject_kind: params.subject_kind.map(|kind| kind.name().to_owned()),
        subject_id: params.subject_id.map(|id| id.to_string()),
        model_id: params.model,
        from_ms: params.from.map(Timestamp::as_millisecond),
        until_ms: Some(until.as_millisecond()),
        ..EntryQuery::default()
    };
    let read = desk.view.read();
    let tally = Tally::of(read, &query, &mut || desk.is_over());
    let tally = tally.map_err(|why| uncounted(desk, why))?;
    let mut keys: Vec<VerifyingKey> = desk.app.options.known_keys.clone();
    keys.extend(VerifyingKey::parse(&desk.app.assent.signer.vkey()));
    desk.in_time()?;
    let integrity = Integrity::of(read, &keys)?;
    let mut sheet = Sheet::default();
    for index in tally.newest() {
        sheet.put(entry_href(*index), shown(&entry_of(read, *index)?)?);
    }
    let mut names = BTreeMap::new();
    for id in tally.actors() {
        desk.in_time()?;
        let uuid = Uuid::try_parse(id).map_err(|error| Problem::internal(error.to_string()))?;
        names.insert(id.to_owned(), desk.person(uuid.into())?.name);
    }
    let (from, at) = (params.from, desk.now);
    Ok(report(&Known {
        about,
        search,
        from,
        until,
        tally: &tally,
        integrity: &integrity,
        sheet: &sheet,
        names: &names,
        at,
    }))
}

/// What it is about in words, and the search for its entries.
fn asked(params: &AuditParams, until: Time) -> (String, Vec<(&'static str, String)>) {
    let (mut about, mut search) = (Vec::new(), Vec::new());
    if let Some(id) = params.model {
        about.push(format!("the model {id}"));
        search.push(("model", id.to_string()));
    }
    if let (Some(kind), Some(id)) = (params.subject_kind, params.subject_id) {
        about.push(format!("{} {id}", kind.name()));
        search.push(("subjectKind", kind.name().to_owned()));
        search.push(("subjectId", id.to_string()));
    }
    if let Some(id) = params.actor {
        about.push(format!("what {id} did"));
        search.push(("actor", id.to_string()));
    }
    if about.is_empty() {
        about.push("everything".to_owned());
    }
    search.extend(params.from.map(|from| ("from", from.to_string())));
    search.push(("until", until.to_string()));
    (about.join(", "), search)
}

fn uncounted(desk: &Desk<'_>, why: Uncounted) -> Problem {
    match why {
        Uncounted::GivenUp => Problem::too_long(desk.app.options.report_timeout),
        Uncounted::Store(error) => error.into(),
        Uncounted::TooMany(oldest) => {
            let from =
                oldest.map(|time| format!("; the newest of them go back to {time}")).unwrap_or_default();
            Problem::invalid(format!(
                "more than {MAX_ENTRIES} entries would have to be looked at{from}: give a later `from`, or an earlier `until`"
            ))
        }
    }
}
