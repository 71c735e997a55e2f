//! Which blobs a command names, and who may name one.
//!
//! A digest is no secret: the log has it, and so have pages. Whoever could attach the bytes behind a digest to an object of their
//! own would read them there. So a blob may be named by who has its bytes already:
//!
//! - who sent them, or is responsible for the service account that did ([`Blobs::is_from`](crate::blobs::Blobs::is_from));
//! - who may read an object that hands them out;
//! - for a version that holds them, who may read it: a document it has now, or the report of a scan, may be given once more.
//!
//! To everybody else a blob that is there looks like one that is not. That is asked when a command comes in, with what can be
//! read then, and answered with [`Request::may_name`]; the ledger refuses what names more. What is in the log is not asked
//! again: entries of before this rule verify and replay as they are.

use assent_domain::comment::Attachment;
use assent_domain::evaluation::Task;
use assent_domain::ids::{Digest, VersionId};
use assent_domain::registry::event::DatasetRegistered;
use assent_domain::registry::{Artifact, DatasetCommand, VersionCommand};
use assent_domain::{Code, Refusal};

use crate::command::{Command, CommentCommand, Onboarding, Request};

/// A blob that a command names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The digest of its bytes.
    pub sha256: Digest,
    /// Where it is named, as a JSON pointer into what was sent.
    pub place: String,
    /// The version that it is named for: what that holds already may be named again.
    pub of: Option<VersionId>,
}

impl Named {
    /// A blob that is named for something new.
    pub fn new(sha256: Digest, place: impl Into<String>) -> Self {
        Self { sha256, place: place.into(), of: None }
    }

    /// The same, named for that version.
    #[must_use]
    pub fn of(self, version: VersionId) -> Self {
        Self { of: Some(version), ..self }
    }

    /// The one answer where it is not there, and where it is not for who names it.
    pub fn missing(&self) -> Refusal {
        Refusal::new(Code::BlobMissing, format!("no blob `{}` was uploaded", self.sha256)).at(&self.place)
    }

    fn under(self, place: &str) -> Self {
        Self { place: format!("{place}{}", self.place), ..self }
    }
}

/// Refuses a command that names a blob which its sender was not found to be allowed to name.
pub(crate) fn check(request: &Request) -> Result<(), Refusal> {
    let named = request.command.blobs();
    match named.iter().find(|named| !request.may_name.contains(&named.sha256)) {
        Some(named) => Err(named.missing()),
        None => Ok(()),
    }
}

impl Command {
    /// The blobs that whoever asks names. What is found by other means is not among them: the rows of a registered data set
    /// are named by its id, and what the platform computes is its own.
    pub fn blobs(&self) -> Vec<Named> {
        match self {
            Self::RegisterVersion(_, _, new) => artifacts(&new.artifacts).collect(),
            Self::Version(id, command) => {
                of_version(command).into_iter().map(|named| named.of(*id)).collect()
            }
            Self::Dataset(_, command) => {
                let DatasetCommand::Register(data) = &**command;
                of_dataset(data)
            }
            Self::RequestEvaluation(_, task) => of_task(task),
            Self::Comment(_, command) => of_comment(command),
            Self::Onboard(new) => of_onboarding(new),
            // The platform's own: what it refers to, it made.
            Self::RanEvaluation(..)
            | Self::Notify(_)
            | Self::RecordDenials { .. }
            | Self::RecordRefusedLogIns(_)
            // An edge speaks of files by their digests, and hands nothing out.
            | Self::RecordLineage(..)
            | Self::RetractLineage { .. }
            // The others are about no bytes.
            | Self::Bootstrap { .. }
            | Self::Principal(..)
            | Self::LinkPrincipal { .. }
            | Self::UnlinkPrincipal(_)
            | Self::IssueToken { .. }
            | Self::RevokeToken(_)
            | Self::Model(..)
            | Self::CancelEvaluation(_)
            | Self::RequestPromotion { .. }
            | Self::SubmitPromotion(_)
            | Self::Review(..)
            | Self::MeetCondition { .. }
            | Self::WithdrawPromotion(..)
            | Self::CompletePromotion(_)
            | Self::ApplyPack(_)
            | Self::ConfirmProposal(..)
            | Self::DeclineProposal(..)
            | Self::WithdrawProposal(..)
            | Self::Change(..)
            | Self::Vouch(..)
            | Self::Door(_)
            | Self::System(..)
            | Self::RequestException(..)
            | Self::Exception(..)
            | Self::Assessment(..)
            | Self::TierChange(..)
            | Self::Accountability(..)
            | Self::PeriodicReview(..)
            | Self::DeclareEmergency(..)
            | Self::SignEmergency(..)
            | Self::GiveDelegation(..)
            | Self::RevokeDelegation(..)
            | Self::AssignReview { .. } => Vec::new(),
        }
    }
}

fn artifacts(artifacts: &[Artifact]) -> impl Iterator<Item = Named> + '_ {
    let named = |(i, artifact): (usize, &Artifact)| {
        Named::new(artifact.blob.sha256, format!("/artifacts/{i}/sha256"))
    };
    artifacts.iter().enumerate().map(named)
}

fn of_version(command: &VersionCommand) -> Option<Named> {
    match command {
        VersionCommand::Attach(document) => Some(Named::new(document.blob.sha256, "/sha256")),
        VersionCommand::AttachCard(card) => Some(Named::new(card.document.blob.sha256, "/sha256")),
        VersionCommand::RecordScan(scan) => {
            scan.report.as_ref().map(|report| Named::new(report.sha256, "/report"))
        }
        VersionCommand::AddEvidence(evidence) => Some(Named::new(evidence.report.sha256, "/sha256")),
        VersionCommand::Move { .. } => None,
    }
}

fn of_dataset(data: &DatasetRegistered) -> Vec<Named> {
    let sheet = data.datasheet.as_ref().map(|sheet| Named::new(sheet.sha256, "/datasheet"));
    std::iter::once(Named::new(data.blob.sha256, "/sha256")).chain(sheet).collect()
}

fn of_task(task: &Task) -> Vec<Named> {
    match task {
        Task::Figures(task) => vec![Named::new(task.predictions.sha256, "/predictions")],
        Task::Scan(task) => artifacts(&task.artifacts).map(|named| named.of(task.version)).collect(),
    }
}

fn of_comment(command: &CommentCommand) -> Vec<Named> {
    match command {
        CommentCommand::Make(new) => {
            let named = |(i, file): (usize, &Attachment)| {
                Named::new(file.blob.sha256, format!("/attachments/{i}/sha256"))
            };
            new.attachments.iter().enumerate().map(named).collect()
        }
        CommentCommand::Retract => Vec::new(),
    }
}

fn of_onboarding(new: &Onboarding) -> Vec<Named> {
    let first = artifacts(&new.first.artifacts).map(|named| named.under("/version"));
    let data = new.validation_data.iter().flat_map(|(_, data)| of_dataset(data));
    let documents = new.documents.iter().enumerate().filter_map(|(i, document)| {
        of_version(document).map(|named| named.under(&format!("/documents/{i}")))
    });
    first.chain(data.map(|named| named.under("/validationData"))).chain(documents).collect()
}
