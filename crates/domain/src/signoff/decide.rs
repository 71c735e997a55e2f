//! Who may sign.

use assent_sabotage::{Fault, planted};

use super::{Case, Signature, SignatureRecord, Standing, Verdict, standing};
use crate::identity::{Principal, PrincipalKind, Target};
use crate::registry::event::Recorded;
use crate::workflow::OWNER;
use crate::{Code, Refusal, Sealed};

/// What somebody wants to say to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSignature {
    /// The role in which; chosen among those that are missing, if absent.
    pub role: Option<String>,
    /// Yes or no.
    pub verdict: Verdict,
    /// Why; a no needs it.
    pub comment: Option<Sealed>,
}

/// Decides a signature by `signer`. With it comes where the request stands then.
///
/// # Errors
/// Refuses service accounts, the requester and the makers, who signed already, who holds no role that is missing, and a no
/// without a comment. Each refusal says which of these it was.
pub fn sign(
    case: &Case<'_>,
    signer: &Principal,
    new: NewSignature,
) -> Result<(Signature, Standing), Refusal> {
    if signer.kind != PrincipalKind::User {
        return Err(Refusal::new(Code::ReviewerIsNotAPerson, "a service account cannot sign"));
    }
    let before = standing(case);
    let role = role_of(case, signer, &before, new.role.as_deref())?;
    if role != OWNER
        && signer.persons().any(|person| case.is_own(person))
        && !planted(Fault::SeparationOfDuties)
    {
        let message = if signer.acting.is_some() {
            "one of you asked for this, or it is the work of one of you; nobody signs that themself"
        } else {
            "you asked for this, or it is your own work; nobody signs that themself"
        };
        return Err(Refusal::new(Code::ReviewerIsRequester, message));
    }
    let has_signed = |person| before.persons.contains(&person);
    if signer.persons().any(has_signed) && !planted(Fault::SeparationOfDuties) {
        let message = "you, or the one in whose place you sign, signed already, in this role or another one; each role is signed by another person";
        return Err(Refusal::new(Code::ReviewerDecidedAlready, message));
    }
    if new.verdict == Verdict::Rejected && new.comment.is_none() {
        let message = "a decision REJECTED needs a comment";
        return Err(Refusal::new(Code::CommentMissing, message).at("/comment"));
    }
    let on_behalf_of = signer.on_behalf(&role, Target::Model(case.model), case.now);
    let signature = Signature { role, verdict: new.verdict, comment: new.comment, on_behalf_of };
    let recorded = Recorded { at: case.now, by: signer.id };
    let mut signatures = case.signatures.to_vec();
    signatures.push(SignatureRecord { signature: signature.clone(), recorded });
    let mut people = case.people.clone();
    people.insert(signer.id, std::sync::Arc::new(signer.clone()));
    if let Some(acting) = &signer.acting {
        people.insert(acting.delegator.id, std::sync::Arc::clone(&acting.delegator));
    }
    let after = standing(&Case { signatures: &signatures, people: &people, ..*case });
    Ok((signature, after))
}

/// A role that is missing and that the signer may sign in.
fn role_of(
    case: &Case<'_>,
    signer: &Principal,
    standing: &Standing,
    wanted: Option<&str>,
) -> Result<String, Refusal> {
    if let Some(wanted) = wanted.filter(|wanted| !case.roles.iter().any(|role| role == wanted)) {
        let message = format!("the role `{wanted}` does not sign this; {} do", case.roles.join(", "));
        return Err(Refusal::new(Code::UnknownRole, message).at("/role"));
    }
    let fits =
        |role: &&String| wanted.is_none_or(|wanted| wanted == role.as_str()) && case.may_sign(signer, role);
    let mut missing: Vec<&String> = standing.missing.iter().filter(fits).collect();
    // Whose own work it is can attest, if anything.
    missing.sort_by_key(|role| (role.as_str() == OWNER) != case.is_own(signer.person()));
    if let Some(role) = missing.first() {
        return Ok((*role).clone());
    }
    if wanted == Some(OWNER) && standing.missing.iter().any(|role| role == OWNER) {
        return Err(Refusal::new(Code::NotTheOwner, "only the owner of the model can attest"));
    }
    if let Some(role) = case.roles.iter().find(fits) {
        let message = format!("it is signed in the role `{role}`; missing are {}", list(&standing.missing));
        return Err(Refusal::new(Code::ReviewerDecidedAlready, message));
    }
    let message = format!(
        "it waits for {}, and you hold none of these for a model of the tier `{}`",
        list(&standing.missing),
        case.model.tier
    );
    Err(Refusal::new(Code::ReviewerLacksRole, message))
}

fn list(roles: &[String]) -> String {
    if roles.is_empty() { "nobody".to_owned() } else { roles.join(", ") }
}
