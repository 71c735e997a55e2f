//! Reports of other tools as evidence of a version: read here, and kept as what the tool says.

use assent_domain::registry::{Evidence, ReportedFigure};
use assent_domain::values::{BlobRef, Decimal};
use assent_domain::{Code, Refusal};
use assent_scan::Severity;
use assent_scan::evidence::{self, Evidence as Said, Format};

/// The largest report in bytes.
pub const MAX_REPORT_BYTES: u64 = evidence::limits::MAX_BYTES as u64;

/// What who brings a report says about it: needed where the report itself is silent, and never against it.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// The format.
    pub format: Option<Format>,
    /// The tool.
    pub tool: Option<String>,
    /// Its version.
    pub tool_version: Option<String>,
}

/// Reads a report. Blocking, and as long as the report is large.
pub fn read(bytes: &[u8]) -> Result<Said, Refusal> {
    evidence::parse(bytes).map_err(|error| {
        let message = format!("the report: {error} ({}: {})", error.code(), error.remedy());
        Refusal::new(Code::DataInvalid, message).at("/sha256")
    })
}

/// What the log keeps of a report.
pub fn record(said: &Said, named: &Named, report: BlobRef) -> Result<Evidence, Refusal> {
    if let Some(format) = named.format.filter(|format| *format != said.format) {
        let message = format!("by its content the report is {}, not {}", word(said.format), word(format));
        return Err(Refusal::new(Code::DataInvalid, message).at("/format"));
    }
    let tool = agreed("tool", said.tool.as_ref(), named.tool.as_ref())?;
    let tool = tool.ok_or_else(|| {
        let message = "the report does not say which tool made it: name it with `tool`";
        Refusal::new(Code::DataInvalid, message).at("/tool")
    })?;
    let count = |severity: Severity| (severity.as_str().to_owned(), said.count(severity) as u64);
    let metrics = said.metrics.iter().filter_map(|(path, metric)| {
        let figure = ReportedFigure {
            value: Decimal::new(metric.value)?,
            n: metric.n.filter(|n| *n < 1 << 53),
            lower: metric.interval.and_then(|interval| Decimal::new(interval.lower)),
            upper: metric.interval.and_then(|interval| Decimal::new(interval.upper)),
        };
        Some((path.clone(), figure))
    });
    Ok(Evidence {
        format: word(said.format).to_owned(),
        tool,
        tool_version: agreed("toolVersion", said.tool_version.as_ref(), named.tool_version.as_ref())?,
        findings: Severity::ALL.map(count).into(),
        metrics: metrics.collect(),
        warnings: said.warnings.len() as u64,
        report,
    })
}

/// The name of a format as it is written in JSON.
pub fn word(format: Format) -> &'static str {
    match format {
        Format::Sarif => "SARIF",
        Format::Modelscan => "MODELSCAN",
        Format::Trivy => "TRIVY",
        Format::Garak => "GARAK",
        Format::Metrics => "METRICS",
    }
}

/// What the report says, or else what who brings it says; they must not differ.
fn agreed(field: &str, said: Option<&String>, named: Option<&String>) -> Result<Option<String>, Refusal> {
    match (said, named) {
        (Some(said), Some(named)) if said != named => {
            let message = format!("the report says `{said}`, not `{named}`: leave `{field}` out");
            Err(Refusal::new(Code::DataInvalid, message).at(format!("/{field}")))
        }
        (said, named) => Ok(said.or(named).cloned()),
    }
}

#[cfg(test)]
mod tests {
    use assent_domain::ids::Digest;

    use super::*;

    fn recorded(text: &str, named: &Named) -> Result<Evidence, Refusal> {
        let blob = BlobRef { sha256: Digest::of(text.as_bytes()), size_bytes: text.len() as u64 };
        record(&read(text.as_bytes())?, named, blob)
    }

    fn of_tool(tool: &str) -> Named {
        Named { tool: Some(tool.to_owned()), ..Named::default() }
    }

    #[test]
    fn figures_are_those_of_the_report() {
        let text = r#"{"tool": {"name": "bench", "version": "2"},
            "metrics": {"f1": {"value": 0.5, "n": 40, "interval": {"lower": 0.4, "upper": 0.6}}}}"#;
        let evidence = recorded(text, &Named::default()).unwrap();
        let figure = evidence.metrics["f1"];
        assert_eq!((evidence.tool.as_str(), evidence.tool_version.as_deref()), ("bench", Some("2")));
        assert_eq!((figure.value.get(), figure.n), (0.5, Some(40)));
        assert_eq!((figure.lower.map(Decimal::get), figure.upper.map(Decimal::get)), (Some(0.4), Some(0.6)));
        assert_eq!((evidence.findings["CRITICAL"], evidence.format.as_str()), (0, "METRICS"));
    }

    #[test]
    fn who_brings_a_report_adds_what_is_missing_and_changes_nothing() {
        let unnamed = r#"{"f1": 0.5}"#;
        assert_eq!(recorded(unnamed, &Named::default()).unwrap_err().pointer.as_deref(), Some("/tool"));
        assert_eq!(recorded(unnamed, &of_tool("own")).unwrap().tool, "own");
        let named = r#"{"tool": {"name": "bench"}, "metrics": {"f1": 0.5}}"#;
        assert_eq!(recorded(named, &of_tool("better")).unwrap_err().pointer.as_deref(), Some("/tool"));
        let other = Named { format: Some(Format::Sarif), ..of_tool("own") };
        assert_eq!(recorded(unnamed, &other).unwrap_err().pointer.as_deref(), Some("/format"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let refusal = read(b"{\"runs\": [{}], \"version\": \"2.1.0\"}").unwrap_err();
        assert_eq!(refusal.code, Code::DataInvalid);
        assert!(refusal.message.contains("runs[0]"), "{}", refusal.message);
    }
}
