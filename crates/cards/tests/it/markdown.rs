//! Markdown out and in.

use assent_cards::markdown::{carried, read, read_leniently, write};
use assent_cards::{CardError, Datasheet, ModelCard, Record, html, shown};
use proptest::prelude::*;
use serde_json::Value;

use super::{records, whole};

fn round_trip<R: Record + std::fmt::Debug>(value: Value) {
    let Ok(record) = R::from_value(value) else { return };
    let carried = carried(&record).expect("carried");
    let text = write(&record).expect("Markdown");
    let back: R = read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(back, carried, "{text}");
    assert!(text.chars().all(|c| shown(c) == Some(c)), "{text:?}");
    assert_eq!(write(&back).expect("Markdown"), text);
    let page = html::write(&record).expect("a page");
    assert!(page.chars().all(|c| shown(c) == Some(c)), "{page:?}");
    // JSON carries everything.
    let json = record.to_json().expect("JSON");
    assert_eq!(R::from_json(json.as_bytes()).expect("JSON"), record);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_card_reads_as_it_was_written(value in records(ModelCard::form())) {
        round_trip::<ModelCard>(value);
    }

    #[test]
    fn any_datasheet_reads_as_it_was_written(value in records(Datasheet::form())) {
        round_trip::<Datasheet>(value);
    }
}

#[test]
fn a_whole_card_goes_out_and_in() {
    let card = whole();
    let text = write(&card).expect("Markdown");
    assert!(text.contains("\\# not a heading") && text.contains("under \\| over 25"), "{text}");
    assert_eq!(read::<ModelCard>(&text), Ok(card));
}

#[test]
fn an_empty_card_asks_for_everything() {
    let text = write(&ModelCard::default()).expect("Markdown");
    for (_, field) in ModelCard::form().fields() {
        assert!(text.contains(field.title) && text.contains(field.asks), "{}", field.key);
    }
    assert_eq!(read::<ModelCard>(&text), Ok(ModelCard::default()));
}

#[test]
fn people_may_write_as_they_are_used_to() {
    let text = "# My model\r\n\r\n## DETAILS\n* Name: loans\n- **License**: MIT,\n  or Apache-2.0\n\n### Developed by\n1. Amira\n2. Lena,\n   who left\n\n\
                ## Uses\n### direct use\nFirst paragraph\nof one item.\n\nAnother item.\n## Limitations\n* weak\n* slow\n\n## Metrics\n### Figures\n\
                | VALUE | metric |\n|--:|:--|\n| 0.5 | f1 |\n";
    let card: ModelCard = read(text).expect("a card");
    assert_eq!((card.details.name.as_str(), card.details.licence.as_str()), ("loans", "MIT, or Apache-2.0"));
    assert_eq!(card.details.developers, ["Amira", "Lena, who left"]);
    assert_eq!(card.intended_use.uses, ["First paragraph of one item.", "Another item."]);
    assert_eq!(card.limitations.known, ["weak", "slow"]);
    assert_eq!((card.metrics.figures[0].metric.as_str(), card.metrics.figures[0].value), ("f1", 0.5));
}

fn refused(text: &str) -> CardError {
    read::<ModelCard>(text).expect_err(text)
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (text, line, part) in [
        ("# a\n\nwords\n", 3, "before the first section"),
        ("## Model details\n\n## Cost\n", 3, "no heading `Cost`"),
        ("## Metrics\n### Speed\n", 2, "headings of level 3 are Measures, Decision thresholds"),
        ("## Metrics\nwords\n", 2, "under no heading of a field"),
        ("## Metrics\n### Figures\n\n- f1: 0.5\n", 4, "is no row of it"),
        ("## Metrics\n### Figures\n| Metric | Colour |\n", 3, "no column `Colour`"),
        (
            "## Metrics\n### Figures\n| Metric | Value |\n| --- | --- |\n| f1 | high |\n",
            5,
            "`high` under `Value` is no number",
        ),
        ("## Metrics\n### Figures\n| Metric | Value |\n| --- | --- |\n| f1 | 1 | 2 |\n", 5, "3 cells"),
        (
            "## Metrics\n### Figures\n| Metric | Value |\n| --- | --- |\n| f1 | 1 |\n| f2 | |\n",
            6,
            "missing field `value`",
        ),
        (
            "## Metrics\n### Figures\n| Metric | Value | Source |\n| --- | --- | --- |\n| f1 | 1 | me |\n",
            5,
            "none of `reported`",
        ),
        ("## Model details\n- **Name:** a\n- **Name:** b\n", 3, "stands there twice"),
        ("## Risks\n| Risk | Impact |\n| --- | --- |\n| | 4 |\n", 4, "missing field `risk`"),
    ] {
        let error = refused(text);
        assert_eq!(error.line, Some(line), "{text}{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn a_lenient_reading_tells_what_it_left_out() {
    let text = "intro\n## Uses\n### Direct Use\nfirst\n### Downstream Use\nmore\n### Users\nclerks\n## Cost\nmuch\n### deep\n";
    let (card, left_out): (ModelCard, _) = read_leniently(text).expect("a card");
    assert_eq!(
        (card.intended_use.uses, card.intended_use.users),
        (vec!["first".to_owned()], vec!["clerks".to_owned()])
    );
    let lines: Vec<&str> = left_out.iter().map(|line| line.split(':').next().unwrap_or_default()).collect();
    assert_eq!(lines, ["line 1", "line 5", "line 9", "line 11"]);
}
