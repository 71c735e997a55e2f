//! Sign-offs: who signs, who has, and who is missing.

use assent_app::signing::OwnedSignoff;
use assent_domain::signoff::{Lapsed, SignatureRecord, Verdict, standing};
use serde::Serialize;
use utoipa::ToSchema;

use super::delegation::OnBehalfView;
use super::schemas::SignatureVerdictWords;
use super::{Person, RecordedView, Words, recorded};
use crate::desk::Desk;
use crate::problem::Problem;

/// Who signs a request, and where that stands now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Signoff)]
pub(crate) struct SignoffView {
    /// The roles that sign, each by another person; `owner` for the owner of the model.
    roles: Vec<String>,
    /// Those that have not; an approval that does not count any more is missing again.
    pub(crate) missing: Vec<String>,
    /// What was said.
    signatures: Vec<SignatureView>,
    /// Approvals that do not count any more.
    lapsed: Vec<LapsedView>,
}

/// What a person said to a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Signature)]
pub(super) struct SignatureView {
    /// The role in which.
    role: String,
    #[schema(value_type = SignatureVerdictWords)]
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Words>,
    /// In whose place.
    #[serde(rename = "onBehalfOf", skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<OnBehalfView>,
    recorded: RecordedView,
}

/// An approval that does not count any more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LapsedSignature)]
pub(crate) struct LapsedView {
    role: String,
    by: Person,
    /// Why.
    reason: &'static str,
}

impl SignatureView {
    pub(super) fn new(desk: &Desk<'_>, record: &SignatureRecord) -> Result<Self, Problem> {
        Ok(Self {
            role: record.signature.role.clone(),
            verdict: record.signature.verdict,
            comment: record.signature.comment.as_ref().map(|words| desk.words(words)).transpose()?,
            on_behalf_of: record
                .signature
                .on_behalf_of
                .map(|behalf| OnBehalfView::new(desk, behalf))
                .transpose()?,
            recorded: recorded(desk, record.recorded)?,
        })
    }
}

impl LapsedView {
    pub(crate) fn new(desk: &Desk<'_>, lapsed: Lapsed) -> Result<Self, Problem> {
        Ok(Self { role: lapsed.role, by: desk.person(lapsed.by)?, reason: lapsed.reason })
    }
}

impl SignoffView {
    /// The sign-off of a request. Of one that is over nothing is missing.
    pub(crate) fn new(
        desk: &Desk<'_>,
        signoff: &OwnedSignoff,
        signatures: &[SignatureRecord],
        is_open: bool,
    ) -> Result<Self, Problem> {
        let pack = desk.pack()?;
        let case = signoff.case(&pack, desk.now);
        let stands = standing(&case);
        let lapsed = stands.lapsed.into_iter().filter(|_| is_open);
        let lapsed = lapsed.map(|lapsed| LapsedView::new(desk, lapsed));
        Ok(Self {
            roles: case.roles.to_vec(),
            missing: if is_open { stands.missing } else { Vec::new() },
            signatures: signatures
                .iter()
                .map(|record| SignatureView::new(desk, record))
                .collect::<Result<_, Problem>>()?,
            lapsed: lapsed.collect::<Result<_, Problem>>()?,
        })
    }
}
