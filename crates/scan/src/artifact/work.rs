//! The state of one scan: what was found so far, and what is left of the budgets.

use std::collections::HashSet;

use super::fault::Fault;
use super::report::{Finding, Item, Scan, Verdict};
use super::{Code, Format, Limits};
use crate::Severity;
use crate::text::excerpt;

/// The most items that a scan lists; more are looked at and not listed.
const MAX_ITEMS: usize = 10_000;

/// The state of one scan.
#[derive(Debug)]
pub(super) struct Work<'a> {
    /// How far it goes.
    pub(super) limits: &'a Limits,
    /// Opcodes and fields that may still be looked at.
    pub(super) steps: u64,
    /// Bytes that may still be unpacked.
    pub(super) unpacked: u64,
    /// Bytes that may still be held.
    pub(super) buffered: u64,
    /// Members that may still be opened.
    pub(super) members: u64,
    findings: Vec<Finding>,
    known: HashSet<(Code, String, String)>,
    omitted: u64,
    /// No finding that is kept is less than this.
    least: Severity,
    worst: Option<Severity>,
    items: Vec<Item>,
    bytes: u64,
    complete: bool,
}

impl<'a> Work<'a> {
    /// Nothing is found yet.
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            steps: limits.steps,
            unpacked: limits.unpacked_bytes,
            buffered: limits.buffered_bytes,
            members: limits.members,
            findings: Vec::new(),
            known: HashSet::new(),
            omitted: 0,
            least: Severity::Info,
            worst: None,
            items: Vec::new(),
            bytes: 0,
            complete: true,
        }
    }

    /// Notes an item that is looked at, and says where it is noted.
    pub(super) fn open(&mut self, path: &str, bytes: u64) -> usize {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.items.len() < MAX_ITEMS {
            self.items.push(Item { path: path.to_owned(), format: Format::Unknown, bytes });
            return self.items.len() - 1;
        }
        MAX_ITEMS
    }

    /// Notes what an item is.
    pub(super) fn close(&mut self, place: usize, format: Format) {
        if let Some(item) = self.items.get_mut(place) {
            item.format = format;
        }
    }

    /// Notes a finding with the severity of its code.
    pub(super) fn find(&mut self, path: &str, code: Code, offset: Option<u64>, message: String) {
        self.add(Finding {
            severity: code.severity(),
            code,
            path: path.to_owned(),
            offset,
            message,
            module: None,
            operator: None,
        });
    }

    /// Notes why a walk ended.
    pub(super) fn fault(&mut self, path: &str, offset: Option<u64>, fault: &Fault) {
        let code = match fault {
            Fault::Cut | Fault::Wrong(_) => Code::Malformed,
            Fault::Limit(_) => Code::LimitReached,
            Fault::Io(_) => Code::Unreadable,
        };
        self.find(path, code, offset, fault.to_string());
    }

    /// Notes a finding once. When there are as many as are kept, a worse one takes the place of a lesser.
    pub(super) fn add(&mut self, mut finding: Finding) {
        finding.message = excerpt(&finding.message);
        if matches!(finding.code, Code::LimitReached | Code::NotExamined | Code::Unreadable) {
            self.complete = false;
        }
        self.worst = self.worst.max(Some(finding.severity));
        if self.findings.len() < self.limits.findings {
            if self.known.insert((finding.code, finding.path.clone(), finding.message.clone())) {
                self.findings.push(finding);
            }
            return;
        }
        self.omitted += 1;
        if finding.severity > self.least {
            let least = self.findings.iter_mut().min_by_key(|kept| kept.severity);
            self.least = least.as_ref().map_or(finding.severity, |kept| kept.severity);
            if let Some(lesser) = least.filter(|kept| kept.severity < finding.severity) {
                *lesser = finding;
            }
        }
    }

    /// Takes steps from the budget.
    pub(super) fn step(&mut self) -> Result<(), Fault> {
        self.steps = self.steps.checked_sub(1).ok_or(Fault::Limit("steps"))?;
        Ok(())
    }

    /// What is told.
    pub(super) fn into_scan(mut self, name: &str, format: Format) -> Scan {
        self.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Scan {
            name: name.to_owned(),
            format,
            verdict: Verdict::of(self.worst),
            worst: self.worst,
            complete: self.complete,
            findings: self.findings,
            findings_omitted: self.omitted,
            items: self.items,
            bytes: self.bytes,
            engine: concat!("assent-scan ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}
