//! People's text over filled figures.

use assent_cards::{Figure, ModelCard, Risk, Source, merge};
use uuid::Uuid;

fn figure(metric: &str, value: f64, source: Source) -> Figure {
    Figure { metric: metric.to_owned(), value, source, ..Figure::default() }
}

#[test]
fn what_people_wrote_stands_and_what_was_measured_is_new() {
    let (old, new) = (Source::Evaluation(Uuid::from_u128(1)), Source::Evaluation(Uuid::from_u128(2)));
    let mut filled = ModelCard::default();
    "loans".clone_into(&mut filled.details.name);
    "1".clone_into(&mut filled.details.version);
    filled.metrics.figures = vec![figure("accuracy", 0.9, new.clone())];
    filled.risks.risks =
        vec![Risk { risk: "bias".to_owned(), residual: "4.8".to_owned(), ..Risk::default() }];
    let mut written = ModelCard::default();
    "Loans".clone_into(&mut written.details.name);
    "todo".clone_into(&mut written.details.version);
    written.limitations.known = vec!["weak".to_owned()];
    written.metrics.figures = vec![
        Figure { conditions: "on a laptop".to_owned(), ..figure("accuracy", 0.8, old.clone()) },
        figure("latency", 12.0, Source::Reported),
        figure("recall", 0.1, old),
    ];
    written.risks.risks = vec![Risk {
        risk: "bias".to_owned(),
        mitigation: "review".to_owned(),
        residual: "1".to_owned(),
        ..Risk::default()
    }];

    let card = merge(&filled, &written).expect("a card");
    assert_eq!((card.details.name.as_str(), card.details.version.as_str()), ("Loans", "1"));
    assert_eq!(card.limitations.known, ["weak"]);
    let accuracy = Figure { conditions: "on a laptop".to_owned(), ..figure("accuracy", 0.9, new) };
    assert_eq!(card.metrics.figures, [accuracy, figure("latency", 12.0, Source::Reported)]);
    let risk = &card.risks.risks[0];
    assert_eq!((risk.residual.as_str(), risk.mitigation.as_str()), ("4.8", "review"));
}

#[test]
fn merging_with_nothing_changes_nothing() {
    let whole = super::whole();
    assert_eq!(merge(&ModelCard::default(), &whole), Ok(whole.clone()));
    assert_eq!(merge(&whole, &ModelCard::default()), Ok(whole));
}
