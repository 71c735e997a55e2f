//! The border between Rust and Python: what crosses it arrives bit for bit.

use serde_json::{Value, json};

use crate::generate::Rng;
use crate::harness::{Case, Differences, Tolerance, ask, number_of, numbers};

#[test]
fn numbers_cross_unchanged() {
    let mut values = vec![
        0.0,
        -0.0,
        0.1 + 0.2,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN_POSITIVE,
        f64::from_bits(1),
        1e22,
    ];
    values.extend(Rng::new(1).many(200, |rng| f64::from_bits(rng.bits())));
    let answers = ask("border", &[Case::new("numbers", "echo", json!({ "values": numbers(&values) }))]);
    let answer = answers[0].as_ref().expect("it is answered");
    let back: Vec<f64> = answer[0].as_array().expect("a list").iter().map(number_of).collect();
    let bits = |values: &[f64]| -> Vec<u64> {
        values.iter().map(|value| if value.is_nan() { 0 } else { value.to_bits() }).collect()
    };
    assert_eq!(bits(&back), bits(&values));
    let seen: Vec<&str> = answer[1].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    let first =
        ["0x0.0p+0", "-0x0.0p+0", "0x1.3333333333334p-2", "nan", "inf", "-inf", "0x1.fffffffffffffp+1023"];
    assert_eq!(seen[..first.len()], first);
}

#[test]
fn what_a_reference_raises_is_its_answer() {
    let cases = ["fail", "missing"]
        .map(|function| Case::new(function, function, json!({})))
        .into_iter()
        .collect::<Vec<_>>();
    let answers = ask("border", &cases);
    assert_eq!(answers[0], Err("ValueError: on purpose".to_owned()));
    assert_eq!(answers[1], Err("KeyError: 'missing'".to_owned()));
}

#[test]
fn tolerances_allow_what_they_say() {
    let case = Case::new("case", "echo", json!({}));
    let differs = |ours: f64, theirs: f64, within: Tolerance| {
        let mut differences = Differences::default();
        differences.number(&case, "figure", ours, theirs, within);
        std::panic::catch_unwind(|| differences.assert_none(1)).is_err()
    };
    let (absolute, relative) = (Tolerance::Absolute(1e-9), Tolerance::Relative(1e-9));
    let mut names = Differences::default();
    names.same(&case, "name", &"a", &"b");
    assert!(std::panic::catch_unwind(|| names.assert_none(1)).is_err());
    assert!(!differs(1.0, 1.0 + 5e-10, absolute) && differs(1.0, 1.0 + 2e-9, absolute));
    assert!(!differs(1e-300, 1e-300 * (1.0 + 5e-10), relative) && differs(1e-300, 2e-300, relative));
    assert!(!differs(1e300, 1e300 * (1.0 + 5e-10), relative) && differs(0.0, 1e-300, relative));
    for within in [absolute, relative] {
        assert!(!differs(f64::NAN, f64::NAN, within) && !differs(f64::INFINITY, f64::INFINITY, within));
        assert!(differs(f64::NAN, 1.0, within) && differs(1.0, f64::NAN, within));
        assert!(differs(f64::INFINITY, 1.0, within) && differs(1.0, f64::INFINITY, within));
    }
    let nothing = std::panic::catch_unwind(|| Differences::default().assert_none(1));
    assert!(nothing.is_err());
}
