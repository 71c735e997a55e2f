//! `POST /api/v1/periodic-reviews/{id}/findings`

use assent_app::oversight::PeriodicReviewCommand;
use assent_domain::Refusal;
use assent_domain::ids::{PeriodicReviewId, PrincipalId};
use assent_domain::periodic_review::{NewFinding, Outcome};
use assent_domain::{Code, text};
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::execute::check_comment;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::schemas::ReviewOutcomeWords;
use crate::views::{PeriodicReviewView, Written};

/// What was found in a section.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewReviewFinding)]
pub(crate) struct FindingBody {
    /// Which section of the review.
    section: String,
    #[schema(value_type = ReviewOutcomeWords)]
    outcome: Outcome,
    /// What was found, in words.
    #[schema(min_length = 1, max_length = 10000)]
    finding: String,
    /// What has to be done; with the outcome `ACTION_NEEDED`, and only there.
    #[serde(default)]
    #[schema(max_items = 20)]
    actions: Vec<ActionBody>,
}

/// What has to be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = NewReviewAction)]
pub(crate) struct ActionBody {
    /// What.
    #[schema(min_length = 1, max_length = 10000)]
    text: String,
    /// Id of who has to do it.
    owner: Uuid,
    /// Until when.
    due_at: Timestamp,
}

/// Writes down what was found in a section of a review. What was found there before is replaced.
#[utoipa::path(post, path = "/api/v1/periodic-reviews/{id}/findings", tag = "oversight", operation_id = "recordReviewFinding",
    params(("id" = Uuid, Path, description = "Id of the review"), WriteHeaders), request_body = FindingBody,
    responses((status = 200, description = "Written down", body = Written<PeriodicReviewView>), Problems))]
pub(crate) async fn find(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<FindingBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    checked(&body)?;
    let (caller, id) = (sent.caller.clone(), PeriodicReviewId(id));
    let new = app.read(move |desk| {
        desk.periodic_review(&caller, id)?;
        let seal = |text: &str| desk.seal(caller.id(), text);
        let actions = body
            .actions
            .iter()
            .map(|action| Ok((seal(&action.text)?, PrincipalId(action.owner), action.due_at)));
        Ok(NewFinding {
            actions: actions.collect::<Result<_, Problem>>()?,
            finding: seal(&body.finding)?,
            section: body.section,
            outcome: body.outcome,
        })
    });
    change(&app, &sent, id, PeriodicReviewCommand::Find(new.await?)).await
}

fn checked(body: &FindingBody) -> Result<(), Refusal> {
    check_comment("/finding", &body.finding)?;
    if body.actions.len() > text::MAX_ITEMS {
        let message = format!("{} actions are too many", body.actions.len());
        return Err(Refusal::new(Code::TooMany, message).at("/actions"));
    }
    for (i, action) in body.actions.iter().enumerate() {
        check_comment(&format!("/actions/{i}/text"), &action.text)?;
    }
    Ok(())
}
