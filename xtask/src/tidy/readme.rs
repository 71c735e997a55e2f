//! The commands of the README: each of them is run by a check, so that none of them rots.

use super::{Finding, Sources};

/// Commands that a check runs, and which: the README may show these.
const CHECKED: [(&str, &str); 8] = [
    ("assent demo", "the test of the demo in crates/cli, with `--exit`"),
    ("cargo xtask test", "itself"),
    ("cargo xtask tidy", "a step of `cargo xtask test`"),
    ("cargo xtask sabotage", "a step of `cargo xtask test`"),
    ("cargo xtask crash", "a step of `cargo xtask test`"),
    ("cargo xtask powerloss", "a step of `cargo xtask test`"),
    ("assent serve", "`cargo xtask crash` starts it"),
    ("assent audit verify", "`cargo xtask crash` runs it after every kill"),
];

/// Programs whose lines in the README are commands of this project.
const OURS: [&str; 4] = ["cargo", "assent", ".ci/run", "./target/release/assent"];

/// Checks the shell lines of the README.
pub(super) fn check(sources: &Sources, findings: &mut Vec<Finding>) {
    const FILE: &str = "README.md";
    let Some(text) = sources.text(FILE) else {
        let what = "there is no README.md".to_owned();
        findings.push(Finding { file: FILE.to_owned(), line: 0, what, remedy: "write one" });
        return;
    };
    for (line, command) in commands(text) {
        if !is_checked(command) {
            let what = format!("`{command}` is run by no check");
            let remedy = "run it in a check and add it to xtask/src/tidy/readme.rs, or take it out";
            findings.push(Finding { file: FILE.to_owned(), line, what, remedy });
        }
    }
}

/// Lines of shell blocks that call a program of this project.
fn commands(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_shell = false;
    (1..).zip(text.lines()).filter_map(move |(number, line)| {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            in_shell = !in_shell && ["sh", "bash", "console"].contains(&language.trim());
            return None;
        }
        let command = line.trim().trim_start_matches("$ ");
        let command = command.split(" #").next().unwrap_or_default().trim_end();
        let program = command.split_whitespace().next()?;
        (in_shell && OURS.contains(&program)).then_some((number, command))
    })
}

fn is_checked(command: &str) -> bool {
    if command == ".ci/run" {
        return true;
    }
    let command =
        command.trim_start_matches("./target/release/").replace("cargo run --release -- ", "assent ");
    CHECKED.iter().any(|(known, _)| {
        command.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{fake, found};
    use super::*;

    #[test]
    fn only_checked_commands_may_stand_in_the_readme() {
        let text = "```sh\ncargo xtask test   # all\ncargo run --release -- demo --exit\n$ assent serve --data-dir data\ncargo frobnicate\nls\n```\n\
                    ```rust\ncargo nothing\n```\n";
        assert_eq!(
            found(check, &fake(&[("README.md", text)], serde_json::Value::Null)),
            ["README.md:5: `cargo frobnicate` is run by no check; run it in a check and add it to \
              xtask/src/tidy/readme.rs, or take it out"]
        );
        assert_eq!(
            found(check, &fake(&[], serde_json::Value::Null)),
            ["README.md: there is no README.md; write one"]
        );
    }
}
