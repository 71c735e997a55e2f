//! `GET /api/v1/retention`

use assent_domain::Time;
use assent_domain::identity::{Permission, Target};
use assent_domain::pack::{Pack, RetentionClass};
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::Caller;
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::schemas::RetentionClassWords;

/// How long records are to be kept, by the pack in force.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retention {
    /// Name of the pack.
    pack: String,
    /// Every class, with its rule where the pack has one.
    classes: Vec<Kept>,
    /// The longest period of any class, for which the log is kept; absent where the pack says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_kept_for: Option<String>,
    /// When the newest entry of the log was made.
    newest_entry: Timestamp,
    /// Until when the log has to be kept, as it stands now: that long after its newest entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_kept_until: Option<Timestamp>,
    /// Whether the engine deletes what is older by itself. This release deletes nothing.
    deletes: bool,
}

/// How long one class is to be kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Kept {
    #[schema(value_type = RetentionClassWords)]
    class: &'static str,
    /// Id of the rule; absent where the pack says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// For how long, at least, for example `7y`.
    #[serde(skip_serializing_if = "Option::is_none")]
    keep: Option<String>,
    /// Why so long.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Tells how long records are to be kept, and until when the log is by that. Nothing is deleted.
#[utoipa::path(get, path = "/api/v1/retention", tag = "packs", operation_id = "retention",
    responses((status = 200, description = "The periods", body = Retention), Problems))]
pub(crate) async fn retention(State(app): State<App>, caller: Caller) -> Result<Json<Retention>, Problem> {
    let found = app.read(move |desk| {
        desk.may(&caller, Permission::Read, Target::SomeModel)?;
        let newest = desk.view.read().head()?.time_ms;
        let newest = Time::from_millisecond(newest).map_err(|error| Problem::internal(error.to_string()))?;
        Ok(told(&*desk.pack()?, newest))
    });
    found.await.map(Json)
}

fn told(pack: &Pack, newest_entry: Time) -> Retention {
    let kept = |class: RetentionClass| {
        let rule = pack.retention_of(class);
        Kept {
            class: class.name(),
            rule: rule.map(|rule| rule.id.clone()),
            title: rule.map(|rule| rule.title.clone()),
            keep: rule.map(|rule| rule.keep.to_string()),
            reason: rule.and_then(|rule| rule.reason.clone()),
        }
    };
    let longest = pack.log_kept_for();
    Retention {
        pack: pack.info().id.clone(),
        classes: RetentionClass::ALL.into_iter().map(kept).collect(),
        log_kept_for: longest.map(|period| period.to_string()),
        newest_entry,
        log_kept_until: longest.map(|period| period.after(newest_entry)),
        deletes: false,
    }
}
