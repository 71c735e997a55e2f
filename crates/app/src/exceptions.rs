//! What is asked of an exception through any view: where its signatures stand.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_domain::Time;
use assent_domain::exception::Exception;
use assent_domain::identity::Principal;
use assent_domain::ids::PrincipalId;
use assent_domain::pack::Pack;
use assent_domain::registry::{Model, Version};
use assent_domain::signoff::{Case, SignatureRecord};

use crate::ledger::Failure;
use crate::view::View;

/// Asks something of the case that its signatures are judged by. Who owns the model or made the version does not sign for it.
pub fn with_case<T>(
    view: &impl View,
    exception: &Exception,
    model: &Model,
    pack: &Pack,
    now: Time,
    ask: impl FnOnce(&Case<'_>) -> T,
) -> Result<T, Failure> {
    let mut makers: Vec<PrincipalId> = model.owners_since(exception.requested.at).collect();
    if let Some(version) =
        exception.request.version.map(|version| view.get::<Version>(version)).transpose()?.flatten()
    {
        makers.extend(model.owners_since(version.registered.at).chain([version.registered.by]));
    }
    let signers = exception.signatures.iter().flat_map(SignatureRecord::hands);
    let named = makers.iter().copied().chain([exception.requester()]).chain(signers);
    let mut people: BTreeMap<PrincipalId, Arc<Principal>> = BTreeMap::new();
    for id in named {
        people.extend(view.get::<Principal>(id)?.map(|principal| (id, principal)));
    }
    Ok(ask(&Case {
        roles: exception.roles(model, pack)?,
        signatures: &exception.signatures,
        requester: exception.requester(),
        makers: &makers,
        model,
        people: &people,
        pack,
        now,
    }))
}
