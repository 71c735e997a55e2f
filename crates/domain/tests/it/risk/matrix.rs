//! The arithmetic of assessments.

use assent_domain::risk::score::{AssessmentResult, Band, RatedRisk, Rating, Recommendation, matrix};

use super::*;

fn risk_model() -> RiskModel {
    pack().risk_model().unwrap().clone()
}

fn rated(id: &str, rating: Option<(u8, u8, &str)>, has_controls: bool) -> RatedRisk {
    let rating = rating.map(|(likelihood, impact, effectiveness)| Rating {
        likelihood,
        impact,
        effectiveness: exact(effectiveness),
    });
    RatedRisk { id: id.to_owned(), category: "SECURITY".to_owned(), rating, has_controls }
}

/// The answers of the worked example: three templates are answered, five are not.
fn example() -> Vec<RatedRisk> {
    let answered = [
        ("MQ-001", Some((3, 4, "0.6"))),
        ("SEC-001", Some((3, 4, "0.7"))),
        ("FAIR-001", Some((2, 4, "0.5"))),
        ("MQ-002", None),
        ("SEC-002", None),
        ("PRIV-001", None),
        ("OPS-001", None),
        ("REG-001", None),
    ];
    answered.map(|(id, rating)| rated(id, rating, rating.is_some())).into()
}

fn residual(result: &AssessmentResult, id: &str) -> String {
    result.risks.iter().find(|risk| risk.id == id).unwrap().residual.to_string()
}

#[test]
fn the_worked_example_is_6_837_and_medium() {
    let result = score::score(&risk_model(), "HIGH", &example());
    // Σ(residual × impact) = 184.6 and Σ(impact) = 27.
    assert_eq!((result.overall.ten_thousandths, result.overall.impacts), (1_846_000, 27));
    assert!((result.overall.get() - 6.837_037_037).abs() < 1e-9);
    assert_eq!((result.class.as_str(), result.rise), ("MEDIUM", 0));
    assert_eq!(residual(&result, "MQ-001"), "4.8");
    assert_eq!(residual(&result, "SEC-001"), "3.6");
    assert_eq!(residual(&result, "FAIR-001"), "4");
    assert_eq!(residual(&result, "OPS-001"), "9");
    assert_eq!((result.high, result.medium, result.low), (0, 5, 3));
    let order: Vec<&str> = result.risks.iter().map(|risk| risk.id.as_str()).collect();
    assert_eq!(
        order,
        ["MQ-002", "OPS-001", "PRIV-001", "REG-001", "SEC-002", "MQ-001", "FAIR-001", "SEC-001"]
    );
    let answered: Vec<bool> = result.risks.iter().map(|risk| risk.answered).collect();
    assert_eq!(answered, [false, false, false, false, false, true, true, true]);
}

#[test]
fn for_the_most_critical_tier_every_impact_rises_to_at_most_the_highest() {
    let mut risks = example();
    risks.push(rated("X", Some((1, 5, "0")), false));
    let result = score::score(&risk_model(), "CRITICAL", &risks);
    let impact = |id: &str| result.risks.iter().find(|risk| risk.id == id).unwrap().impact;
    assert_eq!(result.rise, 1);
    // Those that nobody answered, those that somebody did, and one that is at the top already.
    assert_eq!((impact("OPS-001"), impact("MQ-001"), impact("X")), (4, 5, 5));
    // 5 × (12 × 4) + (15 × 0.4 + 15 × 0.3 + 10 × 0.5 + 5) × 5 = 342.5, by 40.
    assert_eq!((result.overall.ten_thousandths, result.overall.impacts), (3_425_000, 40));
}

#[test]
fn bounds_belong_to_the_higher_class() {
    let class = |risks: &[RatedRisk]| score::score(&risk_model(), "LOW", risks).class;
    let one = |likelihood, impact, effectiveness| {
        class(&[rated("A", Some((likelihood, impact, effectiveness)), true)])
    };
    assert_eq!(one(3, 5, "0"), "CRITICAL");
    assert_eq!(one(4, 4, "0.0625"), "CRITICAL"); // 16 × 0.9375 = 15
    assert_eq!(one(4, 4, "0.0626"), "HIGH");
    assert_eq!(one(2, 5, "0"), "HIGH");
    assert_eq!(one(5, 5, "0.6"), "HIGH"); // 25 × 0.4 = 10; 25 × (1 − 0.6) in floating point is 10.000…
    assert_eq!(one(5, 5, "0.6001"), "MEDIUM");
    assert_eq!(one(1, 5, "0"), "MEDIUM");
    assert_eq!(one(1, 5, "0.0001"), "LOW");
    assert_eq!(one(5, 5, "1"), "LOW");
    assert_eq!(class(&[]), "LOW");
    assert_eq!(score::score(&risk_model(), "LOW", &[]).overall.get().to_bits(), 0.0_f64.to_bits());
}

/// An effectiveness of `n` ten-thousandths on every cell: the class is that of rational arithmetic, and the number that
/// rules read lies on the same side of each bound.
#[test]
fn classes_are_those_of_fractions_everywhere() {
    let model = risk_model();
    for (likelihood, impact) in (1..=5_u8).flat_map(|l| (1..=5_u8).map(move |i| (l, i))) {
        for count in (0..=10_000_u32).step_by(7) {
            let effectiveness = Exact::of_ten_thousandths(count);
            let rating = Some(Rating { likelihood, impact, effectiveness });
            let risk = RatedRisk { rating, ..rated("A", None, true) };
            let result =
                score::score(&model, "LOW", &[risk.clone(), RatedRisk { id: "B".to_owned(), ..risk }]);
            let residual = u64::from(likelihood) * u64::from(impact) * u64::from(10_000 - count);
            let expected = [(150_000, "CRITICAL"), (100_000, "HIGH"), (50_000, "MEDIUM"), (0, "LOW")];
            let expected = expected.iter().find(|(bound, _)| residual >= *bound).unwrap().1;
            assert_eq!(result.class, expected, "{likelihood} {impact} {count}");
            let read = [(15.0, "CRITICAL"), (10.0, "HIGH"), (5.0, "MEDIUM"), (0.0, "LOW")];
            let read = read.iter().find(|(bound, _)| result.overall.get() >= *bound).unwrap().1;
            assert_eq!(read, expected, "{likelihood} {impact} {count}");
        }
    }
}

#[test]
fn recommendations_name_the_risk_and_its_controls() {
    let risks = [
        rated("A", Some((5, 5, "0.25")), true),
        rated("B", Some((1, 1, "0")), false),
        rated("C", None, false),
    ];
    let result = score::score(&risk_model(), "LOW", &risks);
    // (18.75 × 5 + 1 + 9 × 3) / 9 = 13.52…
    assert_eq!(result.class, "HIGH");
    let further = "Test its security and its fairness further".to_owned();
    assert_eq!(
        result.recommendations,
        [
            Recommendation::MitigateRisk { risk: "A".to_owned(), effectiveness: exact("0.25") },
            Recommendation::AddControls { risk: "C".to_owned() },
            Recommendation::AddControls { risk: "B".to_owned() },
            Recommendation::Class { class: "HIGH".to_owned(), text: further },
        ]
    );
    let critical = score::score(&risk_model(), "LOW", &[rated("A", Some((5, 5, "0")), true)]);
    assert_eq!((critical.class.as_str(), critical.recommendations.len()), ("CRITICAL", 3));
}

#[test]
fn bands_are_told_apart_by_the_residual() {
    let band = |effectiveness| {
        let result = score::score(&risk_model(), "LOW", &[rated("A", Some((5, 4, effectiveness)), true)]);
        result.risks[0].band
    };
    assert_eq!(
        [band("0.5"), band("0.5001"), band("0.75"), band("0.7501")],
        [Band::High, Band::Medium, Band::Medium, Band::Low]
    );
}

#[test]
fn the_matrix_has_25_cells_and_every_risk_stands_in_one() {
    let result = score::score(&risk_model(), "HIGH", &example());
    let cells = matrix(&result.risks);
    assert_eq!(cells.len(), 25);
    assert_eq!((cells[0].likelihood, cells[0].impact), (5, 1));
    let at = |likelihood, impact| {
        let cell = cells.iter().find(|cell| (cell.likelihood, cell.impact) == (likelihood, impact));
        cell.unwrap().risks.clone()
    };
    assert_eq!(at(3, 4), ["MQ-001", "SEC-001"]);
    assert_eq!(at(2, 4), ["FAIR-001"]);
    assert_eq!(at(3, 3), ["MQ-002", "OPS-001", "PRIV-001", "REG-001", "SEC-002"]);
    assert_eq!(cells.iter().map(|cell| cell.risks.len()).sum::<usize>(), 8);
}
