//! Proposals.

use assent_app::approvers;
use assent_domain::identity::{Permission, Principal, Target};
use assent_domain::pack::{self, DocumentChange, Pack};
use assent_domain::proposal::{self, Lifecycle, Proposal, Proposed, StateName};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::recorded;
use super::schemas::{ActionWords, ProposalStateWords};
use super::{GrantView, Person, RecordedView, Words};
use crate::desk::{Desk, Held};
use crate::http::Caller;
use crate::problem::Problem;

/// A change that waits for a second person, or did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Proposal)]
pub(crate) struct ProposalView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    #[schema(value_type = ProposalStateWords)]
    state: StateName,
    /// What is to be done.
    #[schema(value_type = ActionWords)]
    action: &'static str,
    /// What a confirmation names: the digest of exactly this.
    digest: String,
    /// Whom it is about; absent for packs.
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Person>,
    /// The other account of a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<Person>,
    /// The grant that is to be given.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<GrantView>,
    /// The role whose grant is to be taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// Until when the token is to hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_until: Option<Timestamp>,
    /// The pack that is to be applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pack: Option<ProposedPack>,
    /// When it was proposed, and by whom.
    proposed: RecordedView,
    /// Until when it can be confirmed (not included).
    expires_at: Timestamp,
    /// When it was confirmed, declined or withdrawn, and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<RecordedView>,
    /// Why it was declined or withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Words>,
    /// The role of the duty `configurationApprover` in which a pack was confirmed; absent where nobody else held one.
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed_as: Option<String>,
    /// Whether the caller could confirm it now.
    confirmable: bool,
}

/// A pack that waits for a second person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ProposedPack {
    name: String,
    /// SHA-256 of its content.
    digest: String,
    /// Digest of the pack that was in force when it was proposed; with another one in force it has to be proposed anew.
    in_force: String,
    /// Why it weakens the governance; nothing where it does not, and the one in force asks for a second person all the same.
    weaker: Vec<String>,
    /// The roles of which whoever confirms it holds one, besides managing grants. None where nobody else holds one: then
    /// whoever manages grants confirms it.
    approvers: Vec<String>,
    /// By document: `kind`, `id`, `change` (ADDED, REMOVED, CHANGED), and the `fields` that differ. In lists it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    changes: Option<Vec<DocumentChange>>,
}

impl ProposalView {
    pub(crate) fn new(desk: &Desk<'_>, caller: &Caller, held: &Held<Proposal>) -> Result<Self, Problem> {
        let mut view = Self {
            id: held.id.0,
            revision: held.revision,
            state: held.state_at(desk.now),
            action: "",
            digest: held.digest.to_string(),
            principal: None,
            other: None,
            grant: None,
            role: None,
            token_until: None,
            pack: None,
            proposed: recorded(desk, held.recorded)?,
            expires_at: held.expires_at,
            decided: None,
            reason: None,
            confirmed_as: None,
            confirmable: Self::could_confirm(desk, caller, held)?,
        };
        view.say_what(desk, held)?;
        let (decided, reason) = match &held.lifecycle {
            Lifecycle::Open => (None, None),
            Lifecycle::Confirmed { recorded, role } => {
                view.confirmed_as.clone_from(role);
                (Some(*recorded), None)
            }
            Lifecycle::Declined { recorded, reason } => (Some(*recorded), Some(reason)),
            Lifecycle::Withdrawn { recorded, comment } => (Some(*recorded), comment.as_ref()),
        };
        view.decided = decided.map(|decided| recorded(desk, decided)).transpose()?;
        view.reason = reason.map(|reason| desk.words(reason)).transpose()?;
        Ok(view)
    }

    fn say_what(&mut self, desk: &Desk<'_>, held: &Proposal) -> Result<(), Problem> {
        self.action = held.proposed.name();
        match &held.proposed {
            Proposed::GrantRole { principal, grant } => {
                self.principal = Some(desk.person(*principal)?);
                self.grant = Some(GrantView::new(grant, desk)?);
            }
            Proposed::RevokeGrant { principal, role, .. } => {
                self.principal = Some(desk.person(*principal)?);
                self.role = Some(role.clone());
            }
            Proposed::LinkPrincipal { principal, other } => {
                self.principal = Some(desk.person(*principal)?);
                self.other = Some(desk.person(*other)?);
            }
            Proposed::UnlinkPrincipal { principal } | Proposed::Invite { principal, .. } => {
                self.principal = Some(desk.person(*principal)?);
            }
            Proposed::IssueToken { principal, expires_at, .. } => {
                self.principal = Some(desk.person(*principal)?);
                self.token_until = Some(*expires_at);
            }
            Proposed::ApplyPack { name, digest, in_force, reasons, .. } => {
                self.pack = Some(ProposedPack {
                    name: name.clone(),
                    digest: digest.to_string(),
                    in_force: in_force.to_string(),
                    weaker: reasons.clone(),
                    approvers: Self::approvers(desk, held)?,
                    changes: None,
                });
            }
        }
        Ok(())
    }

    /// The roles that an open proposal of a pack waits for.
    fn approvers(desk: &Desk<'_>, held: &Proposal) -> Result<Vec<String>, Problem> {
        if held.state_at(desk.now) != StateName::Open {
            return Ok(Vec::new());
        }
        let Some(proposer) = desk.any::<Principal>(held.recorded.by)? else { return Ok(Vec::new()) };
        pack_approvers(desk, &proposer)
    }

    /// The same, with what a proposed pack changes in the one in force.
    pub(crate) fn with_changes(mut self, desk: &Desk<'_>, held: &Proposal) -> Result<Self, Problem> {
        if let (Proposed::ApplyPack { content, .. }, Some(view)) = (&held.proposed, &mut self.pack) {
            let documents = serde_json::from_str(content).unwrap_or_default();
            let after = Pack::compile(documents).ok();
            let before = desk.pack()?;
            view.changes = after.map(|after| pack::diff(Some(&before), &after));
        }
        Ok(self)
    }

    /// Asked of the decision itself, so that list and answer cannot differ.
    pub(crate) fn could_confirm(desk: &Desk<'_>, caller: &Caller, held: &Proposal) -> Result<bool, Problem> {
        if held.state_at(desk.now) != StateName::Open
            || !desk.can(caller, Permission::ManageGrants, Target::Platform)?
        {
            return Ok(false);
        }
        let Some(proposer) = desk.any::<Principal>(held.recorded.by)? else { return Ok(false) };
        let gains = held.proposed.gains().map(|gains| desk.any::<Principal>(gains)).transpose()?.flatten();
        let gains = gains.as_ref().map(|gains| &*gains.state);
        let (pack, confirmer) = (desk.pack()?, &caller.principal);
        let another = || approvers::another(&desk.view, &proposer, &pack, desk.now);
        let approver = proposal::approver(&held.proposed, &pack, confirmer, desk.now, another)?;
        let answer = proposal::confirm(held, confirmer, &proposer, gains, approver, held.digest, desk.now);
        Ok(answer.is_ok())
    }
}

/// The roles of which whoever confirms a pack of `proposer` holds one; none where nobody else holds one.
pub(crate) fn pack_approvers(desk: &Desk<'_>, proposer: &Principal) -> Result<Vec<String>, Problem> {
    let pack = desk.pack()?;
    let roles = pack.configuration_approvers();
    let waits = !roles.is_empty() && approvers::another(&desk.view, proposer, &pack, desk.now)?;
    Ok(if waits { roles.to_vec() } else { Vec::new() })
}
