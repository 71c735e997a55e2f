//! Faults that are planted on purpose: a test that never fails tells nothing, so for each of these one named test has to go
//! red (`cargo xtask sabotage`).
//!
//! The place of a fault asks [`planted`]. In every ordinary build the answer is a constant `false` and the compiler leaves
//! nothing of the question behind; there is no variable, file or option that could change it. In a build with the feature
//! `planted` the variable [`VARIABLE`] names the one fault that is there, so that a single build serves all of them, and
//! without the variable shows that it is the fault, and not the build, that turns a test red.

/// The variable that names the planted fault.
pub const VARIABLE: &str = "ASSENT_SABOTAGE";

/// Declares the faults with their names and what each of them does.
macro_rules! faults {
    ($($fault:ident $name:literal $what:literal)*) => {
        /// A fault that can be planted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault {
            $(#[doc = $what] $fault,)*
        }

        impl Fault {
            /// Every fault there is.
            pub const ALL: &'static [Self] = &[$(Self::$fault,)*];

            /// Its name, as the variable gives it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$fault => $name,)* }
            }

            /// What goes wrong with it.
            pub const fn what(self) -> &'static str {
                match self { $(Self::$fault => $what,)* }
            }
        }
    };
}

faults! {
    ChainLink "chain-link" "the link of the chain is not checked"
    SqliteSynchronousOff "sqlite-synchronous-off" "commits on SQLite are not synchronous"
    PostgresSynchronousOff "postgres-synchronous-off" "commits on PostgreSQL are not synchronous"
    HeadLock "head-lock" "the head of the log is read without its lock"
    AckBeforeCommit "ack-before-commit" "writes are acknowledged before the commit"
    IndexColumn "index-column" "an index column is not replayed"
    Idempotency "idempotency" "a repeated request is carried out again, whatever its key"
    Follow "follow" "what others have written since is not followed"
    ScopePredicate "scope-predicate" "the condition of scopes on rows is dropped"
    KeyNotDestroyed "key-not-destroyed" "the key of an erased subject is not destroyed"
    LastChunk "last-chunk" "an encrypted blob may end after any of its chunks"
    ChunkHead "chunk-head" "the chunks of an encrypted blob are not bound to its head"
    BlobDigest "blob-digest" "what a blob holds is not compared with its digest"
    SeparationOfDuties "separation-of-duties" "separation of duties is skipped"
    Expiry "expiry" "the expiry of an approval is ignored"
    ThresholdSign "threshold-sign" "the sign of thresholds is flipped"
    Links "links" "two linked accounts count as two people"
    SecondPerson "second-person" "who proposes a grant that approves confirms it"
    AucTies "auc-ties" "rows of equal scores count as ranked wrongly"
    RateOfNothing "rate-of-nothing" "the rate of a group in which it is undefined counts as 0"
    FalseDiscovery "false-discovery" "adjusted p-values do not keep the order of the p-values"
    Weaker "weaker" "no pack counts as weaker than another"
    EmergencyCover "emergency-cover" "an emergency stands for whatever a policy finds wrong"
    Delegator "delegator" "who decides in the place of another is bound by nothing of the other"
    CardClaim "card-claim" "what a card cites is not compared with the record"
    ReturnTo "return-to" "a rejected version stays where it is, whatever the workflow says"
    ExceptionExpiry "exception-expiry" "the expiry of an exception is ignored"
}

/// Whether this fault is planted: never, but in a build that is made for nothing else.
#[cfg(not(feature = "planted"))]
#[inline(always)]
#[allow(clippy::inline_always, reason = "nothing of the question is to be left in an ordinary build")]
pub const fn planted(_: Fault) -> bool {
    false
}

/// Whether this fault is planted: if [`VARIABLE`] names it.
#[cfg(feature = "planted")]
pub fn planted(fault: Fault) -> bool {
    static NAME: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    NAME.get_or_init(|| std::env::var(VARIABLE).ok()).as_deref() == Some(fault.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs in ordinary builds as in those with the feature: the variable is not set in either.
    #[test]
    fn no_fault_is_there_unless_it_is_planted() {
        let there: Vec<_> = Fault::ALL.iter().filter(|fault| planted(**fault)).collect();
        assert_eq!(there, Vec::<&Fault>::new());
    }

    #[test]
    fn names_are_distinct() {
        let names: std::collections::BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        assert_eq!(names.len(), Fault::ALL.len());
    }
}
