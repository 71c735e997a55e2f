//! Exact sums are exact: they equal whole-number arithmetic, whatever the order and the split.
#![expect(clippy::float_cmp, reason = "these sums are exact")]

use assent_eval::exact::ExactSum;
use proptest::collection::vec;
use proptest::prelude::*;

fn sum(values: &[f64]) -> ExactSum {
    let mut sum = ExactSum::default();
    for value in values {
        sum.add(*value);
    }
    sum
}

fn check(values: &[f64], expected: f64) {
    assert_eq!(sum(values).value().to_bits(), expected.to_bits(), "{values:?}");
}

#[test]
fn what_rounding_would_lose_is_kept() {
    check(&[], 0.0);
    check(&[1e300, 1.0, -1e300], 1.0);
    check(&[1e16, 1.0, 1.0, -1e16], 2.0);
    check(&[f64::MAX, f64::MAX, -f64::MAX], f64::MAX);
    check(&[f64::MAX, f64::MAX], f64::INFINITY);
    check(&[-f64::MAX, -f64::MAX], f64::NEG_INFINITY);
    check(&[f64::from_bits(1), f64::from_bits(1)], f64::from_bits(2));
    check(&[f64::MIN_POSITIVE, -f64::from_bits(1)], f64::from_bits((1 << 52) - 1));
    check(&[-1.5, 0.25], -1.25);
    check(&[0.1; 10], 1.0);
}

#[test]
fn the_nearest_number_is_given_and_of_two_the_even_one() {
    let step = f64::EPSILON;
    check(&[1.0, step / 2.0], 1.0);
    check(&[1.0 + step, step / 2.0], 1.0 + 2.0 * step);
    check(&[1.0, step / 2.0, 1e-300], 1.0 + step);
    check(&[1.0 + step, step / 2.0, -1e-300], 1.0 + step);
    check(&[2.0 - step, step / 2.0], 2.0);
}

#[test]
fn products_keep_what_is_rounded_off() {
    let (left, right) = (1.0 + f64::EPSILON, 1.0 - f64::EPSILON);
    let mut exact = ExactSum::default();
    exact.add_product(left, right);
    exact.add(-1.0);
    assert_eq!(exact.value(), -f64::EPSILON * f64::EPSILON);
}

#[test]
fn only_the_one_form_of_a_sum_is_read_back() {
    let stored = serde_json::to_string(&sum(&[-3.0])).expect("it serialises");
    assert_eq!(stored, r#"{"negative":true,"lowest":33,"digits":[786432]}"#);
    for wrong in [
        r#"{"negative":true,"lowest":33,"digits":[786432,0]}"#,
        r#"{"negative":true,"lowest":32,"digits":[0,786432]}"#,
        r#"{"negative":true,"lowest":0,"digits":[]}"#,
        r#"{"negative":false,"lowest":99,"digits":[1]}"#,
        r#"{"negative":false,"lowest":18446744073709551615,"digits":[1]}"#,
        r#"{"negative":false,"lowest":33,"digits":[1],"more":1}"#,
    ] {
        assert!(serde_json::from_str::<ExactSum>(wrong).is_err(), "{wrong}");
    }
}

/// Numbers of the form n / 2^60, which a sum of 128 bits holds exactly.
fn fractions() -> impl Strategy<Value = Vec<i64>> {
    vec(prop_oneof![any::<i64>().prop_map(|n| n >> 12), -1000_i64..1000], 0..60)
}

#[expect(clippy::cast_precision_loss, reason = "at most 52 bits are left")]
fn number(fraction: i64) -> f64 {
    fraction as f64 / 2_f64.powi(60)
}

proptest! {
    #[test]
    fn sums_equal_those_of_whole_numbers(fractions in fractions()) {
        let whole: i128 = fractions.iter().copied().map(i128::from).sum();
        let exact = sum(&fractions.iter().copied().map(number).collect::<Vec<_>>());
        #[expect(clippy::cast_precision_loss, reason = "the conversion rounds to the nearest, as the sum has to")]
        let expected = whole as f64 / 2_f64.powi(60);
        prop_assert_eq!(exact.value(), expected);
        let mut back = ExactSum::default();
        exact.parts().into_iter().for_each(|part| back.add(part));
        prop_assert_eq!(&back, &exact);
        let stored = serde_json::to_string(&exact).expect("it serialises");
        prop_assert_eq!(serde_json::from_str::<ExactSum>(&stored).expect("it reads back"), exact);
    }

    #[test]
    fn neither_order_nor_split_shows(
        (values, shuffled) in vec(any::<f64>().prop_filter("finite", |value| value.is_finite()), 0..40)
            .prop_flat_map(|values| (Just(values.clone()), Just(values).prop_shuffle())),
        at in 0_usize..40,
    ) {
        let (left, right) = shuffled.split_at(at.min(shuffled.len()));
        let mut merged = sum(right);
        merged.merge(&sum(left));
        prop_assert_eq!(&merged, &sum(&values));
        prop_assert_eq!(merged.value().to_bits(), sum(&values).value().to_bits());
    }
}
