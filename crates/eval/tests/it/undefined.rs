//! Figures that are not defined are absent with their reason; where scikit-learn and fairlearn say 0, this engine does not.

use assent_eval::metrics::{self, MetricValue, Reason};
use assent_eval::state::Confusion;
use assent_eval::{EvaluationOptions, Input, evaluate};

fn counts(tn: u64, fp: u64, fn_: u64, tp: u64) -> Confusion {
    Confusion::of_rows(tn, fp, fn_, tp)
}

#[test]
fn rates_without_a_denominator_are_absent() {
    let empty = counts(0, 0, 0, 0);
    assert_eq!(metrics::accuracy(&empty), MetricValue::undefined(Reason::NoRows, 0));
    assert_eq!(metrics::selection_rate(&empty), MetricValue::undefined(Reason::NoRows, 0));
    let no_positive = counts(3, 1, 0, 0);
    assert_eq!(metrics::recall(&no_positive), MetricValue::undefined(Reason::NoPositiveLabels, 0));
    assert_eq!(
        metrics::false_negative_rate(&no_positive),
        MetricValue::undefined(Reason::NoPositiveLabels, 0)
    );
    assert_eq!(metrics::balanced_accuracy(&no_positive), MetricValue::undefined(Reason::NoPositiveLabels, 4));
    assert_eq!(metrics::precision(&no_positive), MetricValue::defined(0.0, 1));
    assert_eq!(metrics::f1(&no_positive), MetricValue::defined(0.0, 1));
    let no_negative = counts(0, 0, 2, 2);
    assert_eq!(
        metrics::false_positive_rate(&no_negative),
        MetricValue::undefined(Reason::NoNegativeLabels, 0)
    );
    assert_eq!(metrics::balanced_accuracy(&no_negative), MetricValue::undefined(Reason::NoNegativeLabels, 4));
    let never = counts(4, 0, 2, 0);
    assert_eq!(metrics::precision(&never), MetricValue::undefined(Reason::NoPositivePredictions, 0));
    assert_eq!(metrics::f1(&counts(4, 0, 0, 0)), MetricValue::undefined(Reason::NoPositives, 0));
}

#[test]
fn sample_sizes_are_those_of_the_denominators() {
    let some = counts(10, 4, 3, 5);
    assert_eq!(metrics::accuracy(&some).n, 22);
    assert_eq!(metrics::precision(&some), MetricValue::defined(5.0 / 9.0, 9));
    assert_eq!(metrics::recall(&some), MetricValue::defined(0.625, 8));
    assert_eq!(metrics::f1(&some), MetricValue::defined(10.0 / 17.0, 12));
    let other = counts(1, 1, 1, 1);
    assert_eq!(metrics::equal_opportunity_difference(&[&some, &other]), MetricValue::defined(0.125, 10));
    assert_eq!(metrics::equalized_odds_difference(&[&some, &other]).n, 26);
}

#[test]
fn comparisons_that_rest_on_an_undefined_rate_are_absent() {
    let (some, no_positive, no_negative) = (counts(2, 2, 1, 1), counts(3, 1, 0, 0), counts(0, 0, 1, 3));
    let reason = |value: MetricValue| value.reason.expect("undefined");
    let groups = [&some, &no_positive];
    assert_eq!(reason(metrics::equalized_odds_difference(&groups)), Reason::GroupWithoutPositiveLabels);
    assert_eq!(reason(metrics::equal_opportunity_difference(&groups)), Reason::GroupWithoutPositiveLabels);
    assert_eq!(metrics::demographic_parity_difference(&groups), MetricValue::defined(0.25, 10));
    let groups = [&some, &no_negative];
    assert_eq!(reason(metrics::equalized_odds_ratio(&groups)), Reason::GroupWithoutNegativeLabels);
    assert_eq!(reason(metrics::demographic_parity_ratio(&[&some])), Reason::FewerThanTwoGroups);
    assert_eq!(reason(metrics::demographic_parity_difference(&[])), Reason::FewerThanTwoGroups);
    let never = counts(4, 0, 2, 0);
    assert_eq!(metrics::demographic_parity_difference(&[&never, &never]), MetricValue::defined(0.0, 12));
    assert_eq!(reason(metrics::disparate_impact(&[&never, &never])), Reason::AllRatesZero);
    assert_eq!(reason(metrics::disparate_impact_of(&some, &never)), Reason::NoPositivePredictions);
    assert_eq!(metrics::disparate_impact_of(&some, &no_positive), MetricValue::defined(2.0, 10));
}

#[test]
fn an_undefined_attribute_makes_the_worst_of_all_undefined() {
    let options = EvaluationOptions {
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        protected: vec!["g".to_owned(), "h".to_owned()],
        suites: vec!["bias".to_owned()],
        bootstrap: metrics::Bootstrap { replicates: 0, seed: 0 },
        ..EvaluationOptions::default()
    };
    let data = "y,p,g,h\n1,1,a,x\n0,0,a,x\n1,0,b,x\n0,1,b,x\n";
    let report = evaluate(&options, Input::new("x.csv", data.as_bytes())).expect("well formed");
    assert_eq!(report.metrics["g.equalizedOddsDifference"], MetricValue::defined(1.0, 4));
    let alone = MetricValue::undefined(Reason::FewerThanTwoGroups, 4);
    assert_eq!(report.metrics["h.equalizedOddsDifference"], alone);
    assert_eq!(report.metrics["equalizedOddsDifference"], alone);
    let json = serde_json::to_value(alone).expect("it serialises");
    assert_eq!(json, serde_json::json!({ "value": null, "n": 4, "reason": "FEWER_THAN_TWO_GROUPS" }));
}

#[test]
fn counts_stop_at_the_largest_number() {
    let mut counts = counts(u64::MAX, 1, 1, 1);
    counts.add(false, false);
    counts.merge(&Confusion::of_rows(5, 0, 0, 0));
    assert_eq!((counts.tn, counts.total()), (u64::MAX, u64::MAX));
}
