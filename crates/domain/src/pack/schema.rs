//! The published JSON Schemas of the document kinds, from the types that read the documents, so that an editor can complete
//! and check a pack. Whether names exist and conditions compile is for [`Pack::compile`](super::Pack::compile) to say.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::{
    ChangeRules, ChecklistItem, Duties, PackInfo, Period, Policy, RetentionRule, RiskModel, RiskTemplate,
    Role, Settings, Stage, Suite, ThresholdSet, Tier, TierCriterion, TierRule, Workflow,
};
use crate::RiskLevel;
use crate::change_request::{ChangeType, Reach};
use crate::identity::Permission;

/// By kind, the JSON Schema (2020-12) of a document.
pub fn json_schemas() -> BTreeMap<&'static str, Value> {
    BTreeMap::from([
        ("Pack", of_kind::<PackInfo>("Pack")),
        ("Role", of_kind::<Role>("Role")),
        ("Tier", of_kind::<Tier>("Tier")),
        ("TierRule", of_kind::<TierRule>("TierRule")),
        ("Stage", of_kind::<Stage>("Stage")),
        ("Workflow", of_kind::<Workflow>("Workflow")),
        ("Policy", of_kind::<Policy>("Policy")),
        ("Suite", of_kind::<Suite>("Suite")),
        ("ThresholdSet", of_kind::<ThresholdSet>("ThresholdSet")),
        ("Duties", of_kind::<Duties>("Duties")),
        ("ChangeRules", of_kind::<ChangeRules>("ChangeRules")),
        ("Settings", of_kind::<Settings>("Settings")),
        ("RiskTemplate", of_kind::<RiskTemplate>("RiskTemplate")),
        ("RiskModel", of_kind::<RiskModel>("RiskModel")),
        ("TierCriterion", of_kind::<TierCriterion>("TierCriterion")),
        ("ChecklistItem", of_kind::<ChecklistItem>("ChecklistItem")),
        ("RetentionRule", of_kind::<RetentionRule>("RetentionRule")),
    ])
}

/// The schema of the fields, and the `kind` that the document names beside them.
fn of_kind<T: JsonSchema>(kind: &str) -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), json!(kind));
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties
            .insert("kind".to_owned(), json!({"const": kind, "description": "The kind of the document."}));
    }
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.insert(0, json!("kind"));
    }
    schema.to_value()
}

impl JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A positive number of years of 366 days, days, hours or minutes, for example `7y`, `7d`, `12h` or `30m`.",
            "pattern": "^[0-9]+[ydhm]$",
        })
    }
}

pub(super) fn permissions(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<&str> = Permission::ALL.iter().map(|permission| permission.name()).collect();
    json_schema!({"type": "array", "items": {"type": "string", "enum": names}})
}

pub(super) fn risk_level(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "enum": [RiskLevel::Low, RiskLevel::Medium, RiskLevel::High, RiskLevel::Critical],
    })
}

pub(super) fn roles_by_risk(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": {"enum": [RiskLevel::Low, RiskLevel::Medium, RiskLevel::High, RiskLevel::Critical]},
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    })
}

/// A risk by each of these words.
fn risks_by(words: &[&str]) -> Schema {
    let risks = [RiskLevel::Low, RiskLevel::Medium, RiskLevel::High, RiskLevel::Critical];
    json_schema!({
        "type": "object",
        "propertyNames": {"enum": words},
        "additionalProperties": {"type": "string", "enum": risks},
    })
}

pub(super) fn risks_by_type(_: &mut SchemaGenerator) -> Schema {
    risks_by(&ChangeType::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>())
}

pub(super) fn risks_by_reach(_: &mut SchemaGenerator) -> Schema {
    risks_by(&Reach::ALL.iter().map(|reach| reach.name()).collect::<Vec<_>>())
}

pub(super) fn risks_by_name(_: &mut SchemaGenerator) -> Schema {
    let risks = [RiskLevel::Low, RiskLevel::Medium, RiskLevel::High, RiskLevel::Critical];
    json_schema!({"type": "object", "additionalProperties": {"type": "string", "enum": risks}})
}

pub(super) fn date(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "format": "date"})
}

pub(super) fn time(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "format": "date-time"})
}

pub(super) fn dates(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"type": "string", "format": "date"}})
}
