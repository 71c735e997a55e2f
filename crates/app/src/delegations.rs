//! Acting in the place of somebody: what may be done like that, and by which delegations.

use assent_domain::delegation::{Acting, Delegation, DelegationState};
use assent_domain::identity::Principal;
use assent_domain::ids::PrincipalId;
use assent_domain::{Code, Kind, Refusal, Time};

use crate::changes::ChangeCommand;
use crate::command::{AssessmentCommand, Command, ExceptionCommand, TierChangeCommand};
use crate::ledger::Failure;
use crate::project::pair_key;
use crate::view::View;

/// How many delegations between two persons are looked at, the newest first.
const LOOKED_AT: usize = 200;

/// The principal as it acts in the place of `delegator`, by the delegations that hold now.
///
/// # Errors
/// Refuses where none does; of whom there is not it says the same.
pub fn in_place_of(
    view: &impl View,
    delegate: &Principal,
    delegator: PrincipalId,
    now: Time,
) -> Result<Principal, Failure> {
    let mut delegations = Vec::new();
    let ids = view.ids(Kind::Delegation, "open_pair", &pair_key(delegate.id.0, delegator.0))?;
    for id in ids.into_iter().rev().take(LOOKED_AT) {
        let held = view.get::<Delegation>(id.into())?;
        delegations.extend(held.filter(|held| held.state_at(now) == DelegationState::Active));
    }
    let delegator_now = view.get::<Principal>(delegator)?.filter(|_| !delegations.is_empty());
    let Some(delegator) = delegator_now else {
        let message = format!("no delegation lets you decide in the place of `{delegator}` now");
        return Err(Refusal::new(Code::NoDelegation, message).at("/onBehalfOf").into());
    };
    Ok(delegate.in_place_of(Acting { delegations, delegator }))
}

/// Refuses what is done in one's own name only.
pub(crate) fn may_be_delegated(command: &Command) -> Result<(), Refusal> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "everything else is done in one's own name")]
    let signs = match command {
        Command::Review(..) | Command::Exception(_, ExceptionCommand::Sign(_)) => true,
        Command::Assessment(_, command) => matches!(**command, AssessmentCommand::Sign(_)),
        Command::TierChange(_, command) => matches!(**command, TierChangeCommand::Sign(_)),
        Command::Change(_, command) => matches!(**command, ChangeCommand::Sign(_)),
        _ => false,
    };
    if signs {
        return Ok(());
    }
    let message = "only reviews and signatures are given in the place of somebody";
    Err(Refusal::new(Code::NotDelegable, message).at("/onBehalfOf"))
}
