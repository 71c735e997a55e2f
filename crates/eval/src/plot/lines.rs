//! Lines and points over two scales, with a strip of counts below where there are counts.

use super::scale::Scale;
use super::{Labels, frame, line, number, rectangle, words};
use crate::markup::Markup;

/// A plot of lines, both scales from 0 to 1.
#[derive(Clone, Debug)]
pub(crate) struct LinePlot<'a> {
    /// Its words.
    pub(crate) labels: Labels<'a>,
    /// What is across.
    pub(crate) across: &'a str,
    /// What is up.
    pub(crate) up: &'a str,
    /// What is drawn, the first at the bottom.
    pub(crate) series: Vec<Series>,
    /// Rows by what is across.
    pub(crate) counts: Vec<Count>,
}

/// A row of points.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    /// How it is drawn.
    pub(crate) look: Look,
    /// Its points, from the first to the last.
    pub(crate) points: Vec<(f64, f64)>,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// As a line.
    Line,
    /// As a line with its points.
    Points,
    /// As a dashed line to compare with.
    Guide,
}

/// How many rows lie between two values of what is across.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    /// From here.
    pub(crate) from: f64,
    /// To here.
    pub(crate) to: f64,
    /// So many.
    pub(crate) rows: u64,
}

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 330.0;
const STRIP: f64 = 56.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = WIDTH - 14.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = HEIGHT - 42.0;
const RADIUS: f64 = 3.2;

impl LinePlot<'_> {
    /// Draws it.
    pub(crate) fn draw(&self, page: &mut Markup) {
        let strip = if self.counts.is_empty() { 0.0 } else { STRIP };
        frame(page, self.labels, WIDTH, HEIGHT + strip, |svg| {
            self.axes(svg);
            for series in &self.series {
                series.draw(svg);
            }
            if !self.counts.is_empty() {
                self.strip(svg);
            }
        });
    }

    fn axes(&self, svg: &mut Markup) {
        let scale = Scale::unit();
        for tick in scale.ticks() {
            let (x, y) = place((*tick, *tick));
            line(svg, "grid", (x, TOP), (x, BOTTOM));
            line(svg, "grid", (LEFT, y), (RIGHT, y));
            words(svg, "tick middle", (x, BOTTOM + 16.0), &tick.to_string());
            words(svg, "tick end", (LEFT - 7.0, y + 3.5), &tick.to_string());
        }
        line(svg, "axis", (LEFT, BOTTOM), (RIGHT, BOTTOM));
        line(svg, "axis", (LEFT, TOP), (LEFT, BOTTOM));
        words(svg, "label middle", (f64::midpoint(LEFT, RIGHT), BOTTOM + 34.0), self.across);
        let (x, y) = (12.0, f64::midpoint(TOP, BOTTOM));
        let [at_x, at_y] = [x, y].map(number);
        let turned = format!("rotate(-90 {at_x} {at_y})");
        let attributes = [("class", "label middle"), ("x", &*at_x), ("y", &*at_y), ("transform", &*turned)];
        svg.leaf("text", &attributes, self.up);
    }

    fn strip(&self, svg: &mut Markup) {
        let base = HEIGHT + STRIP - 4.0;
        let room = STRIP - 18.0;
        let scale = Scale::from_zero(self.counts.iter().map(|count| rows(count.rows)));
        for count in &self.counts {
            let (from, to) = (place((count.from, 0.0)).0, place((count.to, 0.0)).0);
            let height = scale.place(rows(count.rows), 0.0, room);
            rectangle(svg, "count", (from + 1.0, base - height), (to - from - 2.0, height));
        }
        line(svg, "axis", (LEFT, base), (RIGHT, base));
        words(svg, "tick end", (LEFT - 7.0, base), "rows");
    }
}

impl Series {
    fn draw(&self, svg: &mut Markup) {
        let finite = |(x, y): &&(f64, f64)| x.is_finite() && y.is_finite();
        let places: Vec<(f64, f64)> = self.points.iter().filter(finite).map(|point| place(*point)).collect();
        if places.len() > 1 {
            let text: Vec<String> =
                places.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
            let class = if self.look == Look::Guide { "guide" } else { "line" };
            svg.empty("polyline", &[("class", class), ("points", text.join(" ").as_str())]);
        }
        // A line of one point would not be seen.
        if self.look == Look::Points || places.len() == 1 {
            for (x, y) in places {
                let [x, y, radius] = [x, y, RADIUS].map(number);
                svg.empty("circle", &[("class", "point"), ("cx", &*x), ("cy", &*y), ("r", &*radius)]);
            }
        }
    }
}

fn place((x, y): (f64, f64)) -> (f64, f64) {
    let scale = Scale::unit();
    (scale.place(x, LEFT, RIGHT), scale.place(y, BOTTOM, TOP))
}

#[expect(clippy::cast_precision_loss, reason = "a place on paper")]
fn rows(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::super::tests::{numbers_of, parsed};
    use super::*;

    fn drawn(points: &[(f64, f64)], counts: Vec<Count>) -> String {
        let mut page = Markup::default();
        let labels = Labels { id: "p", title: "<Title>", description: "a & b" };
        let series = vec![Series { look: Look::Points, points: points.to_vec() }];
        LinePlot { labels, across: "x", up: "y", series, counts }.draw(&mut page);
        page.finish()
    }

    #[test]
    fn points_stay_within_the_view_box_and_what_is_not_finite_is_left_out() {
        let points = [(0.0, 0.0), (f64::NAN, 0.5), (0.5, f64::INFINITY), (2.0, -3.0), (1.0, 1.0)];
        let counts =
            vec![Count { from: 0.0, to: 0.5, rows: u64::MAX }, Count { from: 0.5, to: 1.0, rows: 0 }];
        let text = drawn(&points, counts);
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        let document = parsed(&text);
        let circles = document.descendants().filter(|node| node.tag_name().name() == "circle");
        let places: Vec<[f64; 2]> = circles.map(|node| numbers_of(&node, ["cx", "cy"])).collect();
        assert_eq!(places, [[LEFT, BOTTOM], [RIGHT, BOTTOM], [RIGHT, TOP]]);
        let title = document.descendants().find(|node| node.tag_name().name() == "title").unwrap();
        assert_eq!(title.text(), Some("<Title>"));
    }

    #[test]
    fn one_point_is_seen_and_none_is_no_fault() {
        let count = |text: &str, tag: &str| {
            parsed(text).descendants().filter(|node| node.tag_name().name() == tag).count()
        };
        let one = drawn(&[(0.5, 0.5)], Vec::new());
        assert_eq!((count(&one, "circle"), count(&one, "polyline")), (1, 0));
        let none = drawn(&[], Vec::new());
        assert_eq!((count(&none, "circle"), count(&none, "polyline")), (0, 0));
        assert!(count(&none, "line") > 10, "the axes are there");
    }
}
