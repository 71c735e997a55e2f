//! What requests and submissions say in the same words.

use assent_domain::change_request::{AffectedSystem, Impact, Plan, Reach, Window};
use assent_domain::ids::PrincipalId;
use assent_domain::{Code, Refusal, Sealed, text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::desk::Desk;
use crate::execute::check_comment;
use crate::problem::Problem;
use crate::views::schemas::ReachWords;

/// The most items of a list.
pub(super) const MAX_ITEMS: usize = 50;

/// A period, from (included) until (not included).
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Window)]
pub(crate) struct WindowBody {
    from: Timestamp,
    until: Timestamp,
}

impl From<WindowBody> for Window {
    fn from(body: WindowBody) -> Self {
        Self { from: body.from, until: body.until }
    }
}

impl From<Window> for WindowBody {
    fn from(window: Window) -> Self {
        Self { from: window.from, until: window.until }
    }
}

/// A system that a change touches.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AffectedSystem)]
pub(crate) struct SystemBody {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Labels; `production` raises the risk where the pack says so.
    #[serde(default)]
    #[schema(max_items = 50)]
    tags: Vec<String>,
}

impl From<AffectedSystem> for SystemBody {
    fn from(system: AffectedSystem) -> Self {
        Self { name: system.name, tags: system.tags }
    }
}

/// What a change does to others.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewImpact)]
pub(super) struct ImpactBody {
    #[schema(max_items = 50)]
    affected_systems: Vec<SystemBody>,
    #[schema(value_type = ReachWords)]
    affected_users: Reach,
    /// How long the service is away, in words; `none` is none.
    #[schema(min_length = 1, max_length = 200)]
    estimated_downtime: String,
    /// How long it takes to undo the change, in words.
    #[schema(min_length = 1, max_length = 200)]
    rollback_time: String,
    /// What has to be tested, one line each.
    #[serde(default)]
    #[schema(max_items = 50)]
    testing_required: Vec<String>,
    /// What has to be there before, one line each.
    #[serde(default)]
    #[schema(max_items = 50)]
    dependencies: Vec<String>,
}

/// Impact and way back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewPlan)]
pub(crate) struct PlanBody {
    /// What the change does to others; needed for a submission.
    pub(super) impact: Option<ImpactBody>,
    /// How it is undone; needed for a submission.
    #[schema(min_length = 1, max_length = 10000)]
    pub(super) rollback_plan: Option<String>,
    /// When it is undone.
    #[schema(min_length = 1, max_length = 10000)]
    pub(super) rollback_trigger: Option<String>,
    /// What tests have shown.
    #[schema(min_length = 1, max_length = 10000)]
    pub(super) test_results: Option<String>,
}

impl PlanBody {
    /// Refuses texts and lists beyond their bounds.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let texts = [
            ("/rollbackPlan", &self.rollback_plan),
            ("/rollbackTrigger", &self.rollback_trigger),
            ("/testResults", &self.test_results),
        ];
        for (place, words) in texts {
            words.as_deref().map_or(Ok(()), |words| check_comment(place, words))?;
        }
        self.impact.as_ref().map_or(Ok(()), ImpactBody::check)
    }

    /// The plan with its words sealed under who wrote them.
    pub(super) fn sealed(self, desk: &Desk<'_>, subject: PrincipalId) -> Result<Plan, Problem> {
        let seal = |words: Option<String>| words.map(|words| desk.seal(subject, &words)).transpose();
        Ok(Plan {
            impact: self.impact.map(|impact| impact.sealed(desk, subject)).transpose()?,
            rollback_plan: seal(self.rollback_plan)?,
            rollback_trigger: seal(self.rollback_trigger)?,
            test_results: seal(self.test_results)?,
        })
    }
}

impl ImpactBody {
    fn check(&self) -> Result<(), Refusal> {
        bounded("/impact/affectedSystems", self.affected_systems.len())?;
        for (i, system) in self.affected_systems.iter().enumerate() {
            bounded(&format!("/impact/affectedSystems/{i}/tags"), system.tags.len())?;
        }
        for (place, lines) in
            [("testingRequired", &self.testing_required), ("dependencies", &self.dependencies)]
        {
            bounded(&format!("/impact/{place}"), lines.len())?;
            for (i, line) in lines.iter().enumerate() {
                text::line(&format!("/impact/{place}/{i}"), line)?;
            }
        }
        Ok(())
    }

    fn sealed(self, desk: &Desk<'_>, subject: PrincipalId) -> Result<Impact, Problem> {
        let lines = |lines: Vec<String>| -> Result<Vec<Sealed>, Problem> {
            lines.iter().map(|line| desk.seal(subject, line)).collect()
        };
        let system = |body: SystemBody| AffectedSystem { name: body.name, tags: body.tags };
        Ok(Impact {
            affected_systems: self.affected_systems.into_iter().map(system).collect(),
            affected_users: self.affected_users,
            estimated_downtime: self.estimated_downtime,
            rollback_time: self.rollback_time,
            testing_required: lines(self.testing_required)?,
            dependencies: lines(self.dependencies)?,
        })
    }
}

/// Refuses a list that is too long.
pub(super) fn bounded(place: &str, items: usize) -> Result<(), Refusal> {
    if items <= MAX_ITEMS {
        return Ok(());
    }
    Err(Refusal::new(Code::TooMany, format!("{items} items are more than {MAX_ITEMS}")).at(place))
}
