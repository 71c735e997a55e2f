//! Figures in words, the same in tables, pages and reports for continuous integration.

use crate::figure::Figure;

/// The figure at a path: a rate as per cent with two digits, any other number with four decimals, or in scientific form where
/// that would hide it.
pub(crate) fn figure(path: &str, value: f64) -> String {
    const RATES: [&str; 7] = ["Rate", "Value", "ccuracy", "recision", "ecall", "F1", "f1"];
    let name = path.rsplit('.').next().unwrap_or(path);
    if name != "averagePrecision" && RATES.iter().any(|rate| name.ends_with(rate)) {
        percent(value)
    } else {
        decimal(value)
    }
}

/// Why a figure has no number, or how far it may be off where that is known.
pub(crate) fn remark(figure: &Figure) -> String {
    let reason = figure.reason.map(|reason| format!("undefined: {reason}"));
    let bound = figure.error_bound.map(|bound| format!("off by {bound:.1e} at most"));
    reason.or(bound).unwrap_or_default()
}

/// A number with four decimals, or in scientific form where that would hide it.
pub(crate) fn decimal(value: f64) -> String {
    if value != 0.0 && !(1e-3..1e9).contains(&value.abs()) {
        format!("{value:.5e}")
    } else {
        format!("{value:.4}")
    }
}

/// As [`decimal`], with three digits in scientific form.
pub(crate) fn short(value: f64) -> String {
    if value != 0.0 && !(1e-3..1e9).contains(&value.abs()) {
        format!("{value:.2e}")
    } else {
        format!("{value:.4}")
    }
}

/// A number of the data, with five digits.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if value != 0.0 && !(1e-4..1e7).contains(&size) {
        return format!("{value:.4e}");
    }
    let decimals = [1e4, 1e3, 1e2, 1e1, 1e0].iter().take_while(|power| size < **power).count();
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A share as per cent with two digits.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// A count with its thousands apart.
pub(crate) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The path of a figure as words for people: `race.equalizedOddsDifference` is `equalized odds difference, race`.
pub(crate) fn name(path: &str) -> String {
    let (attribute, name) =
        path.rsplit_once('.').map_or((None, path), |(attribute, name)| (Some(attribute), name));
    let mut words = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(c.to_ascii_lowercase());
    }
    for (plain, proper) in
        [("roc auc", "ROC AUC"), ("f1", "F1"), ("brier", "Brier"), ("matthews", "Matthews")]
    {
        words = words.replace(plain, proper);
    }
    match attribute {
        Some(attribute) => format!("{words}, {attribute}"),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_names_and_counts_are_for_people() {
        assert_eq!(figure("race.selectionRate", 0.12345), "12.35 %");
        assert_eq!(figure("rocAuc", 0.70215), "0.7022");
        assert_eq!((decimal(1.5e-7), short(1.5e-7)), ("1.50000e-7".into(), "1.50e-7".into()));
        for (value, text) in
            [(0.0, "0"), (25.0, "25"), (1133.44, "1133.4"), (-1.69, "-1.69"), (1e9, "1.0000e9")]
        {
            assert_eq!(number(value), text);
        }
        assert_eq!(name("race.equalizedOddsDifference"), "equalized odds difference, race");
        assert_eq!(name("macroF1"), "macro F1");
        assert_eq!(
            (count(7), count(1234), count(1_000_000)),
            ("7".into(), "1,234".into(), "1,000,000".into())
        );
    }
}
