//! Remembered answers against the log: whether the events that an answer names stand where it says, and were made by who
//! asked, then.
//!
//! Answers come in no order and entries in theirs, so that a short fingerprint of each named event is kept until its entry
//! passes by: 16 bytes, however many there are.

use assent_domain::ids::Digest;
use assent_store::{EntryKeys, Read, StoreError};
use uuid::Uuid;

use crate::ledger::{EventRef, Receipt};

/// An answer that the log does not bear out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// The object that it names.
    pub(crate) object: Uuid,
    /// What is wrong with it.
    pub(crate) problem: String,
    /// Which answer it is.
    pub(crate) place: String,
}

/// The first bytes of a digest.
type Fingerprint = [u8; 8];

/// Events that answers name and whose entries have not passed by.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    named: Vec<(u64, Fingerprint)>,
    next: usize,
    wrong: Vec<u64>,
    unreadable: Vec<Wrong>,
}

impl Answers {
    /// Reads all answers.
    pub(crate) fn read(read: &dyn Read) -> Result<Self, StoreError> {
        let mut answers = Self::default();
        read.scan_receipts(&mut |stored| {
            let key = &stored.key;
            match serde_json::from_slice::<Receipt>(&stored.stored.receipt) {
                Ok(receipt) => {
                    let told = |event: &EventRef| {
                        (event.index, fingerprint(event.id, key.principal, stored.stored.time_ms))
                    };
                    answers.named.extend(receipt.events.iter().map(told));
                }
                Err(error) => answers.unreadable.push(Wrong {
                    object: Uuid::nil(),
                    problem: "UNREADABLE".to_owned(),
                    place: format!("{}: {error}", place(key)),
                }),
            }
            Ok(())
        })?;
        answers.named.sort_unstable();
        Ok(answers)
    }

    /// An entry passes by, as what can be found of it.
    pub(crate) fn pass(&mut self, index: u64, entry: &EntryKeys) {
        while let Some((named, told)) = self.named.get(self.next).filter(|(named, _)| *named <= index) {
            if *named != index || *told != fingerprint(entry.id, entry.actor, entry.time_ms) {
                self.wrong.push(*named);
            }
            self.next += 1;
        }
    }

    /// All entries have passed by: the answers that the log does not bear out.
    pub(crate) fn finish(mut self, read: &dyn Read) -> Result<Vec<Wrong>, StoreError> {
        let behind_the_end = self.named.get(self.next..).unwrap_or_default();
        self.wrong.extend(behind_the_end.iter().map(|(index, _)| *index));
        let mut found = self.unreadable;
        if self.wrong.is_empty() {
            return Ok(found);
        }
        read.scan_receipts(&mut |stored| {
            let Ok(receipt) = serde_json::from_slice::<Receipt>(&stored.stored.receipt) else {
                return Ok(());
            };
            let event = receipt.events.iter().find(|event| self.wrong.contains(&event.index));
            found.extend(event.map(|event| Wrong {
                object: receipt.id,
                problem: format!("EVENT {} at index {}", event.id, event.index),
                place: place(&stored.key),
            }));
            Ok(())
        })?;
        Ok(found)
    }
}

fn place(key: &assent_store::ReceiptKey) -> String {
    format!("the answer to `{}` under the key `{}`, asked by {}", key.route, key.key, key.principal)
}

fn fingerprint(event: Uuid, actor: Uuid, time_ms: i64) -> Fingerprint {
    let mut bytes = [0; 40];
    let parts = event.as_bytes().iter().chain(actor.as_bytes()).copied().chain(time_ms.to_be_bytes());
    for (byte, part) in bytes.iter_mut().zip(parts) {
        *byte = part;
    }
    Digest::of(&bytes).0.first_chunk().copied().unwrap_or_default()
}
