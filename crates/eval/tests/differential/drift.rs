//! Drift against SciPy and NumPy.

use assent_eval::drift::{
    Bins, Figure, Method, Numbers, benjamini_hochberg, chi_squared, jensen_shannon_distance,
    kolmogorov_smirnov, population_stability_index, wasserstein_distance,
};
use assent_eval::numeric::{chi_squared_survival, kolmogorov_survival, quantile, smirnov_exact};
use serde_json::{Value, json};

use crate::generate::Rng;
use crate::harness::{Case, Differences, Tolerance, ask, number, number_of, numbers};

/// Where both are exact.
const TIGHT: Tolerance = Tolerance::Relative(1e-9);
/// For what is a small difference of larger numbers.
const LOOSE: Tolerance = Tolerance::Absolute(1e-9);

/// Two samples, and what is special about them.
struct Pair {
    name: String,
    reference: Vec<f64>,
    current: Vec<f64>,
}

impl Pair {
    fn new(name: impl Into<String>, reference: Vec<f64>, current: Vec<f64>) -> Self {
        let sorted = |values| Numbers::new(values, 0).sorted().to_vec();
        Self { name: name.into(), reference: sorted(reference), current: sorted(current) }
    }

    fn case(&self, function: &'static str, more: &[(&str, Value)]) -> Case {
        let mut arguments =
            json!({ "reference": numbers(&self.reference), "current": numbers(&self.current) });
        for (name, value) in more {
            arguments[*name] = value.clone();
        }
        Case::new(self.name.clone(), function, arguments)
    }
}

/// Sizes that are small, equal, multiples and coprime.
const SIZES: [(usize, usize); 10] =
    [(1, 1), (1, 7), (2, 3), (5, 5), (8, 12), (30, 70), (97, 100), (100, 110), (140, 140), (400, 1_000)];
/// Sizes on both sides of what is exact.
const LARGE: [(usize, usize); 5] =
    [(700, 10_000), (10_000, 10_000), (12, 10_001), (200, 12_000), (9_000, 11_000)];

/// Samples of many shapes: ties, constants, tiny and huge numbers.
fn pairs(sizes: &[(usize, usize)]) -> Vec<Pair> {
    let mut rng = Rng::new(20);
    let mut pairs = Vec::new();
    for &(n, m) in sizes {
        for shift in [0.0, 0.1, 1.0, 9.0] {
            let name = |shape: &str| format!("{shape} {n} and {m}, moved by {shift}");
            let near = rng.many(n, Rng::normal);
            let far = rng.many(m, |rng| rng.normal() + shift);
            pairs.push(Pair::new(name("normal"), near, far));
            let near = rng.many(n, |rng| rng.below(6) as f64);
            let far = rng.many(m, |rng| (rng.below(6) as f64 + shift).floor());
            pairs.push(Pair::new(name("ties"), near, far));
        }
        let scale = |rng: &mut Rng, power: i32| rng.normal() * 10.0_f64.powi(power);
        for power in [-300, -12, 12, 300] {
            let near = rng.many(n, |rng| scale(rng, power));
            let far = rng.many(m, |rng| scale(rng, power) * 1.5);
            pairs.push(Pair::new(format!("times 1e{power}, {n} and {m}"), near, far));
        }
        pairs.push(Pair::new(format!("constants, {n} and {m}"), vec![3.0; n], vec![3.0; m]));
        pairs.push(Pair::new(format!("two constants, {n} and {m}"), vec![3.0; n], vec![4.0; m]));
    }
    pairs
}

fn with_infinities(pairs: &[Pair]) -> Vec<Pair> {
    let ends = |values: &[f64]| {
        let (mut values, last) = (values.to_vec(), values.len() - 1);
        values[0] = f64::NEG_INFINITY;
        values[last] = f64::INFINITY;
        values
    };
    let some = pairs.iter().step_by(7);
    some.map(|pair| {
        Pair::new(format!("infinities, {}", pair.name), ends(&pair.reference), pair.current.clone())
    })
    .collect()
}

#[test]
fn kolmogorov_smirnov_is_that_of_scipy() {
    let mut pairs = pairs(&SIZES);
    pairs.extend(with_infinities(&pairs));
    let large = self::pairs(&LARGE);
    pairs.extend(large.into_iter().filter(|pair| !pair.name.contains("times")));
    let cases: Vec<Case> =
        pairs.iter().map(|pair| pair.case("ks_2samp", &[("method", json!("auto"))])).collect();
    let mut differences = Differences::default();
    for ((pair, case), answer) in pairs.iter().zip(&cases).zip(ask("drift", &cases)) {
        let answer = answer.expect("it is answered");
        let ours = kolmogorov_smirnov(&pair.reference, &pair.current);
        let (statistic, p_value) =
            (ours.statistic.value.expect("defined"), ours.p_value.value.expect("defined"));
        differences.number(case, "statistic", statistic, number_of(&answer[0]), TIGHT);
        differences.number(case, "p-value", p_value, number_of(&answer[1]), TIGHT);
        let is_large = pair.reference.len().max(pair.current.len()) > 10_000;
        differences.same(case, "method", &(ours.method == Method::Asymptotic), &is_large);
    }
    differences.assert_none(400);
}

#[test]
fn the_exact_distribution_is_that_of_scipy() {
    let mut rng = Rng::new(21);
    let sizes = rng.many(60, |rng| (1 + rng.below(300), 1 + rng.below(300)));
    let pairs: Vec<Pair> = sizes
        .into_iter()
        .map(|(n, m)| {
            let shift = rng.unit() * 2.0;
            let far = rng.many(m, |rng| rng.normal() + shift);
            Pair::new(format!("{n} and {m}, moved by {shift}"), rng.many(n, Rng::normal), far)
        })
        .collect();
    let cases: Vec<Case> =
        pairs.iter().map(|pair| pair.case("ks_2samp", &[("method", json!("exact"))])).collect();
    let mut differences = Differences::default();
    for ((pair, case), answer) in pairs.iter().zip(&cases).zip(ask("drift", &cases)) {
        let answer = answer.expect("it is answered");
        let (n, m) = (pair.reference.len(), pair.current.len());
        let divisor = (1..=n).filter(|d| n % d == 0 && m % d == 0).max().expect("1 divides both");
        let steps = number_of(&answer[0]) * (n / divisor * m) as f64;
        let ours = smirnov_exact(n, m, steps.round() as u64);
        differences.number(case, "p-value", ours, number_of(&answer[1]), TIGHT);
    }
    differences.assert_none(60);
}

#[test]
fn the_one_sample_distribution_is_that_of_scipy() {
    let sizes =
        [1, 2, 3, 7, 20, 139, 140, 141, 500, 3_000, 100_000, 100_001, 1_000_000, 1_000_001, 30_000_000_u64];
    let mut points = Vec::new();
    for n in sizes {
        let root = (n as f64).sqrt();
        // SciPy takes seconds for one point of the largest.
        let step = if n > 200_000 {
            20
        } else if n > 10_000 {
            7
        } else {
            1
        };
        points.extend((1..60).step_by(step).map(|tenths| (n, f64::from(tenths) / 10.0 / root)));
        points.extend([0.4, 0.5, 0.6, 0.99, 1.0, 1.01, 1.5].map(|steps| (n, steps / n as f64)));
        points.extend([0.0, 0.3, 0.5, 0.7, 0.999, 1.0, 1.5].map(|distance| (n, distance)));
    }
    let listed: Vec<Value> = points.iter().map(|(n, x)| json!([n, number(*x)])).collect();
    let case = Case::new("kstwo", "kstwo_sf", json!({ "points": listed }));
    let answer = ask("drift", std::slice::from_ref(&case)).remove(0).expect("it is answered");
    let mut differences = Differences::default();
    for ((n, x), theirs) in points.iter().zip(answer.as_array().expect("a list")) {
        let figure = format!("n = {n}, x = {x}, z² = {}", x * x * *n as f64);
        differences.number(&case, &figure, kolmogorov_survival(*n, *x), number_of(theirs), TIGHT);
    }
    differences.assert_none(500);
}

#[test]
fn the_chi_squared_distribution_is_that_of_scipy() {
    let mut points = Vec::new();
    for degrees in [1, 2, 3, 9, 50, 333, 2_000, 50_000_u64] {
        for share in [0.0, 1e-9, 0.01, 0.5, 0.9, 1.0, 1.1, 2.0, 5.0, 40.0] {
            points.push((degrees, share * degrees as f64));
        }
    }
    let listed: Vec<Value> = points.iter().map(|(df, x)| json!([df, number(*x)])).collect();
    let case = Case::new("chi2", "chi2_sf", json!({ "points": listed }));
    let answer = ask("drift", std::slice::from_ref(&case)).remove(0).expect("it is answered");
    let mut differences = Differences::default();
    for ((degrees, x), theirs) in points.iter().zip(answer.as_array().expect("a list")) {
        let figure = format!("{degrees} degrees, {x}");
        differences.number(&case, &figure, chi_squared_survival(*degrees, *x), number_of(theirs), TIGHT);
    }
    differences.assert_none(80);
}

#[test]
fn wasserstein_distances_are_those_of_scipy() {
    let pairs = pairs(&SIZES);
    let cases: Vec<Case> = pairs.iter().map(|pair| pair.case("wasserstein", &[])).collect();
    let mut differences = Differences::default();
    for ((pair, case), answer) in pairs.iter().zip(&cases).zip(ask("drift", &cases)) {
        let theirs = number_of(&answer.expect("it is answered"));
        let ours = wasserstein_distance(&pair.reference, &pair.current).value.expect("defined");
        // Constants apart, both sum differences of cumulated shares that cancel where the samples agree.
        let scale =
            pair.reference.iter().chain(&pair.current).fold(0.0, |most: f64, value| most.max(value.abs()));
        differences.number(
            case,
            "distance",
            ours,
            theirs,
            Tolerance::Absolute(1e-9 * theirs.max(1e-6 * scale)),
        );
    }
    differences.assert_none(100);
}

#[test]
fn quantiles_are_those_of_numpy() {
    let pairs = pairs(&SIZES);
    let shares: Vec<f64> = (0..=20).map(|k| f64::from(k) / 20.0).collect();
    let ask_of = |pair: &Pair| {
        let arguments = json!({ "values": numbers(&pair.current), "shares": numbers(&shares) });
        Case::new(pair.name.clone(), "quantiles", arguments)
    };
    let cases: Vec<Case> = pairs.iter().map(ask_of).collect();
    let mut differences = Differences::default();
    for ((pair, case), answer) in pairs.iter().zip(&cases).zip(ask("drift", &cases)) {
        let answer = answer.expect("it is answered");
        for (share, theirs) in shares.iter().zip(answer.as_array().expect("a list")) {
            let ours = quantile(&pair.current, *share).expect("not empty");
            differences.number(case, &share.to_string(), ours, number_of(theirs), Tolerance::Relative(1e-13));
        }
    }
    differences.assert_none(2_000);
}

/// Counts of two samples over the same categories, with empty ones and very rare ones.
fn tables() -> Vec<(Vec<u64>, Vec<u64>)> {
    let mut rng = Rng::new(22);
    let mut tables = vec![(vec![7], vec![9]), (vec![1, 0], vec![0, 1]), (vec![5, 5, 0], vec![5, 5, 0])];
    for categories in [2, 3, 10, 60] {
        for size in [3, 50, 100_000] {
            for _ in 0..4 {
                let side = |rng: &mut Rng| rng.many(categories, |rng| rng.below(size) as u64);
                let (mut reference, mut current) = (side(&mut rng), side(&mut rng));
                reference[0] += 1;
                current[categories - 1] += 1;
                tables.push((reference, current));
            }
        }
    }
    tables
}

#[test]
fn figures_of_counts_are_those_of_scipy() {
    let tables = tables();
    let mut cases = Vec::new();
    for (reference, current) in &tables {
        let name = format!("{reference:?} and {current:?}");
        let counts = json!({ "reference": reference, "current": current });
        let with = |more: Value| {
            let mut arguments = counts.clone();
            arguments
                .as_object_mut()
                .expect("an object")
                .extend(more.as_object().expect("an object").clone());
            arguments
        };
        cases.push(Case::new(name.clone(), "chi_squared", counts.clone()));
        cases.push(Case::new(name.clone(), "jensen_shannon", with(json!({ "base": 2 }))));
        cases.push(Case::new(name, "stability", with(json!({ "floor": 1e-4 }))));
    }
    let answers = ask("drift", &cases);
    let mut differences = Differences::default();
    for (((reference, current), case), answers) in tables.iter().zip(cases.chunks(3)).zip(answers.chunks(3)) {
        let answer = |index: usize| answers[index].as_ref().expect("it is answered");
        let test = chi_squared(reference, current);
        let defined = |figure: Figure| figure.value.expect("defined");
        let stability = defined(population_stability_index(reference, current));
        let figures = [
            ("statistic", defined(test.statistic), &answer(0)[0], TIGHT),
            ("p-value", defined(test.p_value), &answer(0)[1], TIGHT),
            ("degrees", test.degrees_of_freedom as f64, &answer(0)[2], TIGHT),
            ("expected", test.smallest_expected.expect("defined"), &answer(0)[3], TIGHT),
            ("distance", defined(jensen_shannon_distance(reference, current)), answer(1), LOOSE),
            ("stability", stability, answer(2), LOOSE),
        ];
        for (figure, ours, theirs, within) in figures {
            differences.number(&case[0], figure, ours, number_of(theirs), within);
        }
    }
    differences.assert_none(300);
}

#[test]
fn bins_are_those_of_numpy_where_nothing_ties() {
    let pairs: Vec<Pair> = pairs(&SIZES).into_iter().filter(|pair| pair.name.starts_with("normal")).collect();
    let cases: Vec<Case> = pairs.iter().map(|pair| pair.case("bins", &[("count", json!(10))])).collect();
    let mut differences = Differences::default();
    for ((pair, case), answer) in pairs.iter().zip(&cases).zip(ask("drift", &cases)) {
        if pair.reference.len() == 1 {
            continue;
        }
        let bins = Bins::of(&pair.reference, 10);
        let ours = json!([bins.counts(&pair.reference), bins.counts(&pair.current)]);
        differences.same(case, "counts", &ours, &answer.expect("it is answered"));
    }
    differences.assert_none(30);
}

#[test]
fn adjusted_p_values_are_those_of_scipy() {
    let mut rng = Rng::new(23);
    let mut lists = vec![vec![0.0, 1.0], vec![0.05], vec![0.01; 7], vec![1e-300, 0.5, 1e-300, 1.0]];
    lists.extend((1..40).map(|count| rng.many(count, |rng| rng.unit().powi(4))));
    lists.extend((1..20).map(|count| rng.many(count, |rng| rng.below(5) as f64 / 4.0)));
    let case = |list: &Vec<f64>| {
        Case::new(format!("{list:?}"), "false_discovery", json!({ "p_values": numbers(list) }))
    };
    let cases: Vec<Case> = lists.iter().map(case).collect();
    let mut differences = Differences::default();
    for ((list, case), answer) in lists.iter().zip(&cases).zip(ask("drift", &cases)) {
        let answer = answer.expect("it is answered");
        let theirs = answer.as_array().expect("a list");
        for (ours, theirs) in benjamini_hochberg(list).into_iter().zip(theirs) {
            differences.number(case, "adjusted", ours, number_of(theirs), Tolerance::Relative(1e-14));
        }
    }
    differences.assert_none(900);
}
