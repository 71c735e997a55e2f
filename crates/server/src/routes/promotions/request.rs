//! `POST /api/v1/promotions`

use assent_app::Command;
use assent_domain::facts::{Strategy, Target};
use assent_domain::ids::VersionId;
use assent_domain::text;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer_new;
use crate::app::App;
use crate::desk::Desk;
use crate::http::Write;
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::schemas::StrategyWords;
use crate::views::{PromotionView, Written};

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewPromotion {
    /// Id of the version.
    version: Uuid,
    target: TargetBody,
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    comment: Option<String>,
    /// Whether to submit it at once.
    #[serde(default = "yes")]
    #[schema(default = true)]
    submit: bool,
}

fn yes() -> bool {
    true
}

/// Where a version is to go.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Target)]
pub(crate) struct TargetBody {
    /// The stage.
    stage: String,
    /// The environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    /// How it is rolled out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<StrategyWords>)]
    strategy: Option<Strategy>,
    /// In how many copies it is to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    replicas: Option<u32>,
}

impl From<Target> for TargetBody {
    fn from(target: Target) -> Self {
        let Target { stage, environment, strategy, replicas } = target;
        Self { stage, environment, strategy, replicas }
    }
}

/// Asks for a promotion of a version to a stage, and submits it unless told otherwise.
#[utoipa::path(post, path = "/api/v1/promotions", tag = "promotions", operation_id = "requestPromotion",
    params(WriteHeaders), request_body = NewPromotion,
    responses((status = 201, description = "Asked for", body = Written<PromotionView>), Problems))]
pub(crate) async fn request(State(app): State<App>, write: Write<NewPromotion>) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let TargetBody { stage, environment, strategy, replicas } = body.target;
    environment.as_ref().map_or(Ok(()), |name| text::name("/target/environment", name))?;
    let (version, caller) = (VersionId(body.version), sent.caller.clone());
    let comment = app.seal_comment(&sent, body.comment).await?;
    let target = Target { stage, environment, strategy, replicas };
    let command = Command::RequestPromotion { id: app.id(), version, target, comment, submit: body.submit };
    let seen = move |desk: &Desk<'_>| desk.version(&caller, version).map(drop);
    let receipt = app.execute_if(&sent, Some(version.into()), command, seen).await?;
    answer_new(&app, &sent, receipt).await
}
