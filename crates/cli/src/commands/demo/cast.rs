//! Who takes part, and the rules that hold.

use serde_json::json;

use super::story::{ADMINISTRATOR, Ask, Story};
use crate::commands::apply;
use crate::documents;
use crate::embedded;
use crate::names;
use crate::output::Block;
use crate::problem::Problem;
use crate::table::text;

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

/// Name, what people call the job, and the roles.
const CAST: [(&str, &str, &[&str]); 11] = [
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
    for (name, job, roles) in CAST {
        let body =
            json!({"kind": "USER", "name": name, "email": format!("{}@example.org", name.to_lowercase())});
        let title = format!("adds {name}, {job}");
        let added = story.ask(&Ask::post(ADMINISTRATOR, title, "/api/v1/principals", body))?;
        let object = added.get("object").cloned().unwrap_or_default();
        let id = names::id("/api/v1/principals", &object)?;
        for role in roles {
            let title = format!("  grants {name} the role {role}");
            let path = format!("/api/v1/principals/{id}/grants");
            story.ask(&Ask::post(ADMINISTRATOR, title, path, json!({"role": role})))?;
        }
        let title = format!("  issues a token for {name}");
        let path = format!("/api/v1/principals/{id}/tokens");
        let issued = story.ask(&Ask::post(ADMINISTRATOR, title, path, json!({"life": "1d"})))?;
        let secret = text(&issued, "/object/secret");
        story.give_token(name, secret);
    }
    let documents = documents::parse_all(embedded::yaml_files(&embedded::COMPAS_PACK))?;
    let title = "applies the demo's pack: the default one, with bounds of its own";
    story.ask(&Ask::post(ADMINISTRATOR, title, "/api/v1/packs", apply::body(documents, false)))?;
    story.show(&[Block::Line("  equalized odds by race may differ by 0.1; why, the pack says".to_owned())]);
    Ok(())
}
