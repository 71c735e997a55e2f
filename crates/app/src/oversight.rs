//! What is known of a model beside its versions: who answers for it, and when it was reviewed; read through any view.

use assent_domain::accountability::{Accountability, NewPost, named};
use assent_domain::facts::{Answering, Oversight};
use assent_domain::ids::{AccountabilityId, ModelId};
use assent_domain::pack::Pack;
use assent_domain::periodic_review::{NewFinding, PeriodicReview};
use assent_domain::registry::{Model, Version};
use assent_domain::signoff::NewSignature;
use assent_domain::{Kind, Sealed, Time};
use assent_store::Order;

use crate::changes::people;
use crate::ledger::Failure;
use crate::project::stage_key;
use crate::view::View;

/// How many versions in service are looked at for the one that has been there longest.
const LOOKED_AT: u32 = 50;

/// What can be asked about who answers for a model.
#[derive(Debug, Clone)]
pub enum AccountabilityCommand {
    /// Put somebody into a role.
    Assign(NewPost),
    /// Take whoever is there out of it.
    End {
        /// The role.
        role: String,
        /// Why.
        reason: Sealed,
    },
}

/// What can be asked of a periodic review.
#[derive(Debug, Clone)]
pub enum PeriodicReviewCommand {
    /// Open one for a model.
    Open(ModelId),
    /// Write down what was found.
    Find(NewFinding),
    /// Submit it.
    Submit,
    /// Sign it.
    Sign(NewSignature),
    /// Take it back.
    Withdraw(Option<Sealed>),
    /// Say that something was done that had to be.
    Act {
        /// Which action.
        action: String,
        /// How.
        comment: Option<Sealed>,
    },
}

/// Who answers for a model.
pub fn answering(view: &impl View, model: &Model) -> Result<Answering, Failure> {
    let held = view.get::<Accountability>(AccountabilityId::of(model.id))?;
    let people = people(view, &named(model, held.as_deref()))?;
    Ok(Answering { held, people })
}

/// When a model was reviewed, and since when it has been in service; nothing is said of who answers for it.
pub fn reviewed(view: &impl View, model: &Model, pack: &Pack) -> Result<Oversight, Failure> {
    let last_review = view.newest::<PeriodicReview>("completed_model", &model.id.to_string())?;
    let in_service_since = in_service_since(view, model.id, pack)?;
    Ok(Oversight { answering: None, last_review, in_service_since })
}

/// Since when a version of the model stands where one version at a time is in service.
pub fn in_service_since(view: &impl View, model: ModelId, pack: &Pack) -> Result<Option<Time>, Failure> {
    let mut since: Option<Time> = None;
    for stage in pack.stages().iter().filter(|stage| stage.superseded_to.is_some()) {
        let key = stage_key(model.0, &stage.id);
        for id in view.first_ids(Kind::Version, "model_stage", &key, Order::Ascending, LOOKED_AT)? {
            if let Some(version) = view.get::<Version>(id.into())? {
                since = Some(since.map_or(version.stage_since, |since| since.min(version.stage_since)));
            }
        }
    }
    Ok(since)
}
