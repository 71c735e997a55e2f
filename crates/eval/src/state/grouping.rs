//! Cells put together by some of their columns: groups of an attribute, intersections of several, segments.

use std::collections::BTreeMap;

use super::{Cell, State};

/// What stands between the parts of the name of an intersection.
pub const INTERSECTION: &str = "+";

/// For each cell the group that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// The columns, joined by `+` where there are several.
    pub name: String,
    /// The names of the groups, ascending; the values of several columns are joined by `+`.
    pub groups: Vec<String>,
    /// For each cell the place of its group.
    pub of_cell: Vec<usize>,
}

impl State {
    /// The groups by one column or by several at once. Groups without rows do not exist.
    pub fn grouping(&self, columns: &[String]) -> Grouping {
        let place = |name: &String| {
            let skip = self.columns.task.class_dimensions();
            let groups = self.dimensions.iter().enumerate().skip(skip);
            groups.into_iter().find(|(_, dimension)| dimension.column == *name).map(|(place, _)| place)
        };
        let places: Vec<usize> = columns.iter().filter_map(place).collect();
        let names: Vec<String> = self.cells.iter().map(|cell| self.group_name(cell, &places)).collect();
        let mut groups: BTreeMap<&String, usize> = names.iter().map(|name| (name, 0)).collect();
        for (number, place) in groups.values_mut().enumerate() {
            *place = number;
        }
        let of_cell = names.iter().filter_map(|name| groups.get(name).copied()).collect();
        let groups = groups.into_keys().cloned().collect();
        Grouping { name: columns.join(INTERSECTION), groups, of_cell }
    }

    fn group_name(&self, cell: &Cell, places: &[usize]) -> String {
        let value = |place: &usize| {
            let code = usize::from(*cell.key.get(*place)?);
            self.dimensions.get(*place)?.values.get(code).map(String::as_str)
        };
        places.iter().filter_map(value).collect::<Vec<_>>().join(INTERSECTION)
    }
}
