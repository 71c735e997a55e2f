//! Looking for promotions with a notice that is due: a reminder of a review, or an escalation.
//!
//! The table says when each promotion may have something to say next. Whether it has is for a judgement to tell: a step may
//! have been decided, or wait for others. A promotion that was judged and has nothing to say is left alone for as long as
//! nothing that was read for the judgement has changed, and no clock would change it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use assent_domain::ids::PromotionId;
use assent_domain::workflow;
use assent_domain::{Kind, Time};
use assent_store::{Order, Predicate, Select, Value};
use uuid::Uuid;

use crate::cases::Prepared;
use crate::command::{Command, Request};
use crate::governance::Packs;
use crate::ledger::Failure;
use crate::project::{self, moment};
use crate::view::{ReadSet, Snapshot};

/// How many promotions are looked at together.
const PAGE: u32 = 100;
/// How many promotions without anything to say are remembered at most; the others are judged again each time.
const REMEMBERED: usize = 10_000;

/// The promotions that had nothing to say, and until when that holds if nothing changes.
#[derive(Debug, Default)]
pub struct Silent(Mutex<HashMap<PromotionId, (ReadSet, Time)>>);

/// One page of what is due.
#[derive(Debug)]
pub struct Page {
    /// The requests to give the notices.
    pub due: Vec<Request>,
    /// Where the next page begins; absent after the last.
    pub next: Option<Uuid>,
}

/// The promotions after `after` that have something to say now.
pub fn due(
    view: &Snapshot<'_>,
    packs: &Packs,
    silent: &Silent,
    after: Option<Uuid>,
    now: Time,
    mut correlation: impl FnMut() -> Uuid,
) -> Result<Page, Failure> {
    let Some(table) = project::table(Kind::Promotion) else {
        return Err(Failure::Internal("promotions have no table".to_owned()));
    };
    let filter = Predicate::AtMost("next_notice", Value::Text(moment(now)));
    let select = Select { table, filter, order: Order::Ascending, after, limit: PAGE };
    let rows = view.read().select(&select)?;
    let next = rows.last().filter(|_| rows.len() == PAGE as usize).map(|row| row.id);
    let mut due = Vec::new();
    for id in rows.iter().map(|row| PromotionId(row.id)) {
        if silent.holds(id, view, now)? {
            continue;
        }
        let command = Command::Notify(id);
        let Some(prepared) = Prepared::new(view, packs, &command, now)? else { continue };
        let (case, judgement) = prepared.judged();
        let has_nothing_to_say = case
            .promotion
            .as_deref()
            .is_none_or(|promotion| workflow::notify(promotion, &case.case(), judgement).is_empty());
        if has_nothing_to_say {
            let next = case.promotion.as_deref().and_then(|promotion| promotion.notice_after(now));
            let until = judgement.valid_until.min(next.unwrap_or(Time::MAX));
            silent.put(id, prepared.into_reads(), until, now);
        } else {
            let mut request = Request::of_system(correlation(), command);
            request.prepared = Some(Arc::new(prepared));
            due.push(request);
        }
    }
    Ok(Page { due, next })
}

impl Silent {
    fn holds(&self, id: PromotionId, view: &Snapshot<'_>, now: Time) -> Result<bool, Failure> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        let Some((reads, until)) = known else { return Ok(false) };
        if until <= now || !reads.holds(view)? {
            return Ok(false);
        }
        self.put(id, reads, until, now);
        Ok(true)
    }

    fn put(&self, id: PromotionId, reads: ReadSet, until: Time, now: Time) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, (_, until)| *until > now);
        }
        if known.len() < REMEMBERED {
            known.insert(id, (reads, until));
        }
    }
}
