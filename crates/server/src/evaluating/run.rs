//! One evaluation, from the claim to its end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use assent_app::command::{Found, Ran};
use assent_app::evaluate;
use assent_app::scan::{self, ScanReport};
use assent_app::{Command, Request};
use assent_domain::evaluation::{EvaluationRequested, Job, MAX_RUNS, ScanRequested, Task};
use assent_domain::identity::{Principal, PrincipalKind};
use assent_domain::ids::{Digest, EvaluationId, PrincipalId};
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

/// How often it is looked whether somebody stops a run, while a file is opened.
const LISTEN: Duration = Duration::from_millis(100);

/// What figures are computed with.
struct Materials {
    dataset: Arc<Dataset>,
    pack: Arc<Pack>,
    provenance: Provenance,
}

/// What a run came to.
enum Outcome {
    Figures(Box<Report>, Provenance),
    Scan(ScanReport),
}

/// How a run ended that came to nothing.
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
        Ok(outcome) => finished(app, &job, run, &outcome).await,
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
async fn computed(app: &App, job: &Held<Job>, watch: &Arc<Watch>) -> Result<Outcome, Halt> {
    let mut work = std::pin::pin!(async {
        match &job.task {
            Task::Figures(task) => figures(app, task, watch).await,
            Task::Scan(task) => scanned(app, task, watch).await,
        }
    });
    let limit = app.options.evaluation_timeout;
    let Ok(outcome) = tokio::time::timeout(limit, &mut work).await else {
        watch.stop();
        // It hears of it at its next read.
        drop(work.await);
        return Err(Halt::TimeOver(limit));
    };
    if let Some(error) = watch.failure() {
        return Err(Halt::Problem(Problem::from(error)));
    }
    if watch.is_stopped() {
        return Err(Halt::Stopped);
    }
    outcome
}

async fn figures(app: &App, task: &EvaluationRequested, watch: &Arc<Watch>) -> Result<Outcome, Halt> {
    let asked = task.clone();
    let Materials { dataset, pack, provenance } = app.read(move |desk| materials(desk, &asked)).await?;
    let size = dataset.facts.blob.size_bytes.saturating_add(task.predictions.size_bytes);
    watch.bytes.store(size, Ordering::Relaxed);
    let labels = opened(app, task.data_sha256, watch).await?;
    let predictions = opened(app, task.predictions.sha256, watch).await?;
    let task = task.clone();
    let report =
        app.blocking(move |_| Ok(evaluate::run(&task, &dataset, &pack, labels, predictions)?)).await?;
    Ok(Outcome::Figures(Box::new(report), provenance))
}

async fn scanned(app: &App, task: &ScanRequested, watch: &Arc<Watch>) -> Result<Outcome, Halt> {
    let sizes = task.artifacts.iter().map(|artifact| artifact.blob.size_bytes);
    watch.bytes.store(sizes.fold(0, u64::saturating_add), Ordering::Relaxed);
    let count = task.artifacts.len();
    let mut artifacts = Vec::with_capacity(count);
    for artifact in &task.artifacts {
        let file = opened(app, artifact.blob.sha256, watch).await?;
        let artifact = artifact.clone();
        artifacts.push(app.blocking(move |_| Ok(scan::look_at(&artifact, count, file))).await?);
        // What a file that could not be read to its end seems to be is no finding.
        if watch.is_stopped() {
            return Err(Halt::Stopped);
        }
    }
    Ok(Outcome::Scan(ScanReport::of(artifacts)))
}

/// Opens a blob. It is read once for that, and whoever stops the run meanwhile is heard.
async fn opened(app: &App, digest: Digest, watch: &Arc<Watch>) -> Result<Watched, Halt> {
    let mut opening = std::pin::pin!(app.assent.blobs.open(digest));
    loop {
        match tokio::time::timeout(LISTEN, &mut opening).await {
            Ok(file) => return Ok(Watched::new(file.map_err(Problem::from)?, watch)),
            Err(_) if watch.is_stopped() => return Err(Halt::Stopped),
            Err(_) => {}
        }
    }
}

fn materials(desk: &Desk<'_>, task: &EvaluationRequested) -> Result<Materials, Problem> {
    let gone = |what, id| Problem::internal(format!("the {what} `{id}` of an evaluation is gone"));
    let dataset = desk.any::<Dataset>(task.dataset)?.ok_or_else(|| gone("data set", task.dataset.0))?;
    let version = desk.any::<Version>(task.version)?.ok_or_else(|| gone("version", task.version.0))?;
    let model = desk.any::<Model>(task.model)?.ok_or_else(|| gone("model", task.model.0))?;
    let person = |id: PrincipalId| desk.any::<Principal>(id)?.ok_or_else(|| gone("principal", id.0));
    let steward = person(dataset.steward)?;
    let builders = evaluate::builders(&model, &version).into_iter().map(person);
    let builders: Vec<_> = builders.collect::<Result<_, _>>()?;
    let builders: Vec<_> = builders.iter().map(|builder| &*builder.state).collect();
    let provenance = evaluate::provenance(&task.suites, &dataset, &steward, &builders);
    Ok(Materials { dataset: dataset.state, pack: desk.pack()?, provenance })
}

async fn finished(app: &App, job: &Held<Job>, run: u32, outcome: &Outcome) -> Result<(), Problem> {
    let json = match outcome {
        Outcome::Figures(report, _) => serde_json::to_vec(report),
        Outcome::Scan(report) => serde_json::to_vec(report),
    };
    let json = json.map_err(|error| Problem::internal(error.to_string()))?;
    let bytes = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from(json))]);
    let report = app.assent.blobs.put(app.id(), bytes, None).await?;
    let found = match (&job.task, outcome) {
        (Task::Figures(task), Outcome::Figures(figures, provenance)) => {
            Found::Figures(Box::new(evaluate::record(job.id, task, figures, *provenance)))
        }
        (_, Outcome::Scan(found)) => Found::Scan(Box::new(found.record(report.clone()))),
        (Task::Scan(_), Outcome::Figures(..)) => return Err(Problem::internal("figures of a scan")),
    };
    match record(app, job, Ran::Finished { run, report, found }).await {
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
