//! People and their words.

use assent_domain::registry::event::Recorded;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::desk::Desk;
use crate::problem::Problem;

/// Who somebody is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Person {
    /// Id of the principal; the nil UUID is the platform itself.
    pub(crate) id: Uuid,
    /// The name; null where it was erased, and for the platform.
    pub(crate) name: Option<String>,
    /// Whether the name was erased.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(default = false)]
    pub(crate) erased: bool,
}

/// Words that somebody wrote.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Words {
    /// The words; null where they were erased.
    pub(crate) text: Option<String>,
    /// Whether they were erased.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(default = false)]
    pub(crate) erased: bool,
}

/// When something was recorded, and by whom.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RecordedView {
    /// When.
    pub(crate) at: Timestamp,
    /// By whom.
    pub(crate) by: Person,
}

pub(crate) fn recorded(desk: &Desk<'_>, recorded: Recorded) -> Result<RecordedView, Problem> {
    Ok(RecordedView { at: recorded.at, by: desk.person(recorded.by)? })
}
