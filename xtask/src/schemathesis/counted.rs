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
    /// How often each route was carried out.
    routes: BTreeMap<String, u64>,
}

impl Counted {
    /// Asks the server.
    pub(super) fn read(url: &str) -> Result<Self> {
        let page = Client::new(url, None).get("/metrics")?;
        ensure!(page.status == 200, "/metrics answered {}", page.status);
        Self::parse(&String::from_utf8_lossy(&page.body))
    }

    fn parse(page: &str) -> Result<Self> {
        let mut counted = Self::default();
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
            if done {
                // A path to the end is a plain parameter in the description.
                *counted.routes.entry(route.replace("{*", "{")).or_default() += count;
            }
        }
        ensure!(counted.all > 0, "/metrics counts no requests");
        Ok(counted)
    }

    /// Operations of the description, as method and path, that were not carried out since.
    pub(super) fn never_since(&self, before: &Self, description: &Value) -> Result<Vec<String>> {
        let count = |counted: &Self, operation: &str| counted.routes.get(operation).copied();
        let mut operations = operations(description)?;
        operations.retain(|operation| count(self, operation) == count(before, operation));
        Ok(operations)
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
                    assent_http_requests_total{route=\"GET /log/tile/{*path}\",status=\"200\"} 1\n\
                    assent_http_requests_total{route=\"POST /api/v1/models\",status=\"503\"} 2\n\
                    assent_http_seconds_sum{route=\"GET /healthz\"} 0.5\n";
        let after = Counted::parse(page).unwrap();
        assert_eq!((after.all, after.done, after.errors), (11, 3, 2));
        let before =
            Counted::parse("assent_http_requests_total{route=\"GET /healthz\",status=\"200\"} 4\n").unwrap();
        let description = json!({"paths": {
            "/api/v1/me": {"get": {}}, "/api/v1/models": {"post": {}}, "/healthz": {"get": {}},
            "/log/tile/{path}": {"get": {}}, "/never": {"get": {}},
        }});
        let never = after.never_since(&before, &description).unwrap();
        assert_eq!(never, ["POST /api/v1/models", "GET /healthz", "GET /never"]);
        assert!(Counted::parse("nothing").is_err());
    }
}
