//! Model cards (after Mitchell et al. 2019) and datasheets (after Gebru et al. 2018) as records.
//!
//! A record is a type of fields, and a [`Form`] beside it that says in which order they stand, how they are titled, what is
//! asked, and which of them count. What depends on the fields alone is written once for both forms: bounds, completeness,
//! merging, Markdown in and out, the tables of the reference. Bytes come from people and are read strictly: whatever is
//! wrong is told with its field and, in Markdown, with its line.
//!
//! Every figure says where it comes from ([`Source`]). Whether what it cites says the same is for the registry to check, which
//! knows the evaluations; [`ModelCard`] only lists the claims.

mod check;
mod completeness;
pub mod croissant;
mod datasheet;
mod datasheet_form;
mod error;
mod form;
pub mod html;
pub mod hub;
mod json;
pub mod limits;
pub mod markdown;
mod merge;
mod metadata;
mod model;
mod model_form;
mod record;
mod source;
mod text;

pub use completeness::{Completeness, SectionCompleteness};
pub use datasheet::{
    Collection, Composition, Datasheet, Distribution, Field as DataField, Maintenance, Motivation,
    Preprocessing, Uses,
};
pub use error::CardError;
pub use form::{Column, Field, Form, Kind, Section};
pub use merge::merge;
pub use metadata::{
    Code, Framework, Metadata, MetadataArtifact, MetadataData, MetadataKind, MetadataSchema, Plain,
};
pub use model::{
    Caveats, Data, Details, Ethics, EvaluationData, Factors, Figure, IntendedUse, Limitations, Metrics,
    ModelCard, Risk, Risks, TrainingData,
};
pub use record::{AnyRecord, Record, schema_of};
pub use source::Source;
pub use text::shown;
