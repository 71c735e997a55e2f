//! One evaluation, from the claim to its end.

use std::sync::Arc;
use std::time::Duration;

use assent_app::command::Ran;
use assent_app::evaluate::{self, MAX_FILE_BYTES};
use assent_app::{Command, Request};
use assent_domain::evaluation::{Job, MAX_RUNS};
use assent_domain::identity::{Principal, PrincipalKind};
use assent_domain::ids::{EvaluationId, PrincipalId};
use assent_domain::pack::Pack;
use assent_domain::registry::{Dataset, Model, Version};
use assent_domain::values::Provenance;
use assent_eval::Report;
use assent_log::entry::ActorKind;
use assent_store::Claim;
use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;

use super::input::Watched;
use super::{Watch, take_up};
use crate::app::App;
use crate::desk::{Desk, Held};
use crate::problem::Problem;

/// What an evaluation is computed with.
struct Materials {
    dataset: Arc<Dataset>,
    pack: Arc<Pack>,
    provenance: Provenance,
}

/// How a run ended that came to no figures.
enum Halt {
    /// Somebody stopped it.
    Stopped,
    /// It took too long.
    TimeOver(Duration),
    /// It cannot be computed, or not now.
    Problem(Problem),
}

impl From<Problem> for Halt {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Computes an evaluation, if nobody else does.
pub(super) async fn run(app: App, id: EvaluationId, watch: Arc<Watch>, place: OwnedSemaphorePermit) {
    let outcome = claimed(&app, id, &watch).await;
    let rest = match &outcome {
        Ok(()) => false,
        Err(problem) => {
            let (detail, cause) = (&problem.detail, &problem.cause);
            tracing::warn!(evaluation = %id, detail, cause, "an evaluation is put off");
            true
        }
    };
    app.evaluating.leave(id, rest);
    drop(place);
    take_up(app).await;
}

/// Claims it first; what another server has claimed is left alone.
async fn claimed(app: &App, id: EvaluationId, watch: &Arc<Watch>) -> Result<(), Problem> {
    let claim = app.blocking(move |app| Ok(app.assent.claims.claim(id.0)?)).await?;
    let Some(claim) = claim else { return Ok(()) };
    let outcome = begun(app, id, watch).await;
    // Giving a claim back may block.
    app.blocking(move |_| {
        drop::<Claim>(claim);
        Ok(())
    })
    .await?;
    outcome
}

async fn begun(app: &App, id: EvaluationId, watch: &Arc<Watch>) -> Result<(), Problem> {
    // Looked at after it was claimed: it may have ended meanwhile.
    let Some(job) = job(app, id).await?.filter(|job| job.state().is_open()) else { return Ok(()) };
    if job.runs >= MAX_RUNS {
        let words = format!(
            "the evaluation was begun {} times and never ended: servers died over it, or lost their store",
            job.runs
        );
        return failed(app, &job, job.runs, "given-up", &words).await;
    }
    record(app, &job, Ran::Started).await?;
    let run = job.runs.saturating_add(1);
    match computed(app, &job, watch).await {
        Ok((report, provenance)) => finished(app, &job, run, &report, provenance).await,
        Err(Halt::Stopped) if app.evaluating.is_stopping() => record(app, &job, Ran::Released { run }).await,
        // It was cancelled, which its event says.
        Err(Halt::Stopped) => Ok(()),
        Err(Halt::TimeOver(limit)) => {
            let words = format!("the evaluation took more than {} seconds", limit.as_secs());
            failed(app, &job, run, "time-over", &words).await
        }
        Err(Halt::Problem(problem)) if problem.status.is_client_error() => {
            failed(app, &job, run, problem.code, &problem.detail).await
        }
        Err(Halt::Problem(problem)) => Err(problem),
    }
}

async fn job(app: &App, id: EvaluationId) -> Result<Option<Held<Job>>, Problem> {
    app.read(move |desk| desk.any::<Job>(id)).await
}

/// Computes the report; whoever stops it is heard at the next read.
async fn computed(app: &App, job: &Held<Job>, watch: &Arc<Watch>) -> Result<(Report, Provenance), Halt> {
    let asked = job.clone();
    let Materials { dataset, pack, provenance } = app.read(move |desk| materials(desk, &asked)).await?;
    let labels = app.assent.blobs.read(job.task.data_sha256, MAX_FILE_BYTES).await.map_err(Problem::from)?;
    let predictions = app.assent.blobs.read(job.task.predictions.sha256, MAX_FILE_BYTES).await;
    let predictions = predictions.map_err(Problem::from)?;
    let (task, watched) = (job.task.clone(), Arc::clone(watch));
    let report = app.blocking(move |_| {
        let [labels, predictions] = [labels, predictions].map(|bytes| Watched::new(bytes, &watched));
        Ok(evaluate::run(&task, &dataset, &pack, labels, predictions)?)
    });
    let limit = app.options.evaluation_timeout;
    let mut report = std::pin::pin!(report);
    let Ok(report) = tokio::time::timeout(limit, &mut report).await else {
        watch.stop();
        // It hears of it at its next read.
        drop(report.await);
        return Err(Halt::TimeOver(limit));
    };
    if watch.is_stopped() {
        return Err(Halt::Stopped);
    }
    Ok((report?, provenance))
}

fn materials(desk: &Desk<'_>, job: &Job) -> Result<Materials, Problem> {
    let task = &job.task;
    let gone = |what, id| Problem::internal(format!("the {what} `{id}` of an evaluation is gone"));
    let dataset = desk.any::<Dataset>(task.dataset)?.ok_or_else(|| gone("data set", task.dataset.0))?;
    let version = desk.any::<Version>(task.version)?.ok_or_else(|| gone("version", task.version.0))?;
    let model = desk.any::<Model>(task.model)?.ok_or_else(|| gone("model", task.model.0))?;
    let person = |id: PrincipalId| desk.any::<Principal>(id)?.ok_or_else(|| gone("principal", id.0));
    let steward = person(dataset.steward)?;
    let [builder, owner] = evaluate::builders(&model, &version).map(person);
    let builders = [&*builder?.state, &*owner?.state];
    let provenance = evaluate::provenance(&task.suites, &dataset, &steward, &builders);
    Ok(Materials { dataset: dataset.state, pack: desk.pack()?, provenance })
}

async fn finished(
    app: &App,
    job: &Held<Job>,
    run: u32,
    report: &Report,
    provenance: Provenance,
) -> Result<(), Problem> {
    let figures = Box::new(evaluate::record(job, report, provenance));
    let json = serde_json::to_vec(report).map_err(|error| Problem::internal(error.to_string()))?;
    let bytes = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from(json))]);
    let report = app.assent.blobs.put(app.id(), bytes, None).await?;
    match record(app, job, Ran::Finished { run, report, record: figures }).await {
        Err(problem) if problem.status.is_client_error() => {
            let still = self::job(app, job.id).await?.filter(|now| now.state().is_open());
            // What ended meanwhile keeps its end; what the rules refuse has failed.
            match still {
                Some(_) => failed(app, job, run, problem.code, &problem.detail).await,
                None => Ok(()),
            }
        }
        outcome => outcome,
    }
}

async fn failed(app: &App, job: &Held<Job>, run: u32, code: &str, words: &str) -> Result<(), Problem> {
    let (requester, text) = (job.requested.by, words.to_owned());
    let reason = app.blocking(move |app| app.seal(requester, &text)).await?;
    record(app, job, Ran::Failed { run, code: code.to_owned(), reason }).await
}

/// Records a step, in the name of who asked for the evaluation.
async fn record(app: &App, job: &Held<Job>, ran: Ran) -> Result<(), Problem> {
    let requester = job.requested.by;
    let kind = app.read(move |desk| Ok(desk.any::<Principal>(requester)?.map(|held| held.kind))).await?;
    let mut request = Request::of_system(app.id(), Command::RanEvaluation(job.id, ran));
    request.actor = requester;
    request.actor_kind = match kind {
        Some(PrincipalKind::Service) => ActorKind::Service,
        Some(PrincipalKind::User) | None => ActorKind::User,
    };
    app.carry_out(request).await.map(drop)
}
