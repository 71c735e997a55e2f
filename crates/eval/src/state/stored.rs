//! The stored form of a state: JSON with a format name and a version, read back strictly.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{BinCount, Cell, Columns, Dimension, Histogram, Measures, Scores, State};
use crate::limits::{MAX_CELLS, MAX_CLASSES, MAX_GROUPS};
use crate::options::ScoreState;

const FORMAT: &str = "assent-eval-state";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stored {
    format: String,
    version: u32,
    columns: Columns,
    dimensions: Vec<Dimension>,
    cells: Vec<Cell>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    scores: Option<StoredScores>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    histogram: Option<Vec<BinCount>>,
    measures: Option<Measures>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StoredScores {
    values: Vec<f64>,
    cells: Vec<u32>,
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let scores = self.scores.as_ref().map(|scores| {
            let (values, cells) = scores.iter().unzip();
            StoredScores { values, cells }
        });
        let stored = Stored {
            format: FORMAT.to_owned(),
            version: VERSION,
            columns: self.columns.clone(),
            dimensions: self.dimensions.clone(),
            cells: self.cells.clone(),
            scores,
            histogram: self.histogram.as_ref().map(|histogram| histogram.counts().collect()),
            measures: self.measures.clone(),
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        checked(Stored::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

fn checked(stored: Stored) -> Result<State, String> {
    if stored.format != FORMAT || stored.version != VERSION {
        return Err(format!("not a state of version {VERSION}"));
    }
    check_cells(&stored)?;
    if stored.columns.weight.is_some() && (stored.scores.is_some() || stored.histogram.is_some()) {
        return Err("scores of rows with weights stand beside these".to_owned());
    }
    let scores = match stored.scores {
        Some(scores) => Some(
            Scores::stored(&scores.values, &scores.cells, stored.cells.len())
                .ok_or("the scores are not in order, or not of these cells")?,
        ),
        None => None,
    };
    let is_binned = stored.columns.score.is_some() && stored.columns.score_state == ScoreState::Histogram;
    if !stored.cells.is_empty()
        && (stored.histogram.is_some() != is_binned || (is_binned && scores.is_some()))
    {
        return Err("scores are not kept as the columns say".to_owned());
    }
    let histogram = match stored.histogram {
        Some(counts) => Some(
            Histogram::stored(&counts, stored.cells.len())
                .ok_or("the counts of scores are not in order, or not of these cells")?,
        ),
        None => None,
    };
    let Stored { columns, dimensions, cells, measures, .. } = stored;
    let width = columns.measures().len();
    let good = |measures: &Measures| width > 0 && measures.are_stored_well(width, cells.len());
    if !measures.as_ref().is_none_or(good) {
        return Err("the numbers of the rows are not in order, or not of these cells and columns".to_owned());
    }
    Ok(State { columns, dimensions, cells, scores, histogram, measures })
}

/// Whether dimensions and cells are in order and fit each other and the columns.
fn check_cells(stored: &Stored) -> Result<(), String> {
    let classes = stored.columns.task.class_dimensions();
    let bound = |index: usize| if index < classes { MAX_CLASSES } else { MAX_GROUPS };
    for (index, dimension) in stored.dimensions.iter().enumerate() {
        let ascend = dimension.values.is_sorted_by(|low, high| low < high);
        if !ascend || dimension.values.len() > bound(index) {
            return Err(format!("the values of the dimension `{}` are not in order", dimension.column));
        }
    }
    let named = match stored.columns.task.class_dimensions() {
        0 => Vec::new(),
        _ => vec![&stored.columns.label, &stored.columns.prediction],
    };
    let expected = named.into_iter().chain(&stored.columns.groups);
    if !stored.cells.is_empty() && !expected.eq(stored.dimensions.iter().map(|dimension| &dimension.column)) {
        return Err("the dimensions are not those of the columns".to_owned());
    }
    let fits = |cell: &Cell| {
        cell.key.len() == stored.dimensions.len()
            && cell.rows > 0
            && cell.moments.is_some() == (classes == 0)
            && cell.weights.is_some() == stored.columns.weight.is_some()
            && cell.weights.as_ref().is_none_or(|weights| weights.are_of(cell.rows))
            && cell
                .key
                .iter()
                .zip(&stored.dimensions)
                .all(|(code, all)| usize::from(*code) < all.values.len())
    };
    let ascend = stored.cells.is_sorted_by(|low, high| low.key < high.key);
    if !ascend || stored.cells.len() > MAX_CELLS || !stored.cells.iter().all(fits) {
        return Err("the cells are not in order, or not of these dimensions".to_owned());
    }
    Ok(())
}
