//! The imports that pickles of one item were seen to make.

use std::collections::HashMap;

use super::super::limits::MAX_IMPORTS;

/// One import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) module: String,
    pub(super) name: String,
    /// Where it was first seen.
    pub(super) offset: u64,
    /// The first text that it was called with.
    pub(super) argument: Option<String>,
    pub(super) called: bool,
}

/// The imports of an item.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Each once, in the order in which they were seen.
    pub(super) imports: Vec<Import>,
    /// Where imports are by names that cannot be told, the first few.
    pub(super) unresolved: Vec<u64>,
    /// Imports of extensions by their codes.
    pub(super) extensions: Vec<(u64, u64)>,
    /// There were more than are kept.
    pub(super) overflow: bool,
    places: HashMap<(String, String), u32>,
}

/// Places that are kept of what cannot be told.
const FEW: usize = 20;

impl Seen {
    /// Notes an import and gives its number.
    pub(super) fn import(&mut self, module: String, name: String, offset: u64) -> Option<u32> {
        if let Some(place) = self.places.get(&(module.clone(), name.clone())) {
            return Some(*place);
        }
        if self.imports.len() >= MAX_IMPORTS {
            self.overflow = true;
            return None;
        }
        let place = u32::try_from(self.imports.len()).ok()?;
        self.places.insert((module.clone(), name.clone()), place);
        self.imports.push(Import { module, name, offset, argument: None, called: false });
        Some(place)
    }

    /// Notes an import that cannot be told.
    pub(super) fn unresolved(&mut self, offset: u64) {
        if self.unresolved.len() < FEW {
            self.unresolved.push(offset);
        }
    }

    /// Notes an import of an extension.
    pub(super) fn extension(&mut self, code: u64, offset: u64) {
        if self.extensions.len() < FEW {
            self.extensions.push((code, offset));
        }
    }

    /// Notes that an import is called.
    pub(super) fn called(&mut self, place: u32, argument: Option<&str>) {
        if let Some(import) = self.imports.get_mut(place as usize) {
            import.called = true;
            if import.argument.is_none() {
                import.argument = argument.map(str::to_owned);
            }
        }
    }
}
