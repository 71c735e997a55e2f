//! How long records are kept.

use crate::pack::{Pack, RetentionClass};

/// A shorter period is weaker, and so is a class that nothing is said of any more.
pub(super) fn retention(before: &Pack, after: &Pack, reasons: &mut Vec<String>) {
    for class in RetentionClass::ALL {
        let Some(old) = before.retention_of(class) else { continue };
        let what = format!("time for which {} are kept", class.name());
        match after.retention_of(class) {
            None => reasons.push(format!("{what}: {} → nothing said", old.keep)),
            Some(new) if new.keep < old.keep => reasons.push(format!("{what}: {} → {}", old.keep, new.keep)),
            Some(_) => {}
        }
    }
}
