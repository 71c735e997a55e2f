//! Decisions about evaluations. Whether somebody may ask for one, and which bytes are read, is settled before.

use super::event::{
    EvaluationCancelled, EvaluationFailed, EvaluationFinished, EvaluationReleased, EvaluationStarted,
};
use super::{Job, StateName, Task};
use crate::event::{Change, Event};
use crate::ids::EvaluationId;
use crate::values::{BlobRef, Provenance};
use crate::{Code, Refusal, Sealed};

/// How many evaluations of one principal may wait and run at a time.
pub const MAX_OPEN: usize = 50;
/// How often an evaluation is begun: servers that die over it again and again are not worth its figures.
pub const MAX_RUNS: u32 = 3;

/// Decides to queue an evaluation; `open` is how many of the same principal have not ended.
pub fn request(id: EvaluationId, task: Task, open: usize) -> Result<Vec<Change>, Refusal> {
    if open >= MAX_OPEN {
        let message = format!(
            "{open} evaluations that you asked for have not ended, and {MAX_OPEN} may wait at a time"
        );
        return Err(Refusal::new(Code::TooManyOpen, message));
    }
    if let Task::Scan(scan) = &task
        && scan.artifacts.is_empty()
    {
        let message = "the version has no files to scan: register a version with its files";
        return Err(Refusal::new(Code::WrongState, message));
    }
    let model = task.model();
    Ok(vec![Change::new(id, task.into()).of_model(model)])
}

/// Decides to begin computing: of a job that waits, or that a server has left behind.
pub fn start(job: &Job) -> Result<Vec<Change>, Refusal> {
    is_open(job, "be started")?;
    if job.runs >= MAX_RUNS {
        let message = format!("the evaluation was begun {} times and never ended", job.runs);
        return Err(Refusal::new(Code::WrongState, message));
    }
    let event = EvaluationStarted { run: job.runs.saturating_add(1) };
    Ok(vec![change(job, Event::EvaluationStarted(event))])
}

/// Decides that a run has computed the report.
pub fn finish(job: &Job, run: u32, provenance: Provenance, report: BlobRef) -> Result<Change, Refusal> {
    is_run(job, run)?;
    Ok(change(job, Event::EvaluationFinished(EvaluationFinished { run, provenance, report })))
}

/// Decides that a job cannot be computed, as a run has found out.
pub fn fail(job: &Job, run: u32, code: String, reason: Sealed) -> Result<Vec<Change>, Refusal> {
    is_run(job, run)?;
    Ok(vec![change(job, Event::EvaluationFailed(EvaluationFailed { run, code, reason }))])
}

/// Decides that a run ends before it is done, because its server stops: the job waits again.
pub fn release(job: &Job, run: u32) -> Result<Vec<Change>, Refusal> {
    is_run(job, run)?;
    Ok(vec![change(job, Event::EvaluationReleased(EvaluationReleased { run }))])
}

/// Decides to call a job off.
pub fn cancel(job: &Job) -> Result<Vec<Change>, Refusal> {
    is_open(job, "be cancelled")?;
    Ok(vec![change(job, Event::EvaluationCancelled(EvaluationCancelled {}))])
}

fn change(job: &Job, event: Event) -> Change {
    Change::new(job.id, event).of_model(job.task.model())
}

fn is_run(job: &Job, run: u32) -> Result<(), Refusal> {
    if job.state() == StateName::Running && job.runs == run {
        return Ok(());
    }
    let message =
        format!("run {run} does not end the evaluation, which is {} in run {}", job.state().name(), job.runs);
    Err(Refusal::new(Code::WrongState, message))
}

fn is_open(job: &Job, what: &str) -> Result<(), Refusal> {
    if job.state().is_open() {
        return Ok(());
    }
    let message =
        format!("an evaluation that is {} cannot {what}; nothing is left to do", job.state().name());
    Err(Refusal::new(Code::WrongState, message))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::Time;
    use crate::evaluation::{EvaluationRequested, ScanRequested};
    use crate::event::Stamp;
    use crate::ids::{DatasetId, Digest, ModelId, PrincipalId, VersionId};

    fn asked() -> Job {
        let digest = Digest::of(b"rows");
        let task = EvaluationRequested {
            version: VersionId(Uuid::from_u128(1)),
            model: ModelId(Uuid::from_u128(2)),
            suites: vec!["performance".to_owned()],
            dataset: DatasetId(Uuid::from_u128(3)),
            data_sha256: digest,
            predictions: BlobRef { sha256: digest, size_bytes: 4 },
            prediction: "prediction".to_owned(),
            positive: Vec::new(),
            score: None,
            protected: Vec::new(),
        };
        Job::new(EvaluationId(Uuid::from_u128(4)), Task::Figures(task), &stamp(0))
    }

    fn stamp(second: i64) -> Stamp {
        Stamp { at: Time::from_second(second).unwrap(), actor: PrincipalId(Uuid::from_u128(5)) }
    }

    fn then(mut job: Job, changes: &[Change]) -> Job {
        for change in changes {
            job.evolve(&change.event, &stamp(9));
        }
        job
    }

    fn finished(job: &Job, run: u32) -> Result<Change, Refusal> {
        let report = BlobRef { sha256: Digest::of(b"report"), size_bytes: 6 };
        finish(job, run, Provenance::Measured, report)
    }

    #[test]
    fn a_job_waits_runs_and_ends_once() {
        let job = asked();
        assert_eq!(job.state(), StateName::Queued);
        assert_eq!(finished(&job, 0).unwrap_err().code, Code::WrongState, "nobody has begun");
        let running = then(job.clone(), &start(&job).unwrap());
        assert_eq!((running.state(), running.runs), (StateName::Running, 1));
        let done = then(running.clone(), &[finished(&running, 1).unwrap()]);
        assert_eq!(done.state(), StateName::Finished);
        for refused in [start(&done).err(), cancel(&done).err(), finished(&done, 1).err()] {
            assert_eq!(refused.unwrap().code, Code::WrongState);
        }
    }

    #[test]
    fn only_the_last_run_ends_a_job_that_was_left_behind() {
        let first = then(asked(), &start(&asked()).unwrap());
        let second = then(first.clone(), &start(&first).unwrap());
        assert_eq!(second.runs, 2);
        assert_eq!(finished(&second, 1).unwrap_err().code, Code::WrongState);
        assert!(finished(&second, 2).is_ok());
        let third = then(second.clone(), &start(&second).unwrap());
        assert_eq!(start(&third).unwrap_err().code, Code::WrongState, "it is given up");
        let reason = Sealed { subject: Uuid::nil(), data: "AAAA".to_owned() };
        assert_eq!(
            then(third.clone(), &fail(&third, 3, "given-up".to_owned(), reason).unwrap()).state(),
            StateName::Failed
        );
    }

    #[test]
    fn a_run_that_is_given_back_does_not_count() {
        let mut job = asked();
        for _ in 0..10 {
            job = then(job.clone(), &start(&job).unwrap());
            assert_eq!((job.state(), job.runs), (StateName::Running, 1));
            job = then(job.clone(), &release(&job, 1).unwrap());
            assert_eq!(job.state(), StateName::Queued);
        }
        assert_eq!(release(&job, 1).unwrap_err().code, Code::WrongState);
    }

    #[test]
    fn what_was_called_off_stays_so() {
        let running = then(asked(), &start(&asked()).unwrap());
        let cancelled = then(running.clone(), &cancel(&running).unwrap());
        assert_eq!(cancelled.state(), StateName::Cancelled);
        assert_eq!(finished(&cancelled, 1).unwrap_err().code, Code::WrongState);
    }

    #[test]
    fn one_principal_fills_no_queue() {
        let task = asked().task;
        let id = asked().id;
        assert!(request(id, task.clone(), MAX_OPEN - 1).is_ok());
        assert_eq!(request(id, task, MAX_OPEN).unwrap_err().code, Code::TooManyOpen);
    }

    #[test]
    fn there_is_something_to_scan() {
        let (version, model) = (VersionId(Uuid::from_u128(1)), ModelId(Uuid::from_u128(2)));
        let nothing = Task::Scan(ScanRequested { version, model, artifacts: Vec::new() });
        assert_eq!(request(asked().id, nothing, 0).unwrap_err().code, Code::WrongState);
    }

    #[test]
    fn what_is_stored_of_a_job_reads_back_as_what_it_was() {
        let blob = BlobRef { sha256: Digest::of(b"weights"), size_bytes: 7 };
        let artifact =
            crate::registry::Artifact { name: "m.pkl".to_owned(), blob, format: None, licence: None };
        let figures = asked();
        let (version, model) = (figures.task.version(), figures.task.model());
        let scan = Task::Scan(ScanRequested { version, model, artifacts: vec![artifact] });
        for job in [figures.clone(), Job::new(figures.id, scan, &stamp(0))] {
            let stored = serde_json::to_string(&job).unwrap();
            assert_eq!(serde_json::from_str::<Job>(&stored).unwrap(), job, "{stored}");
        }
    }
}
