//! What became of the requests, as the server counts them on its page `/metrics`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::http::Client;

/// Requests by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counted {
    /// All of them.
    pub(super) all: u64,
    /// Those that were carried out on routes below `/api/v1/`.
    pub(super) done: u64,
    /// Those that ended in a server error.
    pub(super) errors: u64,
    /// Operations of the description that were never carried out.
    pub(super) never: Vec<String>,
}

impl Counted {
    /// Asks the server.
    pub(super) fn read(url: &str) -> Result<Self> {
        let client = Client::new(url, None);
        let page = client.get("/metrics")?;
        ensure!(page.status == 200, "/metrics answered {}", page.status);
        let description = client.get("/api/openapi.json")?.ok()?;
        Self::parse(&String::from_utf8_lossy(&page.body), &description)
    }

    fn parse(page: &str, description: &Value) -> Result<Self> {
        let (mut counted, mut routes) = (Self::default(), BTreeMap::new());
        for line in page.lines().filter_map(|line| line.strip_prefix("assent_http_requests_total{")) {
            let (route, status, count) = sample(line).with_context(|| format!("`{line}` is no count"))?;
            counted.all += count;
            let done = status.starts_with('2');
            if done && route.contains(" /api/v1/") {
                counted.done += count;
            }
            if status.starts_with('5') {
                counted.errors += count;
            }
            *routes.entry(route).or_insert(false) |= done;
        }
        ensure!(counted.all > 0, "/metrics counts no requests");
        let asked = operations(description)?.into_iter();
        counted.never = asked.filter(|operation| routes.get(operation.as_str()) == Some(&false)).collect();
        Ok(counted)
    }
}

/// Route, status and count.
fn sample(line: &str) -> Option<(&str, &str, u64)> {
    let (labels, count) = line.rsplit_once("\"} ")?;
    let (route, status) = labels.strip_prefix("route=\"")?.split_once("\",status=\"")?;
    Some((route, status, count.trim().parse().ok()?))
}

/// Method and path of every operation.
fn operations(description: &Value) -> Result<Vec<String>> {
    let paths = description.get("paths").and_then(Value::as_object).context("a description without paths")?;
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().into_iter().flat_map(|item| item.keys());
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    Ok(paths.iter().flat_map(of_path).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn requests_are_counted_by_what_became_of_them() {
        let page = "# TYPE assent_http_requests_total counter\n\
                    assent_http_requests_total{route=\"GET /api/v1/me\",status=\"200\"} 3\n\
                    assent_http_requests_total{route=\"GET /api/v1/me\",status=\"401\"} 1\n\
                    assent_http_requests_total{route=\"GET /healthz\",status=\"200\"} 4\n\
                    assent_http_requests_total{route=\"POST /api/v1/models\",status=\"503\"} 2\n\
                    assent_http_seconds_sum{route=\"GET /healthz\"} 0.5\n";
        let description = json!({"paths": {"/api/v1/me": {"get": {}}, "/api/v1/models": {"post": {}}}});
        let never = vec!["POST /api/v1/models".to_owned()];
        assert_eq!(
            Counted::parse(page, &description).unwrap(),
            Counted { all: 10, done: 3, errors: 2, never }
        );
        assert!(Counted::parse("nothing", &description).is_err());
    }
}
