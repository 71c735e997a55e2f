//! Principals.

use assent_domain::identity::{
    Grant, Permission, Principal, PrincipalKind, Restriction, Scope, Status, Target,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schemas::{PermissionWords, PrincipalKindWords, PrincipalStatusWords};
use super::{Person, Words};
use crate::desk::{Desk, Held};
use crate::http::Caller;
use crate::problem::Problem;
use crate::routes::principals::ScopeBody;

/// A person or a service account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Principal)]
pub(crate) struct PrincipalView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    #[schema(value_type = PrincipalKindWords)]
    kind: PrincipalKind,
    /// Display name; null where it was erased.
    name: Option<String>,
    /// E-mail address; null where there is none, where it was erased, and where the caller does not manage access.
    email: Option<String>,
    /// Whether name or address were erased.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(default = false)]
    erased: bool,
    /// The account that stands for the person, where it is linked to another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    same_person_as: Option<Person>,
    /// The person responsible for a service account.
    #[serde(skip_serializing_if = "Option::is_none")]
    responsible: Option<Person>,
    #[schema(value_type = PrincipalStatusWords)]
    status: Status,
    /// The roles that it was granted, past and future ones included.
    grants: Vec<GrantView>,
    registered_at: Timestamp,
}

/// A role granted to a principal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Grant)]
pub(crate) struct GrantView {
    id: Uuid,
    /// The role, by its id in the pack.
    role: String,
    /// Where it holds.
    #[schema(value_type = ScopeBody)]
    scope: Scope,
    /// From when on; at once if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Timestamp>,
    /// Until when (not included); without end if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// The provider whose groups it comes from; absent where somebody granted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    /// Whether it holds now.
    active: bool,
    /// The proposal that a second person confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<Uuid>,
    /// Whether the role approves, and one person granted it alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(default = false)]
    granted_alone: bool,
}

impl GrantView {
    pub(super) fn new(grant: &Grant, desk: &Desk<'_>) -> Result<Self, Problem> {
        Ok(Self {
            id: grant.id.0,
            role: grant.role.clone(),
            scope: grant.scope.clone(),
            from: grant.from,
            until: grant.until,
            active: grant.holds_at(desk.now),
            provider: grant.provider.clone(),
            proposal: grant.proposal.map(|proposal| proposal.0),
            granted_alone: grant.proposal.is_none()
                && grant.provider.is_none()
                && desk.pack()?.approves(&grant.role),
        })
    }
}

/// What a token leaves of what its principal may do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RestrictionView {
    /// Only these permissions; null where all of them are left.
    #[schema(value_type = Option<Vec<PermissionWords>>)]
    permissions: Option<Vec<&'static str>>,
    /// Only there.
    #[schema(value_type = ScopeBody)]
    scope: Scope,
}

impl RestrictionView {
    pub(crate) fn new(restriction: &Restriction) -> Self {
        let permissions = restriction.permissions.as_ref();
        Self {
            permissions: permissions.map(|held| held.iter().map(|permission| permission.name()).collect()),
            scope: restriction.scope.clone(),
        }
    }
}

impl PrincipalView {
    pub(crate) fn new(desk: &Desk<'_>, caller: &Caller, held: &Held<Principal>) -> Result<Self, Problem> {
        let Words { text: name, erased } = desk.words(&held.name)?;
        let shows_email =
            held.id == caller.id() || desk.can(caller, Permission::ManagePrincipals, Target::Platform)?;
        let email = held.email.as_ref().filter(|_| shows_email).map(|email| desk.words(email)).transpose()?;
        Ok(Self {
            id: held.id.0,
            revision: held.revision,
            kind: held.kind,
            name,
            erased: erased || email.as_ref().is_some_and(|email| email.erased),
            email: email.and_then(|email| email.text),
            same_person_as: held.person.map(|id| desk.person(id)).transpose()?,
            responsible: held.responsible.map(|id| desk.person(id)).transpose()?,
            status: held.status,
            grants: held.grants.iter().map(|grant| GrantView::new(grant, desk)).collect::<Result<_, _>>()?,
            registered_at: held.registered_at,
        })
    }
}
