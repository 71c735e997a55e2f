//! Tells a deleted entry from one that was moved or put in, by the indices as they come.
//!
//! An index ahead of its turn leaves a gap. An index from a gap closes it: that entry was moved. An index that is
//! neither next, nor ahead, nor in a gap has come before: that entry was put in. A gap that is still open at the end was
//! deleted.

/// How many gaps are remembered; beyond that the oldest count as deleted at once.
const MAX_GAPS: usize = 1024;

/// Indices that were passed over, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) first: u64,
    pub(super) last: u64,
}

/// Where an index stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It follows the entry before: the link between the two can be checked.
    Next,
    /// Indices were passed over, or the entry before does not belong there: there is no link to check.
    Ahead,
    /// It closes a gap.
    Late,
    /// It has come before.
    Again,
}

#[derive(Debug)]
pub(super) struct Order {
    /// The index after the highest so far.
    next: u64,
    gaps: Vec<Gap>,
    /// Whether the entry before is the one that the next entry must name.
    linked: bool,
}

impl Order {
    pub(super) fn starting_at(next: u64) -> Self {
        Self { next, gaps: Vec::new(), linked: true }
    }

    pub(super) fn place(&mut self, index: u64) -> Place {
        let linked = std::mem::replace(&mut self.linked, index >= self.next);
        if index >= self.next {
            let passed_over = index > self.next;
            if passed_over {
                self.gaps.push(Gap { first: self.next, last: index - 1 });
            }
            self.next = index.saturating_add(1);
            return if linked && !passed_over { Place::Next } else { Place::Ahead };
        }
        if self.close(index) { Place::Late } else { Place::Again }
    }

    /// An entry without a readable index takes the place of the one that was due. The link to it is bound to be broken, and is
    /// not reported as well.
    pub(super) fn unreadable(&mut self) {
        self.next = self.next.saturating_add(1);
        self.linked = false;
    }

    /// Gaps beyond the number that is remembered.
    pub(super) fn overflow(&mut self) -> Vec<Gap> {
        let excess = self.gaps.len().saturating_sub(MAX_GAPS);
        self.gaps.drain(..excess).collect()
    }

    pub(super) fn missing(&mut self) -> Vec<Gap> {
        std::mem::take(&mut self.gaps)
    }

    fn close(&mut self, index: u64) -> bool {
        let Some(at) = self.gaps.iter().position(|gap| (gap.first..=gap.last).contains(&index)) else {
            return false;
        };
        let Gap { first, last } = self.gaps.remove(at);
        let before = (first < index).then(|| Gap { first, last: index - 1 });
        let after = (index < last).then(|| Gap { first: index + 1, last });
        self.gaps.splice(at..at, before.into_iter().chain(after));
        true
    }
}
