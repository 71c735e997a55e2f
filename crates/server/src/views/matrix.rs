//! The roles of the pack with what they are for, and who holds them.

use assent_app::reports::markdown::{escaped, table};
use assent_domain::pack::{Duties, Duty, Pack, Role};
use serde::Serialize;
use utoipa::ToSchema;

use super::Person;

/// The most holders of a role that are named.
pub(crate) const MAX_HOLDERS: usize = 50;

/// The roles of the pack in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RoleMatrix)]
pub(crate) struct MatrixView {
    /// Name of the pack.
    pack: String,
    /// Its roles, ordered by id.
    pub(crate) roles: Vec<MatrixRole>,
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MatrixRole {
    pub(crate) role: String,
    title: String,
    /// What who holds it has to do.
    responsibilities: Vec<String>,
    /// What who holds it may decide.
    authority: Vec<String>,
    /// Roles to turn to, nearest first.
    escalation: Vec<String>,
    /// The duties that the pack binds to it, for example `exceptionApprovers/HIGH`.
    duties: Vec<String>,
    /// How many active people hold it now, anywhere; absent to who may not list people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) holder_count: Option<u64>,
    /// The first 50 of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) holders: Option<Vec<Person>>,
}

impl MatrixView {
    /// The roles, without their holders.
    pub(crate) fn of(pack: &Pack) -> Self {
        let tiers: Vec<&String> = pack.tier_ids().collect();
        let duties: Vec<Duty<'_>> = Duties::all(tiers.iter().copied());
        let bound = |role: &str| {
            let bound = |duty: &Duty<'_>| {
                pack.duties().is_some_and(|duties| duties.of(*duty).iter().any(|held| held == role))
            };
            duties.iter().filter(|duty| bound(duty)).map(|duty| duty.place()).collect()
        };
        let row = |role: &Role| MatrixRole {
            role: role.id.clone(),
            title: role.title.clone(),
            responsibilities: role.responsibilities.clone(),
            authority: role.authority.clone(),
            escalation: role.escalation.clone(),
            duties: bound(&role.id),
            holder_count: None,
            holders: None,
        };
        Self { pack: pack.info().id.clone(), roles: pack.roles().map(row).collect() }
    }

    /// As Markdown. Words of people bring no markup of their own.
    pub(crate) fn markdown(&self) -> String {
        let mut out = format!("# Roles of the pack {}\n\n", escaped(&self.pack));
        let lines =
            |lines: &[String]| lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br>");
        let rows = self.roles.iter().map(|role| {
            let names = role
                .holders
                .iter()
                .flatten()
                .map(|person| person.name.as_deref().map_or_else(|| person.id.to_string(), escaped));
            let holders = match role.holder_count {
                None => "not yours to see".to_owned(),
                Some(count) => {
                    let names = names.collect::<Vec<_>>().join(", ");
                    let more = count.saturating_sub(MAX_HOLDERS as u64);
                    if more > 0 { format!("{names} and {more} more") } else { names }
                }
            };
            vec![
                escaped(&role.title),
                lines(&role.responsibilities),
                lines(&role.authority),
                escaped(&role.escalation.join(", ")),
                lines(&role.duties),
                holders,
            ]
        });
        let columns = ["role", "responsibilities", "authority", "escalates to", "duties", "held by"];
        table(&mut out, &columns, rows);
        out
    }
}
