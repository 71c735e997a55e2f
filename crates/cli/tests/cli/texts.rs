//! Texts that PostgreSQL cannot keep: they are refused as such, whichever store there is, and wherever they stand.

use assent_domain::ids::Digest;
use serde_json::{Value, json};

use crate::database::Database;
use crate::support::Server;

/// How a text is spoiled: as it stands in a path or query, and in JSON.
const BAD: [(&str, &str); 2] = [("%00", "\\u0000"), ("%ED%A0%80", "\\ud800")];

struct Interface {
    url: String,
    token: String,
    agent: ureq::Agent,
    description: Value,
}

impl Interface {
    fn new(server: &Server) -> Self {
        let token = server.started["administrator"]["token"].as_str().unwrap().to_owned();
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let (agent, url) = (ureq::Agent::from(config), server.url().to_owned());
        let mut description = agent.get(format!("{url}/api/openapi.json")).call().unwrap();
        let description = serde_json::from_str(&description.body_mut().read_to_string().unwrap()).unwrap();
        Self { url, token, agent, description }
    }

    fn send(&self, method: &str, path: &str, body: String) -> (u16, String) {
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let request = request.header("content-type", "application/json");
        let answer = match method {
            "GET" | "DELETE" => self.agent.run(request.body(()).unwrap()),
            _ => self.agent.run(request.body(body).unwrap()),
        };
        let mut answer = answer.unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// What `$ref` stands for.
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(path) => self.resolved(self.description.pointer(path.trim_start_matches('#')).unwrap()),
            None => schema,
        }
    }

    /// A document of a schema, with `text` in each place of a text, one document for each place.
    fn bodies(&self, schema: &Value, text: &str) -> Vec<String> {
        let schema = self.resolved(schema);
        let parts = schema["oneOf"].as_array().or(schema["allOf"].as_array());
        if let Some(parts) = parts {
            return parts.iter().flat_map(|part| self.bodies(part, text)).collect();
        }
        let is = |kind: &str| {
            schema["type"] == *kind || schema["type"].as_array().is_some_and(|all| all.contains(&json!(kind)))
        };
        let mut made = Vec::new();
        if is("string") {
            made.push(format!("\"a{text}b\""));
        }
        if is("array") {
            made.extend(self.bodies(&schema["items"], text).iter().map(|item| format!("[{item}]")));
        }
        if is("object") {
            for (name, field) in schema["properties"].as_object().into_iter().flatten() {
                made.extend(self.bodies(field, text).iter().map(|value| format!("{{\"{name}\": {value}}}")));
            }
            if schema["properties"].is_null() {
                made.extend([format!("{{\"a{text}\": \"b\"}}"), format!("{{\"a\": \"b{text}\"}}")]);
            }
        }
        made
    }

    /// Every request with one bad text, with what it is about.
    fn requests(&self) -> Vec<(String, String, String)> {
        let mut requests = Vec::new();
        for (path, item) in self.description["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let method = method.to_uppercase();
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let (in_path, others): (Vec<&Value>, Vec<&Value>) =
                    parameters.partition(|p| p["in"] == "path");
                let filled = |spoiled: Option<&str>, bad: &str| {
                    in_path.iter().fold(path.clone(), |path, parameter| {
                        let name = parameter["name"].as_str().unwrap();
                        let value = if spoiled == Some(name) {
                            format!("a{bad}")
                        } else {
                            sample(name, path.as_str())
                        };
                        path.replace(&format!("{{{name}}}"), &value)
                    })
                };
                for (encoded, escaped) in BAD {
                    for parameter in &in_path {
                        let path = filled(parameter["name"].as_str(), encoded);
                        requests.push((method.clone(), path, String::new()));
                    }
                    for parameter in others.iter().filter(|parameter| parameter["in"] == "query") {
                        let name = parameter["name"].as_str().unwrap();
                        requests.push((
                            method.clone(),
                            format!("{}?{name}=a{encoded}", filled(None, "")),
                            String::new(),
                        ));
                    }
                    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                    for body in self.bodies(schema, escaped) {
                        requests.push((method.clone(), filled(None, ""), body));
                    }
                }
            }
        }
        requests
    }
}

/// A value that can be read and leads nowhere.
fn sample(name: &str, path: &str) -> String {
    match name {
        "index" | "number" => "0".to_owned(),
        "model" | "provider" | "kind" | "name" => "nothing".to_owned(),
        "path" => "0/000".to_owned(),
        _ if path.starts_with("/api/v1/blobs") => Digest::of(b"").to_string(),
        _ => "01931e2c-5b1a-7cc3-98c4-000000000000".to_owned(),
    }
}

/// Asks everything with every bad text: the statuses, in order.
fn walk(server: &Server) -> Vec<(String, u16)> {
    let interface = Interface::new(server);
    let requests = interface.requests();
    assert!(requests.len() > 300, "{}", requests.len());
    let mut told = Vec::new();
    for (method, path, body) in requests {
        let (status, said) = interface.send(&method, &path, body.clone());
        let what = format!("{method} {path} {body}");
        // A part of the path that cannot be read may also lead nowhere; an open door has its own answer.
        let refused =
            matches!(status, 400 | 422) || (status == 404 && body.is_empty() && !path.contains('?'));
        assert!(refused, "{what}: {status} {said}");
        told.push((what, status));
    }
    told
}

#[test]
fn what_one_store_cannot_keep_is_refused_by_both_alike() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::new());
    let in_file = Server::start(&folder.path().join("file"), "127.0.0.1:0");
    let in_file = walk(&in_file);
    let address = database.address();
    let shared = Server::start_with(
        &folder.path().join("shared"),
        "127.0.0.1:0",
        &[("ASSENT_DATABASE_URL", &address)],
    );
    assert_eq!(walk(&shared), in_file);
}
