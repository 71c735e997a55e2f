//! Requests of all kinds in few words: what an inbox shows of them.

use assent_domain::change_request::ChangeRequest;
use assent_domain::exception::Exception;
use assent_domain::ids::ModelId;
use assent_domain::periodic_review::PeriodicReview;
use assent_domain::proposal::Proposal;
use assent_domain::registry::Model;
use assent_domain::registry::event::Recorded;
use assent_domain::risk::{Assessment, TierChange};
use assent_domain::workflow::Promotion;
use assent_domain::{Kind, Time};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schemas::KindWords;
use super::version::ModelRef;
use super::{Person, RecordedView, recorded};
use crate::desk::Desk;
use crate::problem::Problem;

/// A request in few words.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RequestInBrief)]
pub(crate) struct RequestView {
    #[schema(value_type = KindWords)]
    kind: Kind,
    /// Its id within its kind.
    id: Uuid,
    /// The model that it is about; absent for proposals.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<ModelRef>,
    /// What it is about: the stage, the policy, the tiers, the type of the change, or what is proposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    /// Where it is in its life now, in the words of its kind.
    state: String,
    /// When it was asked for or submitted, and by whom.
    requested: RecordedView,
    /// In an inbox, in whose place the caller could sign it, where they could not in their own name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    on_behalf_of: Vec<Person>,
}

/// What a request says of itself.
pub(crate) trait Brief {
    /// The model that it is about.
    fn model(&self) -> Option<ModelId>;
    /// What it is about.
    fn about(&self) -> Option<String>;
    /// Where it is in its life.
    fn state_name(&self, now: Time) -> &'static str;
    /// When it was asked for, and by whom.
    fn asked(&self) -> Recorded;
    /// Whether something can still happen to it.
    fn is_open(&self, now: Time) -> bool;
}

impl RequestView {
    pub(crate) fn new(desk: &Desk<'_>, kind: Kind, id: Uuid, brief: &impl Brief) -> Result<Self, Problem> {
        let model = brief.model().map(|model| desk.any::<Model>(model)).transpose()?.flatten();
        Ok(Self {
            kind,
            id,
            model: model.map(|model| (&*model.state).into()),
            about: brief.about(),
            state: brief.state_name(desk.now).to_owned(),
            requested: recorded(desk, brief.asked())?,
            on_behalf_of: Vec::new(),
        })
    }

    /// The same, waiting for the caller in the place of these.
    pub(crate) fn on_behalf_of(self, persons: Vec<Person>) -> Self {
        Self { on_behalf_of: persons, ..self }
    }

    /// When it was asked for.
    pub(crate) fn at(&self) -> Time {
        self.requested.at
    }
}

impl Brief for Promotion {
    fn model(&self) -> Option<ModelId> {
        Some(self.model)
    }

    fn about(&self) -> Option<String> {
        Some(self.target.stage.clone())
    }

    fn state_name(&self, now: Time) -> &'static str {
        self.state_at(now).name()
    }

    fn asked(&self) -> Recorded {
        self.requested
    }

    fn is_open(&self, now: Time) -> bool {
        self.state_at(now).is_open()
    }
}

impl Brief for Assessment {
    fn model(&self) -> Option<ModelId> {
        Some(self.model)
    }

    fn about(&self) -> Option<String> {
        self.submitted.as_ref().map(|submitted| submitted.result.class.clone())
    }

    fn state_name(&self, _now: Time) -> &'static str {
        self.state().name()
    }

    fn asked(&self) -> Recorded {
        self.started
    }

    fn is_open(&self, _now: Time) -> bool {
        !self.state().moves().is_empty() && self.approval().is_none()
    }
}

impl Brief for TierChange {
    fn model(&self) -> Option<ModelId> {
        Some(self.asked.model)
    }

    fn about(&self) -> Option<String> {
        Some(format!("{} to {}", self.asked.from, self.asked.to))
    }

    fn state_name(&self, _now: Time) -> &'static str {
        self.state().name()
    }

    fn asked(&self) -> Recorded {
        self.requested
    }

    fn is_open(&self, _now: Time) -> bool {
        !self.state().moves().is_empty()
    }
}

impl Brief for Exception {
    fn model(&self) -> Option<ModelId> {
        Some(self.model())
    }

    fn about(&self) -> Option<String> {
        Some(self.policy().to_owned())
    }

    fn state_name(&self, now: Time) -> &'static str {
        self.state_at(now).name()
    }

    fn asked(&self) -> Recorded {
        self.requested
    }

    fn is_open(&self, _now: Time) -> bool {
        self.state().is_open()
    }
}

impl Brief for ChangeRequest {
    fn model(&self) -> Option<ModelId> {
        Some(self.model)
    }

    fn about(&self) -> Option<String> {
        Some(self.content.kind.name().to_owned())
    }

    fn state_name(&self, _now: Time) -> &'static str {
        self.state.name()
    }

    fn asked(&self) -> Recorded {
        self.requested
    }

    fn is_open(&self, _now: Time) -> bool {
        self.is_unfinished()
    }
}

impl Brief for PeriodicReview {
    fn model(&self) -> Option<ModelId> {
        Some(self.model)
    }

    fn about(&self) -> Option<String> {
        Some(self.tier.clone())
    }

    fn state_name(&self, _now: Time) -> &'static str {
        self.state().name()
    }

    fn asked(&self) -> Recorded {
        self.opened
    }

    fn is_open(&self, _now: Time) -> bool {
        self.state().is_open()
    }
}

impl Brief for Proposal {
    fn model(&self) -> Option<ModelId> {
        None
    }

    fn about(&self) -> Option<String> {
        Some(self.proposed.name().to_owned())
    }

    fn state_name(&self, now: Time) -> &'static str {
        self.state_at(now).name()
    }

    fn asked(&self) -> Recorded {
        self.recorded
    }

    fn is_open(&self, now: Time) -> bool {
        self.state_at(now) == assent_domain::proposal::StateName::Open
    }
}
