//! What a model card and a datasheet have in common.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::datasheet_form::DATASHEET;
use crate::model_form::MODEL_CARD;
use crate::{CardError, Completeness, Datasheet, Form, ModelCard, check, completeness, json};

/// A record with a form.
pub trait Record: Serialize + DeserializeOwned + JsonSchema + Default + PartialEq {
    /// The form.
    fn form() -> &'static Form;

    /// Reads JSON, strictly: unknown members, wrong types and whatever is beyond the bounds is refused.
    fn from_json(bytes: &[u8]) -> Result<Self, CardError> {
        let record = json::read(bytes)?;
        check::check(Self::form(), &json::value(&record)?)?;
        Ok(record)
    }

    /// Reads a value, as strictly.
    fn from_value(value: Value) -> Result<Self, CardError> {
        let record = json::read_value(value)?;
        check::check(Self::form(), &json::value(&record)?)?;
        Ok(record)
    }

    /// As JSON, without what is empty.
    fn to_value(&self) -> Result<Value, CardError> {
        json::value(self)
    }

    /// As JSON for people: indented, with a line break at the end.
    fn to_json(&self) -> Result<String, CardError> {
        let text = serde_json::to_string_pretty(&self.to_value()?);
        text.map(|text| text + "\n").map_err(|error| CardError::new(error.to_string()))
    }

    /// How much of it is filled in.
    fn completeness(&self) -> Result<Completeness, CardError> {
        Ok(completeness::of(Self::form(), &self.to_value()?))
    }
}

impl Record for ModelCard {
    fn form() -> &'static Form {
        &MODEL_CARD
    }
}

impl Record for Datasheet {
    fn form() -> &'static Form {
        &DATASHEET
    }
}

/// A record of either form.
#[derive(Debug, Clone, PartialEq)]
pub enum AnyRecord {
    /// A model card.
    ModelCard(Box<ModelCard>),
    /// A datasheet.
    Datasheet(Box<Datasheet>),
}

impl AnyRecord {
    /// Reads JSON whose member `schema` names a form. `None` where the bytes are something else: they are no record, and need
    /// not be one.
    pub fn from_json(bytes: &[u8]) -> Result<Option<Self>, CardError> {
        match json::schema(bytes) {
            Some(schema) if schema == MODEL_CARD.schema => {
                ModelCard::from_json(bytes).map(|card| Some(Self::ModelCard(Box::new(card))))
            }
            Some(schema) if schema == DATASHEET.schema => {
                Datasheet::from_json(bytes).map(|sheet| Some(Self::Datasheet(Box::new(sheet))))
            }
            Some(schema) if schema.starts_with("assent.") => Err(CardError::new(format!(
                "the form `{schema}` is not known; known are `{}` and `{}`",
                MODEL_CARD.schema, DATASHEET.schema
            ))
            .at("/schema")),
            _ => Ok(None),
        }
    }

    /// The form.
    pub fn form(&self) -> &'static Form {
        match self {
            Self::ModelCard(_) => ModelCard::form(),
            Self::Datasheet(_) => Datasheet::form(),
        }
    }

    /// As JSON, without what is empty.
    pub fn to_value(&self) -> Result<Value, CardError> {
        match self {
            Self::ModelCard(card) => card.to_value(),
            Self::Datasheet(sheet) => sheet.to_value(),
        }
    }

    /// How much of it is filled in.
    pub fn completeness(&self) -> Result<Completeness, CardError> {
        Ok(completeness::of(self.form(), &self.to_value()?))
    }
}

/// The JSON Schema (2020-12) of a record.
pub fn schema_of<R: Record>() -> Value {
    schema_named::<R>(R::form().title)
}

/// The JSON Schema (2020-12) of a type, under this title.
pub(crate) fn schema_named<T: JsonSchema>(title: &str) -> Value {
    let mut schema: Schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), json!(title));
    schema.to_value()
}
