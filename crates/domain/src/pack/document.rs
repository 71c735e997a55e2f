//! The documents of a pack, as they are written.

use std::collections::BTreeMap;

use assent_sabotage::{Fault, planted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ChangeRules, ChecklistItem, Duties, Period, Policy, RetentionRule, RiskModel, RiskTemplate,
    TierCriterion, Workflow,
};
use crate::RiskLevel;
use crate::identity::Permission;
use crate::risk::Exact;

/// One document: `kind`, `id`, and the fields of its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum Document {
    /// What the pack is.
    Pack(PackInfo),
    /// A bundle of responsibilities and permissions.
    Role(Role),
    /// A risk class.
    Tier(Tier),
    /// A rule that classifies models.
    TierRule(TierRule),
    /// Where versions stand.
    Stage(Stage),
    /// The steps of a promotion.
    Workflow(Workflow),
    /// Rules with a scope.
    Policy(Policy),
    /// What is evaluated together.
    Suite(Suite),
    /// Bounds of figures.
    ThresholdSet(ThresholdSet),
    /// Which roles do what the engine has people for.
    Duties(Duties),
    /// How changes of models in service are rated.
    ChangeRules(ChangeRules),
    /// Everything that there is one of.
    Settings(Settings),
    /// A risk that assessments look at.
    RiskTemplate(RiskTemplate),
    /// How risks are scored.
    RiskModel(Box<RiskModel>),
    /// A question that puts models into tiers.
    TierCriterion(TierCriterion),
    /// What has to be in place before a version goes to a stage.
    ChecklistItem(ChecklistItem),
    /// How long records are kept.
    RetentionRule(RetentionRule),
}

impl Document {
    /// Every kind.
    pub const KINDS: [&str; 17] = [
        "Pack",
        "Role",
        "Tier",
        "TierRule",
        "Stage",
        "Workflow",
        "Policy",
        "Suite",
        "ThresholdSet",
        "Duties",
        "ChangeRules",
        "Settings",
        "RiskTemplate",
        "RiskModel",
        "TierCriterion",
        "ChecklistItem",
        "RetentionRule",
    ];

    /// Its kind and id.
    pub fn key(&self) -> (&'static str, &str) {
        match self {
            Self::Pack(document) => ("Pack", &document.id),
            Self::Role(document) => ("Role", &document.id),
            Self::Tier(document) => ("Tier", &document.id),
            Self::TierRule(document) => ("TierRule", &document.id),
            Self::Stage(document) => ("Stage", &document.id),
            Self::Workflow(document) => ("Workflow", &document.id),
            Self::Policy(document) => ("Policy", &document.id),
            Self::Suite(document) => ("Suite", &document.id),
            Self::ThresholdSet(document) => ("ThresholdSet", &document.id),
            Self::Duties(document) => ("Duties", &document.id),
            Self::ChangeRules(document) => ("ChangeRules", &document.id),
            Self::Settings(document) => ("Settings", &document.id),
            Self::RiskTemplate(document) => ("RiskTemplate", &document.id),
            Self::RiskModel(document) => ("RiskModel", &document.id),
            Self::TierCriterion(document) => ("TierCriterion", &document.id),
            Self::ChecklistItem(document) => ("ChecklistItem", &document.id),
            Self::RetentionRule(document) => ("RetentionRule", &document.id),
        }
    }
}

/// What a pack is, and which pack it builds on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PackInfo {
    /// Name of the pack.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The built-in pack whose documents it takes over; documents of the same kind and id replace them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// The kinds of documents that it takes over from there; all of them if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<Vec<String>>,
}

/// A named bundle of responsibilities, authority and permissions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Role {
    /// Its id.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What who holds it has to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responsibilities: Vec<String>,
    /// What who holds it may decide.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authority: Vec<String>,
    /// Roles to turn to, nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalation: Vec<String>,
    /// What the engine lets it do.
    #[schemars(schema_with = "super::schema::permissions")]
    pub permissions: Vec<Permission>,
}

/// A risk class of models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tier {
    /// Its id.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Its place in the order; a higher rank is a higher risk.
    pub rank: u32,
    /// The risk level of what happens to models of this tier.
    #[schemars(schema_with = "super::schema::risk_level")]
    pub risk_level: RiskLevel,
    /// How often a version in service is reviewed again; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_every: Option<Period>,
    /// Whether a gate may open for this tier up to this stage although no policy applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_up_to: Option<String>,
    /// How strict the compliance score of its models is read; as the settings say if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compliance_level: Option<ComplianceLevel>,
}

/// A rule that puts a model into a tier. Rules are tried by rising order; the first that holds decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TierRule {
    /// Its id.
    pub id: String,
    /// When it is tried.
    pub order: u32,
    /// CEL over `purpose`, `useCases`, `tags` and `text` (purpose and use cases, in lower case).
    pub condition: String,
    /// The tier that it gives.
    pub tier: String,
}

/// Where a version can stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Stage {
    /// Its id.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Its place in the order; versions begin in the lowest and rise by promotions.
    pub order: u32,
    /// Whether a version here is out of service for good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
    /// Whether one version of a model stands here at a time: a new one takes its place, and the old one moves to the stage
    /// that this names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_to: Option<String>,
}

/// What is evaluated together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Suite {
    /// Its id; the engine's suite of that name is run.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// How old an evaluation may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Period>,
}

/// How a figure is compared with its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Operator {
    /// At least.
    #[serde(rename = ">=")]
    AtLeast,
    /// More than.
    #[serde(rename = ">")]
    Above,
    /// At most.
    #[serde(rename = "<=")]
    AtMost,
    /// Less than.
    #[serde(rename = "<")]
    Below,
}

impl Operator {
    /// Whether `value` stands in this relation to `bound`.
    pub fn holds(self, value: f64, bound: f64) -> bool {
        let (value, bound) = if planted(Fault::ThresholdSign) { (bound, value) } else { (value, bound) };
        match self {
            Self::AtLeast => value >= bound,
            Self::Above => value > bound,
            Self::AtMost => value <= bound,
            Self::Below => value < bound,
        }
    }

    /// As written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::Above => ">",
            Self::AtMost => "<=",
            Self::Below => "<",
        }
    }
}

/// The bound of one figure. A figure that is missing, undefined, or rests on too few rows fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Threshold {
    /// The suite that it judges.
    pub suite: String,
    /// Path of the metric, for example `accuracy` or `race.equalizedOddsDifference`.
    pub metric: String,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub bound: f64,
    /// How many rows the figure has to rest on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_sample: Option<u64>,
    /// Only for models of these tiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Vec<String>>,
}

impl Threshold {
    /// Whether it is for models of that tier.
    pub fn is_for(&self, tier: &str) -> bool {
        self.tiers.as_ref().is_none_or(|tiers| tiers.iter().any(|own| own == tier))
    }
}

/// Bounds of figures. The settings name the set in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ThresholdSet {
    /// Its id.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Why these bounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rationale: Option<String>,
    /// Groups with fewer rows are shown and flagged, and not compared.
    #[serde(default)]
    pub min_group_size: u64,
    /// The bounds.
    pub thresholds: Vec<Threshold>,
}

/// How strict the compliance score is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ComplianceLevel {
    /// A score of 0.60 is compliant.
    Basic,
    /// A score of 0.80 is.
    Moderate,
    /// A score of 0.95 is.
    Strict,
}

impl ComplianceLevel {
    /// The score that is compliant, as hundredths.
    pub fn bar_hundredths(self) -> u32 {
        match self {
            Self::Basic => 60,
            Self::Moderate => 80,
            Self::Strict => 95,
        }
    }
}

/// Which days are business days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Calendar {
    /// Hours east of UTC at which days begin and end.
    #[serde(default)]
    pub utc_offset_hours: i8,
    /// Days without work, 1 (Monday) to 7 (Sunday).
    pub weekend: Vec<i8>,
    /// Dates without work, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "super::schema::dates")]
    pub holidays: Vec<jiff::civil::Date>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { utc_offset_hours: 0, weekend: vec![6, 7], holidays: Vec::new() }
    }
}

/// Everything that there is one of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// Its id; there is one document of this kind.
    pub id: String,
    /// The set of thresholds in force.
    pub threshold_set: String,
    /// The figure that says whether a version is better than another.
    pub primary_metric: String,
    /// How strict the compliance score is read.
    pub compliance_level: ComplianceLevel,
    /// Which days are business days.
    #[serde(default)]
    pub calendar: Calendar,
    /// How long a promotion stays open after it was asked for; without end if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotions_expire_after: Option<Period>,
    /// How long an emergency can be used after the glass was broken.
    #[serde(default = "one_day", skip_serializing_if = "is_one_day")]
    pub emergency_expires_after: Period,
    /// In how many business days what went through in an emergency is to be reviewed.
    #[serde(default = "two", skip_serializing_if = "is_two")]
    pub emergency_follow_up: u32,
    /// How long a delegation lasts at most.
    #[serde(default = "thirty_days", skip_serializing_if = "are_thirty_days")]
    pub delegations_at_most: Period,
    /// Notes for people, by topic.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notes: BTreeMap<String, String>,
    /// What a periodic review looks at; performance metrics, drift, incidents and compliance if absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub review_sections: Vec<String>,
    /// When applying a pack takes a second person.
    #[serde(default, skip_serializing_if = "Applying::is_default")]
    pub applying: Applying,
    /// What reports take away from the health of the portfolio; nothing if absent.
    #[serde(default, skip_serializing_if = "HealthPenalties::is_none")]
    pub health_penalties: HealthPenalties,
}

/// How a pack comes in force in the place of this one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Applying {
    /// When a second person has to confirm it.
    pub second_person: SecondPerson,
}

impl Applying {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// When a second person has to confirm a pack, once two persons can manage grants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SecondPerson {
    /// Where it is weaker than the one in force.
    #[default]
    WhereWeaker,
    /// Always.
    Always,
}

impl SecondPerson {
    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::WhereWeaker => "WHERE_WEAKER",
            Self::Always => "ALWAYS",
        }
    }
}

/// What reports take away from the health of the portfolio, which is 1 at best.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct HealthPenalties {
    /// For each periodic review that is overdue.
    pub overdue_review: Exact,
    /// For each rule that fails on a version.
    pub open_violation: Exact,
}

impl HealthPenalties {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

fn one_day() -> Period {
    Period::days(1)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one_day(period: &Period) -> bool {
    *period == one_day()
}

fn two() -> u32 {
    2
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_two(days: &u32) -> bool {
    *days == two()
}

fn thirty_days() -> Period {
    Period::days(30)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn are_thirty_days(period: &Period) -> bool {
    *period == thirty_days()
}
