//! The figures of the desk, by hand: `at` counts seconds from the begin of the window.

use assent_domain::ids::{Digest, ModelId, PromotionId, VersionId};
use assent_domain::registry::event::Recorded;
use assent_domain::workflow::figures::{Figures, Spread, Tally};
use assent_domain::workflow::{Decision, Lifecycle, Promotion, Review, ReviewRecord, Round};

use super::*;

fn at(seconds: i64) -> Time {
    Time::from_second(1_790_000_000 + seconds).unwrap()
}

fn by(seconds: i64) -> Recorded {
    Recorded { at: at(seconds), by: id(OWNER) }
}

/// A promotion that was submitted at these times, with decisions: round, step, role, what, when. Steps are due an hour after.
fn promotion(
    lifecycle: Lifecycle,
    rounds: &[i64],
    reviews: &[(u32, &str, Option<&str>, Decision, i64)],
) -> Promotion {
    let round = |(number, submitted): (u32, &i64)| Round {
        number,
        submitted: by(*submitted),
        evidence: Digest([0; 32]),
        failed: Vec::new(),
        due: BTreeMap::from([("security".to_owned(), at(submitted + 3600))]),
        notices: Vec::new(),
        given: Vec::new(),
    };
    let review =
        |(round, step, role, decision, when): &(u32, &str, Option<&str>, Decision, i64)| ReviewRecord {
            review: Review {
                round: *round,
                step: (*step).to_owned(),
                role: role.map(str::to_owned),
                decision: *decision,
                comment: None,
                conditions: Vec::new(),
                evidence: Digest([0; 32]),
                expires_at: None,
                on_behalf_of: None,
            },
            recorded: by(*when),
            met: std::collections::BTreeSet::new(),
        };
    let workflow = json!({"id": "w", "title": "w", "target": "P", "from": ["S"], "steps": []});
    Promotion {
        id: PromotionId(Uuid::from_u128(1)),
        model: ModelId(Uuid::from_u128(2)),
        version: VersionId(Uuid::from_u128(3)),
        target: serde_json::from_value(json!({"stage": "P"})).unwrap(),
        requested: by(*rounds.first().unwrap_or(&0)),
        workflow: serde_json::from_value(workflow).unwrap(),
        comment: None,
        expires_at: Some(at(1_000_000)),
        lifecycle,
        rounds: (1..).zip(rounds).map(round).collect(),
        reviews: reviews.iter().map(review).collect(),
        assignments: BTreeMap::new(),
        passed: Vec::new(),
        emergencies: Vec::new(),
    }
}

fn spread(count: u64, median: u64, p90: u64) -> Spread {
    Spread { count, median_seconds: Some(median), p90_seconds: Some(p90) }
}

const NOW: i64 = 100_000;

fn counted(promotions: &[(Promotion, &str)]) -> Figures {
    let mut tally = Tally::of_window(at(0), at(NOW));
    for (promotion, tier) in promotions {
        tally.add(promotion, tier);
    }
    tally.finish()
}

#[test]
fn the_figures_are_those_computed_by_hand() {
    use Decision::{Approved, ChangesRequested, Conditional, Rejected};
    let security = Some("security");
    let completed = || Lifecycle::Completed { by: by(90_000) };
    let figures = counted(&[
        // Two rounds: 1,000 to 9,000. The decisions took 600, 1,000 and 4,000 seconds; the last was 400 seconds late.
        (
            promotion(
                completed(),
                &[1_000, 5_000],
                &[
                    (1, "security", security, ChangesRequested, 1_600),
                    (2, "attestation", None, Approved, 6_000),
                    (2, "security", security, Approved, 9_000),
                ],
            ),
            "HIGH",
        ),
        // Submitted before the window, approved in it, at once: 2,000 seconds.
        (
            promotion(
                Lifecycle::Approved { at: at(500) },
                &[-1_500],
                &[(1, "security", security, Conditional, 500)],
            ),
            "LOW",
        ),
        // Nobody had to be asked: 0 seconds.
        (promotion(completed(), &[7_000], &[]), "LOW"),
        // Approved before the window, completed in it: not counted, nor its decision.
        (promotion(completed(), &[-9_000], &[(1, "security", security, Approved, -1)]), "LOW"),
        // Rejected after 3,600 seconds: just in time.
        (
            promotion(
                Lifecycle::Rejected { by: by(13_600) },
                &[10_000],
                &[(1, "security", security, Rejected, 13_600)],
            ),
            "HIGH",
        ),
        // Rejected before the window.
        (promotion(Lifecycle::Rejected { by: by(-1) }, &[-5], &[]), "HIGH"),
        (promotion(Lifecycle::Withdrawn { by: by(50) }, &[10], &[]), "HIGH"),
        // Waiting for 20,000, 3,600 and 3,599 seconds; the security step of the second was decided in this round.
        (promotion(Lifecycle::InReview, &[80_000], &[]), "HIGH"),
        (promotion(Lifecycle::InReview, &[96_400], &[(1, "security", security, Approved, 96_401)]), "HIGH"),
        (promotion(Lifecycle::InReview, &[96_401], &[]), "HIGH"),
        (promotion(Lifecycle::Draft, &[], &[]), "HIGH"),
    ]);
    let expected = Figures {
        to_approve: spread(3, 2_000, 8_000),
        by_tier: BTreeMap::from([
            ("HIGH".to_owned(), spread(1, 8_000, 8_000)),
            ("LOW".to_owned(), spread(2, 1_000, 2_000)),
        ]),
        // 1, 600, 2,000, 3,600 and 4,000.
        by_role: BTreeMap::from([
            ("owner".to_owned(), spread(1, 1_000, 1_000)),
            ("security".to_owned(), spread(5, 2_000, 4_000)),
        ]),
        approved: 3,
        rejected: 1,
        late: 1,
        overdue: 1,
        pending: 3,
        queue: spread(3, 3_600, 20_000),
        oldest_seconds: Some(20_000),
    };
    assert_eq!(figures, expected);
}

#[test]
fn nothing_has_no_figures_and_what_expired_does_not_wait() {
    assert_eq!(counted(&[]), Figures::default());
    let mut tally = Tally::of_window(at(0), at(1_000_000));
    tally.add(&promotion(Lifecycle::InReview, &[80_000], &[]), "HIGH");
    assert_eq!(tally.finish(), Figures::default());
}

#[test]
fn nine_in_ten_is_a_value_that_was_counted() {
    for (count, p90) in [(1_i64, 1), (9, 9), (10, 9), (11, 10), (20, 18)] {
        let times = (1..=count).map(|taken| {
            let reviews = [(1, "security", Some("security"), Decision::Approved, taken)];
            (promotion(Lifecycle::Approved { at: at(taken) }, &[0], &reviews), "HIGH")
        });
        let figures = counted(&times.collect::<Vec<_>>());
        assert_eq!(figures.to_approve.p90_seconds, Some(p90), "{count}");
    }
}
