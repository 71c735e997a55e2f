//! The state tables: one for each kind of aggregate. Backends create them by numbered migrations and prove in the contract
//! suite that they have just these columns.

/// The type of an index column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// UTF-8 text.
    Text,
    /// Signed 64-bit integer.
    Integer,
}

/// An index column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name, in `snake_case`.
    pub name: &'static str,
    /// Its type.
    pub ty: ColumnType,
    /// Whether two rows may not share a value (absent values may be shared).
    pub unique: bool,
    /// Whether it is a set of lines of which each finds its rows by an index ([`crate::Predicate::Lines`]). The whole is in none.
    pub by_line: bool,
}

/// A state table: `id, revision, projection_version, document` and the index columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name, in `snake_case`.
    pub name: &'static str,
    /// Its index columns, in order.
    pub columns: &'static [Column],
}

const fn text(name: &'static str) -> Column {
    Column { name, ty: ColumnType::Text, unique: false, by_line: false }
}

const fn lines(name: &'static str) -> Column {
    Column { name, ty: ColumnType::Text, unique: false, by_line: true }
}

const fn unique(name: &'static str) -> Column {
    Column { name, ty: ColumnType::Text, unique: true, by_line: false }
}

/// Every state table. Composite look-ups are columns of their own (`model_stage` is `<model id>/<stage>`). Tables
/// about models name theirs by `model_id`, `models` itself included, so that one condition fits all of them.
pub const TABLES: &[Table] = &[
    Table { name: "principals", columns: &[text("kind"), text("status"), text("person_id")] },
    Table { name: "tokens", columns: &[text("principal_id")] },
    Table {
        name: "models",
        columns: &[unique("name"), text("tier"), text("owner_id"), unique("model_id"), text("tags")],
    },
    Table {
        name: "versions",
        columns: &[
            text("model_id"),
            unique("model_number"),
            text("stage"),
            text("model_stage"),
            text("created_by"),
            lines("datasets"),
            lines("files"),
        ],
    },
    Table {
        name: "datasets",
        columns: &[text("name"), unique("name_number"), text("steward_id"), text("sha256")],
    },
    Table {
        name: "evaluations",
        columns: &[text("model_id"), text("version_id"), text("state"), text("open_requester_id")],
    },
    Table {
        name: "promotions",
        columns: &[
            text("model_id"),
            text("version_id"),
            text("version_target"),
            unique("open_target"),
            text("state"),
            text("requester_id"),
            text("open_model_id"),
            text("emergency"),
            text("next_notice"),
            text("assignees"),
        ],
    },
    Table { name: "packs", columns: &[text("digest")] },
    Table { name: "credentials", columns: &[] },
    Table { name: "sessions", columns: &[text("principal_id")] },
    Table { name: "proposals", columns: &[text("state"), text("proposer_id")] },
    Table { name: "systems", columns: &[unique("name"), text("owner_id"), text("uses")] },
    Table {
        name: "assessments",
        columns: &[
            text("model_id"),
            text("version_id"),
            text("state"),
            text("assessor_id"),
            text("counts_for"),
        ],
    },
    Table {
        name: "tier_changes",
        columns: &[text("model_id"), text("state"), text("requester_id"), unique("open_model")],
    },
    Table {
        name: "exceptions",
        columns: &[
            text("model_id"),
            text("version_id"),
            text("policy"),
            text("state"),
            text("requester_id"),
            unique("open_subject"),
            text("approved_subject"),
        ],
    },
    Table {
        name: "changes",
        columns: &[
            text("model_id"),
            text("version_id"),
            text("kind"),
            text("state"),
            text("requester_id"),
            text("environment"),
            text("open_model_id"),
            text("scheduled_month"),
            text("ended_month"),
            text("counts_for"),
        ],
    },
    Table { name: "accountabilities", columns: &[text("model_id"), text("persons")] },
    Table {
        name: "periodic_reviews",
        columns: &[
            text("model_id"),
            text("state"),
            text("requester_id"),
            unique("open_model"),
            text("completed_model"),
        ],
    },
    Table {
        name: "delegations",
        columns: &[text("delegator_id"), text("delegate_id"), text("open_delegator_id"), text("open_pair")],
    },
    Table {
        name: "comments",
        columns: &[text("model_id"), text("subject"), text("author_id"), text("mentions")],
    },
    Table { name: "lineage", columns: &[text("upstream"), text("downstream")] },
];
