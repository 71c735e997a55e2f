//! Programs and scripts, which have no business in a model.

use super::work::Work;
use super::{Code, Format};

/// Notes a program or script.
pub(super) fn tell(work: &mut Work, path: &str, format: Format) {
    let what = if format == Format::Script { "a script that names its interpreter" } else { "a program" };
    work.find(path, Code::Executable, Some(0), what.to_owned());
}
