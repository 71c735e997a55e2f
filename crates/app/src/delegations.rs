//! Acting in the place of somebody: what may be done like that, and by which delegations.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_domain::aggregate::State as _;
use assent_domain::delegation::{Acting, Delegation, DelegationState};
use assent_domain::identity::Principal;
use assent_domain::ids::PrincipalId;
use assent_domain::{Code, Kind, Refusal, Time};
use assent_store::{Order, Predicate, Select, Value};

use crate::changes::ChangeCommand;
use crate::command::{AssessmentCommand, Command, ExceptionCommand, TierChangeCommand};
use crate::ledger::Failure;
use crate::project::{self, pair_key};
use crate::view::{Snapshot, View};

/// How many delegations between two persons are looked at, the newest first.
const LOOKED_AT: usize = 200;
/// How many delegations to one person are looked at, the newest first.
const OPEN_TO: u32 = 200;
/// How many such pages are looked through.
const MAX_PAGES: u32 = 25;
/// In the place of how many persons somebody is shown what they could decide.
const DELEGATORS: usize = 50;

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

/// The principal in the place of each person who lends them a role now: at most fifty persons, by the newest 5,000 delegations
/// that nobody revoked.
pub fn in_place_of_all(
    view: &Snapshot<'_>,
    delegate: &Principal,
    now: Time,
) -> Result<Vec<Principal>, Failure> {
    let Some(table) = project::table(Kind::Delegation) else { return Ok(Vec::new()) };
    let to = Predicate::Eq("delegate_id", Value::Text(delegate.id.to_string()));
    let open = Predicate::Not(Box::new(Predicate::IsNull("open_pair")));
    let (filter, order) = (Predicate::And(vec![to, open]), Order::Descending);
    let mut by_delegator: BTreeMap<PrincipalId, Vec<Arc<Delegation>>> = BTreeMap::new();
    let mut after = None;
    // Those that ran out stay among them, so that one page may hold none that lasts.
    for _ in 0..MAX_PAGES {
        let page = Select { table, filter: filter.clone(), order, after, limit: OPEN_TO };
        let rows = view.read().select(&page)?;
        for row in &rows {
            let state = project::aggregate(Kind::Delegation, row)?;
            let Some(held) = Delegation::from_aggregate(&state) else { continue };
            let known = by_delegator.len() < DELEGATORS || by_delegator.contains_key(&held.given.delegator);
            if known && held.state_at(now) == DelegationState::Active {
                by_delegator.entry(held.given.delegator).or_default().push(Arc::clone(held));
            }
        }
        after = rows.last().map(|row| row.id).filter(|_| rows.len() == OPEN_TO as usize);
        if after.is_none() {
            break;
        }
    }
    let mut hands = Vec::new();
    for (delegator, delegations) in by_delegator {
        let delegator = view.get::<Principal>(delegator)?;
        let acting = delegator.map(|delegator| Acting { delegations, delegator });
        hands.extend(acting.map(|acting| delegate.in_place_of(acting)));
    }
    Ok(hands)
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
