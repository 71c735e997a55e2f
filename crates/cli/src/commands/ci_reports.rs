//! The reports that `check` and `gate` write for continuous integration, as options of a command.

use std::path::{Component, Path, PathBuf};
use std::time::Instant;

use clap::Args;
use jiff::Timestamp;
use serde_json::Value;

use super::target::Target;
use crate::ci::{Answered, Asked, junit, markdown, sarif};
use crate::client::Client;
use crate::names;
use crate::output::{Answer, Format, Printer};
use crate::place::Place;
use crate::problem::{Exit, Problem};
use crate::table::text;

/// The longest path of a file in a repository, in characters.
const MAX_LOCATION_CHARS: usize = 1_000;

/// Which reports to write, and where.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct CiReports {
    /// Write the answer to a file as well, as a `JUnit` report; `-` is the standard output, in place of the table
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// The same, as SARIF 2.1.0
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    /// The same, as Markdown for a summary
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// The file, from the root of the repository, that stands for the version in the SARIF report
    #[arg(long, value_name = "PATH", requires = "sarif")]
    sarif_location: Option<String>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Junit,
    Sarif,
    Markdown,
}

/// Reports that can be written, once there is an answer.
#[derive(Debug)]
pub(crate) struct Reports {
    places: Vec<(Kind, Place)>,
    location: Option<String>,
    printer: Printer,
    at: Timestamp,
    since: Instant,
}

impl CiReports {
    /// Takes away what an earlier run wrote, and finds out whether all can be written. The first is done also where the second
    /// fails: there will be no answer then, and nobody is to take an old one for it.
    pub(crate) fn open(self, printer: Printer) -> Result<Reports, Problem> {
        let location = self.sarif_location.map(in_repository).transpose();
        let wanted = [(Kind::Junit, self.junit), (Kind::Sarif, self.sarif), (Kind::Markdown, self.markdown)];
        let (mut places, mut wrong) = (Vec::new(), None);
        for (kind, path) in wanted.into_iter().filter_map(|(kind, path)| Some((kind, path?))) {
            match Place::of(&path) {
                Ok(place) => {
                    wrong = wrong.or(place.clear().err());
                    places.push((kind, place));
                }
                Err(problem) => wrong = wrong.or(Some(problem)),
            }
        }
        let location = location?;
        wrong.map_or(Ok(()), Err)?;
        to_different_places(&places, printer.format())?;
        #[expect(clippy::disallowed_methods, reason = "a command is where the time comes from")]
        let at = Timestamp::now();
        Ok(Reports { places, location, printer, at, since: Instant::now() })
    }
}

fn to_different_places(places: &[(Kind, Place)], format: Format) -> Result<(), Problem> {
    let to_output = places.iter().filter(|(_, place)| matches!(place, Place::StandardOutput)).count();
    if to_output > usize::from(format == Format::Table) {
        return Err(Problem::new("the standard output takes one answer in one form")
            .hint("give `-` to one report and no `--output`, and name files for the others"));
    }
    let mut files: Vec<&Path> = places.iter().filter_map(|(_, place)| place.file()).collect();
    files.sort_unstable();
    match files.windows(2).find_map(|pair| pair.first().filter(|first| pair.last() == Some(first))) {
        Some(file) => Err(Problem::new(format!("two reports are to go to `{}`", file.display()))
            .hint("name a file for each of them")),
        None => Ok(()),
    }
}

/// A path that leads from the root of a repository to something in it.
fn in_repository(path: String) -> Result<String, Problem> {
    let leads_in = Path::new(&path).components().all(|part| matches!(part, Component::Normal(_)));
    if path.is_empty() || !leads_in || path.chars().count() > MAX_LOCATION_CHARS {
        return Err(Problem::new(format!(
            "--sarif-location: `{path}` is no path from the root of a repository"
        ))
        .hint("name a file like `models/v1/metadata.json`: relative, and without `..`"));
    }
    Ok(path)
}

impl Reports {
    /// The id of a version; and for reports, what is asked of it.
    pub(crate) fn asked(
        &self,
        client: &Client,
        command: &'static str,
        version: &str,
        target: &Target,
    ) -> Result<(String, Option<Asked>), Problem> {
        if self.places.is_empty() {
            return Ok((names::version_id(client, version)?, None));
        }
        let view = names::version(client, version)?;
        let id = names::id(version, &view)?;
        let pack = client.get("/api/v1/packs/current")?;
        let asked = Asked {
            command,
            model: text(&view, "/model/name"),
            number: text(&view, "/number"),
            version: id.clone(),
            tier: text(&view, "/model/tier"),
            stage: target.stage.clone(),
            environment: target.environment.clone(),
            strategy: target.strategy.clone(),
            replicas: target.replicas,
            strict: false,
            pack: ["/name", "/revision", "/digest"].map(|at| text(&pack, at)),
            at: self.at,
            seconds: 0.0,
            location: self.location.clone(),
        };
        Ok((id, Some(asked)))
    }

    /// Writes the reports of an answer that is a yes or a no.
    pub(crate) fn write(
        self,
        asked: Option<Asked>,
        mut answer: Answer,
        told: impl FnOnce(Asked, &Value, bool) -> Answered,
    ) -> Result<Answer, Problem> {
        let passed = answer.exit == Exit::Done;
        let Some(asked) = asked.filter(|_| passed || answer.exit == Exit::No) else { return Ok(answer) };
        let asked = Asked { seconds: self.since.elapsed().as_secs_f64(), ..asked };
        let answered = told(asked, &answer.json, passed);
        if self.places.iter().any(|(_, place)| matches!(place, Place::StandardOutput)) {
            answer.blocks.clear();
        }
        let reports = self.places.into_iter().map(|(kind, place)| (place, kind.write(&answered)));
        Place::fill(reports.collect(), |text| self.printer.report(text))?;
        Ok(answer)
    }
}

impl Kind {
    fn write(self, answered: &Answered) -> String {
        match self {
            Self::Junit => junit::write(answered),
            Self::Markdown => markdown::write(answered),
            Self::Sarif => sarif::text(answered),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_location_is_in_the_repository() {
        assert!(in_repository("models/v1/metadata.json".to_owned()).is_ok());
        for wrong in ["", "/etc/passwd", "../a", "a/../../b", "./a", &"a/".repeat(600)] {
            let problem = in_repository(wrong.to_owned()).unwrap_err();
            assert!(problem.message.starts_with("--sarif-location: ") && problem.hint.is_some(), "{problem}");
        }
    }

    /// An answer that is neither yes nor no is none.
    #[test]
    fn what_is_not_understood_is_not_reported() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xml");
        for (exit, is_there) in [(Exit::NotAsked, false), (Exit::No, true)] {
            let options = CiReports { junit: Some(path.clone()), ..CiReports::default() };
            let reports = options.open(Printer::new(Format::Table)).unwrap();
            let asked = Asked {
                command: "check",
                model: "m".to_owned(),
                number: "1".to_owned(),
                version: "v".to_owned(),
                tier: "LOW".to_owned(),
                stage: None,
                environment: None,
                strategy: None,
                replicas: None,
                strict: false,
                pack: ["p", "1", "d"].map(str::to_owned),
                at: reports.at,
                seconds: 0.0,
                location: None,
            };
            let answer = Answer::new(Value::Null).exit(exit);
            assert_eq!(reports.write(Some(asked), answer, crate::ci::check).unwrap().exit, exit);
            assert_eq!(path.exists(), is_there);
        }
    }

    #[test]
    fn no_two_reports_go_to_one_place() {
        let folder = tempfile::tempdir().unwrap();
        let open = |junit: &str, sarif: &str, format| {
            let place = |name: &str| if name == "-" { name.into() } else { folder.path().join(name) };
            let (junit, sarif) = (Some(place(junit)), Some(place(sarif)));
            CiReports { junit, sarif, ..CiReports::default() }.open(Printer::new(format)).map(drop)
        };
        assert_eq!(open("a", "b", Format::Table), Ok(()));
        assert_eq!(open("-", "b", Format::Table), Ok(()));
        assert_eq!(open("a", "b", Format::Json), Ok(()));
        for (junit, sarif, format, part) in [
            ("a", "a", Format::Table, "two reports are to go to `"),
            ("-", "-", Format::Table, "one answer in one form"),
            ("-", "b", Format::Json, "one answer in one form"),
        ] {
            fs::write(folder.path().join("a"), "of an earlier run").unwrap();
            let problem = open(junit, sarif, format).unwrap_err();
            assert_eq!(folder.path().join("a").exists(), junit != "a", "{junit} {sarif}");
            assert!(problem.message.contains(part) && problem.hint.is_some(), "{problem}");
        }
    }
}
