//! Reading data into a state: the parts of all files at the same time, each column by column.

use std::io::Read;

use crate::column::{self, RowProblem};
use crate::encode::{BinaryColumn, Rule, ValueCodes};
use crate::error::{EvalError, Place, Problem};
use crate::gather::Gathering;
use crate::options::{EvaluationOptions, ScoreState};
use crate::progress::{Progress, Unwatched};
use crate::source::{self, Chunk, Chunks, DataFile, Projection, Unit};
use crate::state::{Builder, Columns, Dimension, Gathered, Measures, State, Weights};
use crate::suite::check_columns;
use crate::table::Input;
use crate::task::Task;
use crate::units;

/// Reads one CSV table, as it comes, into a state.
pub fn scan<R: Read>(options: &EvaluationOptions, input: Input<R>) -> Result<State, EvalError> {
    check_columns(options)?;
    let plan = Plan::new(options);
    let mut chunks = source::csv(&input.name, input.reader, &plan.projection)?;
    let gathering = plan.gathering(0)?;
    let part = plan.read(&input.name, chunks.as_mut(), &gathering, 0)?;
    plan.merged(vec![part], gathering, &input.name)
}

/// Reads files of any of the formats into one state. States of parts of one data set can be merged before
/// [`crate::report()`].
pub fn scan_files(options: &EvaluationOptions, files: &[DataFile]) -> Result<State, EvalError> {
    scan_files_watched(options, files, &Unwatched)
}

/// As [`scan_files`], while somebody watches.
pub fn scan_files_watched(
    options: &EvaluationOptions,
    files: &[DataFile],
    progress: &dyn Progress,
) -> Result<State, EvalError> {
    check_columns(options)?;
    let plan = Plan::new(options);
    let units = units::of_files(files, &plan.projection)?;
    let gathering = plan.gathering(units.iter().filter_map(Unit::rows).fold(0, u64::saturating_add))?;
    progress.begin(units::rows(&units), units::bytes(files));
    let parts = units::read_all(&units, &plan.projection, progress, |part, file, chunks| {
        plan.read(file, chunks, &gathering, part)
    })?;
    progress.end();
    plan.merged(parts, gathering, files.first().map_or("the data", |file| file.name.as_str()))
}

/// Which columns are read, and as what.
struct Plan<'a> {
    options: &'a EvaluationOptions,
    columns: Columns,
    projection: Projection,
    label: usize,
    prediction: usize,
    /// The columns that are read as numbers: label and prediction of a regression, the score or the score of each class, and
    /// the weight behind them.
    numbers: Vec<usize>,
    /// Which of these are kept row by row.
    measures: Vec<usize>,
    groups: Vec<usize>,
}

/// What one part of the data gave: its statistics, unless they were taken over, and where each class of label and prediction
/// was seen first.
struct Part {
    state: Option<State>,
    classes: Vec<Vec<(String, Place)>>,
}

impl<'a> Plan<'a> {
    fn new(options: &'a EvaluationOptions) -> Self {
        let mut projection = Projection::default();
        let is_number = options.task == Task::Regression;
        let mut compared =
            |name: &String| if is_number { projection.number(name) } else { projection.text(name) };
        let (label, prediction) = (compared(&options.label), compared(&options.prediction));
        let columns = Columns::of(options);
        let mut numbers = if is_number { vec![label, prediction] } else { Vec::new() };
        let scores = options.score.iter().chain(columns.class_scores.values());
        let read: Vec<&String> = scores.chain(&options.features).chain(&options.weight).collect();
        let before = numbers.len();
        numbers.extend(read.iter().map(|name| projection.number(name)));
        let place = |name: &String| read.iter().position(|known| *known == name).map(|place| before + place);
        let measures = columns.measures().into_iter().filter_map(place).collect();
        let groups = columns.groups.iter().map(|name| projection.text(name)).collect();
        Self { options, columns, projection, label, prediction, numbers, measures, groups }
    }

    /// What is kept of scores. Those that have weights stand beside these.
    fn kept_scores(&self) -> Option<ScoreState> {
        let is_alone = self.options.score.is_some() && self.options.weight.is_none();
        is_alone.then_some(self.options.score_state)
    }

    /// What parts are gathered in, with room for the scores of the rows that the files say they have.
    fn gathering(&self, rows: u64) -> Result<Gathering, EvalError> {
        let is_exact = self.kept_scores() == Some(ScoreState::Exact);
        let scores = is_exact.then(|| Gathered::with_room(rows)).transpose();
        Ok(Gathering::new(scores.map_err(EvalError::new)?))
    }

    fn read(
        &self,
        file: &str,
        chunks: &mut dyn Chunks,
        gathering: &Gathering,
        part: usize,
    ) -> Result<Part, EvalError> {
        let mut scan = Scan::new(self, gathering.expected_cells());
        while let Some(chunk) = chunks.next_chunk()? {
            scan.read(&chunk).map_err(|(column, (row, problem))| {
                let name = column.and_then(|index| self.projection.names().get(index)).map(String::as_str);
                EvalError { problem, place: Box::new(chunk.place(file, row, name)) }
            })?;
            scan.note_first_rows(file, &chunk);
            gathering.take_scores(part, &mut scan.builder).map_err(EvalError::new)?;
        }
        let (state, classes) = scan.finish();
        Ok(Part { state: gathering.take_state(state), classes })
    }

    /// The state of all parts. A class that contradicts one of an earlier part is found here.
    fn merged(&self, parts: Vec<Part>, gathering: Gathering, file: &str) -> Result<State, EvalError> {
        if self.options.task == Task::Binary {
            let named = [&self.options.label_positive, &self.options.positive];
            for (index, positive) in named.into_iter().enumerate() {
                let mut column = BinaryColumn::new(positive);
                for (value, place) in parts.iter().filter_map(|part| part.classes.get(index)).flatten() {
                    column
                        .is_positive(value.as_bytes())
                        .map_err(|problem| EvalError { problem, place: Box::new(place.clone()) })?;
                }
            }
        }
        let state = gathering.merged(parts.into_iter().filter_map(|part| part.state).collect())?;
        if state.cells().is_empty() {
            let place = Place { file: Some(file.to_owned()), ..Place::default() };
            return Err(EvalError { problem: Problem::NoRows, place: Box::new(place) });
        }
        Ok(state)
    }
}

/// The columns whose values make groups: protected ones, those of intersections, and segments, each once.
pub(crate) fn group_columns(options: &EvaluationOptions) -> Vec<String> {
    let all = options.protected.iter().chain(options.intersections.iter().flatten()).chain(&options.segments);
    let mut columns: Vec<String> = Vec::new();
    for name in all {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    columns
}

/// The codes of a column that holds classes of a task.
pub(crate) fn class_codes(task: Task, positive: &[String]) -> ValueCodes {
    ValueCodes::new(match task {
        Task::Binary => Rule::Binary(BinaryColumn::new(positive)),
        Task::Multiclass | Task::Regression => Rule::Classes,
    })
}

/// A column of a dimension being read: where it stands in the chunks, and its codes.
struct Coded {
    place: usize,
    codes: ValueCodes,
}

/// One part of the data being read.
struct Scan<'a> {
    plan: &'a Plan<'a>,
    dimensions: Vec<Coded>,
    places: Vec<Vec<Place>>,
    builder: Builder,
    measures: Option<Measures>,
    weights: Vec<Weights>,
    codes: Vec<Vec<u16>>,
    numbers: Vec<Vec<f64>>,
    cells: Vec<u32>,
}

/// A problem of a row, and the column of the projection that it is in.
type ColumnProblem = (Option<usize>, RowProblem);

impl<'a> Scan<'a> {
    fn new(plan: &'a Plan<'a>, expected_cells: usize) -> Self {
        let options = plan.options;
        let mut dimensions = Vec::new();
        if options.task != Task::Regression {
            let sides = [(plan.label, &options.label_positive), (plan.prediction, &options.positive)];
            dimensions.extend(
                sides.map(|(place, positive)| Coded { place, codes: class_codes(options.task, positive) }),
            );
        }
        let groups = plan.groups.iter();
        dimensions.extend(groups.map(|place| Coded { place: *place, codes: ValueCodes::new(Rule::Groups) }));
        let count = dimensions.len();
        Self {
            plan,
            dimensions,
            places: vec![Vec::new(); options.task.class_dimensions()],
            builder: Builder::new(count, plan.kept_scores(), expected_cells),
            measures: Some(plan.measures.len()).filter(|width| *width > 0).map(Measures::new),
            weights: Vec::new(),
            codes: vec![Vec::new(); count],
            numbers: vec![Vec::new(); plan.numbers.len()],
            cells: Vec::new(),
        }
    }

    fn read(&mut self, chunk: &Chunk) -> Result<(), ColumnProblem> {
        let mut first = First::default();
        for (dimension, codes) in self.dimensions.iter_mut().zip(&mut self.codes) {
            let Some(array) = chunk.columns.get(dimension.place) else { continue };
            first.note(dimension.place, column::codes(array.as_ref(), &mut dimension.codes, codes));
        }
        for (place, out) in self.plan.numbers.iter().zip(&mut self.numbers) {
            let Some(array) = chunk.columns.get(*place) else { continue };
            first.note(*place, column::numbers(array.as_ref(), out));
        }
        if let Some((weights, place)) = self.weight_column().zip(self.plan.numbers.last()) {
            first.note(*place, check_weights(weights));
        }
        first.0.map_or(Ok(()), Err)?;
        if let Some(scores) = self.class_scores() {
            check_distributions(scores).map_err(|(column, problem)| {
                (column.and_then(|column| self.plan.numbers.get(column)).copied(), problem)
            })?;
        }
        let sizes: Vec<usize> = self.dimensions.iter().map(|coded| coded.codes.names().len()).collect();
        let whole = |problem| (None, (0, problem));
        self.builder.count(&self.codes, &sizes, chunk.rows, &mut self.cells).map_err(whole)?;
        self.add_numbers().map_err(whole)
    }

    /// Adds the numbers of rows whose cells were just counted.
    fn add_numbers(&mut self) -> Result<(), Problem> {
        let columns: Vec<&[f64]> = self.numbers.iter().map(Vec::as_slice).collect();
        let (cells, is_weighed) = (&self.cells, self.plan.options.weight.is_some());
        match (self.plan.options.task, columns.as_slice()) {
            (Task::Regression, [labels, predictions]) => {
                self.builder.add_numbers(labels, predictions, cells);
            }
            (Task::Regression, [labels, predictions, weights]) => {
                self.builder.add_weighed_numbers(labels, predictions, weights, cells);
            }
            (Task::Binary, [scores, ..]) if !is_weighed && self.plan.options.score.is_some() => {
                self.builder.add_scores(scores, cells)?;
            }
            _ => {}
        }
        if let Some(weights) = columns.last().filter(|_| is_weighed) {
            let last = cells.iter().max().map_or(0, |cell| *cell as usize + 1);
            self.weights.resize(self.weights.len().max(last), Weights::default());
            for (weight, cell) in weights.iter().zip(cells) {
                if let Some(own) = self.weights.get_mut(*cell as usize) {
                    own.add(*weight);
                }
            }
        }
        let Some(measures) = &mut self.measures else { return Ok(()) };
        let kept = self.plan.measures.iter().filter_map(|place| columns.get(*place));
        measures.add(&kept.copied().collect::<Vec<_>>(), cells)
    }

    /// The weights, where rows have weights.
    fn weight_column(&self) -> Option<&[f64]> {
        self.plan.options.weight.as_ref().and_then(|_| self.numbers.last()).map(Vec::as_slice)
    }

    /// The scores of each class.
    fn class_scores(&self) -> Option<&[Vec<f64>]> {
        let classes = self.plan.columns.class_scores.len();
        (classes > 0).then(|| self.numbers.get(..classes)).flatten()
    }

    /// Remembers where the classes that this chunk brought were seen first.
    fn note_first_rows(&mut self, file: &str, chunk: &Chunk) {
        for (dimension, places) in self.dimensions.iter().zip(&mut self.places) {
            let name = self.plan.projection.names().get(dimension.place).map(String::as_str);
            for row in dimension.codes.first_rows().iter().skip(places.len()) {
                places.push(chunk.place(file, *row, name));
            }
        }
    }

    fn finish(self) -> (State, Vec<Vec<(String, Place)>>) {
        let classes = self.dimensions.iter().zip(self.places);
        let classes =
            classes.map(|(dimension, places)| dimension.codes.names().iter().cloned().zip(places).collect());
        let classes = classes.collect();
        let names = self.dimensions.iter().map(|dimension| Dimension {
            column: self.plan.projection.names().get(dimension.place).cloned().unwrap_or_default(),
            values: dimension.codes.names().to_vec(),
        });
        let names = names.collect();
        let state = self.builder.finish(self.plan.columns.clone(), names);
        (state.with(self.measures, self.weights), classes)
    }
}

/// How far the scores of a row may add up to something else than 1: as far as scikit-learn lets them.
const ONE_WITHIN: f64 = 1e-5;

fn check_weights(weights: &[f64]) -> Result<(), RowProblem> {
    match weights.iter().enumerate().find(|(_, weight)| **weight < 0.0) {
        Some((row, weight)) => Err((row, Problem::NegativeWeight { value: weight.to_string() })),
        None => Ok(()),
    }
}

/// Refuses scores of classes that are no probabilities.
fn check_distributions(columns: &[Vec<f64>]) -> Result<(), ColumnProblem> {
    let rows = columns.iter().map(Vec::len).min().unwrap_or_default();
    for row in 0..rows {
        let mut sum = 0.0;
        for (index, score) in columns.iter().filter_map(|column| column.get(row)).enumerate() {
            if !(0.0..=1.0).contains(score) {
                let value = score.to_string();
                return Err((Some(index), (row, Problem::NotAProbability { value })));
            }
            sum += score;
        }
        if (sum - 1.0).abs() > ONE_WITHIN {
            return Err((None, (row, Problem::NotOneTogether { sum: sum.to_string() })));
        }
    }
    Ok(())
}

/// The problem of the first row that has one; of two in one row, that of the column that was asked for first.
#[derive(Default)]
struct First(Option<ColumnProblem>);

impl First {
    fn note(&mut self, column: usize, result: Result<(), RowProblem>) {
        let Err((row, problem)) = result else { return };
        if self.0.as_ref().is_none_or(|(_, (first, _))| row < *first) {
            self.0 = Some((Some(column), (row, problem)));
        }
    }
}
