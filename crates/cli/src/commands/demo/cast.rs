//! Who takes part, and the rules that hold.

use super::people::{self, Member};
use super::story::Story;
use crate::documents;
use crate::embedded;
use crate::output::Block;
use crate::problem::Problem;

pub(super) const AMIRA: &str = "Amira";
pub(super) const JONAS: &str = "Jonas";
pub(super) const SVEN: &str = "Sven";
pub(super) const LENA: &str = "Lena";
pub(super) const CHEN: &str = "Chen";
pub(super) const INES: &str = "Ines";
pub(super) const NOOR: &str = "Noor";
pub(super) const PAUL: &str = "Paul";
pub(super) const RUTH: &str = "Ruth";
pub(super) const TOMASZ: &str = "Tomasz";
pub(super) const EVA: &str = "Eva";

const CAST: [Member; 11] = [
    (
        AMIRA,
        "data scientist and model owner, who also reviews the work of others",
        &["model_owner", "tech_lead"],
    ),
    (JONAS, "her deputy", &["model_owner"]),
    (SVEN, "data steward", &["data_steward"]),
    (LENA, "technical lead", &["tech_lead"]),
    (CHEN, "compliance officer", &["compliance_officer"]),
    (INES, "security reviewer", &["security_reviewer"]),
    (NOOR, "ethics reviewer", &["ethics_reviewer"]),
    (PAUL, "business owner", &["business_owner"]),
    (RUTH, "risk manager", &["risk_manager"]),
    (TOMASZ, "deployer", &["deployer"]),
    (EVA, "auditor", &["auditor"]),
];

/// The administrator adds the people and applies the demo's pack.
pub(super) fn introduce(story: &mut Story) -> Result<(), Problem> {
    story.chapter("People and rules");
    people::introduce(story, &CAST)?;
    let documents = documents::parse_all(embedded::yaml_files(&embedded::COMPAS_PACK))?;
    let title = "applies the demo's pack: the default one, with bounds of its own";
    people::apply_pack(story, title, documents)?;
    story.show(&[Block::Line("  equalized odds by race may differ by 0.1; why, the pack says".to_owned())]);
    Ok(())
}
