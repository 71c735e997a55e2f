//! `POST /api/v1/promotions/{id}/reviews`

use assent_app::Command;
use assent_domain::identity::Principal;
use assent_domain::ids::{Digest, PrincipalId, PromotionId};
use assent_domain::workflow::{ConditionTime, Decision, NewCondition, NewReview};
use assent_domain::{Code, Refusal, text};
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::execute::check_comment;
use crate::http::{Segments, Sent, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::schemas::{ConditionTimeWords, DecisionWords};
use crate::views::{PromotionView, Written};

/// The most conditions of one approval.
const MAX_CONDITIONS: usize = 20;

/// A decision on a step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewReview)]
pub(crate) struct NewReviewBody {
    /// The step of the workflow.
    step: String,
    /// The role in which; chosen among those held, if absent.
    role: Option<String>,
    #[schema(value_type = DecisionWords)]
    decision: Decision,
    /// Why; needed for every decision but APPROVED.
    #[schema(min_length = 1, max_length = 10000)]
    comment: Option<String>,
    /// Conditions of a CONDITIONAL approval.
    #[serde(default)]
    #[schema(max_items = 20)]
    conditions: Vec<NewConditionBody>,
    /// Digest of the evidence that the reviewer saw (`now.evidence` of the promotion): where it has moved on, the decision
    /// is refused. An approval has to name it.
    #[schema(value_type = Option<String>, pattern = "^[0-9a-f]{64}$")]
    evidence: Option<Digest>,
    /// Id of the principal in whose place the caller decides, by a delegation; in their own if absent.
    on_behalf_of: Option<Uuid>,
}

/// A condition of an approval.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewCondition)]
struct NewConditionBody {
    /// What has to be done.
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
    /// Id of the principal who has to do it.
    owner: Uuid,
    /// Until when.
    due_at: Option<Timestamp>,
    #[schema(value_type = ConditionTimeWords)]
    when: ConditionTime,
}

/// Decides a step of a promotion.
#[utoipa::path(post, path = "/api/v1/promotions/{id}/reviews", tag = "promotions", operation_id = "reviewPromotion",
    params(("id" = Uuid, Path, description = "Id of the promotion"), WriteHeaders), request_body = NewReviewBody,
    responses((status = 200, description = "Decided", body = Written<PromotionView>), Problems))]
pub(crate) async fn review(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewReviewBody>,
) -> Result<Response, Problem> {
    let (id, Write { sent, body }) = (PromotionId(id), write);
    let sent = sent.in_place_of(body.on_behalf_of);
    check(&body)?;
    let review = sealed(&app, &sent, body).await?;
    change(&app, &sent, id, Command::Review(id, Box::new(review))).await
}

fn check(body: &NewReviewBody) -> Result<(), Refusal> {
    body.comment.as_deref().map_or(Ok(()), |comment| check_comment("/comment", comment))?;
    if body.conditions.len() > MAX_CONDITIONS {
        let message = format!("{} conditions are more than {MAX_CONDITIONS}", body.conditions.len());
        return Err(Refusal::new(Code::TooMany, message).at("/conditions"));
    }
    for (i, condition) in body.conditions.iter().enumerate() {
        text::line(&format!("/conditions/{i}/text"), &condition.text)?;
    }
    Ok(())
}

/// The review with its words sealed under the reviewer, and conditions whose owners exist.
async fn sealed(app: &App, sent: &Sent, body: NewReviewBody) -> Result<NewReview, Problem> {
    let subject = sent.caller.id();
    let condition_ids: Vec<Uuid> = body.conditions.iter().map(|_| app.id()).collect();
    app.read(move |desk| {
        let mut conditions = Vec::with_capacity(body.conditions.len());
        for ((i, condition), id) in body.conditions.into_iter().enumerate().zip(condition_ids) {
            let owner = PrincipalId(condition.owner);
            if desk.any::<Principal>(owner)?.is_none() {
                return Err(Problem::not_found("principal", owner).at(format!("/conditions/{i}/owner")));
            }
            let text = desk.seal(subject, &condition.text)?;
            let (due_at, when) = (condition.due_at, condition.when);
            conditions.push(NewCondition { id: id.to_string(), text, owner, due_at, when });
        }
        let comment = body.comment.map(|comment| desk.seal(subject, &comment)).transpose()?;
        let (step, role, decision, evidence) = (body.step, body.role, body.decision, body.evidence);
        Ok(NewReview { step, role, decision, comment, conditions, evidence })
    })
    .await
}
