use assent_log::canonical::{CanonicalError, MAX_DEPTH, MAX_INTEGER, parse_strict, serialize, to_vec};
use proptest::prelude::*;
use serde_json::{Value, json};

#[track_caller]
fn check(value: &Value, expect: &str) {
    assert_eq!(String::from_utf8(to_vec(value).unwrap()).unwrap(), expect);
    assert_eq!(parse_strict(expect.as_bytes()).as_ref(), Ok(value));
}

#[test]
fn values_have_one_spelling() {
    check(&json!(null), "null");
    check(&json!([true, false]), "[true,false]");
    check(&json!({}), "{}");
    check(&json!({"b": 1, "a": [], "B": {"z": -7}}), r#"{"B":{"z":-7},"a":[],"b":1}"#);
    check(&json!(MAX_INTEGER), "9007199254740991");
    check(&json!(-9_007_199_254_740_991_i64), "-9007199254740991");
    check(&json!(0), "0");
}

#[test]
fn strings_are_escaped_as_ecmascript_does() {
    check(&json!("\u{8}\t\n\u{c}\r\"\\"), r#""\b\t\n\f\r\"\\""#);
    check(&json!("\u{0}\u{1f}\u{b}"), r#""\u0000\u001f\u000b""#);
    check(&json!("/\u{7f}\u{80}€\u{2028}😀"), "\"/\u{7f}\u{80}€\u{2028}😀\"");
}

#[test]
fn values_outside_the_set_are_refused() {
    for value in
        [json!(1.5), json!(1.0), json!(-0.0), json!(1e300), json!(1_u64 << 53), json!(-(1_i64 << 53))]
    {
        assert!(matches!(to_vec(&value), Err(CanonicalError::Number(_))), "{value}");
    }
    assert_eq!(to_vec(&json!({"é": 1})), Err(CanonicalError::Key("é".to_owned())));
    assert_eq!(serialize(&(1, "a", Some(2.5))), Err(CanonicalError::Number("2.5".to_owned())));
    assert_eq!(serialize(&(1, "a", Some(2))).unwrap(), br#"[1,"a",2]"#);
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse_strict(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(parse_strict(nested(MAX_DEPTH + 1).as_bytes()), Err(CanonicalError::Depth));
    assert!(matches!(parse_strict(nested(100_000).as_bytes()), Err(CanonicalError::Json(_))));
}

#[test]
fn other_spellings_are_refused() {
    let offset = |text: &str| match parse_strict(text.as_bytes()) {
        Err(CanonicalError::NotCanonical { offset }) => offset,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(offset(r#"{"a": 1}"#), 5);
    assert_eq!(offset(r#"{"b":1,"a":2}"#), 2);
    assert_eq!(offset(r#"{"a":1,"a":1}"#), 6);
    assert_eq!(offset(r#""\u0041""#), 1);
    assert_eq!(offset(r#""\/""#), 1);
    assert_eq!(offset(r#""\u001F""#), 6);
    assert_eq!(offset("[1]\n"), 3);
    for text in ["", "{", "[1,]", "01", "+1", "\"\\ud800\"", "\"\u{1}\"", "nul", "[1] []"] {
        assert!(matches!(parse_strict(text.as_bytes()), Err(CanonicalError::Json(_))), "{text}");
    }
    for text in ["1.0", "-0", "1e2", "9007199254740992"] {
        assert!(matches!(parse_strict(text.as_bytes()), Err(CanonicalError::Number(_))), "{text}");
    }
    assert!(matches!(parse_strict(b"\"\xff\""), Err(CanonicalError::Json(_))));
}

fn any_value() -> impl Strategy<Value = Value> {
    let limit = i64::try_from(MAX_INTEGER).unwrap();
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-limit..=limit).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map("[ -~\t\n]{0,8}", inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn bytes_round_trip(value in any_value()) {
        let bytes = to_vec(&value).unwrap();
        prop_assert_eq!(parse_strict(&bytes).unwrap(), value);
    }

    #[test]
    fn what_parses_is_what_is_written(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(value) = parse_strict(&bytes) {
            prop_assert_eq!(to_vec(&value).unwrap(), bytes);
        }
    }
}
