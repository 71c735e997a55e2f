//! Encryption at rest, from outside: what lies on the disk, who can start, and another master key put in place while
//! everything goes on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::backup::{Backup, verified};
use crate::remote::{Client, begin_in, person};
use crate::support::{Run, Server, assent, run};

const FILE: &str = "ASSENT_MASTER_KEY_FILE";

/// Makes a master key in that file; gives its name.
fn new_key(path: &Path) -> String {
    let made = run(assent().args(["admin", "new-master-key", "--output", "json", "--out"]).arg(path));
    assert_eq!(made.code, 0, "{made:?}");
    made.json()["masterKey"].as_str().unwrap().to_owned()
}

/// One after the other in one file.
fn join(to: &Path, files: &[&Path]) {
    let text: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    fs::write(to, text).unwrap();
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Every file below the data and the keys directory.
fn files(data: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut open, mut files) = (vec![data.to_owned(), data.with_file_name("data-keys")], Vec::new());
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            // A file of a moment may be gone again.
            if path.is_dir() {
                open.push(path);
            } else {
                files.extend(fs::read(&path).ok().map(|bytes| (path, bytes)));
            }
        }
    }
    files
}

fn found(data: &Path, needle: &[u8]) -> Vec<PathBuf> {
    let files = files(data).into_iter();
    files
        .filter(|(_, bytes)| bytes.windows(needle.len()).any(|at| at == needle))
        .map(|(path, _)| path)
        .collect()
}

/// The master keys that the data keys of blobs are under, by their files.
fn data_keys(data: &Path) -> Vec<String> {
    let keys =
        files(data).into_iter().filter(|(path, bytes)| text(path).contains("/sealed/") && bytes.len() == 69);
    keys.map(|(_, bytes)| bytes[1..9].iter().fold(String::new(), |id, byte| id + &format!("{byte:02x}")))
        .collect()
}

/// A version with artifacts of these contents.
fn register(owner: &Client, folder: &Path, contents: &[Vec<u8>]) -> String {
    let mut arguments = vec!["version".to_owned(), "register".to_owned(), "pilots".to_owned()];
    for (number, content) in contents.iter().enumerate() {
        let file = folder.join(format!("{number}.bin"));
        fs::write(&file, content).unwrap();
        arguments.extend(["--artifact".to_owned(), text(&file).to_owned()]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    owner.json(&arguments)["object"]["id"].as_str().unwrap().to_owned()
}

fn download(client: &Client, version: &str, number: usize) -> Vec<u8> {
    let url = format!("{}/api/v1/versions/{version}/artifacts/{number}.bin", client.url);
    let mut answer =
        ureq::get(&url).header("authorization", format!("Bearer {}", client.token)).call().unwrap();
    answer.body_mut().read_to_vec().unwrap()
}

/// Uploads bytes; gives whether they were kept.
fn upload(client: &Client, bytes: &[u8]) -> bool {
    let sent = ureq::post(format!("{}/api/v1/blobs", client.url))
        .header("authorization", format!("Bearer {}", client.token))
        .content_type("application/octet-stream")
        .send(bytes);
    sent.is_ok()
}

/// Bytes that nothing else begins with, of 1 to some 200,000.
fn contents(count: usize) -> Vec<Vec<u8>> {
    let content =
        |number: usize| format!("confidential weights {number}; ").repeat(1 + number * 300).into_bytes();
    (0..count).map(content).collect()
}

fn refused(data: &Path, variables: &[(&str, &str)]) -> String {
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data-dir"];
    let refused = run(assent().args(serve).arg(data).envs(variables.iter().copied()));
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{refused:?}");
    assert!(refused.stderr.contains("\nhint: "), "{}", refused.stderr);
    refused.stderr
}

fn rotate(data: &Path, key: &Path, more: &[&str]) -> Run {
    let arguments = ["admin", "rotate-master-key", "--output", "json", "--data-dir"];
    run(assent().args(arguments).arg(data).arg("--master-key-file").arg(key).args(more))
}

/// A server under a key file (none where that is not there), with somebody who owns a model.
fn world(folder: TempDir, key: &Path) -> (TempDir, PathBuf, Server, Client, Client) {
    let variables = [(FILE, text(key))];
    let (folder, data, server, admin) = begin_in(folder, if key.exists() { &variables } else { &[] });
    let owner = person(&admin, "Olga Orlova", &["model_owner"]);
    owner.json(&["model", "register", "pilots", "--purpose", "plans berths", "--tier", "LOW"]);
    (folder, data, server, admin, owner)
}

#[test]
fn nothing_can_be_read_from_the_disk() {
    for with_key in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("master.key");
        let id = with_key.then(|| new_key(&key));
        let (folder, data, server, admin, owner) = world(folder, &key);
        assert_eq!(server.started["masterKey"], json!(id));
        let added = ["admin", "principal", "add", "Sven Svensson", "--email", "sven@example.org"];
        admin.json(&added);
        let contents = contents(3);
        let version = register(&owner, folder.path(), &contents);
        for (number, content) in contents.iter().enumerate() {
            assert_eq!(&download(&owner, &version, number), content);
        }
        for running in [Some(server), None] {
            let in_plain = found(&data, b"confidential weights");
            assert_eq!(in_plain.len(), if with_key { 0 } else { 3 }, "{in_plain:?}");
            for name in ["Olga Orlova", "Sven Svensson", "sven@example.org"] {
                assert_eq!(found(&data, name.as_bytes()), Vec::<PathBuf>::new(), "{name}");
            }
            if let Some(server) = running {
                server.stop();
            }
        }
        let seed = fs::read(data.with_file_name("data-keys").join("signing.seed")).unwrap();
        assert_eq!(seed.len(), if with_key { 69 } else { 32 });
        // Without any key the log can be verified still.
        verified(&data);
    }
}

#[test]
fn a_start_without_the_right_key_is_refused_and_says_which() {
    let folder = tempfile::tempdir().unwrap();
    let [key, other, both] = ["one.key", "other.key", "both.key"].map(|name| folder.path().join(name));
    let (id, other_id) = (new_key(&key), new_key(&other));
    let (_folder, data, server, _, _) = world(folder, &key);
    server.stop();

    let none = refused(&data, &[]);
    assert!(none.contains(&id) && none.contains("no master key was given"), "{none}");
    let wrong = refused(&data, &[(FILE, text(&other))]);
    assert!(wrong.contains(&id) && wrong.contains(&format!("given: `{other_id}`")), "{wrong}");
    let missing = refused(&data, &[(FILE, text(&both))]);
    assert!(missing.contains("both.key") && missing.contains("new-master-key"), "{missing}");
    fs::write(&both, "not a key\n").unwrap();
    let nonsense = refused(&data, &[(FILE, text(&both))]);
    assert!(nonsense.contains("line 1 is no master key"), "{nonsense}");
    let in_variable = fs::read_to_string(&key).unwrap().lines().last().unwrap().to_owned();
    let twice = refused(&data, &[(FILE, text(&key)), ("ASSENT_MASTER_KEY", &in_variable)]);
    assert!(twice.contains("both in a file and in"), "{twice}");
    let empty = refused(&data, &[("ASSENT_MASTER_KEY", "")]);
    assert!(empty.contains("there is no master key in it"), "{empty}");
    let inside = data.with_file_name("data-keys").join("master.key");
    fs::copy(&key, &inside).unwrap();
    let inside = refused(&data, &[(FILE, text(&inside))]);
    assert!(inside.contains("keep it elsewhere"), "{inside}");

    Server::start_with(&data, "127.0.0.1:0", &[("ASSENT_MASTER_KEY", &in_variable)]).stop();
    join(&both, &[&other, &key]);
    Server::start_with(&data, "127.0.0.1:0", &[(FILE, text(&both))]).stop();
}

#[test]
fn a_master_key_is_made_for_its_owner_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("master.key");
    new_key(&key);
    let before = fs::read(&key).unwrap();
    let again = run(assent().args(["admin", "new-master-key", "--out"]).arg(&key));
    assert!(again.code == 2 && again.stderr.contains("is there already"), "{again:?}");
    assert_eq!(fs::read(&key).unwrap(), before);
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&key).unwrap().permissions()) & 0o777,
        0o600
    );
}

/// An installation that began without a key is given one, and then another one, while uploads go on; the rotation is killed
/// again and again.
#[cfg(unix)]
#[test]
fn another_key_is_put_in_place_under_load_and_kills() {
    const ARTIFACTS: usize = 24;
    let folder = tempfile::tempdir().unwrap();
    let [first, second, file] =
        ["first.key", "second.key", "current.key"].map(|name| folder.path().join(name));
    let (first_id, second_id) = (new_key(&first), new_key(&second));
    let contents = contents(ARTIFACTS);

    let (folder, data, server, admin, owner) = world(folder, &folder_without_key());
    let version = register(&owner, folder.path(), &contents);
    let olga = id_of(&admin, "Olga Orlova");
    server.stop();
    join(&file, &[&first]);
    let server = Server::start_with(&data, "127.0.0.1:0", &[(FILE, text(&file))]);
    let (admin, owner) = (admin.at(server.url()), owner.at(server.url()));
    assert_eq!(server.started["masterKey"], json!(first_id));
    let told = rotate(&data, &file, &["--dry-run"]).json();
    assert_eq!(
        (&told["complete"], &told["dependOn"][0]["blobs"]),
        (&json!(false), &json!(ARTIFACTS)),
        "{told}"
    );

    let (stop, check) = (AtomicBool::new(false), || {
        for (number, content) in contents.iter().enumerate() {
            assert_eq!(&download(&owner, &version, number), content, "{number}");
        }
        assert_eq!(name_of(&admin, &olga), "Olga Orlova");
    });
    thread::scope(|scope| {
        // Where a check fails the uploads end too.
        let _stop = Stop(&stop);
        scope.spawn(|| keep_writing(&owner, &admin, &stop));
        // What is plain is encrypted under the first key.
        killed_again_and_again(&data, &file, || found(&data, b"confidential weights").len());
        finished(&data, &file, &first_id);
        assert_eq!(found(&data, b"confidential weights"), Vec::<PathBuf>::new());
        check();
        // The second key comes first, the server takes it up, and then everything goes under it.
        join(&file, &[&second, &first]);
        server.signal("HUP");
        while !data_keys(&data).contains(&second_id) {
            thread::yield_now();
        }
        killed_again_and_again(&data, &file, || {
            data_keys(&data).iter().filter(|id| **id == first_id).count()
        });
        check();
        finished(&data, &file, &second_id);
        // The first one can go.
        join(&file, &[&second]);
        server.signal("HUP");
        check();
    });
    fs::remove_file(&first).unwrap();
    check();
    server.stop();
    let told = rotate(&data, &second, &["--dry-run"]).json();
    assert_eq!(told["complete"], true, "{told}");
    let server = Server::start_with(&data, "127.0.0.1:0", &[(FILE, text(&second))]);
    assert_eq!(download(&owner.at(server.url()), &version, 3), contents[3]);
    server.stop();
    verified(&data);
}

fn id_of(admin: &Client, name: &str) -> String {
    let people = admin.json(&["admin", "principal", "list"]);
    let found = people["items"].as_array().unwrap().iter().find(|item| item["name"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

fn name_of(admin: &Client, id: &str) -> String {
    let shown = ureq::get(format!("{}/api/v1/principals/{id}", admin.url))
        .header("authorization", format!("Bearer {}", admin.token));
    let shown: Value = shown.call().unwrap().body_mut().read_to_string().unwrap().parse().unwrap();
    shown["name"].as_str().unwrap_or_else(|| panic!("{shown}")).to_owned()
}

/// Uploads bytes and adds people, none of which may fail.
fn keep_writing(owner: &Client, admin: &Client, stop: &AtomicBool) {
    for number in (0..).take_while(|_| !stop.load(Ordering::SeqCst)) {
        assert!(upload(owner, format!("uploaded meanwhile {number}").as_bytes()), "{number}");
        admin.json(&["admin", "principal", "add", "--no-pin", &format!("Person {number}")]);
    }
}

/// Stops what watches it.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A path at which nothing is.
fn folder_without_key() -> PathBuf {
    PathBuf::from("/nowhere/master.key")
}

/// Kills rotations: each one as soon as it has lowered what is left to do.
fn killed_again_and_again(data: &Path, key: &Path, left: impl Fn() -> usize) {
    for _ in 0..3 {
        let before = left();
        let mut command = assent();
        command
            .args(["admin", "rotate-master-key", "--data-dir"])
            .arg(data)
            .arg("--master-key-file")
            .arg(key);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while left() >= before && child.try_wait().unwrap().is_none() {
            thread::yield_now();
        }
        drop(child.kill());
        child.wait().unwrap();
    }
}

/// Rotates to the end.
fn finished(data: &Path, key: &Path, id: &str) -> Value {
    let done = rotate(data, key, &[]);
    let told = done.json();
    assert_eq!((done.code, &told["complete"], &told["masterKey"]), (0, &json!(true), &json!(id)), "{done:?}");
    assert_eq!(told["dependOn"].as_array().map(Vec::len), Some(1), "{told}");
    told
}

#[test]
fn a_backup_holds_what_is_encrypted_and_needs_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let [key, other] = ["master.key", "other.key"].map(|name| folder.path().join(name));
    let (id, _) = (new_key(&key), new_key(&other));
    let (folder, data, server, _, owner) = world(folder, &key);
    let contents = contents(2);
    let version = register(&owner, folder.path(), &contents);

    let backup = Backup::at(folder.path(), "backup");
    let made = backup.make_with(&data, &[]).json();
    assert_eq!((&made["blobs"], &made["uncheckedBlobs"]), (&json!(2), &json!(2)), "{made}");
    let checked = Backup::at(folder.path(), "checked");
    let made = checked.make_with(&data, &["--master-key-file", text(&key)]).json();
    assert_eq!((&made["blobs"], &made["uncheckedBlobs"]), (&json!(2), &json!(0)), "{made}");
    server.stop();
    assert_eq!(found(&backup.data, b"confidential weights").len(), 0);

    let place = folder.path().join("new").join("data");
    fs::create_dir(folder.path().join("new")).unwrap();
    for wrong in [&[][..], &["--master-key-file", text(&other)]] {
        let refused = backup.restore(&place, wrong);
        assert!(refused.code == 2 && refused.stderr.contains(&id), "{refused:?}");
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 0, "nothing was copied");
    }
    let restored = backup.restore(&place, &["--master-key-file", text(&key)]);
    assert_eq!(restored.code, 0, "{restored:?}");
    let server = Server::start_with(&place, "127.0.0.1:0", &[(FILE, text(&key))]);
    assert_eq!(download(&owner.at(server.url()), &version, 1), contents[1]);
    server.stop();

    // Damage is seen by whoever has the key.
    let envelope =
        files(&data).into_iter().find(|(path, bytes)| text(path).contains("/sealed/") && bytes.len() > 69);
    let (path, mut bytes) = envelope.unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    let damaged = Backup::at(folder.path(), "damaged").make_with(&data, &["--master-key-file", text(&key)]);
    assert!(damaged.code != 0 && damaged.stderr.contains("is damaged"), "{damaged:?}");
    let server = Server::start_with(&data, "127.0.0.1:0", &[(FILE, text(&key))]);
    let url = |number| format!("{}/api/v1/versions/{version}/artifacts/{number}.bin", server.url());
    let answers: Vec<u16> = (0..2)
        .map(|number| {
            let asked = ureq::get(url(number)).header("authorization", format!("Bearer {}", owner.token));
            asked.config().http_status_as_error(false).build().call().unwrap().status().as_u16()
        })
        .collect();
    assert!(answers.contains(&500) && answers.contains(&200), "{answers:?}");
    server.stop();
}
