//! Change detection: the places that river documents, detectors that stop and go on, and what they refuse.

use assent_eval::change::{
    Adwin, AdwinParameters, ChangeError, Detector, Direction, Kswin, KswinParameters, PageHinkley,
    PageHinkleyParameters,
};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

fn adwin(parameters: AdwinParameters) -> Detector {
    Detector::Adwin(Adwin::new(parameters).expect("in range"))
}

fn page_hinkley(parameters: PageHinkleyParameters) -> Detector {
    Detector::PageHinkley(PageHinkley::new(parameters).expect("in range"))
}

fn kswin(parameters: KswinParameters) -> Detector {
    Detector::Kswin(Kswin::new(parameters).expect("in range"))
}

fn detectors() -> [Detector; 3] {
    let page = PageHinkleyParameters { threshold: 5.0, min_instances: 5, ..PageHinkleyParameters::default() };
    let windows = KswinParameters { alpha: 0.05, window_size: 12, stat_size: 5 };
    [
        adwin(AdwinParameters { delta: 0.2, clock: 3, ..AdwinParameters::default() }),
        page_hinkley(page),
        kswin(windows),
    ]
}

/// river's stream: the distribution changes at 1000.
fn stream() -> Vec<f64> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/river_two_distributions.csv");
    let text = std::fs::read_to_string(file).expect("the test data is there");
    let value = |line: &str| line.split_once(',').and_then(|(_, value)| value.parse().ok());
    text.lines().skip(1).map(|line| value(line).expect("a number")).collect()
}

fn places(mut detector: Detector, values: &[f64]) -> Vec<usize> {
    let told = |(place, value): (usize, &f64)| detector.update(*value).expect("it is taken").then_some(place);
    values.iter().enumerate().filter_map(told).collect()
}

#[test]
fn changes_are_told_where_river_documents_them() {
    let stream = stream();
    assert_eq!(stream.len(), 2_000);
    assert_eq!(places(adwin(AdwinParameters::default()), &stream).first(), Some(&1_023));
    assert_eq!(places(page_hinkley(PageHinkleyParameters::default()), &stream), [1_006]);
    // river draws some of the older values and says 1016; all of them together tell it two values earlier.
    let alpha = KswinParameters { alpha: 0.0001, ..KswinParameters::default() };
    assert_eq!(places(kswin(alpha), &stream).first(), Some(&1_014));
}

#[test]
fn a_window_forgets_what_came_before_the_change() {
    let mut detector = Adwin::new(AdwinParameters::default()).expect("in range");
    for value in stream() {
        detector.update(value).expect("it is taken");
    }
    let (width, mean) = (detector.width(), detector.total());
    assert!((900..1_050).contains(&width), "{width}");
    assert!((mean / 1_000.0 - 5.5).abs() < 0.5, "{mean}");
    assert!((detector.variance() - 1.25).abs() < 0.3);
    let bytes = serde_json::to_vec(&detector).expect("it serialises").len();
    assert!(bytes < 8_192, "{bytes}");
}

#[test]
fn what_is_no_value_is_refused_and_changes_nothing() {
    for mut detector in detectors() {
        detector.update(1.0).expect("it is taken");
        let before = detector.clone();
        for (value, message) in [
            (f64::NAN, "`NaN` is not finite"),
            (f64::INFINITY, "`inf` is not finite"),
            (-1e101, "`-1e101` is too large; the limit is 1e100"),
        ] {
            let error = detector.update(value).expect_err(message);
            assert_eq!(error.to_string(), message);
            assert!(!error.remedy().is_empty() && !error.code().is_empty());
        }
        assert_eq!(detector, before);
    }
}

#[test]
fn parameters_out_of_range_are_named() {
    let named = |error: ChangeError| {
        let ChangeError::Parameter { name, .. } = error else { panic!("{error}") };
        name
    };
    let windows = AdwinParameters::default();
    for (parameters, name) in [
        (AdwinParameters { delta: 0.0, ..windows }, "delta"),
        (AdwinParameters { delta: f64::NAN, ..windows }, "delta"),
        (AdwinParameters { clock: 0, ..windows }, "clock"),
        (AdwinParameters { max_buckets: 1, ..windows }, "maxBuckets"),
        (AdwinParameters { min_window_length: 0, ..windows }, "minWindowLength"),
    ] {
        assert_eq!(Adwin::new(parameters).map_err(named), Err(name));
    }
    let page = PageHinkleyParameters::default();
    for (parameters, name) in [
        (PageHinkleyParameters { delta: -1.0, ..page }, "delta"),
        (PageHinkleyParameters { threshold: f64::INFINITY, ..page }, "threshold"),
        (PageHinkleyParameters { alpha: 1.5, direction: Direction::Up, ..page }, "alpha"),
    ] {
        assert_eq!(PageHinkley::new(parameters).map_err(named), Err(name));
    }
    for (alpha, window_size, stat_size, name) in [
        (1.0, 9, 3, "alpha"),
        (0.1, 1, 1, "windowSize"),
        (0.1, 4_097, 3, "windowSize"),
        (0.1, 9, 9, "statSize"),
    ] {
        let parameters = KswinParameters { alpha, window_size, stat_size };
        assert_eq!(Kswin::new(parameters).map_err(named), Err(name));
    }
    let error = Adwin::new(AdwinParameters { clock: 0, ..windows }).expect_err("out of range");
    assert_eq!(error.to_string(), "`0` is no value of `clock`: from 1");
}

#[test]
fn damaged_states_are_refused() {
    let read = |state: Value| serde_json::from_value::<Detector>(state).map_err(|error| error.to_string());
    let good = |detector: &Detector| serde_json::to_value(detector).expect("it serialises");
    let [mut adwin, mut page, mut windows] = detectors().map(|mut detector| {
        for value in 0..20 {
            detector.update(f64::from(value % 3)).expect("it is taken");
        }
        good(&detector)
    });
    assert!(read(adwin.clone()).is_ok() && read(page.clone()).is_ok() && read(windows.clone()).is_ok());
    adwin["rows"][0] = json!(vec![json!({ "total": 1.0, "variance": 0.0 }); 6]);
    assert!(read(adwin.clone()).expect_err("too many").contains("more buckets than fit"));
    adwin["rows"] = json!(vec![json!([]); 49]);
    assert!(read(adwin.clone()).expect_err("too many").contains("more buckets than fit"));
    adwin["rows"] = json!([[{ "total": 1.0, "variance": 0.0 }], []]);
    assert!(read(adwin.clone()).expect_err("empty").contains("a row without buckets"));
    adwin["rows"] = json!([[{ "total": 1.0, "variance": -1.0 }]]);
    assert!(read(adwin).expect_err("negative").contains("a sum that values cannot have"));
    page["sums"]["rise"] = json!(1e300);
    assert!(read(page).expect_err("too large").contains("a sum that values cannot have"));
    windows["window"] = json!(vec![0.0; 13]);
    assert!(read(windows.clone()).expect_err("too many").contains("more values than fit"));
    windows["window"] = json!([null]);
    assert!(read(windows.clone()).is_err());
    windows["window"] = json!([]);
    windows["parameters"]["alpha"] = json!(7.0);
    assert!(read(windows).expect_err("no chance").contains("`7` is no value of `alpha`"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_detector_that_stops_goes_on_bit_for_bit(
        values in vec(prop_oneof![(0_i8..4).prop_map(f64::from), -1e6..1e6_f64, -1e100..1e100_f64], 1..150),
        stop in 0_usize..150,
    ) {
        for mut through in detectors() {
            let mut stopping = through.clone();
            for (place, value) in values.iter().enumerate() {
                if place == stop {
                    let stored = serde_json::to_string(&stopping).expect("it serialises");
                    stopping = serde_json::from_str(&stored).expect("it reads back");
                }
                prop_assert_eq!(through.update(*value), stopping.update(*value));
            }
            let stored = serde_json::to_string(&through).expect("it serialises");
            prop_assert_eq!(&stored, &serde_json::to_string(&stopping).expect("it serialises"));
            prop_assert_eq!(serde_json::from_str::<Detector>(&stored).expect("it reads back"), through);
        }
    }
}
