//! Backups and restores that are killed at moments that chance chooses, of an installation with a file and of one on
//! PostgreSQL: what they leave is whole, or refused with a way out, and the next attempt succeeds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::backup::Backup;
use crate::database::Database;
use crate::support::{Run, Server, assent, run};

/// How often each of the two is killed; more on demand.
fn kills() -> u32 {
    std::env::var("ASSENT_TEST_KILLS").map_or(6, |kills| kills.parse().unwrap())
}

/// Starts the command and kills it, at one of so many moments spread over the time that it takes.
fn kill(command: &mut Command, whole: Duration, number: u32) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // Steps by the golden ratio fall evenly, however many there are.
    let share = (f64::from(number) * 0.618_034).fract();
    let (begun, moment) = (Instant::now(), whole.mul_f64(share));
    while begun.elapsed() < moment && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    drop(child.kill());
    child.wait().unwrap();
}

fn with(command: &mut Command, database: Option<&Database>) -> Run {
    run(address(command, database))
}

fn address<'a>(command: &'a mut Command, database: Option<&Database>) -> &'a mut Command {
    match database {
        Some(database) => command.env("ASSENT_DATABASE_URL", database.address()),
        None => command,
    }
}

fn verified(data: &Path, database: Option<&Database>) -> u64 {
    let arguments = ["audit", "verify", "--replay", "--output", "json", "--data-dir"];
    let sound = with(assent().args(arguments).arg(data), database);
    assert_eq!(sound.code, 0, "{sound:?}");
    sound.json()["log"]["size"].as_u64().unwrap()
}

/// An installation with some people, whose server has ended.
fn installation(folder: &Path, database: Option<&Database>) -> PathBuf {
    let data = folder.join("data");
    let url = database.map(Database::address).unwrap_or_default();
    let variables = [("ASSENT_DATABASE_URL", url.as_str())];
    let server = Server::start_with(&data, "127.0.0.1:0", if database.is_some() { &variables } else { &[] });
    let token = server.started["administrator"]["token"].as_str().unwrap();
    for name in ["Ada", "Ben", "Cy"] {
        let arguments =
            ["admin", "principal", "add", name, "--no-pin", "--url", server.url(), "--token", token];
        assert_eq!(run(assent().args(arguments)).code, 0);
    }
    server.stop();
    data
}

/// Removes what the messages say is to be removed.
fn remove(paths: &[PathBuf]) {
    for path in paths.iter().filter(|path| path.exists()) {
        fs::remove_dir_all(path).unwrap();
    }
}

fn killed_backups(database: Option<&Database>) {
    let folder = tempfile::tempdir().unwrap();
    let data = installation(folder.path(), database);
    let size = verified(&data, database);
    let backup = Backup::at(folder.path(), "backup");
    let begun = Instant::now();
    assert_eq!(with(&mut backup.making(&data), database).code, 0);
    let whole = begun.elapsed();
    let place = folder.path().join("restored");
    let restored = [place.clone(), folder.path().join("restored-keys")];
    for number in 0..kills() {
        remove(&[backup.data.clone(), backup.keys.clone()]);
        kill(address(&mut backup.making(&data), database), whole, number);
        // A file takes a backup of either.
        let tried = backup.restore(&place, &[]);
        if backup.data.join("manifest.json").exists() {
            assert_eq!(tried.code, 0, "kill {number}: {tried:?}");
            assert_eq!(verified(&place, None), size);
        } else {
            let refused =
                tried.stderr.contains("holds no backup") && tried.stderr.contains("wrote to its end");
            assert!(tried.code == 2 && refused && !place.exists(), "kill {number}: {tried:?}");
        }
        remove(&restored);
    }
    remove(&[backup.data.clone(), backup.keys.clone()]);
    assert_eq!(with(&mut backup.making(&data), database).code, 0, "the next attempt succeeds");
    assert_eq!(verified(&data, database), size);
}

fn killed_restores(shared: bool) {
    let folder = tempfile::tempdir().unwrap();
    let data = installation(folder.path(), None);
    let size = verified(&data, None);
    let backup = Backup::at(folder.path(), "backup");
    assert_eq!(backup.make(&data).code, 0);
    let mut whole = Duration::ZERO;
    for number in 0..=kills() {
        let place = folder.path().join(format!("restored-{number}"));
        let keys = folder.path().join(format!("restored-{number}-keys"));
        let database = shared.then(Database::new);
        if number == 0 {
            // The first one is left alone, and says how long one takes.
            let begun = Instant::now();
            assert_eq!(with(&mut backup.restoring(&place), database.as_ref()).code, 0);
            whole = begun.elapsed();
        } else {
            kill(address(&mut backup.restoring(&place), database.as_ref()), whole, number);
        }
        if place.exists() && keys.exists() {
            assert_eq!(verified(&place, database.as_ref()), size, "kill {number}");
            continue;
        }
        if place.exists() {
            let mut serve = assent();
            serve.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&place);
            let started = with(&mut serve, database.as_ref());
            assert!(started.code == 2 && started.stderr.contains("was started before"), "{started:?}");
        }
        let left = ["restored-N.restoring", "restored-N-keys.restoring"]
            .map(|name| folder.path().join(name.replace('N', &number.to_string())));
        if left.iter().any(|path| path.exists()) {
            let refused = with(&mut backup.restoring(&place), database.as_ref());
            let said = ["left of a restore that was interrupted", "is not empty"];
            assert!(
                refused.code == 2 && said.iter().any(|said| refused.stderr.contains(said)),
                "{refused:?}"
            );
        }
        remove(&[left.to_vec(), vec![place.clone(), keys]].concat());
        // A database that was begun is dropped and made anew, as the message says.
        drop(database);
        let database = shared.then(Database::new);
        assert_eq!(with(&mut backup.restoring(&place), database.as_ref()).code, 0);
        assert_eq!(verified(&place, database.as_ref()), size);
    }
}

#[test]
fn a_killed_backup_is_whole_or_none() {
    killed_backups(None);
}

#[test]
fn a_killed_backup_of_a_shared_database_is_whole_or_none() {
    killed_backups(Some(&Database::new()));
}

#[test]
fn a_killed_restore_is_whole_or_nothing_that_starts() {
    killed_restores(false);
}

#[test]
fn a_killed_restore_into_a_shared_database_is_whole_or_nothing_that_starts() {
    killed_restores(true);
}
