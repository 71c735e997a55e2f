//! Rules of retention: one for each class at most.

use super::{Check, Document, Pack};
use crate::pack::RetentionRule;

impl Check {
    /// The rules of a pack, ordered by class.
    pub(super) fn retention(&mut self, pack: &Pack) -> Vec<RetentionRule> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other documents are about other things")]
        let rules = pack.documents.iter().filter_map(|document| match document {
            Document::RetentionRule(rule) => Some(rule.clone()),
            _ => None,
        });
        let mut rules: Vec<RetentionRule> = rules.collect();
        rules.sort_by_key(|rule| rule.class);
        for pair in rules.windows(2) {
            if let [one, other] = pair
                && one.class == other.class
            {
                self.at("RetentionRule", &other.id);
                let class = other.class.name();
                self.say("class", format!("the rule `{}` is for the class {class} too", one.id));
            }
        }
        rules
    }
}
