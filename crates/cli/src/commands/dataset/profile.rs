//! `assent dataset profile`: what a table holds, counted, without a server.

use std::fs;
use std::path::{Path, PathBuf};

use assent_cards::{AnyRecord, DataField, Datasheet, croissant, merge};
use assent_eval::profile::{ColumnProfile, Profile as Counted, profile_files};
use clap::Args;

use super::data_object;
use crate::commands::card::file::{self, Form};
use crate::data_files;
use crate::output::{Answer, Block};
use crate::problem::{Exit, Problem};
use crate::progress::Bar;
use crate::table::Table;

/// Options of `assent dataset profile`.
#[derive(Debug, Args)]
pub(crate) struct Profile {
    /// The data: files (CSV, Parquet, Arrow IPC, JSON lines), folders or patterns
    #[arg(required = true, value_name = "FILE", num_args = 1..)]
    files: Vec<PathBuf>,
    /// The column with the label, whose classes are counted
    #[arg(long, value_name = "COL")]
    label: Option<String>,
    /// A datasheet that people wrote: its text stands, and its counts are brought up to date
    #[arg(long, value_name = "FILE")]
    with: Option<PathBuf>,
    /// Where to write a datasheet with the counts
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// The form of the datasheet; told by the name of the file if absent
    #[arg(long, value_enum, requires = "to")]
    form: Option<Form>,
    /// Where to write a description in Croissant JSON-LD, beside the one file that it describes
    #[arg(long, value_name = "FILE")]
    croissant: Option<PathBuf>,
    /// No progress bar
    #[arg(long)]
    quiet: bool,
}

impl Profile {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let bar = Bar::new(self.quiet);
        let files = bar.watched(data_files::open(&self.files)?);
        let profile = profile_files(&files, self.label.as_deref(), &bar).map_err(|error| {
            Problem::new(&error).code(error.code()).hint(error.remedy()).exit(Exit::NotAsked)
        })?;
        let json = serde_json::to_value(&profile).map_err(Problem::new)?;
        let mut answer = shown(Answer::new(json), &profile);
        let sheet = self.datasheet(&profile)?;
        if let Some(path) = &self.croissant {
            self.describe(&sheet, path)?;
            answer = answer.line(format!("written to `{}`", path.display()));
        }
        if let Some(path) = &self.to {
            file::write(&AnyRecord::Datasheet(Box::new(sheet)), path, self.form)?;
            answer = answer.line(format!("written to `{}`", path.display()));
        }
        Ok(answer)
    }

    fn describe(&self, sheet: &Datasheet, path: &Path) -> Result<(), Problem> {
        let [data] = self.files.as_slice() else {
            return Err(
                Problem::new("a description in Croissant is of one file").hint("name one file of data")
            );
        };
        let described = croissant::write(sheet, &data_object::of(data)?);
        let text = serde_json::to_string_pretty(&described).map_err(Problem::new)? + "\n";
        fs::write(path, text).map_err(|error| {
            Problem::path("written", path, error).hint("name a file in a folder that can be written")
        })
    }

    /// The counts as a datasheet, with what people wrote.
    fn datasheet(&self, profile: &Counted) -> Result<Datasheet, Problem> {
        let mut sheet = Datasheet::default();
        let Counted { rows, columns, classes } = profile;
        sheet.composition.count = format!("{rows} rows");
        sheet.composition.fields = columns.iter().map(field).collect();
        if let Some(label) = self.label.as_ref().filter(|_| !classes.is_empty()) {
            let classes: Vec<String> =
                classes.iter().map(|class| format!("{} in {} rows", class.value, class.rows)).collect();
            sheet.composition.labels = format!("`{label}`: {}", classes.join(", "));
        }
        let Some(path) = &self.with else { return Ok(sheet) };
        match file::read(path)?.record {
            AnyRecord::Datasheet(mut written) => {
                // How many there are is counted, and not remembered.
                written.composition.count.clear();
                merge(&sheet, &written).map_err(Problem::new)
            }
            AnyRecord::ModelCard(_) => {
                Err(Problem::new(format!("`{}` is a model card, not a datasheet", path.display())))
            }
        }
    }
}

fn field(column: &ColumnProfile) -> DataField {
    DataField {
        name: column.name.clone(),
        r#type: column.r#type.name().to_owned(),
        missing: Some(column.missing),
        distinct: distinct(column),
        min: column.min.clone().unwrap_or_default(),
        max: column.max.clone().unwrap_or_default(),
        ..DataField::default()
    }
}

fn distinct(column: &ColumnProfile) -> String {
    if column.distinct_is_at_least {
        format!("more than {}", column.distinct)
    } else {
        column.distinct.to_string()
    }
}

fn shown(answer: Answer, profile: &Counted) -> Answer {
    let mut table = Table::new(["column", "type", ">missing", ">distinct", ">smallest", ">largest"]);
    for column in &profile.columns {
        let bound = |bound: &Option<String>| bound.clone().unwrap_or_default();
        table.row([
            column.name.clone(),
            column.r#type.name().to_owned(),
            column.missing.to_string(),
            distinct(column),
            bound(&column.min),
            bound(&column.max),
        ]);
    }
    let mut answer = answer.table(table);
    if !profile.classes.is_empty() {
        let mut table = Table::new(["class", ">rows"]);
        for class in &profile.classes {
            table.row([class.value.clone(), class.rows.to_string()]);
        }
        answer = answer.with(Block::Title("Classes of the label".to_owned())).table(table);
    }
    answer.line(format!("{} rows", profile.rows))
}
