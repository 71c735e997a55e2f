//! The contract suite: one function for each guarantee that the traits state, and macros that make a `#[test]` of every one
//! of them for a backend.
//!
//! A backend says where its data lives by a [`Fixture`]; each case gets a fresh one. Cases panic when a guarantee is broken,
//! as tests do. The reference evaluations in here (of filters and of searches) are written apart from the in-memory store,
//! which has to pass the suite like every other one.
//!
//! ```
//! use assent_store::{MemoryKeys, MemoryStore, Store, SubjectKeys};
//!
//! struct Memory(MemoryStore);
//!
//! impl assent_store::contract::Fixture for Memory {
//!     fn open(&self) -> Box<dyn Store> {
//!         Box::new(self.0.with_time_limit(std::time::Duration::from_millis(200)))
//!     }
//! }
//!
//! assent_store::contract_tests!(|| Memory(MemoryStore::new()));
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "the name of a case states the guarantee; this is test code that other crates instantiate: a broken guarantee is a panic"
)]

pub mod keys;
pub mod log;
pub mod rows;
pub mod sample;
pub mod search;
pub mod sessions;

use crate::{Store, SubjectKeys};

/// Where the data of one case lives. Gone when it is dropped.
pub trait Fixture {
    /// A handle on the data, empty at first: every call opens the same data again, as another process would. It waits for
    /// the head of the log for a short time only (some hundred milliseconds), because a case waits for that time to pass.
    fn open(&self) -> Box<dyn Store>;
}

/// Where the keys of one case live. Gone when it is dropped.
pub trait KeysFixture {
    /// A handle on the keys, none at first: every call opens the same keys again, as another process would.
    fn open(&self) -> Box<dyn SubjectKeys>;
}

/// Makes a `#[test]` of every case, with a fresh fixture of `$fixture` (a function without arguments) each.
#[macro_export]
macro_rules! contract_tests {
    ($fixture:expr) => {
        $crate::contract_cases! { $fixture;
            log: a_new_store_is_empty, a_commit_is_read_back, keys_are_read_back, what_was_committed_is_there_after_reopening,
                entries_are_read_in_order, a_gap_is_refused, a_wrong_head_is_refused, time_does_not_fall,
                every_place_is_found_without_asking_for_it,
                texts_with_nul_are_refused, a_tile_is_only_widened, a_tile_that_is_none_is_refused,
                a_payload_stays_as_it_was_first, receipts_are_kept_by_their_whole_key, receipts_are_scanned,
                a_taken_receipt_key_is_a_conflict, checkpoints_are_ordered_and_the_first_note_wins,
                large_values_come_back_whole, an_error_ends_a_scan_of_entries;
            sessions: a_failed_batch_leaves_nothing, a_dropped_session_leaves_nothing, one_writer_holds_the_head,
                a_waiting_writer_goes_on_from_the_new_head, writers_make_one_order, a_snapshot_does_not_move,
                readers_do_not_wait_for_a_writer, a_session_reads_the_state_that_it_locked,
                readers_see_whole_commits_only;
            rows: every_column_of_every_table_is_kept, a_replaced_row_is_found_by_its_new_values_only,
                the_first_ids_are_those_of_the_value_in_either_order,
                a_revision_must_grow, a_unique_value_has_one_holder, absent_values_may_be_shared,
                unique_columns_are_judged_after_the_batch, a_row_that_does_not_fit_is_refused,
                unknown_names_are_errors, filters_agree_with_the_reference, filters_are_bounded, lines_find_their_rows,
                pages_are_stable_under_growth, rows_are_scanned_by_id, an_error_ends_a_scan_of_rows, an_error_ends_a_scan_of_lines,
                texts_are_compared_byte_by_byte, replaced_rows_are_the_only_rows,
                a_failed_replacement_leaves_the_rows;
            search: searches_agree_with_the_reference, searches_page_by_cursor, rare_among_many_is_found,
                conditions_that_hardly_meet_are_searched_to_the_end;
        }
    };
}

/// Makes a `#[test]` of every case about keys, with a fresh fixture of `$fixture` (a function without arguments) each.
#[macro_export]
macro_rules! key_contract_tests {
    ($fixture:expr) => {
        $crate::contract_cases! { $fixture;
            keys: a_key_is_made_once, keys_are_there_after_reopening, a_destroyed_key_stays_destroyed,
                a_key_can_be_destroyed_before_it_was_made, handles_agree_on_one_key, destroyed_keys_are_listed,
                a_lookup_has_one_holder, a_lookup_needs_a_key, a_destroyed_key_takes_its_lookup_along,
                lookups_are_there_after_reopening, living_keys_are_paged,
                keys_are_replaced_where_they_still_stand;
        }
    };
}

/// What the two macros above are made of.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_cases {
    ($fixture:expr; $($module:ident: $($case:ident),+;)+) => {
        $crate::contract_cases! { @each $fixture; $($($module $case)+)+ }
    };
    (@each $fixture:expr; $($module:ident $case:ident)+) => {
        $(
            #[test]
            fn $case() {
                $crate::contract::$module::$case(&($fixture)());
            }
        )+
    };
}
