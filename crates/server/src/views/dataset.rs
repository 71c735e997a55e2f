//! Data sets.

use assent_domain::registry::Dataset;
use assent_domain::registry::event::Classification;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schemas::ClassificationWords;
use super::{CardView, Person, RecordedView, recorded};
use crate::desk::{Desk, Held};
use crate::problem::Problem;
use crate::routes::datasets::LabelsBody;

/// A version of a data set.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Dataset)]
pub(crate) struct DatasetView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    name: String,
    /// Its version within the name.
    number: u64,
    /// SHA-256 of its bytes.
    sha256: String,
    size_bytes: u64,
    /// Its columns, in order.
    columns: Vec<String>,
    #[schema(value_type = ClassificationWords)]
    classification: Classification,
    /// Columns with protected or otherwise sensitive attributes.
    sensitive_attributes: Vec<String>,
    /// Where it holds labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<LabelsBody>,
    /// The suites that it is designated for.
    designated_for: Vec<String>,
    /// SHA-256 of its datasheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    datasheet: Option<String>,
    /// How much of the datasheet is filled in, where it is of a known form.
    #[serde(skip_serializing_if = "Option::is_none")]
    datasheet_card: Option<CardView>,
    /// Who answers for it and holds its labels.
    steward: Person,
    registered: RecordedView,
}

impl DatasetView {
    pub(crate) fn new(desk: &Desk<'_>, held: &Held<Dataset>) -> Result<Self, Problem> {
        let facts = &held.facts;
        Ok(Self {
            id: held.id.0,
            revision: held.revision,
            name: facts.name.clone(),
            number: facts.number,
            sha256: facts.blob.sha256.to_string(),
            size_bytes: facts.blob.size_bytes,
            columns: facts.columns.clone(),
            classification: facts.classification,
            sensitive_attributes: facts.sensitive_attributes.clone(),
            labels: facts.labels.clone().map(LabelsBody::from),
            designated_for: facts.designated_for.clone(),
            datasheet: facts.datasheet.as_ref().map(|blob| blob.sha256.to_string()),
            datasheet_card: facts.datasheet_card.as_ref().map(CardView::from),
            steward: desk.person(held.steward)?,
            registered: recorded(desk, held.registered)?,
        })
    }
}
