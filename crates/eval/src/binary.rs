//! A state read as positive and negative.

use crate::encode::BinaryColumn;
use crate::error::{EvalError, Place, Problem, excerpt};
use crate::exact::ExactSum;
use crate::metrics::{Drawn, Kind, ScoreStatistics};
use crate::options::EvaluationOptions;
use crate::state::{Cell, Confusion, Dimension, Grouping, Groups, Kinds, Masses, State};

/// Sides of a confusion matrix.
pub(crate) const SIDES: usize = 4;

/// The counts of the rows that were drawn for each group.
pub(crate) fn drawn_counts(drawn: &[Drawn]) -> Vec<Confusion> {
    let counts = |sides: &[Drawn]| {
        let side = |place: usize| sides.get(place).copied().unwrap_or_default();
        let [tn, fp, fn_, tp] = [side(0), side(1), side(2), side(3)];
        let masses = Masses { tn: tn.mass, fp: fp.mass, fn_: fn_.mass, tp: tp.mass };
        Confusion { weights: Some(masses), ..Confusion::of_rows(tn.rows, fp.rows, fn_.rows, tp.rows) }
    };
    drawn.chunks(SIDES).map(counts).collect()
}

/// A state whose labels and predictions are positive or negative.
#[derive(Clone, Debug)]
pub struct Binary<'a> {
    state: &'a State,
    /// For each cell whether its label and its prediction are positive.
    sides: Vec<(bool, bool)>,
    /// The counts of all rows.
    pub overall: Confusion,
    /// The values of the label that count as positive.
    pub label_positive: Vec<String>,
    /// The values of the prediction that count as positive.
    pub positive: Vec<String>,
}

impl State {
    /// Reads the classes as positive or negative, by the values that the options name or by those that decide themselves.
    pub fn binary(&self, options: &EvaluationOptions) -> Result<Binary<'_>, EvalError> {
        let empty = Dimension::default();
        let dimension = |index| self.dimensions().get(index).unwrap_or(&empty);
        let (labels, label_positive) = sides(dimension(0), &options.label_positive)?;
        let (predictions, positive) = sides(dimension(1), &options.positive)?;
        let side_of = |cell: &Cell, index: usize, sides: &[bool]| {
            let code = cell.key.get(index).map(|code| usize::from(*code));
            code.and_then(|code| sides.get(code)).copied().unwrap_or_default()
        };
        let sides: Vec<(bool, bool)> = self
            .cells()
            .iter()
            .map(|cell| (side_of(cell, 0, &labels), side_of(cell, 1, &predictions)))
            .collect();
        let mut overall = Tally::new(self.columns().weight.is_some());
        for (cell, (label, prediction)) in self.cells().iter().zip(&sides) {
            overall.add_cell(*label, *prediction, cell);
        }
        let overall = overall.finish();
        Ok(Binary { state: self, sides, overall, label_positive, positive })
    }
}

fn sides(dimension: &Dimension, named: &[String]) -> Result<(Vec<bool>, Vec<String>), EvalError> {
    let in_column = |problem: Problem| {
        let place = Place { column: Some(excerpt(dimension.column.as_bytes())), ..Place::default() };
        EvalError { problem, place: Box::new(place) }
    };
    let mut column = BinaryColumn::new(named);
    let values = dimension.values.iter().map(|value| column.is_positive(value.as_bytes()));
    let sides = values.collect::<Result<_, _>>().map_err(in_column)?;
    if !dimension.values.is_empty() {
        column.check_named().map_err(in_column)?;
    }
    Ok((sides, column.positive_values()))
}

impl Binary<'_> {
    /// The counts of the groups by one column or by several at once.
    pub fn groups(&self, columns: &[String]) -> Groups {
        let grouping = self.state.grouping(columns);
        grouping.groups.iter().cloned().zip(self.counts(&grouping)).collect()
    }

    /// The counts of each group.
    pub fn counts(&self, grouping: &Grouping) -> Vec<Confusion> {
        let mut counts = self.tallies(grouping);
        for ((cell, (label, prediction)), group) in
            self.state.cells().iter().zip(&self.sides).zip(&grouping.of_cell)
        {
            if let Some(count) = counts.get_mut(*group) {
                count.add_cell(*label, *prediction, cell);
            }
        }
        counts.into_iter().map(Tally::finish).collect()
    }

    /// Whether the rows of a cell are predicted positive.
    pub(crate) fn is_predicted_positive(&self, cell: u32) -> bool {
        self.sides.get(cell as usize).is_some_and(|(_, prediction)| *prediction)
    }

    /// The rows by group and side: the category is four times the place of the group, and the place among `tn`, `fp`, `fn`,
    /// `tp`.
    pub(crate) fn kinds(&self, grouping: &Grouping) -> Vec<Kind> {
        let mut kinds = Kinds::default();
        for ((cell, (label, prediction)), group) in
            self.state.cells().iter().zip(&self.sides).zip(&grouping.of_cell)
        {
            let side = usize::from(*label) * 2 + usize::from(*prediction);
            kinds.add(group * SIDES + side, cell);
        }
        kinds.finish()
    }

    /// The statistics of the scores of all rows, where there are scores.
    pub fn scores(&self) -> Option<ScoreStatistics> {
        let mut all = ScoreStatistics::with_curves(&self.overall);
        let label = |cell: u32| self.sides.get(cell as usize).is_some_and(|(label, _)| *label);
        if let Some(histogram) = self.state.histogram() {
            histogram.scored().for_each(|bin| all.push_bin(bin.score, label(bin.cell), bin.rows));
            return Some(all.finish());
        }
        let there = self.state.each_score(|score, cell, weight| all.push(score, label(cell), weight));
        there.then(|| all.finish())
    }

    /// The statistics of the scores of each group, where there are scores.
    pub fn scores_by(&self, grouping: &Grouping) -> Option<Vec<ScoreStatistics>> {
        let groups = self.counts(grouping).iter().map(ScoreStatistics::new).collect();
        self.pushed(grouping, groups)
    }

    /// As [`Binary::scores_by`], for the area and the calibration alone.
    pub(crate) fn brief_scores_by(&self, grouping: &Grouping) -> Option<Vec<ScoreStatistics>> {
        let groups = self.counts(grouping).iter().map(ScoreStatistics::brief).collect();
        self.pushed(grouping, groups)
    }

    fn pushed(&self, grouping: &Grouping, mut groups: Vec<ScoreStatistics>) -> Option<Vec<ScoreStatistics>> {
        let of_cell: Vec<(usize, bool)> =
            grouping.of_cell.iter().zip(&self.sides).map(|(group, (label, _))| (*group, *label)).collect();
        if let Some(histogram) = self.state.histogram() {
            for bin in histogram.scored() {
                let Some((group, label)) = of_cell.get(bin.cell as usize) else { continue };
                if let Some(statistics) = groups.get_mut(*group) {
                    statistics.push_bin(bin.score, *label, bin.rows);
                }
            }
            return Some(groups.into_iter().map(ScoreStatistics::finish).collect());
        }
        let there = self.state.each_score(|score, cell, weight| {
            let Some((group, label)) = of_cell.get(cell as usize) else { return };
            if let Some(statistics) = groups.get_mut(*group) {
                statistics.push(score, *label, weight);
            }
        });
        there.then(|| groups.into_iter().map(ScoreStatistics::finish).collect())
    }

    /// Whether scores are known only by their bins.
    pub(crate) fn is_binned(&self) -> bool {
        self.state.histogram().is_some()
    }

    /// For each group the rows of its cells by what [`State::split_at_median`] says of them, those above as if they were
    /// predicted positive.
    pub(crate) fn counts_of(&self, grouping: &Grouping, [below, above]: &[Vec<Cell>; 2]) -> Vec<Confusion> {
        let mut counts = self.tallies(grouping);
        let cells = below.iter().zip(above).zip(&self.sides).zip(&grouping.of_cell);
        for (((below, above), (label, _)), group) in cells {
            if let Some(count) = counts.get_mut(*group) {
                count.add_cell(*label, false, below);
                count.add_cell(*label, true, above);
            }
        }
        counts.into_iter().map(Tally::finish).collect()
    }

    fn tallies(&self, grouping: &Grouping) -> Vec<Tally> {
        let is_weighed = self.state.columns().weight.is_some();
        (0..grouping.groups.len()).map(|_| Tally::new(is_weighed)).collect()
    }
}

/// Counts being made. What rows weigh is added up without rounding.
struct Tally {
    counts: Confusion,
    /// By label and prediction, as `tn`, `fp`, `fn`, `tp`.
    weights: Option<[ExactSum; 4]>,
}

impl Tally {
    fn new(is_weighed: bool) -> Self {
        Self { counts: Confusion::default(), weights: is_weighed.then(Default::default) }
    }

    fn add_cell(&mut self, label: bool, prediction: bool, cell: &Cell) {
        self.counts.add_rows(label, prediction, cell.rows);
        if let Some(weights) = &cell.weights {
            self.weigh(label, prediction, |sum| sum.merge(&weights.sum()));
        }
    }

    fn weigh(&mut self, label: bool, prediction: bool, add: impl FnOnce(&mut ExactSum)) {
        let Some([tn, fp, fn_, tp]) = &mut self.weights else { return };
        add(match (label, prediction) {
            (false, false) => tn,
            (false, true) => fp,
            (true, false) => fn_,
            (true, true) => tp,
        });
    }

    fn finish(self) -> Confusion {
        let masses = self.weights.map(|sums| {
            let [tn, fp, fn_, tp] = sums.map(|sum| sum.value());
            Masses { tn, fp, fn_, tp }
        });
        Confusion { weights: masses, ..self.counts }
    }
}
