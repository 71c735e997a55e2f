//! Delegations.

use assent_domain::delegation::{Delegation, DelegationState, OnBehalf};
use assent_domain::identity::Scope;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schemas::DelegationStateWords;
use super::{Person, RecordedView, Words, recorded};
use crate::desk::{Desk, Held};
use crate::problem::Problem;
use crate::routes::principals::ScopeBody;

/// Somebody decides in the place of somebody else for a time.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delegation)]
pub(crate) struct DelegationView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    /// In whose place.
    delegator: Person,
    /// Who decides.
    delegate: Person,
    /// In which roles.
    roles: Vec<String>,
    /// For which models; no further than the grants of the delegator reach.
    #[schema(value_type = ScopeBody)]
    scope: Scope,
    /// From when on.
    from: Timestamp,
    /// Until when (not included).
    until: Timestamp,
    /// Why.
    reason: Words,
    /// Where it stands now.
    #[schema(value_type = DelegationStateWords)]
    state: DelegationState,
    given: RecordedView,
    /// When it was ended before its time, and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<RecordedView>,
    /// Why it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Words>,
}

impl DelegationView {
    pub(crate) fn new(desk: &Desk<'_>, held: &Held<Delegation>) -> Result<Self, Problem> {
        let (given, revoked) = (&held.given, held.revoked.as_ref());
        let comment = revoked.and_then(|revoked| revoked.comment.as_ref());
        Ok(Self {
            id: held.id.0,
            revision: held.revision,
            delegator: desk.person(given.delegator)?,
            delegate: desk.person(given.delegate)?,
            roles: given.roles.clone(),
            scope: given.scope.clone(),
            from: given.from,
            until: given.until,
            reason: desk.words(&given.reason)?,
            state: held.state_at(desk.now),
            given: recorded(desk, held.recorded)?,
            revoked: revoked.map(|revoked| recorded(desk, revoked.recorded)).transpose()?,
            comment: comment.map(|comment| desk.words(comment)).transpose()?,
        })
    }
}

/// In whose place something was decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnBehalf)]
pub(super) struct OnBehalfView {
    /// Whose role it was.
    delegator: Person,
    /// Id of the delegation.
    delegation: Uuid,
}

impl OnBehalfView {
    pub(super) fn new(desk: &Desk<'_>, behalf: OnBehalf) -> Result<Self, Problem> {
        Ok(Self { delegator: desk.person(behalf.delegator)?, delegation: behalf.delegation.0 })
    }
}
