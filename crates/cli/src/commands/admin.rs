//! `assent admin`: people, roles and tokens.

mod decide;
mod erase_subject;
mod grant;
mod link;
mod migrate;
mod migrate_keys;
mod new_master_key;
mod principal;
pub(crate) mod proposals;
mod revoke;
mod rotate_master_key;
pub(crate) mod scope;
mod token;

use clap::Subcommand;

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Commands on people, roles and tokens. A principal is named by its id or its name.
#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// People and service accounts
    #[command(subcommand)]
    Principal(principal::Principal),
    /// Erase who a principal was, for good
    EraseSubject(erase_subject::EraseSubject),
    /// Grant a role
    Grant(grant::Grant),
    /// Take a grant back
    Revoke(revoke::Revoke),
    /// Record that two accounts belong to the same person
    Link(link::Link),
    /// Take a link between two accounts back
    Unlink(link::Unlink),
    /// Show what waits for a second person
    Proposals(proposals::Proposals),
    /// Confirm a proposal as the second person
    Confirm(decide::Confirm),
    /// Decline a proposal as the second person
    Decline(decide::Decline),
    /// Take a proposal of yours back
    Withdraw(decide::Withdraw),
    /// Tokens
    #[command(subcommand)]
    Token(token::Token),
    /// Move the log of an installation from its file to PostgreSQL
    Migrate(migrate::Migrate),
    /// Move the keys of subjects from their file to a PostgreSQL of their own
    MigrateKeys(migrate_keys::MigrateKeys),
    /// Make a master key, for encryption at rest
    NewMasterKey(new_master_key::NewMasterKey),
    /// Put everything that is encrypted under the first master key, and encrypt what is not
    RotateMasterKey(rotate_master_key::RotateMasterKey),
}

impl Admin {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Principal(command) => command.run(context),
            Self::EraseSubject(command) => command.run(context),
            Self::Grant(command) => command.run(context),
            Self::Revoke(command) => command.run(context),
            Self::Link(command) => command.run(context),
            Self::Unlink(command) => command.run(context),
            Self::Proposals(command) => command.run(context),
            Self::Confirm(command) => command.run(context),
            Self::Decline(command) => command.run(context),
            Self::Withdraw(command) => command.run(context),
            Self::Token(command) => command.run(context),
            Self::Migrate(command) => command.run(),
            Self::MigrateKeys(command) => command.run(),
            Self::NewMasterKey(command) => command.run(),
            Self::RotateMasterKey(command) => command.run(),
        }
    }
}

/// The answer to a write on a principal, or to one that waits for a second person.
fn written(answer: serde_json::Value) -> Answer {
    if let Some(waits) = proposals::waits(&answer) {
        return waits;
    }
    let object = answer.get("object").cloned().unwrap_or_default();
    let grants = object.get("grants").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    let facts = [
        ("id", "/id"),
        ("name", "/name"),
        ("kind", "/kind"),
        ("status", "/status"),
        ("same person as", "/samePersonAs/name"),
    ];
    let columns = [
        ("role", "/role"),
        ("active", "/active"),
        ("granted alone", "/grantedAlone"),
        ("scope", "/scope"),
        ("grant", "/id"),
    ];
    let answer = Answer::new(answer).table(crate::table::Table::facts(&object, &facts));
    if grants.is_empty() { answer } else { answer.line("").table(crate::table::Table::of(&grants, &columns)) }
}
