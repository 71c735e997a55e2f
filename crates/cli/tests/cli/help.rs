//! The help of every command, as it is printed.

use crate::support::assent_with;

#[test]
fn every_command_explains_itself() {
    let mut seen = Vec::new();
    walk(&[], &mut seen);
    assert!(seen.len() > 30, "{seen:?}");
}

fn walk(path: &[&str], seen: &mut Vec<String>) {
    let mut arguments = path.to_vec();
    arguments.push("--help");
    let help = assent_with(&arguments);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""), "{path:?}");
    let name = if path.is_empty() { "assent".to_owned() } else { path.join("_") };
    insta::assert_snapshot!(format!("help_{name}"), help.stdout);
    seen.push(name);
    for command in commands(&help.stdout) {
        let mut inner = path.to_vec();
        inner.push(&command);
        walk(&inner, seen);
    }
}

/// The first word of each line below `Commands:`.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| line.starts_with("  "));
    let names = listed.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn a_wrong_command_is_a_usage_error() {
    for wrong in [&["nonsense"][..], &["gate"], &["evaluate", "--suite", "bias"], &["audit", "verify"]] {
        let run = assent_with(wrong);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{wrong:?}");
        assert!(run.stderr.contains("error: "), "{}", run.stderr);
    }
    let version = assent_with(&["--version"]);
    assert_eq!((version.code, version.stdout), (0, format!("assent {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn a_server_that_is_not_there_is_not_a_no() {
    let run = assent_with(&["gate", "m:1", "--to", "PRODUCTION", "--url", "http://127.0.0.1:1", "--no-pin"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.starts_with("error: `http://127.0.0.1:1` does not answer: "), "{}", run.stderr);
    assert!(run.stderr.contains("hint: start a server with `assent serve`"), "{}", run.stderr);
    let run = assent_with(&["model", "list", "--url", "http://127.0.0.1:1", "--no-pin", "--output", "json"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    let error: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!(error["error"]["code"], "unreachable");
}
