//! Duties: what the engine has people for, and the roles that a pack binds to them.
//!
//! The engine knows duties and never a role by name. Where several roles are named, each of them has to sign, and each is
//! signed by another person; only a pack is confirmed in one of them (`configurationApprover`). The word `owner` stands for the owner of the model, who attests for their own work.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Pack;
use crate::{Code, Refusal, RiskLevel};

/// Which roles do what. A pack has one document of this kind, and leaves no duty unbound.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Duties {
    /// Its id; there is one document of this kind.
    pub id: String,
    /// Who approves a risk assessment by another.
    #[serde(default)]
    pub assessment_approver: Vec<String>,
    /// By tier, who approves that a model enters or leaves it; of two tiers the higher one asks.
    #[serde(default)]
    pub tier_change_approvers: BTreeMap<String, Vec<String>>,
    /// Who approves besides these that a model gets a lower tier.
    #[serde(default)]
    pub tier_lowering_approver: Vec<String>,
    /// By risk, who reviews a change.
    #[schemars(schema_with = "super::schema::roles_by_risk")]
    #[serde(default)]
    pub change_reviewers: BTreeMap<RiskLevel, Vec<String>>,
    /// By tier of the model, who approves an exception from a policy.
    #[serde(default)]
    pub exception_approvers: BTreeMap<String, Vec<String>>,
    /// By tier, the roles that somebody has to hold for every model.
    #[serde(default)]
    pub accountability: BTreeMap<String, Vec<String>>,
    /// The two different roles of the two persons who let a version through in an emergency.
    #[serde(default)]
    pub emergency_pair: Vec<String>,
    /// The roles of which whoever confirms a pack holds one, besides managing grants.
    #[serde(default)]
    pub configuration_approver: Vec<String>,
    /// Who answers for data sets.
    #[serde(default)]
    pub data_steward: Vec<String>,
    /// Who signs the periodic review of a model.
    #[serde(default)]
    pub periodic_reviewer: Vec<String>,
}

/// A duty, as a refusal names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty<'a> {
    /// Approving a risk assessment.
    AssessmentApprover,
    /// Approving that a model enters or leaves a tier.
    TierChangeApprovers(&'a str),
    /// Approving that a model gets a lower tier.
    TierLoweringApprover,
    /// Reviewing a change of that risk.
    ChangeReviewers(RiskLevel),
    /// Approving an exception for a model of that tier.
    ExceptionApprovers(&'a str),
    /// Being there for a model of that tier.
    Accountability(&'a str),
    /// Letting a version through in an emergency.
    EmergencyPair,
    /// Confirming a pack.
    ConfigurationApprover,
    /// Answering for data sets.
    DataSteward,
    /// Signing the periodic review of a model.
    PeriodicReviewer,
}

impl Duties {
    /// The roles that are bound to a duty; none where it is unbound.
    pub fn of(&self, duty: Duty<'_>) -> &[String] {
        let bound = match duty {
            Duty::AssessmentApprover => Some(&self.assessment_approver),
            Duty::TierChangeApprovers(tier) => self.tier_change_approvers.get(tier),
            Duty::TierLoweringApprover => Some(&self.tier_lowering_approver),
            Duty::ChangeReviewers(risk) => self.change_reviewers.get(&risk),
            Duty::ExceptionApprovers(tier) => self.exception_approvers.get(tier),
            Duty::Accountability(tier) => self.accountability.get(tier),
            Duty::EmergencyPair => Some(&self.emergency_pair),
            Duty::ConfigurationApprover => Some(&self.configuration_approver),
            Duty::DataSteward => Some(&self.data_steward),
            Duty::PeriodicReviewer => Some(&self.periodic_reviewer),
        };
        bound.map(Vec::as_slice).unwrap_or_default()
    }

    /// Every duty that a pack with these tiers binds.
    pub fn all<'a>(tiers: impl Iterator<Item = &'a String>) -> Vec<Duty<'a>> {
        let mut all = vec![
            Duty::AssessmentApprover,
            Duty::TierLoweringApprover,
            Duty::EmergencyPair,
            Duty::ConfigurationApprover,
            Duty::DataSteward,
            Duty::PeriodicReviewer,
        ];
        for tier in tiers {
            all.extend([
                Duty::TierChangeApprovers(tier),
                Duty::ExceptionApprovers(tier),
                Duty::Accountability(tier),
            ]);
        }
        let risks = [RiskLevel::Low, RiskLevel::Medium, RiskLevel::High, RiskLevel::Critical];
        all.extend(risks.map(Duty::ChangeReviewers));
        all
    }

    /// The tiers that a list by tier names.
    pub(super) fn tiers_named(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let lists = [
            ("tierChangeApprovers", &self.tier_change_approvers),
            ("exceptionApprovers", &self.exception_approvers),
            ("accountability", &self.accountability),
        ];
        lists.into_iter().flat_map(|(name, list)| list.keys().map(move |tier| (name, tier)))
    }
}

impl Duty<'_> {
    /// Where its roles stand in the document.
    pub fn place(self) -> String {
        match self {
            Self::AssessmentApprover => "assessmentApprover".to_owned(),
            Self::TierChangeApprovers(tier) => format!("tierChangeApprovers/{tier}"),
            Self::TierLoweringApprover => "tierLoweringApprover".to_owned(),
            Self::ChangeReviewers(risk) => {
                let risk = serde_json::to_value(risk).unwrap_or_default();
                format!("changeReviewers/{}", risk.as_str().unwrap_or_default())
            }
            Self::ExceptionApprovers(tier) => format!("exceptionApprovers/{tier}"),
            Self::Accountability(tier) => format!("accountability/{tier}"),
            Self::EmergencyPair => "emergencyPair".to_owned(),
            Self::ConfigurationApprover => "configurationApprover".to_owned(),
            Self::DataSteward => "dataSteward".to_owned(),
            Self::PeriodicReviewer => "periodicReviewer".to_owned(),
        }
    }

    /// Whether the owner of the model may be named besides roles.
    pub fn takes_owner(self) -> bool {
        matches!(
            self,
            Self::ChangeReviewers(_)
                | Self::TierChangeApprovers(_)
                | Self::Accountability(_)
                | Self::PeriodicReviewer
        )
    }

    /// Whether those who do it decide, and so need the permission to review.
    pub fn decides(self) -> bool {
        !matches!(self, Self::Accountability(_) | Self::DataSteward | Self::ConfigurationApprover)
    }
}

impl Pack {
    /// The roles that the pack binds to a duty.
    ///
    /// # Errors
    /// Refuses where it binds none, which only a pack can that was applied before there were duties.
    pub fn duty(&self, duty: Duty<'_>) -> Result<&[String], Refusal> {
        match self.duties.as_ref().map(|duties| duties.of(duty)) {
            Some(roles) if !roles.is_empty() => Ok(roles),
            _ => {
                let message = format!("the pack in force binds no role to the duty `{}`", duty.place());
                Err(Refusal::new(Code::DutyUnbound, message))
            }
        }
    }

    /// The duties that are bound to no role.
    pub fn unbound(&self) -> Vec<Duty<'_>> {
        let mut all = Duties::all(self.tier_ids());
        all.retain(|duty| self.duty(*duty).is_err());
        all
    }

    /// The duties, where the pack has them.
    pub fn duties(&self) -> Option<&Duties> {
        self.duties.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duty_has_a_place_of_its_own() {
        let tiers = ["A".to_owned(), "B".to_owned()];
        let mut places: Vec<String> = Duties::all(tiers.iter()).into_iter().map(Duty::place).collect();
        let count = places.len();
        places.sort();
        places.dedup();
        assert_eq!((places.len(), count), (16, 16));
        assert!(places.contains(&"changeReviewers/CRITICAL".to_owned()));
    }

    #[test]
    fn a_document_binds_what_it_names() {
        let duties: Duties = serde_json::from_value(serde_json::json!({
            "id": "duties", "assessmentApprover": ["x"], "changeReviewers": {"HIGH": ["owner", "y"]},
        }))
        .unwrap();
        assert_eq!(duties.of(Duty::AssessmentApprover), ["x"]);
        assert_eq!(duties.of(Duty::ChangeReviewers(RiskLevel::High)), ["owner", "y"]);
        assert!(duties.of(Duty::ChangeReviewers(RiskLevel::Low)).is_empty());
        assert!(duties.of(Duty::ExceptionApprovers("A")).is_empty());
    }
}
