//! The way of working of each pack that comes with this program but the default one, told by its own people.

mod evidence;
mod llmops;
mod ml_governance;
mod model_governance_guide;
mod registry_workflows;

use super::people::{self, Member};
use super::story::Story;
use crate::embedded;
use crate::problem::Problem;

/// A scenario: who tells it.
pub(super) type Scenario = fn(&mut Story) -> Result<(), Problem>;

/// The scenarios, by the name of the pack.
const SCENARIOS: &[(&str, Scenario)] = &[
    ("model-governance-guide", model_governance_guide::tell),
    ("llmops", llmops::tell),
    ("ml-governance", ml_governance::tell),
    ("registry-workflows", registry_workflows::tell),
];

/// The scenario of a pack; none of the default one, whose story is that of the COMPAS data.
pub(super) fn of(pack: &str) -> Result<Option<Scenario>, Problem> {
    if pack == embedded::DEFAULT_PACK {
        return Ok(None);
    }
    let found = SCENARIOS.iter().find(|(name, _)| *name == pack);
    let known = || SCENARIOS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    found.map(|(_, tell)| Some(*tell)).ok_or_else(|| {
        Problem::new(format!("there is no demo of a pack `{pack}`")).hint(format!(
            "there are {}, {}",
            embedded::DEFAULT_PACK,
            known()
        ))
    })
}

/// The pack comes into force, and people join in its roles.
fn begin(story: &mut Story, cast: &[Member], pack: &str) -> Result<(), Problem> {
    story.chapter("Rules and people");
    people::apply_pack(story, &format!("applies the pack `{pack}`"), embedded::pack(pack)?)?;
    people::introduce(story, cast)
}
