//! How much of a model card or datasheet is filled in.

use assent_domain::registry::card::CardRecord;
use serde::Serialize;
use utoipa::ToSchema;

/// How much of a record is filled in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CardCompleteness)]
pub(crate) struct CardView {
    /// The name and version of its form, for example `assent.model-card/1`.
    form: String,
    /// The share of its questions that is answered, from 0 to 1.
    completeness: f64,
    /// By section, in the order of the form.
    sections: Vec<SectionView>,
}

/// How much of a section is filled in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CardSection)]
struct SectionView {
    section: String,
    /// Questions that are answered.
    answered: u32,
    /// Questions that count.
    asked: u32,
    /// Fields that count and are not answered.
    missing: Vec<String>,
}

impl From<&CardRecord> for CardView {
    fn from(record: &CardRecord) -> Self {
        let sections = record.sections.iter().map(|section| SectionView {
            section: section.section.clone(),
            answered: section.answered,
            asked: section.asked,
            missing: section.missing.clone(),
        });
        Self { form: record.form.clone(), completeness: record.completeness(), sections: sections.collect() }
    }
}
