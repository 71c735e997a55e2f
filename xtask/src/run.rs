//! Running other programs, where the sources lie, and where built things go.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};

use crate::out;

/// The root of the sources.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// The folder that cargo builds into.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// An emptied folder for the working files of a command.
///
/// It belongs to this process until it ends: what another one has written there is not swept away under it.
pub(crate) fn scratch(name: &str) -> Result<PathBuf> {
    let folder = target().join("xtask").join(name);
    ours(name)?;
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("`{}` cannot be emptied", folder.display()))?;
    }
    working(name)
}

fn ours(name: &str) -> Result<()> {
    static HELD: Mutex<BTreeMap<String, File>> = Mutex::new(BTreeMap::new());
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    if held.contains_key(name) {
        return Ok(());
    }
    let lock = File::create(working("locks")?.join(name))?;
    if let Err(TryLockError::WouldBlock) = lock.try_lock() {
        bail!("another `{name}` is running: wait for it, or name another folder by CARGO_TARGET_DIR");
    }
    held.insert(name.to_owned(), lock);
    Ok(())
}

/// The folder for the working files of a command, with what is there.
pub(crate) fn working(name: &str) -> Result<PathBuf> {
    let folder = target().join("xtask").join(name);
    std::fs::create_dir_all(&folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    Ok(folder.canonicalize()?)
}

/// A command of cargo in the root of the sources.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

/// Runs to the end; an exit other than 0 is an error that names the command.
pub(crate) fn check(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{} cannot be started", name(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", name(command));
    }
    Ok(())
}

/// Runs to the end and gives what it printed; its errors are passed on.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("{} cannot be started", name(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", name(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs to the end, shows both of its outputs as they come, and gives its exit code with every line.
pub(crate) fn shown(command: &mut Command) -> Result<(i32, Vec<String>)> {
    read(command, out::line)
}

/// The same without showing anything: what a planted fault prints is no news.
pub(crate) fn kept(command: &mut Command) -> Result<(i32, Vec<String>)> {
    read(command, |_| ())
}

fn read(command: &mut Command, see: fn(&str)) -> Result<(i32, Vec<String>)> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{} cannot be started", name(command)))?;
    let readers = [
        child.stdout.take().map(|pipe| std::thread::spawn(move || lines(pipe, see))),
        child.stderr.take().map(|pipe| std::thread::spawn(move || lines(pipe, see))),
    ];
    let lines = readers.into_iter().flatten().flat_map(|reader| reader.join().unwrap_or_default()).collect();
    Ok((child.wait()?.code().unwrap_or(-1), lines))
}

/// Every line to the end, whatever bytes it has: who stopped reading would end the program that writes.
fn lines(pipe: impl std::io::Read, see: fn(&str)) -> Vec<String> {
    let lines = BufReader::new(pipe).split(b'\n').map_while(Result::ok);
    let lines = lines.map(|line| String::from_utf8_lossy(&line).into_owned());
    lines.inspect(|line| see(line)).collect()
}

/// Whether a program can be started with these arguments.
pub(crate) fn is_there(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The command line, for messages.
fn name(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    format!("`{} {}`", program, arguments.collect::<Vec<_>>().join(" "))
}
