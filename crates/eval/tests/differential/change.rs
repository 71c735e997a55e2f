//! Change detection against river and SciPy.

use assent_eval::change::{
    Adwin, AdwinParameters, ChangeError, Direction, Kswin, KswinParameters, PageHinkley,
    PageHinkleyParameters,
};
use serde_json::{Value, json};

use crate::generate::Rng;
use crate::harness::{Case, Differences, Tolerance, ask, number_of, numbers};

/// A stream, and what is special about it.
struct Stream {
    name: &'static str,
    values: Vec<f64>,
}

/// Streams that change in mean, in spread, slowly, often, or not at all; ties, constants, tiny and huge numbers.
fn streams(length: usize) -> Vec<Stream> {
    let mut rng = Rng::new(30);
    let mut streams = Vec::new();
    let mut add = |name, value: &mut dyn FnMut(usize) -> f64| {
        streams
            .push(Stream { name, values: (0..length).map(|place| value(place * 3_000 / length)).collect() });
    };
    add("no change", &mut |_| rng.normal());
    add("a step up", &mut |place| rng.normal() + if place < 1_500 { 0.0 } else { 2.0 });
    add("a step down", &mut |place| rng.normal() - if place < 700 { 0.0 } else { 1.0 });
    add("a wider spread", &mut |place| rng.normal() * if place < 1_000 { 1.0 } else { 5.0 });
    add("a slope", &mut |place| rng.normal() + place as f64 / 500.0);
    add("back and forth", &mut |place| rng.normal() + (place / 400 % 2) as f64 * 3.0);
    add("errors, then more", &mut |place| {
        f64::from(u8::from(rng.unit() < if place < 2_000 { 0.05 } else { 0.3 }))
    });
    add("few values", &mut |place| rng.below(4) as f64 + (place / 1_100) as f64);
    add("a constant", &mut |_| 0.1);
    add("another constant", &mut |place| if place < 900 { 0.1 } else { 0.7 });
    add("huge", &mut |place| 1e12 * (rng.normal() + if place < 1_500 { 0.0 } else { 4.0 }));
    add("tiny", &mut |place| 1e-12 * (rng.normal() + if place < 1_500 { 0.0 } else { 4.0 }));
    add("far from zero", &mut |place| 1e6 + rng.normal() + if place < 1_500 { 0.0 } else { 1.0 });
    streams
}

/// The places at which a change is told.
fn places(values: &[f64], mut update: impl FnMut(f64) -> Result<bool, ChangeError>) -> Vec<usize> {
    let told = |(place, value): (usize, &f64)| update(*value).expect("the value is taken").then_some(place);
    values.iter().enumerate().filter_map(told).collect()
}

fn listed(answer: &Value) -> Vec<usize> {
    let places = answer.as_array().expect("a list").iter();
    places.map(|place| place.as_u64().expect("a place") as usize).collect()
}

fn case(stream: &Stream, function: &'static str, parameters: &Value) -> Case {
    let mut arguments = json!({ "values": numbers(&stream.values) });
    let more = parameters.as_object().expect("an object").clone();
    arguments.as_object_mut().expect("an object").extend(more);
    Case::new(format!("{}, {parameters}", stream.name), function, arguments)
}

#[test]
fn adwin_cuts_the_window_where_river_does() {
    const EVERY: usize = 100;
    let parameters = [
        AdwinParameters::default(),
        AdwinParameters { delta: 0.2, clock: 1, max_buckets: 2, min_window_length: 1, grace_period: 0 },
        AdwinParameters { delta: 1e-6, clock: 10, max_buckets: 9, min_window_length: 20, grace_period: 200 },
    ];
    let streams = streams(3_000);
    let mut cases = Vec::new();
    for stream in &streams {
        for p in &parameters {
            let named = json!({ "every": EVERY, "delta": p.delta, "clock": p.clock, "max_buckets": p.max_buckets,
                "min_window_length": p.min_window_length, "grace_period": p.grace_period });
            cases.push(case(stream, "adwin", &named));
        }
    }
    let mut differences = Differences::default();
    let all = streams.iter().flat_map(|stream| parameters.iter().map(move |parameters| (stream, parameters)));
    let mut told = 0;
    for (((stream, parameters), case), answer) in all.zip(&cases).zip(ask("change", &cases)) {
        let answer = answer.expect("it is answered");
        let mut detector = Adwin::new(*parameters).expect("in range");
        let mut held = Vec::new();
        let found = places(&stream.values, |value| {
            let changed = detector.update(value);
            held.push((detector.width(), detector.total(), detector.variance()));
            changed
        });
        told += found.len();
        differences.same(case, "places", &found, &listed(&answer[0]));
        let theirs = answer[1].as_array().expect("a list");
        for ((width, total, variance), theirs) in held.iter().step_by(EVERY).zip(theirs) {
            let [width_there, total_there, variance_there] = [0, 1, 2].map(|index| number_of(&theirs[index]));
            differences.same(case, "width", &(*width as f64), &width_there);
            let scale = stream.values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
            differences.number(case, "total", *total, total_there, Tolerance::Absolute(1e-9 * scale));
            let within = Tolerance::Absolute(1e-9 * scale * scale);
            differences.number(case, "variance", *variance, variance_there, within);
        }
    }
    assert!(told > 50, "changes are told");
    differences.assert_none(3_000);
}

#[test]
fn page_hinkley_tells_changes_where_river_does() {
    let default = PageHinkleyParameters::default();
    let parameters = [
        default,
        PageHinkleyParameters { direction: Direction::Up, threshold: 10.0, ..default },
        PageHinkleyParameters { direction: Direction::Down, threshold: 10.0, ..default },
        PageHinkleyParameters { min_instances: 1, delta: 0.5, threshold: 3.0, alpha: 1.0, ..default },
        PageHinkleyParameters { min_instances: 100, delta: 0.0, threshold: 0.5, alpha: 0.9, ..default },
    ];
    let streams = streams(3_000);
    let mut cases = Vec::new();
    for stream in &streams {
        for p in &parameters {
            let mode = match p.direction {
                Direction::Up => "up",
                Direction::Down => "down",
                Direction::Both => "both",
            };
            let named = json!({ "min_instances": p.min_instances, "delta": p.delta, "threshold": p.threshold,
                "alpha": p.alpha, "mode": mode });
            cases.push(case(stream, "page_hinkley", &named));
        }
    }
    let mut differences = Differences::default();
    let all = streams.iter().flat_map(|stream| parameters.iter().map(move |parameters| (stream, parameters)));
    let mut told = 0;
    for (((stream, parameters), case), answer) in all.zip(&cases).zip(ask("change", &cases)) {
        let mut detector = PageHinkley::new(*parameters).expect("in range");
        let found = places(&stream.values, |value| detector.update(value));
        told += found.len();
        differences.same(case, "places", &found, &listed(&answer.expect("it is answered")));
    }
    assert!(told > 50, "changes are told");
    differences.assert_none(60);
}

/// With as many older values as newest ones there is nothing to draw, and river's test is ours; otherwise SciPy makes the test
/// with all older values.
#[test]
fn kswin_tells_changes_where_river_does_if_nothing_is_drawn_and_else_where_scipy_does() {
    let of = |alpha, window_size, stat_size| KswinParameters { alpha, window_size, stat_size };
    let parameters = [of(0.005, 60, 30), of(0.01, 20, 10), of(0.005, 100, 30), of(0.05, 50, 49)];
    // SciPy takes a millisecond for one test.
    let streams: Vec<Stream> = streams(400).into_iter().step_by(3).collect();
    let mut cases = Vec::new();
    for stream in &streams {
        for p in &parameters {
            let function = if p.window_size == 2 * p.stat_size { "kswin" } else { "kswin_of_all" };
            let named = json!({ "alpha": p.alpha, "window_size": p.window_size, "stat_size": p.stat_size });
            cases.push(case(stream, function, &named));
        }
    }
    let mut differences = Differences::default();
    let all = streams.iter().flat_map(|stream| parameters.iter().map(move |parameters| (stream, parameters)));
    let mut told = 0;
    for (((stream, parameters), case), answer) in all.zip(&cases).zip(ask("change", &cases)) {
        let mut detector = Kswin::new(*parameters).expect("in range");
        let found = places(&stream.values, |value| detector.update(value));
        told += found.len();
        differences.same(case, "places", &found, &listed(&answer.expect("it is answered")));
    }
    assert!(told > 20, "changes are told");
    differences.assert_none(20);
}

#[test]
fn the_first_change_is_that_of_the_detector_that_river_shows() {
    let streams = streams(3_000);
    let cases: Vec<Case> = streams.iter().map(|stream| case(stream, "first_of_adwin", &json!({}))).collect();
    let mut differences = Differences::default();
    for ((stream, case), answer) in streams.iter().zip(&cases).zip(ask("change", &cases)) {
        let mut detector = Adwin::new(AdwinParameters::default()).expect("in range");
        let found = places(&stream.values, |value| detector.update(value)).first().copied();
        let theirs = answer.expect("it is answered").as_u64().map(|place| place as usize);
        differences.same(case, "first place", &found, &theirs);
    }
    differences.assert_none(12);
}

/// river documents 1016 for its seed 42. With all older values SciPy tells the change where this engine does.
#[test]
fn the_documented_stream_is_told_as_scipy_does_with_all_older_values() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/river_two_distributions.csv"))
            .expect("the test data is there");
    let value = |line: &str| line.split_once(',').and_then(|(_, value)| value.parse().ok());
    let values: Vec<f64> =
        text.lines().skip(901).take(160).map(|line| value(line).expect("a number")).collect();
    let stream = Stream { name: "river's, from 900", values };
    let parameters = KswinParameters { alpha: 0.0001, ..KswinParameters::default() };
    let named = json!({ "alpha": 0.0001, "window_size": 100, "stat_size": 30 });
    let case = case(&stream, "kswin_of_all", &named);
    let answer = ask("change", std::slice::from_ref(&case)).remove(0).expect("it is answered");
    let mut detector = Kswin::new(parameters).expect("in range");
    let found = places(&stream.values, |value| detector.update(value));
    assert_eq!(found.first(), Some(&114));
    assert_eq!(found, listed(&answer));
}
