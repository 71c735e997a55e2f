//! What somebody careless or hostile sends.

use assent_cards::limits::{MAX_BYTES, MAX_ITEMS, MAX_LINE};
use assent_cards::{AnyRecord, CardError, ModelCard, Record};
use serde_json::{Value, json};

fn refused(value: &Value) -> CardError {
    ModelCard::from_json(value.to_string().as_bytes()).expect_err("refused")
}

#[test]
fn what_is_wrong_is_told_with_its_pointer() {
    let card = |rest: Value| {
        let mut card = json!({"schema": "assent.model-card/1"});
        card.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        card
    };
    for (value, pointer, part) in [
        (json!({}), None, "missing field `schema`"),
        (json!({"schema": "assent.model-card/9"}), Some("/schema"), "unknown variant"),
        (card(json!({"detail": {}})), Some("/detail"), "unknown field `detail`"),
        (card(json!({"details": {"license": "MIT"}})), Some("/details/license"), "expected one of `name`"),
        (card(json!({"details": {"name": null}})), Some("/details/name"), "invalid type: null"),
        (card(json!({"details": {"developers": ["a", 5]}})), Some("/details/developers/1"), "invalid type"),
        (
            card(json!({"metrics": {"figures": [{"metric": "f1"}]}})),
            Some("/metrics/figures/0"),
            "missing field `value`",
        ),
        (
            card(json!({"metrics": {"figures": [{"metric": "f1", "value": "1"}]}})),
            Some("/metrics/figures/0/value"),
            "expected f64",
        ),
        (
            card(json!({"metrics": {"figures": [{"metric": " ", "value": 1}]}})),
            Some("/metrics/figures/0/metric"),
            "is empty",
        ),
        (
            card(json!({"metrics": {"figures": [{"metric": "a", "value": 1, "source": "evaluation:1"}]}})),
            Some("/metrics/figures/0/source"),
            "`1` in the source",
        ),
        (
            card(json!({"details": {"name": "x".repeat(MAX_LINE + 1)}})),
            Some("/details/name"),
            "more than 2000",
        ),
        (card(json!({"details": {"name": "a\u{0}b"}})), Some("/details/name"), "control characters"),
        (
            card(json!({"limitations": {"known": vec!["x"; MAX_ITEMS + 1]}})),
            Some("/limitations/known"),
            "201 items",
        ),
    ] {
        let error = refused(&value);
        assert_eq!(error.pointer.as_deref(), pointer, "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn members_that_stand_twice_and_what_follows_are_refused() {
    let twice = br#"{"schema": "assent.model-card/1", "details": {"name": "a", "name": "b"}}"#;
    assert!(ModelCard::from_json(twice).expect_err("twice").to_string().contains("duplicate field `name`"));
    assert!(ModelCard::from_json(br#"{"schema": "assent.model-card/1"} {}"#).is_err());
    let large =
        format!(r#"{{"schema": "assent.model-card/1", "details": {{"name": "{}"}}}}"#, "x".repeat(MAX_BYTES));
    assert!(
        ModelCard::from_json(large.as_bytes()).expect_err("large").to_string().contains("bytes are more")
    );
    assert!(ModelCard::from_json(&b"[".repeat(100_000)).is_err());
}

#[test]
fn only_what_names_a_form_has_to_be_a_record() {
    for other in [
        &b"# Model card"[..],
        b"",
        b"{",
        b"{}",
        b"[1]",
        br#"{"schema": 5}"#,
        br#"{"schema": "other/1"}"#,
        b"\xff\xfe",
    ] {
        assert_eq!(AnyRecord::from_json(other), Ok(None));
    }
    assert!(AnyRecord::from_json(br#"{"schema": "assent.model-card/2"}"#).is_err());
    assert!(AnyRecord::from_json(br#"{"schema": "assent.model-card/1", "a": 1}"#).is_err());
    assert!(matches!(
        AnyRecord::from_json(br#"{"schema": "assent.datasheet/1"}"#),
        Ok(Some(AnyRecord::Datasheet(_)))
    ));
}
