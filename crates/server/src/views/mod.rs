//! Objects as clients see them: texts of people opened, maps as JSON objects, revisions beside.

mod assessment;
mod assessment_report;
mod change;
mod dataset;
mod evaluation;
mod evidence;
mod exception;
mod judged;
mod model;
mod people;
mod principal;
mod promotion;
mod proposal;
pub(crate) mod schemas;
mod signoff;
mod system;
mod tier_change;
mod version;
mod written;

pub(crate) use assessment::AssessmentView;
pub(crate) use change::{ChangeBrief, ChangeView, WindowView};
pub(crate) use dataset::DatasetView;
pub(crate) use evaluation::EvaluationView;
pub(crate) use evidence::EvidenceView;
pub(crate) use exception::ExceptionView;
pub(crate) use judged::{JudgedView, judged_steps};
pub(crate) use model::ModelView;
pub(crate) use people::{Person, RecordedView, Words, recorded};
pub(crate) use principal::{GrantView, PrincipalView, RestrictionView};
pub(crate) use promotion::PromotionView;
pub(crate) use proposal::ProposalView;
pub(crate) use system::SystemView;
pub(crate) use tier_change::TierChangeView;
pub(crate) use version::VersionView;
pub(crate) use written::{Written, accepted, created, document, done};
