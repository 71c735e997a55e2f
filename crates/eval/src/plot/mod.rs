//! Plots as SVG, of plain series: lines, bars, and a matrix of counts.
//!
//! A plot computes nothing but places on paper. It is told apart without colour (dashes, outlines, hatching, words), and it
//! has a title and a description for those who do not see it. Its colours come from the style sheet of the page.
//!
//! Invariants: no number that is not finite reaches the text; every point lies within the view box; names are escaped and cut.

mod bars;
mod lines;
mod matrix;
mod scale;

use crate::markup::{Attribute, Markup};

pub(crate) use bars::{BarPlot, BarRow, MOST_ROWS, Mark};
pub(crate) use lines::{Count, LinePlot, Look, Series};
pub(crate) use matrix::{MOST_CLASSES, MatrixPlot};

/// What every plot has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Labels<'a> {
    /// Unique on the page.
    pub(crate) id: &'a str,
    /// What it is.
    pub(crate) title: &'a str,
    /// What it shows, for those who do not see it.
    pub(crate) description: &'a str,
}

/// The frame of a plot: its size, its words, and what `inside` draws.
fn frame(page: &mut Markup, labels: Labels<'_>, width: f64, height: f64, inside: impl FnOnce(&mut Markup)) {
    let (title, description) = (format!("{}-title", labels.id), format!("{}-description", labels.id));
    let attributes = [
        ("viewBox", format!("0 0 {} {}", number(width), number(height))),
        ("width", number(width)),
        ("height", number(height)),
        ("aria-labelledby", format!("{title} {description}")),
    ];
    let mut all: Vec<Attribute<'_>> = vec![("xmlns", "http://www.w3.org/2000/svg"), ("role", "img")];
    all.extend(attributes.iter().map(|(name, value)| (*name, value.as_str())));
    page.element("svg", &all, |svg| {
        svg.leaf("title", &[("id", title.as_str())], labels.title);
        svg.leaf("desc", &[("id", description.as_str())], labels.description);
        inside(svg);
    });
}

/// A number as SVG has it, to a hundredth; what is not finite never gets here by way of a scale, and would be 0.
fn number(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    if rounded.is_finite() { (rounded + 0.0).to_string() } else { "0".to_owned() }
}

/// A straight line.
fn line(svg: &mut Markup, class: &str, from: (f64, f64), to: (f64, f64)) {
    let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(number);
    svg.empty("line", &[("class", class), ("x1", &*x1), ("y1", &*y1), ("x2", &*x2), ("y2", &*y2)]);
}

/// A text at a place; the class says to which side of it.
fn words(svg: &mut Markup, class: &str, (x, y): (f64, f64), text: &str) {
    let [x, y] = [x, y].map(number);
    svg.leaf("text", &[("class", class), ("x", &*x), ("y", &*y)], text);
}

/// A rectangle.
fn rectangle(svg: &mut Markup, class: &str, (x, y): (f64, f64), (width, height): (f64, f64)) {
    let [x, y, width, height] = [x, y, width.max(0.0), height.max(0.0)].map(number);
    let attributes = [("class", class), ("x", &*x), ("y", &*y), ("width", &*width), ("height", &*height)];
    svg.empty("rect", &attributes);
}

/// A name that fits beside a plot; the whole of it stands in the table of the same figures.
fn cut(name: &str, characters: usize) -> String {
    if name.chars().count() <= characters {
        return name.to_owned();
    }
    name.chars().take(characters.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use super::*;

    /// A plot read back.
    pub(super) fn parsed(text: &str) -> Document<'_> {
        let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        let labelled = root.attribute("aria-labelledby").unwrap().split(' ');
        for id in labelled {
            let found = root.descendants().find(|node| node.attribute("id") == Some(id));
            assert!(!found.unwrap().text().unwrap().is_empty(), "{id}");
        }
        document
    }

    /// Attributes that are numbers.
    pub(super) fn numbers_of<const N: usize>(node: &Node<'_, '_>, names: [&str; N]) -> [f64; N] {
        names.map(|name| node.attribute(name).unwrap().parse().unwrap())
    }

    #[test]
    fn numbers_are_short_and_finite() {
        for (value, text) in
            [(1.0, "1"), (-0.0, "0"), (1.0 / 3.0, "0.33"), (f64::NAN, "0"), (f64::INFINITY, "0")]
        {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(cut("African-American", 24), "African-American");
        assert_eq!(cut("äöüß", 3), "äö…");
    }
}
