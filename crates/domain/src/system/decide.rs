//! Decisions about systems. Whether names are taken, and whether owner and versions are there, is asked by the caller, who can
//! see the tables.

use super::event::{Description, SystemRegistered, SystemRetired, SystemRevised};
use super::{System, SystemCommand};
use crate::event::{Change, Event};
use crate::identity::{Principal, Status};
use crate::ids::SystemId;
use crate::text;
use crate::{Code, Refusal};

/// Decides to register a system.
pub fn register(
    id: SystemId,
    state: Option<&System>,
    description: Description,
) -> Result<Vec<Change>, Refusal> {
    if state.is_some() {
        return Err(Refusal::new(Code::Duplicate, format!("the system `{id}` is registered already")));
    }
    check(&description)?;
    let name = description.name.clone();
    Ok(vec![Change::new(id, Event::SystemRegistered(SystemRegistered { description })).named(name)])
}

/// Decides a command on a system that is there. `owner` is who answers for it today.
pub fn decide(
    system: &System,
    owner: Option<&Principal>,
    actor: &Principal,
    command: SystemCommand,
) -> Result<Vec<Change>, Refusal> {
    if system.retired.is_some() {
        let message = "a system that is RETIRED stays as it is: nothing is possible from there";
        return Err(Refusal::new(Code::WrongState, message));
    }
    is_owner(owner, actor)?;
    let (name, event) = match command {
        SystemCommand::Register(_) => return register(system.id, Some(system), system.description.clone()),
        SystemCommand::Revise(description) => {
            check(&description)?;
            if description == system.description {
                return Ok(Vec::new());
            }
            (description.name.clone(), Event::SystemRevised(SystemRevised { description }))
        }
        SystemCommand::Retire(reason) => {
            (system.description.name.clone(), Event::SystemRetired(SystemRetired { reason }))
        }
    };
    Ok(vec![Change::new(system.id, event).named(name)])
}

/// The owner, or anybody with the permission where the owner's account is not active any more.
fn is_owner(owner: Option<&Principal>, actor: &Principal) -> Result<(), Refusal> {
    match owner.filter(|owner| owner.status == Status::Active) {
        Some(owner) if owner.answerable() != actor.answerable() => {
            let message = "the system belongs to somebody else";
            Err(Refusal::new(Code::NotTheSystemOwner, message))
        }
        _ => Ok(()),
    }
}

fn check(description: &Description) -> Result<(), Refusal> {
    text::name("/name", &description.name)?;
    text::line("/purpose", &description.purpose)?;
    for (pointer, lines) in
        [("/restrictions", &description.restrictions), ("/successCriteria", &description.success_criteria)]
    {
        text::distinct(pointer, lines.iter().map(String::as_str))?;
        for (i, line) in lines.iter().enumerate() {
            text::line(&format!("{pointer}/{i}"), line)?;
        }
    }
    if let Some(justification) = &description.business_justification {
        text::line("/businessJustification", justification)?;
    }
    let uses: Vec<String> = description.uses.iter().map(ToString::to_string).collect();
    text::distinct("/uses", uses.iter().map(String::as_str))
}
