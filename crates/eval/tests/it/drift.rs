//! Drift: figures that others have printed, what is undefined, what the report says, and what must hold of any data.

use std::collections::BTreeMap;

use assent_eval::drift::{
    Categories, Column, ColumnPair, DriftError, DriftOptions, DriftReport, Figure, Figures, Method, Numbers,
    Reason, chi_squared, jensen_shannon_distance, kolmogorov_smirnov, population_stability_index, report,
    wasserstein_distance,
};
use assent_eval::numeric::smirnov_exact;
use proptest::collection::vec;
use proptest::prelude::*;

fn numbers(values: &[f64]) -> Column {
    Column::Numeric(Numbers::new(values.to_vec(), 0))
}

fn categories(counts: &[(&str, u64)]) -> Column {
    let counts = counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
    Column::Categorical(Categories { counts, missing: 0 })
}

fn pair(name: &str, reference: Column, current: Column) -> ColumnPair {
    ColumnPair { name: name.to_owned(), reference, current }
}

fn value(figure: Figure) -> f64 {
    figure.value.expect("defined")
}

fn close(ours: f64, published: f64) -> bool {
    (ours - published).abs() <= 1e-12 * published.abs()
}

fn repeated(values: &[(f64, usize)]) -> Numbers {
    Numbers::new(values.iter().flat_map(|(value, count)| vec![*value; *count]).collect(), 0)
}

#[test]
fn distances_are_those_that_scipy_documents() {
    let apart = wasserstein_distance(&[0.0, 1.0, 3.0], &[5.0, 6.0, 8.0]);
    assert!(close(value(apart), 5.0));
    let near = [repeated(&[(0.0, 3), (1.0, 1)]), repeated(&[(0.0, 2), (1.0, 2)])];
    assert!(close(value(wasserstein_distance(near[0].sorted(), near[1].sorted())), 0.25));
    let weighted =
        [repeated(&[(3.4, 14), (3.9, 9), (7.5, 31), (7.8, 72)]), repeated(&[(4.5, 32), (1.4, 35)])];
    let found = value(wasserstein_distance(weighted[0].sorted(), weighted[1].sorted()));
    assert!(close(found, 4.078_133_143_804_786), "{found}");
    assert!(close(value(jensen_shannon_distance(&[1, 0, 0], &[0, 1, 0])), 1.0));
    let to_base_e = value(jensen_shannon_distance(&[2, 0], &[1, 1])) * std::f64::consts::LN_2.sqrt();
    assert!(close(to_base_e, 0.464_501_404_022_458_93), "{to_base_e}");
    let chance = smirnov_exact(100, 110, 600);
    assert!(close(chance, 7.374_178_395_551_91e-15), "{chance}");
}

#[test]
fn information_values_of_german_credit_are_those_of_aif360() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/german_credit.csv"))
        .expect("the test data is there");
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let rows: Vec<Vec<&str>> = lines.collect();
    let place = |name: &str| header.iter().position(|column| *column == name).expect("the column is there");
    for (column, published) in
        [("status", 0.666_011_503_4), ("credit_history", 0.293_233_547), ("savings", 0.196_009_557)]
    {
        let mut counts: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
        for row in &rows {
            let side = usize::from(row[place("credit")] == "2");
            counts.entry(row[place(column)]).or_default()[side] += 1;
        }
        let side = |side: usize| counts.values().map(|both| both[side]).collect::<Vec<_>>();
        let found = value(population_stability_index(&side(0), &side(1)));
        assert!((found - published).abs() < 5e-10, "{column}: {found}");
    }
}

#[test]
fn what_is_undefined_says_why() {
    let reason = |figure: Figure| (figure.value, figure.reason.expect("undefined"));
    let some = [1.0, 2.0];
    for (reference, current, why) in [
        (&[][..], &some[..], Reason::NoReferenceValues),
        (&some[..], &[][..], Reason::NoCurrentValues),
        (&[][..], &[][..], Reason::NoReferenceValues),
    ] {
        let test = kolmogorov_smirnov(reference, current);
        let distance = wasserstein_distance(reference, current);
        for figure in [test.statistic, test.p_value, distance] {
            assert_eq!(reason(figure), (None, why));
        }
    }
    for (reference, current, why) in [
        (&[0, 0][..], &[1, 2][..], Reason::NoReferenceValues),
        (&[1, 2][..], &[0, 0][..], Reason::NoCurrentValues),
    ] {
        let test = chi_squared(reference, current);
        let index = population_stability_index(reference, current);
        for figure in [test.statistic, test.p_value, index, jensen_shannon_distance(reference, current)] {
            assert_eq!(reason(figure), (None, why));
        }
        assert_eq!(test.smallest_expected, None);
    }
    let infinite = wasserstein_distance(&[0.0], &[0.0, f64::INFINITY]);
    assert_eq!(reason(infinite), (None, Reason::InfiniteValues));
    let far = wasserstein_distance(&[f64::MIN], &[f64::MAX]);
    assert_eq!(reason(far), (None, Reason::OutOfRange));
    assert!(close(value(wasserstein_distance(&[f64::MIN, f64::MIN], &[f64::MIN, f64::MAX])), f64::MAX));
}

#[test]
fn a_report_tells_drifted_columns_from_others() {
    let rising: Vec<f64> = (0..200).map(f64::from).collect();
    let moved: Vec<f64> = rising.iter().map(|value| value + 60.0).collect();
    let columns = [
        pair("same", numbers(&rising), numbers(&rising)),
        pair("moved", numbers(&rising), numbers(&moved)),
        pair("kinds", categories(&[("a", 90), ("b", 10)]), categories(&[("a", 40), ("c", 60)])),
        pair("few", categories(&[("a", 3), ("b", 2)]), categories(&[("a", 2), ("b", 3)])),
    ];
    let found = report(&columns, &DriftOptions::default()).expect("well formed");
    let drifted: Vec<Option<bool>> = found.columns.iter().map(|column| column.drifted).collect();
    assert_eq!(drifted, [Some(false), Some(true), Some(true), Some(false)]);
    assert_eq!((found.drifted_columns, found.untested_columns), (2, 0));
    assert_eq!(found.drifted_share, Figure::defined(0.5, 4));
    let small: Vec<bool> = found.columns.iter().map(|column| column.small).collect();
    assert_eq!(small, [false, false, false, true]);
    let Figures::Categorical { new, vanished, small_expected, .. } = &found.columns[2].figures else {
        panic!("a column of categories")
    };
    assert_eq!((new.count, new.rows, &new.names[..]), (1, 60, &["c".to_owned()][..]));
    assert_eq!((vanished.count, vanished.rows, &vanished.names[..]), (1, 10, &["b".to_owned()][..]));
    assert!(!small_expected);
    assert!(matches!(found.columns[3].figures, Figures::Categorical { small_expected: true, .. }));
    let Figures::Numeric { method, wasserstein_distance, .. } = &found.columns[1].figures else {
        panic!("a column of numbers")
    };
    assert!(*method == Method::Exact && close(value(*wasserstein_distance), 60.0));
    let text = serde_json::to_string(&found).expect("it serialises");
    assert_eq!(serde_json::from_str::<DriftReport>(&text).expect("it reads back"), found);
}

#[test]
fn p_values_are_adjusted_for_the_number_of_columns() {
    let near: Vec<f64> = (0..50).map(f64::from).collect();
    let far: Vec<f64> = near.iter().map(|value| value + 14.0).collect();
    let drifted = |others: usize| {
        let mut columns = vec![pair("moved", numbers(&near), numbers(&far))];
        columns.extend((0..others).map(|k| pair(&format!("same {k}"), numbers(&near), numbers(&near))));
        let found = report(&columns, &DriftOptions::default()).expect("well formed");
        (found.columns[0].p_value, found.columns[0].drifted, found.drifted_columns)
    };
    let (alone, among) = (drifted(0), drifted(20));
    assert_eq!(alone.0, among.0);
    assert_eq!((alone.1, among.1), (Some(true), Some(false)));
    assert_eq!((alone.2, among.2), (1, 0));
}

#[test]
fn a_column_without_a_test_leaves_the_share_undefined() {
    let columns = [
        pair("gone", numbers(&[1.0, 2.0]), Column::Numeric(Numbers::new(vec![f64::NAN], 3))),
        pair("there", numbers(&[1.0, f64::NEG_INFINITY]), numbers(&[1.0, f64::INFINITY])),
    ];
    let found = report(&columns, &DriftOptions::default()).expect("well formed");
    assert_eq!(found.drifted_share, Figure::undefined(Reason::ColumnWithoutTest, 2));
    assert_eq!((found.drifted_columns, found.untested_columns), (0, 1));
    let gone = &found.columns[0];
    assert_eq!((gone.current.n, gone.current.missing, gone.current.not_a_number), (0, 3, 1));
    assert_eq!(gone.drifted, None);
    assert_eq!(gone.adjusted_p_value, Figure::undefined(Reason::NoCurrentValues, 2));
    let there = &found.columns[1];
    assert_eq!((there.reference.n, there.reference.infinite, there.current.infinite), (2, 1, 1));
    assert!(there.p_value.value.is_some() && there.population_stability_index.value.is_some());
    let nothing = report(&[], &DriftOptions::default()).expect("well formed");
    assert_eq!(nothing.drifted_share, Figure::undefined(Reason::NoColumns, 0));
}

#[test]
fn what_is_wrong_is_named_with_a_remedy() {
    let good = || pair("a", numbers(&[1.0]), numbers(&[2.0]));
    let with =
        |p_value_bound: f64, bins: usize| DriftOptions { p_value_bound, bins, ..DriftOptions::default() };
    let cases = [
        (vec![good()], with(f64::NAN, 10), "`NaN` is no bound for a p-value"),
        (vec![good()], with(1.0, 10), "`1` is no bound for a p-value"),
        (vec![good()], with(0.05, 2), "`2` is no number of bins"),
        (vec![good()], with(0.05, 1_001), "`1001` is no number of bins"),
        (vec![good(), good()], with(0.05, 10), "two columns have the name `a`"),
        (vec![good(); 2_001], with(0.05, 10), "more than 2000 columns"),
        (
            vec![pair("a", numbers(&[1.0]), categories(&[("x", 1)]))],
            with(0.05, 10),
            "column `a`: numbers in one table, categories in the other",
        ),
    ];
    for (columns, options, message) in cases {
        let error: DriftError = report(&columns, &options).expect_err(message);
        assert_eq!(error.to_string(), message);
        assert!(!error.remedy().is_empty() && !error.code().is_empty());
    }
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (-3_i8..4).prop_map(f64::from),
        3 => -1e3..1e3_f64,
        2 => any::<f64>(),
        1 => Just(f64::INFINITY),
        1 => Just(f64::NAN),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_two_columns_are_answered(reference in vec(any_value(), 0..60), current in vec(any_value(), 0..60)) {
        let columns = [pair("a", numbers(&reference), numbers(&current))];
        let found = report(&columns, &DriftOptions::default()).expect("well formed");
        let column = &found.columns[0];
        let Figures::Numeric { kolmogorov_smirnov, wasserstein_distance, .. } = &column.figures else {
            panic!("a column of numbers")
        };
        let index = column.population_stability_index;
        for figure in [column.p_value, *kolmogorov_smirnov, *wasserstein_distance, index, column.jensen_shannon_distance] {
            prop_assert_eq!(figure.value.is_none(), figure.reason.is_some());
            prop_assert!(figure.value.is_none_or(|value| value.is_finite() && value >= 0.0), "{:?}", figure);
        }
        for figure in [column.p_value, *kolmogorov_smirnov, column.jensen_shannon_distance] {
            prop_assert!(figure.value.is_none_or(|value| value <= 1.0 + 1e-12), "{:?}", figure);
        }
        let rows = |side: assent_eval::drift::Side| side.n + side.not_a_number;
        prop_assert_eq!(rows(column.reference), reference.len() as u64);
        prop_assert_eq!(rows(column.current), current.len() as u64);
        let text = serde_json::to_string(&found).expect("it serialises");
        prop_assert_eq!(serde_json::from_str::<DriftReport>(&text).expect("it reads back"), found);
    }

    #[test]
    fn order_changes_nothing_and_a_column_has_not_drifted_from_itself(
        (values, shuffled) in vec(any_value(), 1..60).prop_flat_map(|values| (Just(values.clone()), Just(values).prop_shuffle()))
    ) {
        let other: Vec<f64> = values.iter().map(|value| value + 1.0).collect();
        let of = |values: &[f64]| {
            let columns = [pair("a", numbers(values), numbers(&other)), pair("b", numbers(values), numbers(values))];
            report(&columns, &DriftOptions::default()).expect("well formed")
        };
        let found = of(&values);
        prop_assert_eq!(serde_json::to_string(&found).ok(), serde_json::to_string(&of(&shuffled)).ok());
        let itself = &found.columns[1];
        if itself.reference.n > 0 {
            prop_assert_eq!(value(itself.p_value).to_bits(), 1.0_f64.to_bits());
            prop_assert_eq!(value(itself.population_stability_index).to_bits(), 0.0_f64.to_bits());
            prop_assert_eq!(itself.drifted, Some(false));
        }
    }
}
