//! Pickles: one or several in a file, plain, as joblib writes them, or as PyTorch did before it used archives.
//!
//! The machine in [`machine`] runs each pickle on names alone. Behind what cannot be walked, [`sweep`] searches on.

mod array;
mod machine;
mod opcode;
mod seen;
mod sweep;
mod values;

use super::fault::Fault;
use super::imports::{Judgement, judge};
use super::region::Region;
use super::report::Finding;
use super::sniff::{HEAD_BYTES, is_text};
use super::work::Work;
use super::{Code, Format};
use machine::{Arrays, Run, run};
use seen::{Import, Seen};

/// Which imports are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// All that are not on the allow list.
    All,
    /// Those on the deny list: what was read may be no pickle.
    Denied,
}

/// Looks at bytes that may be a pickle, and says what they are, if they are one.
pub(super) fn examine(work: &mut Work, path: &str, from: &mut Region) -> Option<Format> {
    from.go(0);
    let begins_as_pickle = matches!(from.head(2).as_deref(), Ok([0x80, 0..=5]));
    let mut seen = Seen::default();
    let (first, result) = run(work, from, &mut seen, Arrays::Inline, 0);
    let is_pickle = match &result {
        Ok(()) => first.opcodes > 1,
        // A list of words may begin like an import; a pickle of text alone that does harm calls what it imports.
        Err(_) => begins_as_pickle || has_called(&seen) || (has_denied(&seen) && !looks_like_text(from)),
    };
    if !is_pickle {
        return None;
    }
    tell(work, path, &seen, Told::All);
    match result {
        Ok(()) => stacked(work, path, from, &first),
        Err(fault) => {
            tell_fault(work, path, from.at(), &first, &fault);
            tell_rest(work, path, from);
        }
    }
    if first.arrays > 0 {
        second_look(work, path, from);
        return Some(Format::Joblib);
    }
    Some(if first.is_torch_magic { Format::PytorchLegacy } else { Format::Pickle })
}

/// Looks at bytes that are of another format, as a plain unpickler would that is given them. Says whether there was
/// something.
pub(super) fn second_look(work: &mut Work, path: &str, from: &mut Region) -> bool {
    from.go(0);
    let mut seen = Seen::default();
    // What an unpickler reads before it fails is what it would have done.
    let _ = run(work, from, &mut seen, Arrays::None, 0);
    tell(work, path, &seen, Told::Denied);
    has_denied(&seen)
}

/// Searches all of the bytes for imports on the deny list.
pub(super) fn search(work: &mut Work, path: &str, from: &mut Region) {
    from.go(0);
    tell_rest(work, path, from);
}

/// Goes on behind the first pickle.
fn stacked(work: &mut Work, path: &str, from: &mut Region, first: &Run) {
    while from.left() > 0 {
        let start = from.at();
        let mut seen = Seen::default();
        let (inner, result) = run(work, from, &mut seen, Arrays::Inline, 0);
        match result {
            Ok(()) => tell(work, path, &seen, Told::All),
            Err(fault) => {
                tell(work, path, &seen, Told::Denied);
                if matches!(fault, Fault::Limit(_) | Fault::Io(_)) || !inner.opaque_arrays.is_empty() {
                    tell_fault(work, path, from.at(), &inner, &fault);
                } else if !first.is_torch_magic {
                    let message = format!("{} bytes follow the end of the pickle", from.len() - start);
                    work.find(path, Code::TrailingData, Some(start), message);
                }
                from.go(start);
                return tell_rest(work, path, from);
            }
        }
    }
}

fn tell_rest(work: &mut Work, path: &str, from: &mut Region) {
    let mut seen = Seen::default();
    if let Err(fault) = sweep::sweep(from, &mut seen) {
        work.fault(path, Some(from.at()), &fault);
    }
    tell(work, path, &seen, Told::Denied);
}

fn tell_fault(work: &mut Work, path: &str, at: u64, run: &Run, fault: &Fault) {
    match run.opaque_arrays.first() {
        Some(place) => work.find(path, Code::NotExamined, Some(*place), fault.to_string()),
        None => work.fault(path, Some(at), fault),
    }
}

fn has_denied(seen: &Seen) -> bool {
    seen.imports.iter().any(|import| matches!(judge(&import.module, &import.name), Judgement::Denied(..)))
}

fn tell(work: &mut Work, path: &str, seen: &Seen, told: Told) {
    for import in &seen.imports {
        tell_import(work, path, import, told);
    }
    if told == Told::Denied {
        return;
    }
    for offset in &seen.unresolved {
        let message = "imports by a name that is put together when it is loaded".to_owned();
        work.find(path, Code::UnresolvedImport, Some(*offset), message);
    }
    for (code, offset) in &seen.extensions {
        let message = format!("imports the extension {code}, whose name only the loading program knows");
        work.find(path, Code::UnresolvedImport, Some(*offset), message);
    }
    if seen.overflow {
        work.fault(path, None, &Fault::Limit("distinct imports of one item"));
    }
}

fn has_called(seen: &Seen) -> bool {
    seen.imports
        .iter()
        .any(|import| import.called && matches!(judge(&import.module, &import.name), Judgement::Denied(..)))
}

fn looks_like_text(from: &mut Region) -> bool {
    from.head(HEAD_BYTES).is_ok_and(|head| is_text(&head))
}

fn tell_import(work: &mut Work, path: &str, import: &Import, told: Told) {
    let named = format!("`{}.{}`", import.module, import.name);
    let (code, severity, what) = match judge(&import.module, &import.name) {
        Judgement::Denied(severity, reason) => {
            (Code::UnsafeImport, severity, format!("imports {named}, which {reason}"))
        }
        Judgement::Unknown if told == Told::All => (
            Code::UnknownImport,
            Code::UnknownImport.severity(),
            format!("imports {named}, which is on no list"),
        ),
        Judgement::Unknown | Judgement::Allowed(_) => return,
    };
    let call = match (&import.argument, import.called) {
        (Some(argument), _) => format!("; calls it with `{argument}`"),
        (None, true) => "; calls it".to_owned(),
        (None, false) => String::new(),
    };
    work.add(Finding {
        severity,
        code,
        path: path.to_owned(),
        offset: Some(import.offset),
        message: format!("{what}{call}"),
        module: Some(import.module.clone()),
        operator: Some(import.name.clone()),
    });
}
