//! Rules of changes: how much is at stake, and when nothing is changed.
//!
//! The risk of a change is the highest of what its type, its environment, its downtime, the systems that it touches and the
//! users that notice it say; or the one that its type says for good. So nothing that is added to a change lowers its risk.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Pack;
use crate::change_request::{ChangeType, Reach, Window};
use crate::{Code, Refusal, RiskLevel, Time, calendar};

/// How changes of models in service are rated, and when none is made. A pack has at most one document of this kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeRules {
    /// Its id; there is one document of this kind.
    pub id: String,
    /// Types whose risk nothing else changes.
    #[schemars(schema_with = "super::schema::risks_by_type")]
    #[serde(default)]
    pub fixed: BTreeMap<ChangeType, RiskLevel>,
    /// What the other types say.
    #[schemars(schema_with = "super::schema::risks_by_type")]
    #[serde(default)]
    pub by_type: BTreeMap<ChangeType, RiskLevel>,
    /// What types say instead where only people inside the house notice the change; never more.
    #[schemars(schema_with = "super::schema::risks_by_type")]
    #[serde(default)]
    pub internal_only: BTreeMap<ChangeType, RiskLevel>,
    /// What the users that notice it say; a wider reach never says less.
    #[schemars(schema_with = "super::schema::risks_by_reach")]
    #[serde(default)]
    pub by_reach: BTreeMap<Reach, RiskLevel>,
    /// What any downtime says.
    #[schemars(schema_with = "super::schema::risk_level")]
    pub downtime: RiskLevel,
    /// The environments that changes are made in, and what each says. A change names one of them.
    #[schemars(schema_with = "super::schema::risks_by_name")]
    pub environments: BTreeMap<String, RiskLevel>,
    /// What a system says that has this tag, or this word in its name, in capital or small letters.
    #[schemars(schema_with = "super::schema::risks_by_name")]
    #[serde(default)]
    pub system_tags: BTreeMap<String, RiskLevel>,
    /// When nothing is changed but emergencies and rollbacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blackouts: Vec<Blackout>,
    /// Changes of one model or environment that are less than this many hours apart are shown as clashes; 24 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clash_hours: Option<u32>,
}

/// Days on which nothing is changed, by the calendar of the pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Blackout {
    /// The first day, `YYYY-MM-DD`.
    #[schemars(schema_with = "super::schema::date")]
    pub from: Date,
    /// The last day, `YYYY-MM-DD`.
    #[schemars(schema_with = "super::schema::date")]
    pub until: Date,
    /// Why.
    pub reason: String,
    /// Only in these environments; in all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environments: Option<Vec<String>>,
}

impl ChangeRules {
    /// What the type says.
    pub(crate) fn of_type(&self, kind: ChangeType, reach: Reach) -> RiskLevel {
        let internal = self.internal_only.get(&kind).filter(|_| reach == Reach::InternalOnly);
        // INVARIANT: a compiled pack rates every type.
        internal.or_else(|| self.by_type.get(&kind)).copied().unwrap_or(RiskLevel::Critical)
    }

    /// What the users say.
    pub(crate) fn of_reach(&self, reach: Reach) -> RiskLevel {
        let narrower = self.by_reach.range(..=reach).map(|(_, risk)| *risk);
        narrower.max().unwrap_or(RiskLevel::Low)
    }

    /// What a tag of a system says.
    pub(crate) fn of_tag(&self, tag: &str) -> Option<RiskLevel> {
        let tag = tag.to_lowercase();
        self.system_tags.iter().find(|(own, _)| own.to_lowercase() == tag).map(|(_, risk)| *risk)
    }

    /// How far apart two changes are that do not clash.
    pub fn clash_hours(&self) -> i64 {
        self.clash_hours.map_or(24, i64::from)
    }

    /// The blackout of the pack that holds at that time, with its reason.
    pub fn blackout_at(&self, pack: &Pack, environment: &str, at: Time) -> Option<(Window, &str)> {
        let here = self.blackouts.iter().filter(|blackout| blackout.is_in(environment));
        here.map(|blackout| (blackout.window(pack), blackout.reason.as_str()))
            .find(|(window, _)| window.holds(at))
    }
}

impl Blackout {
    fn is_in(&self, environment: &str) -> bool {
        self.environments.as_ref().is_none_or(|own| own.iter().any(|name| name == environment))
    }

    /// Its days as times. Those of a pack that an older release accepted may lie beyond what can be told: it then holds from
    /// the first time on, or until the last one.
    pub fn window(&self, pack: &Pack) -> Window {
        let nearest = |date: Date| if date.year() < 0 { Time::MIN } else { Time::MAX };
        Window {
            from: self.begin(pack).unwrap_or_else(|| nearest(self.from)),
            until: self.end(pack).unwrap_or_else(|| nearest(self.until)),
        }
    }

    fn begin(&self, pack: &Pack) -> Option<Time> {
        calendar::midnight(&pack.settings().calendar, self.from)
    }

    fn end(&self, pack: &Pack) -> Option<Time> {
        calendar::midnight(&pack.settings().calendar, self.until.tomorrow().ok()?)
    }
}

impl Pack {
    /// The days of blackouts whose begin or end no time tells, with their places.
    pub(super) fn untold(&self) -> impl Iterator<Item = (String, Date)> {
        let blackouts = self.change_rules.iter().flat_map(|rules| &rules.blackouts).enumerate();
        blackouts.flat_map(|(i, blackout)| {
            let from = blackout.begin(self).is_none().then(|| (format!("blackouts/{i}/from"), blackout.from));
            let until =
                blackout.end(self).is_none().then(|| (format!("blackouts/{i}/until"), blackout.until));
            from.into_iter().chain(until)
        })
    }

    /// The rules of changes.
    ///
    /// # Errors
    /// Refuses where the pack has none.
    pub fn change_rules(&self) -> Result<&ChangeRules, Refusal> {
        self.change_rules.as_ref().ok_or_else(|| {
            let message = "the pack in force has no document of the kind `ChangeRules`";
            Refusal::new(Code::ChangeRulesMissing, message)
        })
    }
}
