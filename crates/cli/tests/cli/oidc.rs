//! The binary with a file of providers, and a person who logs in with one.

use std::fs;

use serde_json::{Value, json};

use crate::provider::Idp;
use crate::support::{Server, assent, run};

const SITE: &str = "https://assent.example";

/// An answer to a browser: its status, where it leads, and the cookies that it sets.
fn visit(url: &str, cookie: &str) -> (u16, String, Vec<String>, Value) {
    let agent = ureq::Agent::config_builder().max_redirects(0).max_redirects_will_error(false);
    let agent = agent.http_status_as_error(false).build().new_agent();
    let mut answer = agent.get(url).header("cookie", cookie).call().unwrap();
    let text = |value: &ureq::http::HeaderValue| value.to_str().unwrap().to_owned();
    let to = answer.headers().get("location").map(text).unwrap_or_default();
    let first = |value: &ureq::http::HeaderValue| text(value).split(';').next().unwrap().to_owned();
    let cookies = answer.headers().get_all("set-cookie").iter().map(first).collect();
    let body = answer.body_mut().read_json().unwrap_or_default();
    (answer.status().as_u16(), to, cookies, body)
}

#[test]
fn a_person_logs_in_with_a_provider_of_the_file() {
    let idp = Idp::start(&[&format!("{SITE}/auth/oidc/corp/callback")]);
    idp.tell(&json!({"person": "grace", "people": {"grace": {"name": "Grace", "groups": ["ml-owners"]}}}));
    let folder = tempfile::tempdir().unwrap();
    let (file, secret) = (folder.path().join("providers.yaml"), folder.path().join("secret"));
    fs::write(&secret, "a secret: 100% & more\n").unwrap();
    let text = format!(
        "providers:\n  - name: corp\n    issuer: {}\n    clientId: confidential\n    clientSecretFile: {}\n    \
         publicUrl: {SITE}\n    scopes: [profile, groups]\n    roles:\n      ml-owners: [model_owner]\n    \
         register: true\n",
        idp.issuer,
        secret.display()
    );
    fs::write(&file, text).unwrap();
    let variables = [("ASSENT_PROVIDERS", file.to_str().unwrap())];
    let server = Server::start_with(&folder.path().join("data"), "127.0.0.1:0", &variables);

    let (status, to, flow, _) = visit(&format!("{}/auth/oidc/corp/start?page=/models", server.url()), "");
    assert_eq!(status, 303, "{to}");
    let back = idp.visit(&to).replace(SITE, server.url());
    let (status, page, cookies, problem) = visit(&back, &flow.join("; "));
    assert_eq!((status, page.as_str()), (303, "/models"), "{problem}");
    let (status, _, _, me) = visit(&format!("{}/api/v1/me", server.url()), &cookies.join("; "));
    assert_eq!(status, 200, "{me}");
    assert_eq!(me["principal"]["name"], "Grace");
    assert_eq!(me["principal"]["grants"][0]["role"], "model_owner");
    server.stop();
}

#[test]
fn a_file_of_providers_that_is_wrong_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("providers.yaml");
    let good = "{name: a, issuer: 'https://i.example', clientId: c, publicUrl: 'https://a.example'}";
    for (text, said) in [
        ("providers: 3".to_owned(), "providers.yaml"),
        (format!("providers: [{good}, {good}]"), "two providers share a name: `a`"),
        (format!("providers: [{}]", good.replace("name: a", "name: A")), "`name` is 1 to 40 small letters"),
        (format!("providers: [{}]", good.replace("https://i", "http://i")), "`issuer`: `http://i.example`"),
        (
            format!("providers: [{}]", good.replace("https://a.example", "http://x")),
            "`publicUrl`: `http://x`",
        ),
        (format!("providers: [{}]", good.replace("clientId", "client")), "client"),
        (
            format!("providers: [{}]", good.replace('}', ", clientSecretFile: /nowhere}")),
            "`clientSecretFile`: /nowhere",
        ),
        (format!("providers: [{}]", good.replace('}', ", caFile: /nowhere}")), "`caFile`"),
    ] {
        fs::write(&file, &text).unwrap();
        let data = folder.path().join("data");
        let refused = run(assent()
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(&data)
            .arg("--providers")
            .arg(&file));
        assert!(refused.code == 2 && refused.stderr.contains(said), "{text}: {refused:?}");
        assert!(!data.exists(), "nothing was made: {text}");
    }
}
