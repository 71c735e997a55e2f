//! Changes in few words: in calendars, and where others clash with them.

use assent_domain::change_request::{ChangeRequest, ChangeType, StateName, Window};
use assent_domain::pack::Blackout;
use assent_domain::registry::Model;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::desk::Desk;
use crate::problem::Problem;
use crate::views::Words;
use crate::views::schemas::{ChangeStateWords, ChangeTypeWords};
use crate::views::version::ModelRef;

/// A change in few words.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeBrief {
    id: Uuid,
    title: Words,
    #[serde(rename = "type")]
    #[schema(value_type = ChangeTypeWords)]
    kind: ChangeType,
    #[schema(value_type = ChangeStateWords)]
    state: StateName,
    model: ModelRef,
    environment: String,
    /// When it was begun, or else is to be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
}

impl ChangeBrief {
    pub(crate) fn new(
        desk: &Desk<'_>,
        change: &ChangeRequest,
        at: Option<Timestamp>,
    ) -> Result<Self, Problem> {
        let model = desk.any::<Model>(change.model)?;
        let model = model.ok_or_else(|| Problem::not_found("model", change.model))?;
        Ok(Self {
            id: change.id.0,
            title: desk.words(&change.content.title)?,
            kind: change.content.kind,
            state: change.state,
            model: (&*model.state).into(),
            environment: change.content.environment.clone(),
            at,
        })
    }

    /// When it takes place.
    pub(crate) fn at(&self) -> Option<Timestamp> {
        self.at
    }
}

/// Days without changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Blackout)]
pub(crate) struct WindowView {
    /// The begin.
    from: Timestamp,
    /// The end (not included).
    until: Timestamp,
    /// Why.
    reason: String,
    /// Only in these environments; in all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    environments: Option<Vec<String>>,
}

impl WindowView {
    pub(crate) fn new(window: Window, blackout: &Blackout) -> Self {
        Self {
            from: window.from,
            until: window.until,
            reason: blackout.reason.clone(),
            environments: blackout.environments.clone(),
        }
    }
}
