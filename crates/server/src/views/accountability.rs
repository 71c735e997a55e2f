//! Who answers for models.

use assent_app::oversight::answering;
use assent_domain::accountability::{Accountability, Coverage, PastPost, Post, coverage};
use assent_domain::ids::{AccountabilityId, PrincipalId};
use assent_domain::pack::Pack;
use assent_domain::registry::Model;
use assent_domain::workflow::OWNER;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::schemas::GapReasonWords;
use super::version::ModelRef;
use super::{Person, RecordedView, Words, recorded};
use crate::desk::{Desk, Held};
use crate::problem::Problem;

/// Who answers for a model.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Accountability)]
pub(crate) struct AccountabilityView {
    model: ModelRef,
    /// How many events it has seen: what `If-Match` takes; 0 before the first.
    pub(crate) revision: u64,
    /// Whether somebody answers in every role that the tier demands.
    complete: bool,
    /// The roles that the tier demands, and those that somebody was put into besides.
    roles: Vec<RoleView>,
    /// Who was there before, oldest first; the log keeps more.
    past: Vec<PastView>,
}

/// A role for a model.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountableRole)]
pub(crate) struct RoleView {
    /// The role; `owner` for the owner of the model.
    role: String,
    /// Whether the tier demands it.
    demanded: bool,
    /// Whether somebody answers in it now.
    answered: bool,
    /// Who was put there.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<Person>,
    /// Since when, and by whom they were put there.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<RecordedView>,
    /// Until when (not included).
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// Why they.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Words>,
    /// Why nobody answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<GapReasonWords>)]
    gap: Option<&'static str>,
}

/// Somebody who was in a role.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormerlyAccountable)]
struct PastView {
    role: String,
    person: Person,
    /// Since when, and by whom they were put there.
    since: RecordedView,
    /// When it ended, and through whom.
    ended: RecordedView,
    /// Why it ended.
    why: Words,
}

/// A model with roles in which nobody answers, or those in which a person was put.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelRoles {
    model: ModelRef,
    roles: Vec<RoleView>,
}

/// A model with what is known of who answers for it.
struct Known {
    held: Option<Held<Accountability>>,
    coverage: Coverage,
}

impl Known {
    fn of(desk: &Desk<'_>, model: &Held<Model>, pack: &Pack) -> Result<Self, Problem> {
        let held = desk.any::<Accountability>(AccountabilityId::of(model.id))?;
        let people = answering(&desk.view, model)?.people;
        let state = held.as_ref().map(|held| &*held.state);
        let coverage = coverage(model, state, &people, pack, desk.now).unwrap_or_default();
        Ok(Self { held, coverage })
    }

    /// Every role that is demanded or that somebody is in.
    fn roles(&self, desk: &Desk<'_>, model: &Held<Model>) -> Result<Vec<RoleView>, Problem> {
        let demanded = self.coverage.assigned.keys().chain(self.coverage.missing.keys());
        let posts = self.held.iter().flat_map(|held| held.posts.keys());
        let mut roles: Vec<&String> = demanded.chain(posts).collect();
        roles.sort_unstable();
        roles.dedup();
        roles.into_iter().map(|role| self.role(desk, model, role)).collect()
    }

    fn role(&self, desk: &Desk<'_>, model: &Held<Model>, role: &str) -> Result<RoleView, Problem> {
        let gap = self.coverage.missing.get(role);
        let answered = self.coverage.assigned.contains_key(role);
        let registered =
            Post { principal: model.owner, until: None, reason: None, recorded: model.registered };
        let post = self.held.as_ref().and_then(|held| held.posts.get(role));
        let post = post.or_else(|| (role == OWNER).then_some(&registered));
        Ok(RoleView {
            role: role.to_owned(),
            demanded: answered || gap.is_some(),
            answered,
            person: post.map(|post| desk.person(post.principal)).transpose()?,
            since: post.map(|post| recorded(desk, post.recorded)).transpose()?,
            until: post.and_then(|post| post.until),
            reason: post.and_then(|post| post.reason.as_ref()).map(|words| desk.words(words)).transpose()?,
            gap: gap.map(|gap| gap.reason.name()),
        })
    }
}

impl AccountabilityView {
    pub(crate) fn new(desk: &Desk<'_>, model: &Held<Model>) -> Result<Self, Problem> {
        let known = Known::of(desk, model, &*desk.pack()?)?;
        let past = known.held.iter().flat_map(|held| &held.past).map(|past| PastView::new(desk, past));
        Ok(Self {
            model: (&*model.state).into(),
            revision: known.held.as_ref().map_or(0, |held| held.revision),
            complete: known.coverage.is_complete(),
            roles: known.roles(desk, model)?,
            past: past.collect::<Result<_, _>>()?,
        })
    }
}

impl PastView {
    fn new(desk: &Desk<'_>, past: &PastPost) -> Result<Self, Problem> {
        Ok(Self {
            role: past.role.clone(),
            person: desk.person(past.post.principal)?,
            since: recorded(desk, past.post.recorded)?,
            ended: recorded(desk, past.ended)?,
            why: desk.words(&past.why)?,
        })
    }
}

impl ModelRoles {
    /// The roles in which nobody answers; `None` where there are none.
    pub(crate) fn gaps(desk: &Desk<'_>, model: &Held<Model>) -> Result<Option<Self>, Problem> {
        let known = Known::of(desk, model, &*desk.pack()?)?;
        let roles = known.coverage.missing.keys().map(|role| known.role(desk, model, role));
        let roles: Vec<RoleView> = roles.collect::<Result<_, _>>()?;
        Ok((!roles.is_empty()).then(|| Self { model: (&*model.state).into(), roles }))
    }

    /// The roles that a person was put into, the place of the owner included.
    pub(crate) fn of_person(
        desk: &Desk<'_>,
        model: &Held<Model>,
        person: PrincipalId,
    ) -> Result<Self, Problem> {
        let known = Known::of(desk, model, &*desk.pack()?)?;
        let mut roles = known.roles(desk, model)?;
        roles.retain(|role| role.person.as_ref().is_some_and(|held| held.id == person.0));
        if model.owner == person && roles.iter().all(|role| role.role != OWNER) {
            roles.push(known.role(desk, model, OWNER)?);
        }
        Ok(Self { model: (&*model.state).into(), roles })
    }
}
