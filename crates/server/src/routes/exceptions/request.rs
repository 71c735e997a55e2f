//! `POST /api/v1/exceptions`

use assent_app::Command;
use assent_domain::exception::{NewException, Terms, Watch};
use assent_domain::ids::{ExceptionId, ModelId, VersionId};
use assent_domain::pack::Period;
use assent_domain::{AggregateId, Code, Refusal, Sealed, text};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::get::found;
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{ExceptionView, Written, created};

/// The most that is watched besides.
const MAX_WATCHES: usize = 20;

/// What is asked for. Either a model or a version is named.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewException)]
pub(crate) struct NewExceptionBody {
    /// Id of the policy.
    policy: String,
    /// Id of the model, for all of its versions.
    model: Option<Uuid>,
    /// Id of the version, for it alone.
    version: Option<Uuid>,
    /// Why the policy cannot be followed now.
    #[schema(min_length = 1, max_length = 10000)]
    justification: String,
    /// What can come of it.
    #[schema(min_length = 1, max_length = 10000)]
    risk_assessment: String,
    /// What is done against that meanwhile.
    #[schema(min_length = 1, max_length = 10000)]
    mitigation: String,
    /// How the policy will be followed in the end.
    #[schema(min_length = 1, max_length = 10000)]
    remediation_plan: String,
    /// How long it is to be active from its approval on, for example `7d`; at most what the policy allows.
    #[schema(value_type = String, pattern = "^[0-9]{1,8}[dhm]$")]
    duration: Period,
    /// What is watched besides, as long as it is active.
    #[serde(default)]
    #[schema(max_items = 20)]
    monitoring: Vec<WatchBody>,
    /// Id of the active or expired exception that it is to follow.
    extends: Option<Uuid>,
    /// Whether to submit it at once.
    #[serde(default = "yes")]
    #[schema(default = true)]
    submit: bool,
}

fn yes() -> bool {
    true
}

/// What is watched, and how often.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWatch)]
struct WatchBody {
    /// What.
    #[schema(min_length = 1, max_length = 2000)]
    what: String,
    /// How often, for example `1h`.
    #[schema(value_type = String, pattern = "^[0-9]{1,8}[dhm]$")]
    every: Period,
}

/// Asks for an exception from a policy, and submits it unless told otherwise.
#[utoipa::path(post, path = "/api/v1/exceptions", tag = "exceptions", operation_id = "requestException",
    params(WriteHeaders), request_body = NewExceptionBody,
    responses((status = 201, description = "Asked for", body = Written<ExceptionView>), Problems))]
pub(crate) async fn request(
    State(app): State<App>,
    write: Write<NewExceptionBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    check(&body)?;
    let (id, submit, caller): (ExceptionId, _, _) = (app.id(), body.submit, sent.caller.clone());
    let (object, new) = app.read(move |desk| sealed(desk, &caller, &body)).await?;
    let (model, caller) = (new.model.to_string(), sent.caller.clone());
    let seen = move |desk: &Desk<'_>| desk.model(&caller, &model).map(drop);
    let command = Command::RequestException(id, Box::new(new), submit);
    let receipt = app.execute_if(&sent, Some(object), command, seen).await?;
    let (_, view) = found(&app, &sent.caller, ExceptionId(receipt.id)).await?;
    Ok(created(receipt, view))
}

fn check(body: &NewExceptionBody) -> Result<(), Refusal> {
    text::name("/policy", &body.policy)?;
    text::words("/justification", &body.justification)?;
    text::words("/riskAssessment", &body.risk_assessment)?;
    text::words("/mitigation", &body.mitigation)?;
    text::words("/remediationPlan", &body.remediation_plan)?;
    if body.monitoring.len() > MAX_WATCHES {
        let message = format!("{} are more than {MAX_WATCHES}", body.monitoring.len());
        return Err(Refusal::new(Code::TooMany, message).at("/monitoring"));
    }
    for (i, watch) in body.monitoring.iter().enumerate() {
        text::line(&format!("/monitoring/{i}/what"), &watch.what)?;
    }
    Ok(())
}

/// What is asked for with its words sealed under who asks, if they may see what it is about.
fn sealed(
    desk: &Desk<'_>,
    caller: &Caller,
    body: &NewExceptionBody,
) -> Result<(AggregateId, NewException), Problem> {
    let (object, model, version) = subject(desk, caller, body)?;
    let seal = |text: &str| -> Result<Sealed, Problem> { desk.seal(caller.id(), text) };
    let watches =
        body.monitoring.iter().map(|watch| Ok(Watch { what: seal(&watch.what)?, every: watch.every }));
    let terms = Terms {
        justification: seal(&body.justification)?,
        risk_assessment: seal(&body.risk_assessment)?,
        mitigation: seal(&body.mitigation)?,
        remediation_plan: seal(&body.remediation_plan)?,
        duration: body.duration,
        monitoring: watches.collect::<Result<_, Problem>>()?,
    };
    let (policy, extends) = (body.policy.clone(), body.extends.map(ExceptionId));
    Ok((object, NewException { policy, model, version, extends, terms }))
}

fn subject(
    desk: &Desk<'_>,
    caller: &Caller,
    body: &NewExceptionBody,
) -> Result<(AggregateId, ModelId, Option<VersionId>), Problem> {
    match (body.model, body.version) {
        (Some(model), None) => {
            let model = desk.model(caller, &model.to_string())?.id;
            Ok((model.into(), model, None))
        }
        (None, Some(version)) => {
            let version = VersionId(version);
            let model = desk.version(caller, version)?.0.id;
            Ok((version.into(), model, Some(version)))
        }
        (None, None) | (Some(_), Some(_)) => {
            let message = "an exception is for a model or for a version: name one of the two";
            Err(Refusal::new(Code::InvalidValue, message).at("/model").into())
        }
    }
}
