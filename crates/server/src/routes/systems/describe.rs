//! The description of a system, as clients send it.

use assent_domain::ids::{PrincipalId, VersionId};
use assent_domain::system::{Category, Description, Role};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::views::schemas::{SystemCategoryWords, SystemRoleWords};

/// What a system is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = SystemDescription)]
pub(super) struct DescriptionBody {
    /// Its unique name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What it is for.
    #[schema(min_length = 1, max_length = 2000)]
    purpose: String,
    #[schema(value_type = SystemRoleWords)]
    role: Role,
    /// The area of Annex III of the EU AI Act that the use is listed in; absent where nobody has looked yet.
    #[schema(value_type = Option<SystemCategoryWords>)]
    category: Option<Category>,
    /// Id of who answers for it; the caller if absent.
    owner: Option<Uuid>,
    /// What it must not be used for, and how else its use is limited; one line each.
    #[serde(default)]
    #[schema(max_items = 200)]
    restrictions: Vec<String>,
    /// What it is worth.
    #[schema(min_length = 1, max_length = 2000)]
    business_justification: Option<String>,
    /// By what it is told whether it does what it is for; one line each.
    #[serde(default)]
    #[schema(max_items = 200)]
    success_criteria: Vec<String>,
    /// Ids of the versions that it uses.
    #[serde(default)]
    #[schema(max_items = 200)]
    uses: Vec<Uuid>,
}

impl DescriptionBody {
    /// The description, with `owner` where none was named.
    pub(super) fn into_description(self, owner: PrincipalId) -> Description {
        Description {
            name: self.name,
            purpose: self.purpose,
            role: self.role,
            category: self.category,
            owner: self.owner.map_or(owner, PrincipalId),
            restrictions: self.restrictions,
            business_justification: self.business_justification,
            success_criteria: self.success_criteria,
            uses: self.uses.into_iter().map(VersionId).collect(),
        }
    }
}
