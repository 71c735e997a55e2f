//! Bars that lie, one or two to a name, with intervals.

use super::scale::Scale;
use super::{Labels, cut, frame, line, number, rectangle, words};
use crate::markup::Markup;

/// The most names that are drawn; more would not be read.
pub(crate) const MOST_ROWS: usize = 40;

/// A plot of bars over one scale from 0.
#[derive(Clone, Debug)]
pub(crate) struct BarPlot<'a> {
    /// Its words.
    pub(crate) labels: Labels<'a>,
    /// How a tick is written.
    pub(crate) tick: fn(f64) -> String,
    /// The names with their bars, the first at the top.
    pub(crate) rows: Vec<BarRow>,
}

/// A name and its bars.
#[derive(Clone, Debug)]
pub(crate) struct BarRow {
    /// The name.
    pub(crate) name: String,
    /// One bar, or two to compare.
    pub(crate) marks: Vec<Mark>,
    /// Whether it counts for less, as a small group does: drawn as an outline.
    pub(crate) faint: bool,
}

/// A bar.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    /// How long it is; nothing is drawn where there is no value.
    pub(crate) value: Option<f64>,
    /// The ends of an interval around it.
    pub(crate) interval: Option<(f64, f64)>,
    /// What stands to its right: the figure, or why there is none.
    pub(crate) words: String,
}

const WIDTH: f64 = 520.0;
const LEFT: f64 = 138.0;
const RIGHT: f64 = 372.0;
const TOP: f64 = 8.0;
const ROW: f64 = 30.0;
/// How high a bar is.
const HIGH: f64 = 12.0;
const NAME_CHARACTERS: usize = 20;
const WORDS_CHARACTERS: usize = 24;
/// How high the end of an interval is.
const CAP: f64 = 3.5;

impl BarPlot<'_> {
    /// Draws it.
    pub(crate) fn draw(&self, page: &mut Markup) {
        let rows = self.rows.get(..self.rows.len().min(MOST_ROWS)).unwrap_or_default();
        let bottom = TOP + ROW * rows.iter().map(|_| 1.0).sum::<f64>();
        let marks = || rows.iter().flat_map(|row| &row.marks);
        let ends = marks().filter_map(|mark| mark.interval.map(|(_, high)| high));
        let scale = Scale::from_zero(marks().filter_map(|mark| mark.value).chain(ends));
        frame(page, self.labels, WIDTH, bottom + 26.0, |svg| {
            for tick in scale.ticks() {
                let x = scale.place(*tick, LEFT, RIGHT);
                line(svg, "grid", (x, TOP), (x, bottom));
                words(svg, "tick middle", (x, bottom + 16.0), &(self.tick)(*tick));
            }
            let mut top = TOP;
            for row in rows {
                row.draw(svg, &scale, top);
                top += ROW;
            }
            line(svg, "axis", (LEFT, TOP), (LEFT, bottom));
        });
    }
}

impl BarRow {
    fn draw(&self, svg: &mut Markup, scale: &Scale, top: f64) {
        let middle = top + ROW / 2.0;
        words(svg, "name end", (LEFT - 10.0, middle + 4.0), &cut(&self.name, NAME_CHARACTERS));
        let pair = self.marks.len() > 1;
        let mut centre = if pair { middle - HIGH / 2.0 - 0.5 } else { middle };
        for (index, mark) in self.marks.iter().enumerate() {
            let class = match (self.faint, pair && index == 0) {
                (true, _) => "bar faint",
                (false, true) => "bar before",
                (false, false) => "bar",
            };
            mark.draw(svg, scale, class, centre, if pair { "value small" } else { "value" });
            centre += HIGH + 1.0;
        }
    }
}

impl Mark {
    fn draw(&self, svg: &mut Markup, scale: &Scale, class: &str, centre: f64, words_class: &str) {
        if let Some(value) = self.value.filter(|value| value.is_finite()) {
            let end = scale.place(value, LEFT, RIGHT);
            rectangle(svg, class, (LEFT, centre - HIGH / 2.0), (end - LEFT, HIGH));
        }
        if let Some((low, high)) = self.interval.filter(|(low, high)| low.is_finite() && high.is_finite()) {
            let [from, to] = [low, high].map(|end| scale.place(end, LEFT, RIGHT));
            let [from, to, centre, above, below] = [from, to, centre, centre - CAP, centre + CAP].map(number);
            // Beneath the line lies a wider one of the colour of the paper, so that it is seen upon the bar.
            let way = format!("M{from} {above}V{below}M{from} {centre}H{to}M{to} {above}V{below}");
            svg.empty("path", &[("class", "halo"), ("d", way.as_str())]);
            svg.empty("path", &[("class", "interval"), ("d", way.as_str())]);
        }
        words(svg, words_class, (RIGHT + 12.0, centre + 3.8), &cut(&self.words, WORDS_CHARACTERS));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{numbers_of, parsed};
    use super::*;

    fn drawn(rows: Vec<BarRow>) -> String {
        let mut page = Markup::default();
        let labels = Labels { id: "b", title: "Bars", description: "of names" };
        BarPlot { labels, tick: |tick| tick.to_string(), rows }.draw(&mut page);
        page.finish()
    }

    fn row(name: &str, value: Option<f64>, interval: Option<(f64, f64)>) -> BarRow {
        let mark = Mark { value, interval, words: "why".to_owned() };
        BarRow { name: name.to_owned(), marks: vec![mark], faint: false }
    }

    #[test]
    fn bars_are_as_long_as_their_values_and_intervals_fit() {
        let rows = vec![
            row("<script>alert(1)</script>", Some(0.5), Some((0.4, 0.93))),
            row("none", None, None),
            row("not finite", Some(f64::NAN), Some((f64::NEG_INFINITY, 0.5))),
        ];
        let text = drawn(rows);
        assert!(!text.contains("NaN") && !text.contains("inf ") && !text.contains("<script"), "{text}");
        let document = parsed(&text);
        let bars = document.descendants().filter(|node| node.tag_name().name() == "rect");
        let bars: Vec<[f64; 2]> = bars.map(|node| numbers_of(&node, ["x", "width"])).collect();
        // The scale ends at 1: the interval needs room too.
        assert_eq!(bars, [[LEFT, (RIGHT - LEFT) / 2.0]]);
        let paths = document.descendants().filter(|node| node.tag_name().name() == "path").count();
        assert_eq!(paths, 2, "one interval and its halo");
        let why = document.descendants().filter(|node| node.text() == Some("why")).count();
        assert!(why >= 3, "no place is empty");
    }

    #[test]
    fn two_bars_do_not_overlap_and_too_many_rows_are_cut() {
        let two = BarRow {
            name: "a".to_owned(),
            marks: vec![
                Mark { value: Some(0.2), interval: None, words: String::new() },
                Mark { value: Some(0.3), interval: None, words: String::new() },
            ],
            faint: false,
        };
        let text = drawn(vec![two; MOST_ROWS + 5]);
        let document = parsed(&text);
        let bars = document.descendants().filter(|node| node.tag_name().name() == "rect");
        let places: Vec<[f64; 2]> = bars.map(|node| numbers_of(&node, ["y", "height"])).collect();
        assert_eq!(places.len(), 2 * MOST_ROWS);
        for pair in places.windows(2) {
            assert!(pair[0][0] + pair[0][1] <= pair[1][0], "{pair:?}");
        }
        let [_, _, _, height] = viewbox(&document);
        assert!(places.iter().all(|[y, high]| y + high < height));
        parsed(&drawn(Vec::new()));
    }

    fn viewbox(document: &roxmltree::Document<'_>) -> [f64; 4] {
        let text = document.root_element().attribute("viewBox").unwrap();
        let numbers: Vec<f64> = text.split(' ').map(|number| number.parse().unwrap()).collect();
        numbers.try_into().unwrap()
    }
}
