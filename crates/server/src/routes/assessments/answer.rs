//! `POST /api/v1/assessments/{id}/risks`

use assent_app::command::AssessmentCommand;
use assent_domain::ids::AssessmentId;
use assent_domain::risk::Exact;
use assent_domain::risk::assessment::{Answer, Answered, Custom};
use assent_domain::{Code, Refusal, text};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::execute::check_comment;
use crate::http::{Segments, Sent, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{AssessmentView, Written};

/// The most controls of one risk.
const MAX_CONTROLS: usize = 20;

/// How a risk is rated.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRating {
    /// Id of the risk: that of a template, or a new one with its category and title.
    risk: String,
    /// From 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    likelihood: u8,
    /// From 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    impact: u8,
    /// How much of it the controls take away, from 0 to 1 with at most four places.
    #[serde(default)]
    #[schema(value_type = f64, minimum = 0, maximum = 1, default = 0)]
    effectiveness: Exact,
    /// What is done about it.
    #[serde(default)]
    #[schema(max_items = 20)]
    controls: Vec<String>,
    /// Why it is rated so.
    #[schema(min_length = 1, max_length = 10000)]
    notes: Option<String>,
    /// For a risk that no template names: a category of the risk model.
    category: Option<String>,
    /// For a risk that no template names: what could happen.
    #[schema(min_length = 1, max_length = 2000)]
    title: Option<String>,
}

/// Rates a risk, the first time or again; only the assessor does.
#[utoipa::path(post, path = "/api/v1/assessments/{id}/risks", tag = "risk", operation_id = "answerRisk",
    params(("id" = Uuid, Path, description = "Id of the assessment"), WriteHeaders), request_body = NewRating,
    responses((status = 200, description = "Rated", body = Written<AssessmentView>), Problems))]
pub(crate) async fn answer(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewRating>,
) -> Result<Response, Problem> {
    let (id, Write { sent, body }) = (AssessmentId(id), write);
    check(&body)?;
    let answered = sealed(&app, &sent, body).await?;
    change(&app, &sent, id, AssessmentCommand::Answer(answered)).await
}

fn check(body: &NewRating) -> Result<(), Refusal> {
    if body.controls.len() > MAX_CONTROLS {
        let message = format!("{} controls are more than {MAX_CONTROLS}", body.controls.len());
        return Err(Refusal::new(Code::TooMany, message).at("/controls"));
    }
    for (i, control) in body.controls.iter().enumerate() {
        text::line(&format!("/controls/{i}"), control)?;
    }
    body.notes.as_deref().map_or(Ok(()), |notes| check_comment("/notes", notes))?;
    body.title.as_deref().map_or(Ok(()), |title| text::line("/title", title))?;
    let missing = match (&body.category, &body.title) {
        (Some(_), None) => "/title",
        (None, Some(_)) => "/category",
        (Some(_), Some(_)) | (None, None) => return Ok(()),
    };
    let message = "a risk that no template names has both a category and a title";
    Err(Refusal::new(Code::InvalidValue, message).at(missing))
}

/// The rating with its words sealed under the assessor.
async fn sealed(app: &App, sent: &Sent, body: NewRating) -> Result<Answered, Problem> {
    let subject = sent.caller.id();
    app.read(move |desk| {
        let seal = |text: String| desk.seal(subject, &text);
        let custom = match body.category.zip(body.title) {
            Some((category, title)) => Some(Custom { category, title: seal(title)? }),
            None => None,
        };
        let controls = body.controls.into_iter().map(seal).collect::<Result<_, _>>()?;
        let notes = body.notes.map(seal).transpose()?;
        let (likelihood, impact, effectiveness) = (body.likelihood, body.impact, body.effectiveness);
        let answer = Answer { likelihood, impact, effectiveness, controls, notes };
        Ok(Answered { risk: body.risk, custom, answer })
    })
    .await
}
