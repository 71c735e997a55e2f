//! Items of checklists: their stages exist, and their conditions read facts.

use super::{Check, Document, Pack};
use crate::facts;
use crate::pack::{ChecklistItem, CompiledItem};

impl Check {
    /// The items of a pack whose stages are known, in their order.
    pub(super) fn checklist(&mut self, pack: &Pack) -> Vec<CompiledItem> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other documents are about other things")]
        let items = pack.documents.iter().filter_map(|document| match document {
            Document::ChecklistItem(item) => Some(item.clone()),
            _ => None,
        });
        let mut items: Vec<ChecklistItem> = items.collect();
        items.sort_by(|a, b| (a.order, &a.id).cmp(&(b.order, &b.id)));
        items.into_iter().map(|item| self.checklist_item(pack, item)).collect()
    }

    fn checklist_item(&mut self, pack: &Pack, item: ChecklistItem) -> CompiledItem {
        self.at("ChecklistItem", &item.id);
        self.known("stages", "stage", item.stages.iter().flatten(), |id| pack.stage(id).is_some());
        if item.stages.as_ref().is_some_and(Vec::is_empty) {
            self.say("stages", "an empty list applies to nothing; leave it out to apply to all");
        }
        let mut program = |place: &str, source: Option<&String>| {
            source.and_then(|source| self.program(facts::env(), place, source))
        };
        let when = program("when", item.when.as_ref());
        let condition = program("condition", item.condition.as_ref());
        CompiledItem { item, when, condition }
    }
}
