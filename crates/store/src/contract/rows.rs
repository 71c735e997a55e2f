//! The state tables: rows, filters, pages, rebuilding.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use uuid::Uuid;

use super::Fixture;
use super::sample::{all, commit, dump_store, entries, full_row, head, id, model, row, rows, text};
use crate::{Order, Predicate, Read, Row, Select, Store, StoreError, TABLES, Value};

fn value(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn is_conflict<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict(_)))
}

pub fn every_column_of_every_table_is_kept(place: &dyn Fixture) {
    let store = place.open();
    for table in TABLES {
        let empty = row(table.name, 3, 1, &vec![None; table.columns.len()]);
        let written = vec![full_row(table.name, 1, 5), full_row(table.name, 2, 1), empty.clone()];
        commit(&*store, rows(0, written.clone())).unwrap();
        let read = store.read().unwrap();
        assert_eq!(read.select(&all(table.name)).unwrap(), written);
        assert_eq!(read.row(table.name, id(3)).unwrap(), Some(empty));
        assert_eq!(read.row(table.name, id(4)).unwrap(), None);
        for (place, column) in table.columns.iter().enumerate() {
            for row in &written[..2] {
                let held = row.columns[place].as_ref().unwrap();
                assert_eq!(read.ids(table.name, column.name, held).unwrap(), [row.id]);
            }
            assert!(read.ids(table.name, column.name, &value("")).unwrap().is_empty());
        }
    }
}

pub fn a_replaced_row_is_found_by_its_new_values_only(place: &dyn Fixture) {
    let store = place.open();
    let of_owner = |number, revision, owner| {
        row("models", number, revision, &[None, Some("LOW"), Some(owner), None, None])
    };
    let first = (1..=3).map(|number| of_owner(number, 1, "ann")).collect();
    commit(&*store, rows(0, first)).unwrap();
    let mut moved = of_owner(2, 2, "bob");
    (moved.projection_version, moved.document) = (9, b"{\"new\":true}".to_vec());
    commit(&*store, rows(0, vec![moved.clone()])).unwrap();
    let read = store.read().unwrap();
    assert_eq!(read.row("models", id(2)).unwrap(), Some(moved));
    assert_eq!(read.ids("models", "owner_id", &value("ann")).unwrap(), [id(1), id(3)]);
    assert_eq!(read.ids("models", "owner_id", &value("bob")).unwrap(), [id(2)]);
    assert_eq!(read.ids("models", "tier", &value("LOW")).unwrap(), [id(1), id(2), id(3)]);
}

pub fn the_first_ids_are_those_of_the_value_in_either_order(place: &dyn Fixture) {
    let store = place.open();
    let of_tier = |number, tier| row("models", number, 1, &[None, Some(tier), None, None, None]);
    let tiers = ["HIGH", "LOW", "LOW", "MEDIUM", "LOW", "LOW", "HIGH"];
    let written = (1..).zip(tiers).map(|(number, tier)| of_tier(number, tier)).collect();
    commit(&*store, rows(0, written)).unwrap();
    let read = store.read().unwrap();
    let first = |tier, order, most| read.first_ids("models", "tier", &value(tier), order, most).unwrap();
    let all = read.ids("models", "tier", &value("LOW")).unwrap();
    assert_eq!(all, [id(2), id(3), id(5), id(6)]);
    for most in 0..6 {
        let some = all.iter().copied().take(most as usize).collect::<Vec<_>>();
        assert_eq!(first("LOW", Order::Ascending, most), some);
        let some = all.iter().rev().copied().take(most as usize).collect::<Vec<_>>();
        assert_eq!(first("LOW", Order::Descending, most), some);
    }
    assert_eq!(first("HIGH", Order::Descending, 1), [id(7)]);
    assert_eq!(first("MEDIUM", Order::Descending, 2), [id(4)]);
    assert!(first("NONE", Order::Descending, 2).is_empty());
    assert!(is_conflict(&read.first_ids("stars", "name", &value("a"), Order::Ascending, 1)));
    assert!(is_conflict(&read.first_ids("models", "weight", &value("a"), Order::Ascending, 1)));
    assert!(is_conflict(&read.first_ids("models", "name", &Value::Integer(1), Order::Ascending, 1)));
}

pub fn a_revision_must_grow(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, rows(0, vec![model(1, 4, "fraud")])).unwrap();
    for revision in [3, 4] {
        assert!(is_conflict(&commit(&*store, rows(0, vec![model(1, revision, "churn"), model(2, 1, "x")]))));
    }
    assert!(is_conflict(&commit(&*store, rows(0, vec![model(1, 1 << 63, "churn")]))));
    assert_eq!(store.read().unwrap().select(&all("models")).unwrap(), [model(1, 4, "fraud")]);
    commit(&*store, rows(0, vec![model(1, 7, "churn")])).unwrap();
}

pub fn a_unique_value_has_one_holder(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, rows(0, vec![model(1, 1, "fraud"), model(2, 1, "churn")])).unwrap();
    let before = dump_store(&*store);
    for wrong in [
        vec![model(3, 1, "fraud")],
        vec![model(2, 2, "fraud")],
        vec![model(3, 1, "new"), model(4, 1, "new")],
        vec![model(1, 2, "renamed"), model(3, 1, "churn")],
    ] {
        assert!(is_conflict(&commit(&*store, rows(0, wrong))));
        assert_eq!(dump_store(&*store), before);
    }
    commit(&*store, rows(0, vec![model(1, 2, "fraud"), model(3, 1, "Fraud")])).unwrap();
}

pub fn absent_values_may_be_shared(place: &dyn Fixture) {
    let store = place.open();
    let mut cells = [None; PROMOTIONS.len()];
    (cells[0], cells[4]) = (Some("m"), Some("DONE"));
    let closed = |number| row("promotions", number, 1, &cells);
    commit(&*store, rows(0, vec![closed(1), closed(2)])).unwrap();
    commit(&*store, rows(0, vec![closed(3)])).unwrap();
    let open = Predicate::Not(Box::new(Predicate::IsNull("open_target")));
    assert_eq!(store.read().unwrap().count("promotions", &open).unwrap(), 0);
    assert_eq!(store.read().unwrap().count("promotions", &Predicate::IsNull("open_target")).unwrap(), 3);
}

pub fn unique_columns_are_judged_after_the_batch(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, rows(0, vec![model(1, 1, "a"), model(2, 1, "b"), model(3, 1, "c")])).unwrap();
    let names = || {
        let read = store.read().unwrap();
        ["a", "b", "c", "d"].map(|name| read.ids("models", "name", &value(name)).unwrap())
    };
    // Two swap, and two follow each other, whichever comes first.
    commit(&*store, rows(0, vec![model(1, 2, "b"), model(2, 2, "a")])).unwrap();
    assert_eq!(names(), [vec![id(2)], vec![id(1)], vec![id(3)], vec![]]);
    commit(&*store, rows(0, vec![model(4, 1, "c"), model(3, 2, "d")])).unwrap();
    assert_eq!(names(), [vec![id(2)], vec![id(1)], vec![id(4)], vec![id(3)]]);
    // Three go round and a fourth wants what stays taken.
    let round = vec![model(1, 3, "a"), model(2, 3, "c"), model(4, 2, "b"), model(5, 1, "d")];
    assert!(is_conflict(&commit(&*store, rows(0, round.clone()))));
    assert_eq!(names(), [vec![id(2)], vec![id(1)], vec![id(4)], vec![id(3)]]);
    commit(&*store, rows(0, round[..3].to_vec())).unwrap();
    assert_eq!(names(), [vec![id(1)], vec![id(4)], vec![id(2)], vec![id(3)]]);
    assert_eq!(store.read().unwrap().row("models", id(2)).unwrap(), Some(round[1].clone()));
}

pub fn a_row_that_does_not_fit_is_refused(place: &dyn Fixture) {
    let store = place.open();
    let mut number = model(1, 1, "fraud");
    number.columns[1] = Some(Value::Integer(1));
    for wrong in
        [row("models", 1, 1, &[None, None]), row("models", 1, 1, &[None; 4]), row("stars", 1, 1, &[]), number]
    {
        assert!(is_conflict(&commit(&*store, rows(0, vec![wrong.clone()]))));
        assert!(is_conflict(&store.replace_rows(&mut std::iter::once(wrong))));
    }
    assert_eq!(store.read().unwrap().count("models", &Predicate::True).unwrap(), 0);
}

pub fn unknown_names_are_errors(place: &dyn Fixture) {
    let store = place.open();
    let read = store.read().unwrap();
    assert!(is_conflict(&read.row("stars", id(1))));
    assert!(is_conflict(&read.ids("stars", "name", &value("a"))));
    assert!(is_conflict(&read.ids("models", "weight", &value("a"))));
    assert!(is_conflict(&read.ids("models", "document", &value("a"))));
    assert!(is_conflict(&read.ids("models", "name", &Value::Integer(1))));
    assert!(is_conflict(&read.select(&all("stars"))));
    assert!(is_conflict(&read.count("stars", &Predicate::True)));
    assert!(is_conflict(&read.scan_rows("stars", &mut |_| Ok(()))));
    for filter in [
        Predicate::Eq("weight", value("a")),
        Predicate::Eq("name", Value::Integer(1)),
        Predicate::In("weight", vec![]),
        Predicate::In("name", vec![value("a"), Value::Integer(1)]),
        Predicate::Not(Box::new(Predicate::And(vec![Predicate::IsNull("1; drop table models")]))),
        Predicate::Lines("weight", vec![]),
        Predicate::Lines("tags", vec![value("a"), value("b\nc")]),
        Predicate::Lines("tags", vec![Value::Integer(1)]),
        Predicate::OfModel(Box::new(Predicate::True)),
    ] {
        assert!(is_conflict(&read.count("models", &filter)));
        assert!(is_conflict(&read.select(&Select { filter, ..all("models") })));
    }
    for (table, filter) in [
        ("packs", Predicate::True),
        ("versions", Predicate::IsNull("stage")),
        ("versions", Predicate::OfModel(Box::new(Predicate::True))),
    ] {
        assert!(is_conflict(&read.count(table, &Predicate::OfModel(Box::new(filter)))));
    }
}

/// Ids of the rows that match, by sets: not the way in which any backend does it.
fn expected(filter: &Predicate, rows: &[Row], models: &[Row]) -> BTreeSet<Uuid> {
    let that = |keep: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| keep(row)).map(|row| row.id).collect();
    let of = |filter: &Predicate| expected(filter, rows, models);
    match filter {
        Predicate::True => that(&|_| true),
        Predicate::False => BTreeSet::new(),
        Predicate::Eq(name, wanted) => that(&|row| cell(row, name) == Some(wanted)),
        Predicate::In(name, list) => {
            list.iter().flat_map(|it| of(&Predicate::Eq(name, it.clone()))).collect()
        }
        Predicate::Lines(name, list) => that(&|row| match cell(row, name) {
            Some(Value::Text(text)) => text.split('\n').any(|line| list.contains(&value(line))),
            Some(Value::Integer(_)) | None => false,
        }),
        Predicate::AtMost(name, bound) => that(&|row| cell(row, name).is_some_and(|held| held <= bound)),
        Predicate::IsNull(name) => that(&|row| cell(row, name).is_none()),
        Predicate::And(parts) => parts.iter().fold(of(&Predicate::True), |left, part| &left & &of(part)),
        Predicate::Or(parts) => parts.iter().flat_map(of).collect(),
        Predicate::Not(part) => &of(&Predicate::True) - &of(part),
        Predicate::OfModel(part) => {
            let found = expected(part, models, &[]);
            let found = models.iter().filter(|model| found.contains(&model.id));
            let held: Vec<&Value> = found.filter_map(|model| cell(model, "model_id")).collect();
            that(&|row| cell(row, "model_id").is_some_and(|model| held.contains(&model)))
        }
    }
}

/// The value of a column.
fn cell<'a>(row: &'a Row, name: &str) -> Option<&'a Value> {
    let columns = TABLES.iter().find(|table| table.name == row.table).unwrap().columns;
    row.columns[columns.iter().position(|column| column.name == name).unwrap()].as_ref()
}

const WORDS: [&str; 9] = ["a", "b", "c", "%", "", "a\nb", "b\n\nc", "c\n", "ab"];

/// Models of which two have ids that rows of other tables name.
fn some_models() -> impl Strategy<Value = Vec<Row>> {
    let cells = || vec(prop::option::weighted(0.8, select(WORDS.to_vec())), 3);
    vec(cells(), 4).prop_map(|models| {
        let each = models.into_iter().zip([Some("a"), Some("b"), Some("x"), None]).zip(1_u64..);
        each.map(|((cells, id), number)| row("models", number, 1, &[None, cells[0], cells[1], id, cells[2]]))
            .collect()
    })
}

fn some_rows() -> impl Strategy<Value = Vec<Row>> {
    let cell = || prop::option::weighted(0.7, select(WORDS.to_vec()));
    vec(vec(cell(), PROMOTIONS.len()), 1..60).prop_map(|cells| {
        let each = cells.into_iter().zip(1..);
        each.map(|(cells, number)| {
            let mut cells: Vec<Option<&str>> = cells;
            let open = format!("open/{number}");
            cells[3] = cells[3].map(|_| open.as_str());
            row("promotions", number, 1, &cells)
        })
        .collect()
    })
}

/// Conditions on these columns, nested.
fn filter_on(columns: &'static [&'static str]) -> impl Strategy<Value = Predicate> {
    let column = move || select(columns);
    let wanted = || select(vec!["a", "b", "c", "%", "", "x", "ab", "open/3", "open/5"]).prop_map(value);
    let exact = move || prop_oneof![4 => wanted(), 1 => select(WORDS.to_vec()).prop_map(value)];
    let leaf = prop_oneof![
        1 => Just(Predicate::True),
        1 => Just(Predicate::False),
        4 => (column(), exact()).prop_map(|(column, wanted)| Predicate::Eq(column, wanted)),
        3 => (column(), vec(exact(), 0..4)).prop_map(|(column, wanted)| Predicate::In(column, wanted)),
        3 => (column(), vec(wanted(), 0..4)).prop_map(|(column, wanted)| Predicate::Lines(column, wanted)),
        2 => (column(), exact()).prop_map(|(column, bound)| Predicate::AtMost(column, bound)),
        2 => column().prop_map(Predicate::IsNull),
    ];
    nested(leaf)
}

fn nested(leaf: impl Strategy<Value = Predicate> + 'static) -> impl Strategy<Value = Predicate> {
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Predicate::And),
            vec(inner.clone(), 0..4).prop_map(Predicate::Or),
            inner.prop_map(|it| Predicate::Not(Box::new(it))),
        ]
    })
}

/// The columns of promotions.
const PROMOTIONS: [&str; 10] = [
    "model_id",
    "version_id",
    "version_target",
    "open_target",
    "state",
    "requester_id",
    "open_model_id",
    "emergency",
    "next_notice",
    "assignees",
];

fn some_filter() -> impl Strategy<Value = Predicate> {
    const MODELS: [&str; 5] = ["name", "tier", "owner_id", "model_id", "tags"];
    let of_model = filter_on(&MODELS).prop_map(|it| Predicate::OfModel(Box::new(it)));
    prop_oneof![2 => filter_on(&PROMOTIONS), 1 => nested(prop_oneof![filter_on(&PROMOTIONS), of_model])]
}

/// All rows that match, page by page, and their number.
fn paged(read: &dyn Read, filter: &Predicate, order: Order, limit: u32) -> Vec<Uuid> {
    let mut select = Select { table: "promotions", filter: filter.clone(), order, after: None, limit };
    let mut ids = Vec::new();
    loop {
        let page = read.select(&select).unwrap();
        assert!(page.len() <= limit as usize);
        ids.extend(page.iter().map(|row| row.id));
        match page.last() {
            Some(last) => select.after = Some(last.id),
            None => return ids,
        }
    }
}

/// A runner that draws the same cases on every run.
pub(super) fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

pub fn filters_agree_with_the_reference(place: &dyn Fixture) {
    let store = place.open();
    let drawn = (some_rows(), some_models(), vec(some_filter(), 60));
    let agree = |(made, models, filters): (Vec<Row>, Vec<Row>, Vec<Predicate>)| {
        store.replace_rows(&mut made.iter().chain(&models).cloned()).unwrap();
        let read = store.read().unwrap();
        prop_assert_eq!(&read.select(&all("promotions")).unwrap(), &made);
        for filter in filters {
            let expected: Vec<_> = expected(&filter, &made, &models).into_iter().collect();
            let reversed: Vec<_> = expected.iter().rev().copied().collect();
            prop_assert_eq!(paged(&*read, &filter, Order::Ascending, 7), &expected[..], "{:?}", filter);
            prop_assert_eq!(paged(&*read, &filter, Order::Descending, 7), &reversed[..], "{:?}", filter);
            prop_assert_eq!(paged(&*read, &filter, Order::Ascending, 1_000), &expected[..]);
            prop_assert_eq!(read.count("promotions", &filter).unwrap(), expected.len() as u64);
        }
        Ok(())
    };
    runner(12).run(&drawn, agree).unwrap();
}

/// Columns of which each line finds its rows keep doing so when rows change, whatever stands in the lines.
pub fn lines_find_their_rows(place: &dyn Fixture) {
    const LINES: [&str; 9] = ["a", "", "\\n", "\"", "\\", "b\\", "n", "'", "\t{é}"];
    let store = place.open();
    let version = |number: u64, revision: u64, lines: &[&str]| {
        let text = (!lines.is_empty()).then(|| lines.join("\n"));
        let mut cells = [None; 7];
        (cells[0], cells[6]) = (Some("m"), text.as_deref());
        row("versions", number, revision, &cells)
    };
    let agree = |made: &[Row]| {
        let read = store.read().unwrap();
        assert_eq!(scanned(&*read), lines_of(made));
        let select = |filter: &Predicate| {
            let filter = filter.clone();
            Select { table: "versions", filter, order: Order::Ascending, after: None, limit: 100 }
        };
        for first in LINES {
            for second in LINES {
                let lines = Predicate::Lines("files", vec![value(first), value(second), value("no line")]);
                let of_model = Predicate::Eq("model_id", value("m"));
                let not = Predicate::Not(Box::new(lines.clone()));
                for filter in [
                    Predicate::And(vec![of_model.clone(), lines.clone()]),
                    Predicate::Or(vec![Predicate::Lines("datasets", vec![value(first)]), lines.clone()]),
                    Predicate::And(vec![of_model, not.clone()]),
                    lines,
                    not,
                ] {
                    let found: BTreeSet<_> =
                        read.select(&select(&filter)).unwrap().iter().map(|row| row.id).collect();
                    assert_eq!(found, expected(&filter, made, &[]), "{filter:?}");
                }
            }
        }
    };
    let mut made: Vec<Row> = (1..).zip(LINES).map(|(number, line)| version(number, 1, &[line])).collect();
    made.extend([version(20, 1, &LINES), version(21, 1, &[]), version(22, 1, &["a", "a", "n"])]);
    commit(&*store, rows(0, made.clone())).unwrap();
    agree(&made);
    // Other lines, none any more, and some where there were none.
    for (place, lines) in [(0, &["n", "'"][..]), (1, &[][..]), (10, &["a"][..])] {
        made[place] = Row { id: made[place].id, ..version(u64::try_from(place).unwrap(), 2, lines) };
    }
    commit(&*store, rows(0, vec![made[0].clone(), made[1].clone(), made[10].clone()])).unwrap();
    agree(&made);
    made.truncate(5);
    store.replace_rows(&mut made.iter().cloned()).unwrap();
    agree(&made);
}

type Line = (&'static str, String, Uuid);

/// The lines by which the store finds versions, each once.
fn scanned(read: &dyn Read) -> BTreeSet<Line> {
    let (mut lines, mut count) = (BTreeSet::new(), 0);
    let mut visit = |column, line: &str, id| {
        count += 1;
        lines.insert((column, line.to_owned(), id));
        Ok(())
    };
    read.scan_lines("versions", &mut visit).unwrap();
    assert_eq!(lines.len(), count, "none comes twice");
    lines
}

/// The lines of their columns `datasets` and `files`.
fn lines_of(made: &[Row]) -> BTreeSet<Line> {
    let mut lines = BTreeSet::new();
    for row in made {
        for (place, column) in [(5, "datasets"), (6, "files")] {
            if let Some(Value::Text(text)) = &row.columns[place] {
                lines.extend(text.split('\n').map(|line| (column, line.to_owned(), row.id)));
            }
        }
    }
    lines
}

/// Tables without columns of lines have none, an unknown table is an error, and an error of who looks at them ends the scan.
pub fn an_error_ends_a_scan_of_lines(place: &dyn Fixture) {
    let store = place.open();
    let mut cells = [None; 7];
    (cells[5], cells[6]) = (Some("a\nb"), Some("a\nb\nc"));
    commit(&*store, rows(0, vec![row("versions", 1, 1, &cells), model(1, 1, "fraud")])).unwrap();
    let read = store.read().unwrap();
    assert_eq!(scanned(&*read).len(), 5);
    read.scan_lines("models", &mut |_, line, _| Err(StoreError::Corrupt(line.to_owned()))).unwrap();
    assert!(is_conflict(&read.scan_lines("stars", &mut |_, _, _| Ok(()))));
    assert_eq!(read.keeps_lines_apart(), store.begin().unwrap().keeps_lines_apart());
    let mut seen = 0;
    let ended = read.scan_lines("versions", &mut |_, _, _| {
        seen += 1;
        if seen == 2 { Err(StoreError::Corrupt("enough".to_owned())) } else { Ok(()) }
    });
    assert_eq!((seen, ended), (2, Err(StoreError::Corrupt("enough".to_owned()))));
}

pub fn filters_are_bounded(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, rows(0, vec![model(1, 1, "fraud")])).unwrap();
    let read = store.read().unwrap();
    let mut deep = Predicate::True;
    for _ in 0..10_000 {
        deep = Predicate::Not(Box::new(deep));
    }
    assert!(is_conflict(&read.count("models", &deep)));
    let many = |count| Predicate::Or(vec![Predicate::Eq("name", value("fraud")); count]);
    assert!(is_conflict(&read.count("models", &many(100_000))));
    assert_eq!(read.count("models", &many(1_000)).unwrap(), 1);
    let none = Predicate::Not(Box::new(Predicate::And(vec![Predicate::Eq("name", value("x")); 1_000])));
    assert_eq!(read.count("models", &none).unwrap(), 1);
    let names = |count: usize| {
        let mut names: Vec<_> = (1..count).map(|number| value(&number.to_string())).collect();
        names.push(value("fraud"));
        names
    };
    let list = |count| Predicate::In("name", names(count));
    assert!(is_conflict(&read.count("models", &list(100_000))));
    assert_eq!(read.count("models", &list(16_000)).unwrap(), 1);
    let lines = |count| Predicate::Lines("name", names(count));
    assert!(is_conflict(&read.count("models", &lines(100_000))));
    assert_eq!(read.count("models", &lines(16_000)).unwrap(), 1);
    // As wide as the grants of one principal get: two hundred groups of three conditions on the model of a row.
    let group = |number: u64| {
        let words = |count: u64| (0..count).map(|word| value(&format!("{number}/{word}"))).collect();
        let model = Predicate::In("model_id", words(1));
        Predicate::And(vec![model, Predicate::In("tier", words(1)), Predicate::Lines("tags", words(18))])
    };
    let groups = Predicate::OfModel(Box::new(Predicate::Or((0..200).map(group).collect())));
    let belongs = row("versions", 1, 1, &[Some("7/0"), None, None, None, None, None, None]);
    let model = row("models", 2, 1, &[None, Some("7/0"), None, Some("7/0"), Some("x\n7/17")]);
    commit(&*store, rows(0, vec![belongs, model])).unwrap();
    assert_eq!(store.read().unwrap().count("versions", &groups).unwrap(), 1);
}

pub fn pages_are_stable_under_growth(place: &dyn Fixture) {
    let store = place.open();
    let mut cells = [None; PROMOTIONS.len()];
    (cells[0], cells[4]) = (Some("m"), Some("OPEN"));
    let open = |number: u64| row("promotions", number, 1, &cells);
    commit(&*store, rows(0, (100..120).map(open).collect())).unwrap();
    let filter = Predicate::Eq("state", value("OPEN"));
    for (order, expected) in [
        (Order::Ascending, (100..120).collect::<Vec<u64>>()),
        (Order::Descending, (100..120).rev().collect()),
    ] {
        let mut select = Select { table: "promotions", filter: filter.clone(), order, after: None, limit: 6 };
        let mut seen = Vec::new();
        for round in 0..4_u64 {
            let page = store.read().unwrap().select(&select).unwrap();
            seen.extend(page.iter().map(|row| row.id));
            select.after = page.last().map(|row| row.id);
            // Rows that come before the page in its order do not move it.
            let behind = if order == Order::Ascending { 50 + round } else { 500 + round };
            commit(&*store, rows(0, vec![open(behind)])).unwrap();
        }
        let expected: Vec<_> = expected.into_iter().map(id).collect();
        assert_eq!(seen[..20], expected[..]);
    }
}

pub fn rows_are_scanned_by_id(place: &dyn Fixture) {
    let store = place.open();
    let numbers = [5, 3, 900, 1, 77];
    commit(&*store, rows(0, numbers.map(|number| model(number, 1, &number.to_string())).to_vec())).unwrap();
    let mut seen = Vec::new();
    let read = store.read().unwrap();
    read.scan_rows("models", &mut |row| {
        seen.push(row);
        Ok(())
    })
    .unwrap();
    assert_eq!(seen, [1, 3, 5, 77, 900].map(|number| model(number, 1, &number.to_string())));
    read.scan_rows("versions", &mut |row| Err(StoreError::Corrupt(row.id.to_string()))).unwrap();
}

pub fn an_error_ends_a_scan_of_rows(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, rows(0, (1..5).map(|number| model(number, 1, &number.to_string())).collect())).unwrap();
    let mut seen = 0;
    let ended = store.read().unwrap().scan_rows("models", &mut |row| {
        seen += 1;
        if row.id == id(2) { Err(StoreError::Corrupt("enough".to_owned())) } else { Ok(()) }
    });
    assert_eq!((seen, ended), (2, Err(StoreError::Corrupt("enough".to_owned()))));
}

pub fn texts_are_compared_byte_by_byte(place: &dyn Fixture) {
    let store = place.open();
    let names = ["fraud", "Fraud", "fraud ", "", "Ünï", "U\u{308}nï", "\u{1f9ea}", "'; --", "%", "_", "a\nb"];
    let written: Vec<_> = names.into_iter().zip(1..).map(|(name, number)| model(number, 1, name)).collect();
    commit(&*store, rows(0, written)).unwrap();
    let read = store.read().unwrap();
    for (name, number) in names.into_iter().zip(1..) {
        assert_eq!(read.ids("models", "name", &value(name)).unwrap(), [id(number)], "{name:?}");
        assert_eq!(read.count("models", &Predicate::Eq("name", value(name))).unwrap(), 1);
        assert_eq!(read.row("models", id(number)).unwrap().unwrap().columns[0], text(name));
    }
    assert!(read.ids("models", "name", &value("FRAUD")).unwrap().is_empty());
}

pub fn replaced_rows_are_the_only_rows(place: &dyn Fixture) {
    let store = place.open();
    let mut batch = entries(0, 3);
    batch.rows = TABLES.iter().map(|table| full_row(table.name, 1, 3)).collect();
    commit(&*store, batch).unwrap();
    // Older revisions and values that other rows hold now: the tables are empty before the first of them.
    let rebuilt = vec![full_row("versions", 2, 3), full_row("models", 1, 1), full_row("versions", 1, 2)];
    store.replace_rows(&mut rebuilt.clone().into_iter()).unwrap();
    let read = store.read().unwrap();
    assert_eq!(read.select(&all("models")).unwrap(), rebuilt[1..2]);
    assert_eq!(read.select(&all("versions")).unwrap(), [rebuilt[2].clone(), rebuilt[0].clone()]);
    assert!(read.ids("models", "name", &value("models/0/1/3")).unwrap().is_empty());
    assert_eq!(read.count("packs", &Predicate::True).unwrap(), 0);
    assert_eq!(read.head().unwrap(), head(3));
    assert_eq!(read.entries(0, 10).unwrap().len(), 3);
    drop(read);
    store.replace_rows(&mut std::iter::empty()).unwrap();
    assert_eq!(store.read().unwrap().count("versions", &Predicate::True).unwrap(), 0);
}

/// Tries both ways of failing: an id twice, a unique value twice.
pub fn a_failed_replacement_leaves_the_rows(place: &dyn Fixture) {
    let store: Box<dyn Store> = place.open();
    commit(&*store, rows(0, vec![model(1, 1, "fraud")])).unwrap();
    let before = dump_store(&*store);
    for wrong in [[model(2, 1, "a"), model(2, 2, "b")], [model(2, 1, "a"), model(3, 1, "a")]] {
        assert!(is_conflict(&store.replace_rows(&mut wrong.into_iter())));
        assert_eq!(dump_store(&*store), before);
    }
    commit(&*store, rows(0, vec![model(1, 2, "fraud")])).unwrap();
}
