//! A matrix of counts: what was true down, what was said across.

use super::{Labels, cut, frame, number, words};
use crate::markup::Markup;

/// The most classes that are drawn; more would not be read.
pub(crate) const MOST_CLASSES: usize = 16;

/// A confusion matrix.
#[derive(Clone, Debug)]
pub(crate) struct MatrixPlot<'a> {
    /// Its words.
    pub(crate) labels: Labels<'a>,
    /// The classes, in the order of rows and columns.
    pub(crate) classes: &'a [String],
    /// For each class that was true, how often each class was said.
    pub(crate) counts: &'a [Vec<u64>],
}

const LEFT: f64 = 132.0;
const TOP: f64 = 54.0;
const HIGH: f64 = 44.0;
const WIDTH: f64 = 640.0;
const WIDEST: f64 = 124.0;
/// From this share of a row on, the ink on a cell is that of the paper.
const DARK: f64 = 0.9;
/// How dark a cell is that holds the whole row.
const DARKEST: f64 = 0.85;

impl MatrixPlot<'_> {
    /// Draws it: the darker a cell, the larger its share of the row.
    pub(crate) fn draw(&self, page: &mut Markup) {
        let classes = self.classes.iter().map(|_| 1.0).sum::<f64>().max(1.0);
        let wide = ((WIDTH - LEFT - 8.0) / classes).min(WIDEST);
        let across = LEFT + wide * classes;
        frame(page, self.labels, across + 8.0, TOP + HIGH * classes + 8.0, |svg| {
            words(svg, "label middle", (f64::midpoint(LEFT, across), 14.0), "predicted");
            words(svg, "label end", (LEFT - 10.0, TOP - 12.0), "label");
            let mut x = LEFT;
            for name in self.classes {
                words(svg, "name middle", (x + wide / 2.0, TOP - 12.0), &cut(name, letters(wide)));
                x += wide;
            }
            let mut y = TOP;
            for (name, counts) in self.classes.iter().zip(self.counts) {
                words(svg, "name end", (LEFT - 10.0, y + HIGH / 2.0 + 4.0), &cut(name, 17));
                row(svg, counts, y, wide);
                y += HIGH;
            }
        });
    }
}

fn row(svg: &mut Markup, counts: &[u64], y: f64, wide: f64) {
    let total = counts.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let mut x = LEFT;
    for count in counts {
        let shade = if total == 0 { 0.0 } else { real(*count) / real(total) };
        let [at_x, at_y, width, height] = [x, y, wide - 2.0, HIGH - 2.0].map(number);
        let opacity = number(shade * DARKEST);
        svg.empty(
            "rect",
            &[
                ("class", "cell"),
                ("x", &*at_x),
                ("y", &*at_y),
                ("width", &*width),
                ("height", &*height),
                ("fill-opacity", &*opacity),
            ],
        );
        let class = if shade > DARK { "count-text middle inverse" } else { "count-text middle" };
        words(svg, class, (x + wide / 2.0 - 1.0, y + HIGH / 2.0 + 4.0), &grouped(*count));
        x += wide;
    }
}

/// How many letters fit across.
fn letters(wide: f64) -> usize {
    [3_usize, 5, 8, 12, 16].into_iter().rev().find(|letters| real(*letters as u64) * 7.0 <= wide).unwrap_or(2)
}

#[expect(clippy::cast_precision_loss, reason = "a shade on paper")]
fn real(count: u64) -> f64 {
    count as f64
}

/// A count with its thousands apart.
fn grouped(count: u64) -> String {
    crate::words::count(count)
}

#[cfg(test)]
mod tests {
    use super::super::tests::parsed;
    use super::*;

    #[test]
    fn every_count_is_written_and_an_empty_row_is_no_fault() {
        let mut page = Markup::default();
        MatrixPlot {
            labels: Labels { id: "m", title: "Matrix", description: "two by two" },
            classes: &["<no>".to_owned(), "yes".to_owned()],
            counts: &[vec![1234, 5], vec![0, 0]],
        }
        .draw(&mut page);
        let text = page.finish();
        let document = parsed(&text);
        let texts: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
        for expected in ["1,234", "5", "<no>", "yes"] {
            assert!(texts.contains(&expected), "{expected}: {texts:?}");
        }
        assert!(!text.contains("NaN"), "{text}");
    }
}
