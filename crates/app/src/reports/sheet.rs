//! The answers that a report is made from, and how figures and rows are read from them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Check, Column, Figure, Matching, Row, Section, Share, Source, Table, Term};

/// Once, in the ten-thousandths that [`Source::Less`] counts in.
const WHOLE: u64 = 10_000;

/// Answers by their address.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    answers: BTreeMap<String, Value>,
}

impl Sheet {
    /// Takes in an answer.
    pub fn put(&mut self, href: impl Into<String>, answer: Value) {
        self.answers.insert(href.into(), answer);
    }

    /// What stands at a place of an answer; null where nothing does.
    pub fn at(&self, href: &str, pointer: &str) -> Value {
        self.answers.get(href).and_then(|answer| answer.pointer(pointer)).cloned().unwrap_or_default()
    }

    fn items(&self, href: &str, pointer: &str) -> &[Value] {
        let answer = self.answers.get(href).and_then(|answer| answer.pointer(pointer));
        answer.and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// A figure that stands at a place of an answer.
    pub fn value(&self, id: &str, label: &str, href: &str, pointer: &str) -> Figure {
        figure(id, label, self.at(href, pointer), Source::value(href, pointer))
    }

    /// How many items stand at a place of an answer.
    pub fn count(
        &self,
        id: &str,
        label: &str,
        (href, pointer): (&str, &str),
        matching: &[Matching],
    ) -> Figure {
        let meets = |item: &Value, it: &Matching| item.pointer(&it.at).is_some_and(|at| it.holds(at));
        let counts = |item: &&Value| matching.iter().all(|it| meets(item, it));
        let count = self.items(href, pointer).iter().filter(counts).count();
        let (href, pointer, matching) = (href.to_owned(), pointer.to_owned(), matching.to_vec());
        figure(id, label, json!(count), Source::Count { href, pointer, matching })
    }

    /// The sum of a field over the items at a place of an answer; of lists, of their lengths.
    pub fn sum(&self, id: &str, label: &str, (href, pointer): (&str, &str), field: &str) -> Figure {
        let of = |item: &Value| match item.pointer(field) {
            Some(Value::Array(list)) => list.len() as u64,
            Some(number) => number.as_u64().unwrap_or_default(),
            None => 0,
        };
        let sum: u64 = self.items(href, pointer).iter().map(of).sum();
        let source =
            Source::Sum { href: href.to_owned(), pointer: pointer.to_owned(), field: field.to_owned() };
        figure(id, label, json!(sum), source)
    }

    /// A row for each item at a place of an answer.
    pub fn rows(&self, table: &mut Table, href: &str, pointer: &str) {
        for index in 0..self.items(href, pointer).len() {
            self.row(table, href, &format!("{pointer}/{index}"));
        }
    }

    /// A row for a place of an answer.
    pub fn row(&self, table: &mut Table, href: &str, at: &str) {
        let cell = |column: &Column| match column.pointer.strip_prefix('^') {
            Some(pointer) => self.at(href, pointer),
            None => self.at(href, &format!("{at}{}", column.pointer)),
        };
        let cells = table.columns.iter().map(cell).collect();
        table.rows.push(Row { href: href.to_owned(), at: at.to_owned(), cells });
    }

    /// The keys of the object at a place of an answer.
    pub fn keys(&self, href: &str, pointer: &str) -> Vec<String> {
        let object = self.answers.get(href).and_then(|answer| answer.pointer(pointer));
        object.and_then(Value::as_object).map(|object| object.keys().cloned().collect()).unwrap_or_default()
    }
}

fn figure(id: &str, label: &str, value: Value, source: Source) -> Figure {
    Figure { id: id.to_owned(), label: label.to_owned(), value, exact: None, gap: None, source }
}

/// A key as a step of a JSON Pointer.
pub(super) fn step(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// A text as a value in the query of an address.
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

impl Figure {
    /// How many items a list has that was counted where it is kept.
    pub fn listed(id: &str, label: &str, href: &str, count: u64) -> Self {
        figure(id, label, json!(count), Source::list(href))
    }

    /// A share that is computed.
    pub fn share(id: &str, label: &str, share: Option<Share>, source: Source) -> Self {
        let value = share.map_or(Value::Null, |share| json!(share.get()));
        Self { exact: share, ..figure(id, label, value, source) }
    }

    /// What was found when the report was made.
    pub fn found(id: &str, label: &str, value: Value, by: &str) -> Self {
        figure(id, label, value, Source::Found { by: by.to_owned() })
    }

    /// How many rows of a table count.
    pub fn rows(id: &str, label: &str, table: &Table, matching: &[Matching]) -> Self {
        let meets = |row: &Row, it: &Matching| {
            let column = table.columns.iter().position(|column| column.id == it.at);
            column.and_then(|at| row.cells.get(at)).is_some_and(|cell| it.holds(cell))
        };
        let count = table.rows.iter().filter(|row| matching.iter().all(|it| meets(row, it))).count();
        figure(id, label, json!(count), Source::Rows { table: table.id.clone(), matching: matching.to_vec() })
    }

    /// The mean of shares, weighed; one without a value counts as nothing.
    pub fn mean(id: &str, label: &str, terms: &[(&Self, u64)]) -> Self {
        let shares = terms.iter().map(|(figure, weight)| (figure.exact.unwrap_or(Share::NONE), *weight));
        let mean = Share::mean(shares);
        let terms = terms
            .iter()
            .map(|(figure, weight)| Term { figure: figure.id.clone(), weight: *weight })
            .collect();
        Self::share(id, label, mean, Source::Mean { terms })
    }

    /// The share of figures that are as they should be.
    pub fn met(id: &str, label: &str, checks: &[(&Self, Value)]) -> Self {
        let met = checks.iter().filter(|(figure, is)| figure.value == *is).count();
        let share = Share::new(met as u64, checks.len() as u64);
        let checks =
            checks.iter().map(|(figure, is)| Check { figure: figure.id.clone(), is: is.clone() }).collect();
        Self::share(id, label, share, Source::Share { checks })
    }

    /// A count less another one, and at least 0.
    pub fn less(id: &str, label: &str, from: &Self, taken: &Self) -> Self {
        let number = |figure: &Self| figure.value.as_u64().unwrap_or_default();
        let left = number(from).saturating_sub(number(taken));
        let terms = vec![Term { figure: taken.id.clone(), weight: WHOLE }];
        figure(id, label, json!(left), Source::Less { from: from.id.clone(), terms })
    }

    /// The same, known as the fraction that it is.
    #[must_use]
    pub fn exactly(mut self, share: Option<Share>) -> Self {
        self.exact = share;
        self
    }

    /// The same, with why it has no value, where it has none.
    #[must_use]
    pub fn gap(mut self, why: &str) -> Self {
        if self.value.is_null() {
            self.gap = Some(why.to_owned());
        }
        self
    }

    /// The same, with why it is not asked for.
    #[must_use]
    pub fn aside(mut self, why: &str) -> Self {
        self.gap = Some(why.to_owned());
        self
    }

    /// The same, with what is missing where it is less than one.
    #[must_use]
    pub fn short(mut self, why: impl FnOnce() -> String) -> Self {
        if self.exact.is_some_and(|share| share.get() < 1.0) {
            self.gap = Some(why());
        }
        self
    }
}

impl Table {
    /// A table without rows.
    pub fn new(id: &str, title: &str, empty: &str, columns: &[(&str, &str, &str)]) -> Self {
        let columns = columns.iter().map(|(id, label, pointer)| Column {
            id: (*id).to_owned(),
            label: (*label).to_owned(),
            pointer: (*pointer).to_owned(),
        });
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            empty: empty.to_owned(),
            columns: columns.collect(),
            rows: Vec::new(),
        }
    }
}

impl Table {
    /// The cells of a column.
    pub fn column(&self, id: &str) -> impl Iterator<Item = &Value> {
        let at = self.columns.iter().position(|column| column.id == id);
        self.rows.iter().filter_map(move |row| row.cells.get(at?))
    }
}

impl Section {
    /// A section without figures.
    pub fn new(id: &str, title: &str) -> Self {
        Self { id: id.to_owned(), title: title.to_owned(), ..Self::default() }
    }

    /// The same with one more remark.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// The same with more figures.
    #[must_use]
    pub fn figures(mut self, figures: impl IntoIterator<Item = Figure>) -> Self {
        self.figures.extend(figures);
        self
    }

    /// The same with one more table.
    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.tables.push(table);
        self
    }
}
