//! `POST /api/v1/versions/{id}/artifact-scans`

use assent_domain::evaluation::{ScanRequested, Task};
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::VersionId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::{WaitParams, asked};
use crate::app::App;
use crate::http::{Empty, Params, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{EvaluationView, Written};

/// Has the artifacts of a version scanned by the scanner of the platform, and waits for the verdict for a while. A scan is an
/// evaluation: it goes on whether somebody waits or not, and `GET /api/v1/evaluations/{id}` shows what became of it.
#[utoipa::path(post, path = "/api/v1/versions/{id}/artifact-scans", tag = "evaluations", operation_id = "scanVersion",
    params(("id" = Uuid, Path, description = "Id of the version"), WaitParams, WriteHeaders), request_body = Option<Empty>,
    responses((status = 201, description = "Scanned", body = Written<EvaluationView>),
        (status = 202, description = "Asked for, and not scanned yet", body = Written<EvaluationView>), Problems))]
pub(crate) async fn scan(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    Params(wait): Params<WaitParams>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    let wait = wait.time()?;
    let (id, caller) = (VersionId(id), write.sent.caller.clone());
    let task = app.read(move |desk| {
        let (model, version) = desk.version(&caller, id)?;
        desk.may(&caller, Permission::Evaluate, Target::Model(&model))?;
        Ok(ScanRequested { version: id, model: model.id, artifacts: version.artifacts.clone() })
    });
    asked(&app, &write.sent, Task::Scan(task.await?), wait, None).await
}
