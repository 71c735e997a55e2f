//! Names of columns, as many as are kept.

use std::collections::BTreeSet;

use assent_domain::text::{MAX_ITEMS, MAX_NAME_CHARS};

/// The first of them that are names; what is left out is told.
pub(super) fn named(
    fields: Option<impl Iterator<Item = Option<String>>>,
    at: &str,
    missing: &mut Vec<String>,
) -> Vec<String> {
    let Some(fields) = fields else {
        missing.push(format!("{at} has no facet `schema`: its columns are not known"));
        return Vec::new();
    };
    let (mut kept, mut seen, mut left_out) = (Vec::new(), BTreeSet::new(), 0_usize);
    for name in fields {
        let Some(name) = name else {
            left_out += 1;
            continue;
        };
        let is_name = !name.trim().is_empty()
            && name.chars().count() <= MAX_NAME_CHARS
            && !name.chars().any(char::is_control);
        if is_name && kept.len() < MAX_ITEMS && seen.insert(name.clone()) {
            kept.push(name);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        missing.push(format!("{at}: {left_out} columns of its facet `schema` are left out"));
    }
    kept
}
