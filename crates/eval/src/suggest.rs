//! The nearest known name to a mistyped one, for "did you mean".

/// Names longer than this are not compared: the distance is quadratic in the length.
const MAX_COMPARED_CHARS: usize = 64;

/// The name in `known` that is close enough to `wanted` to be meant, if any: equal but for case, or at an edit distance of
/// at most a third of its length. Of equally close names the first wins.
pub(crate) fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = wanted.to_lowercase().chars().collect();
    let limit = wanted.len() / 3;
    known
        .into_iter()
        .filter_map(|name| distance_within(&wanted, name).map(|distance| (distance, name)))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

fn distance_within(wanted: &[char], name: &str) -> Option<usize> {
    let name: Vec<char> = name.to_lowercase().chars().take(MAX_COMPARED_CHARS + 1).collect();
    (wanted.len() <= MAX_COMPARED_CHARS && name.len() <= MAX_COMPARED_CHARS).then(|| distance(wanted, &name))
}

/// The Levenshtein distance with a swap of two neighbours as one step, kept as the last three rows of the table.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
    for (i, from) in left.iter().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(i + 1);
        for (j, to) in right.iter().enumerate() {
            let replaced = at(&last, j) + usize::from(from != to);
            let mut best = replaced.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            if i > 0 && j > 0 && left.get(i - 1) == Some(to) && right.get(j - 1) == Some(from) {
                best = best.min(at(&before_last, j - 1) + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn distances_are_those_of_levenshtein() {
        let check =
            |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(check("kitten", "sitting"), 3);
        assert_eq!(check("", "abc"), 3);
        assert_eq!(check("abc", ""), 3);
        assert_eq!(check("flaw", "lawn"), 2);
        assert_eq!(check("same", "same"), 0);
        assert_eq!(check("hgih", "high"), 1);
    }

    #[test]
    fn only_close_names_are_meant() {
        let known = ["race", "sex", "two_year_recid"];
        assert_eq!(nearest("two_years_recid", known), Some("two_year_recid"));
        assert_eq!(nearest("RACE", known), Some("race"));
        assert_eq!(nearest("income", known), None);
        assert_eq!(nearest("x", ["y"]), None);
        assert_eq!(nearest(&"x".repeat(10_000), known), None);
    }
}
