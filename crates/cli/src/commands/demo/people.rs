//! Who takes part, and by which rules.

use serde_json::json;

use super::story::{ADMINISTRATOR, Ask, Story};
use crate::commands::apply;
use crate::documents::Document;
use crate::names;
use crate::problem::Problem;
use crate::table::text;

/// Name, what people call the job, and the roles.
pub(super) type Member = (&'static str, &'static str, &'static [&'static str]);

/// The administrator adds the people, grants their roles, and gives each of them a token.
pub(super) fn introduce(story: &mut Story, cast: &[Member]) -> Result<(), Problem> {
    for (name, job, roles) in cast {
        let body =
            json!({"kind": "USER", "name": name, "email": format!("{}@example.org", name.to_lowercase())});
        let title = format!("adds {name}, {job}");
        let added = story.ask(&Ask::post(ADMINISTRATOR, title, "/api/v1/principals", body))?;
        let object = added.get("object").cloned().unwrap_or_default();
        let id = names::id("/api/v1/principals", &object)?;
        for role in *roles {
            let title = format!("  grants {name} the role {role}");
            let path = format!("/api/v1/principals/{id}/grants");
            story.ask(&Ask::post(ADMINISTRATOR, title, path, json!({"role": role})))?;
        }
        let title = format!("  issues a token for {name}");
        let path = format!("/api/v1/principals/{id}/tokens");
        let issued = story.ask(&Ask::post(ADMINISTRATOR, title, path, json!({"life": "1d"})))?;
        let secret = text(&issued, "/object/secret");
        story.give_token(name, secret);
        story.give_id(name, id);
    }
    Ok(())
}

/// The administrator puts a pack in force.
pub(super) fn apply_pack(story: &mut Story, title: &str, documents: Vec<Document>) -> Result<(), Problem> {
    story.ask(&Ask::post(ADMINISTRATOR, title, "/api/v1/packs", apply::body(documents, false))).map(drop)
}
