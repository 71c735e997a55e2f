//! Systems.

use assent_domain::identity::{Permission, Target};
use assent_domain::ids::VersionId;
use assent_domain::registry::{Model, Version};
use assent_domain::system::{Category, Role, System};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schemas::{SystemCategoryWords, SystemRoleWords};
use super::{Person, RecordedView, Words, recorded};
use crate::desk::{Desk, Held};
use crate::http::Caller;
use crate::problem::Problem;

/// An AI system, or a use of one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = System)]
pub(crate) struct SystemView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    /// Its unique name.
    name: String,
    /// What it is for.
    purpose: String,
    #[schema(value_type = SystemRoleWords)]
    role: Role,
    /// The area of Annex III of the EU AI Act that the use is listed in; absent where nobody has looked yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<SystemCategoryWords>)]
    category: Option<Category>,
    /// Who answers for it.
    owner: Person,
    /// What it must not be used for, and how else its use is limited.
    restrictions: Vec<String>,
    /// What it is worth.
    #[serde(skip_serializing_if = "Option::is_none")]
    business_justification: Option<String>,
    /// By what it is told whether it does what it is for.
    success_criteria: Vec<String>,
    /// The versions that it uses.
    uses: Vec<UsedView>,
    registered: RecordedView,
    /// When it was described last, and by whom.
    described: RecordedView,
    /// Since when it is out of use; absent while it is in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    retired: Option<RetiredView>,
}

/// A version that a system uses.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsedVersion)]
struct UsedView {
    /// Its id.
    version: Uuid,
    /// Its model, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<String>,
}

/// That a system is out of use.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Retired)]
struct RetiredView {
    recorded: RecordedView,
    /// Why.
    reason: Words,
}

impl UsedView {
    fn new(desk: &Desk<'_>, caller: &Caller, id: VersionId) -> Result<Self, Problem> {
        let mut view = Self { version: id.0, model: None, number: None, stage: None };
        let Some(version) = desk.any::<Version>(id)? else { return Ok(view) };
        if let Some(model) = desk.any::<Model>(version.model)?
            && desk.can(caller, Permission::Read, Target::Model(&model))?
        {
            view.model = Some(model.name.clone());
            view.number = Some(version.number);
            view.stage = Some(version.stage.clone());
        }
        Ok(view)
    }
}

impl SystemView {
    /// The system as the caller sees it: of models that they may not read only the ids of versions.
    pub(crate) fn new(desk: &Desk<'_>, caller: &Caller, held: &Held<System>) -> Result<Self, Problem> {
        let description = &held.description;
        let mut uses = Vec::with_capacity(description.uses.len());
        for id in &description.uses {
            uses.push(UsedView::new(desk, caller, *id)?);
        }
        let retired = held.retired.as_ref().map(|retired| {
            Ok::<_, Problem>(RetiredView {
                recorded: recorded(desk, retired.recorded)?,
                reason: desk.words(&retired.reason)?,
            })
        });
        Ok(Self {
            id: held.id.0,
            revision: held.revision,
            name: description.name.clone(),
            purpose: description.purpose.clone(),
            role: description.role,
            category: description.category,
            owner: desk.person(description.owner)?,
            restrictions: description.restrictions.clone(),
            business_justification: description.business_justification.clone(),
            success_criteria: description.success_criteria.clone(),
            uses,
            registered: recorded(desk, held.registered)?,
            described: recorded(desk, held.described)?,
            retired: retired.transpose()?,
        })
    }
}
