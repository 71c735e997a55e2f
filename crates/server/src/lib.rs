//! The HTTP interface of Assent.
