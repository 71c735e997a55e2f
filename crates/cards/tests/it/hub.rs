//! READMEs of model hubs.

use assent_cards::markdown::carried;
use assent_cards::{ModelCard, Record, Source, hub};
use proptest::prelude::*;

use super::{records, whole};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_card_reads_as_it_was_written(value in records(ModelCard::form())) {
        if let Ok(card) = ModelCard::from_value(value) {
            let text = hub::write(&card).expect("a README");
            let back = hub::read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            // What the body leaves blank, the metadata may know: the name of the index, where the card has none.
            let mut expected = carried(&card).expect("carried");
            if expected.details.name.is_empty() && !expected.metrics.figures.is_empty() {
                "model".clone_into(&mut expected.details.name);
            }
            prop_assert_eq!(back.card, expected);
            prop_assert!(back.left_out.is_empty(), "{:?}", back.left_out);
        }
    }
}

#[test]
fn a_foreign_readme_gives_what_is_known_of_it() {
    let text = "---\nlicense: mit\nlanguage: en\nlibrary_name: transformers\npipeline_tag: text-classification\ndatasets: [imdb]\n\
        model-index:\n- name: sentiment\n  results:\n  - task: {type: text-classification}\n    dataset: {type: imdb, name: IMDb, revision: abc}\n\
        \x20   metrics:\n    - {type: accuracy, value: 0.93, verified: true}\n    - {type: f1, value: '0.5'}\n    - {type: rouge, value: {a: 1}}\n---\n\n\
        # Sentiment\n\nA model.\n\n## Uses\n\n### Direct Use\n\nReviews of films.\n";
    let readme = hub::read(text).expect("a README");
    let card = &readme.card;
    assert_eq!((card.details.licence.as_str(), card.details.framework.as_str()), ("mit", "transformers"));
    assert_eq!(
        (card.details.name.as_str(), card.details.r#type.as_str()),
        ("sentiment", "text-classification")
    );
    assert_eq!(card.intended_use.uses, ["Reviews of films."]);
    let figures: Vec<_> =
        card.metrics.figures.iter().map(|figure| (figure.metric.as_str(), figure.value)).collect();
    assert_eq!(figures, [("accuracy", 0.93), ("f1", 0.5)]);
    assert_eq!(card.metrics.figures[0].source, Source::Reported);
    assert_eq!(readme.left_out.len(), 2, "{:?}", readme.left_out);
    assert!(readme.left_out[0].starts_with("line 20: "), "{:?}", readme.left_out);
}

#[test]
fn metadata_that_is_no_yaml_is_refused_with_its_line() {
    let error = hub::read("---\nlicense: mit\nmodel-index: [\n---\n").expect_err("no YAML");
    assert!(error.to_string().contains("the metadata"), "{error}");
    assert!(error.line.is_some_and(|line| line > 1), "{error}");
    let bomb = format!(
        "---\na: &a [x]\n{}license: *z\n---\n",
        (0..30).map(|i| format!("b{i}: [*a, *a, *a]\n")).collect::<String>()
    );
    assert!(hub::read(&bomb).is_err());
}

#[test]
fn a_readme_of_a_whole_card_has_its_figures_for_the_hub() {
    let text = hub::write(&whole()).expect("a README");
    assert!(text.contains("\nlicense: \"apache-2.0\"\n"), "{text}");
    assert!(
        text.contains("value: 1.0e-7") && text.contains("name: \"falsePositiveRate (age: under | over 25)\""),
        "{text}"
    );
}
