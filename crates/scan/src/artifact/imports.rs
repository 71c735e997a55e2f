//! What a pickle may import: the judgement on a module and a name.

mod list;

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::Severity;

/// What the lists say of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is on the deny list, for this reason.
    Denied(Severity, &'static str),
    /// It is on the allow list, for this reason.
    Allowed(&'static str),
    /// It is on neither list.
    Unknown,
}

/// Imports that are judged in one way, for one reason.
struct Group {
    judgement: Judgement,
    /// Modules, and names of each. A denied module stands for the modules below it as well, an allowed one only with
    /// `.**`. The names are words, `*` for all, or `Classes` for what is written like the name of a class.
    imports: &'static [(&'static str, &'static str)],
}

/// What lies behind an object in Python: whoever reaches it can reach everything.
const BEHIND: [&str; 12] = [
    "__base__",
    "__bases__",
    "__builtins__",
    "__class__",
    "__closure__",
    "__code__",
    "__dict__",
    "__getattribute__",
    "__globals__",
    "__import__",
    "__mro__",
    "__subclasses__",
];

/// Modules of Python 2 that unpicklers look up under another name.
const RENAMED: [(&str, &str); 22] = [
    ("BaseHTTPServer", "http.server"),
    ("CGIHTTPServer", "http.server"),
    ("ConfigParser", "configparser"),
    ("Cookie", "http.cookies"),
    ("DocXMLRPCServer", "xmlrpc.server"),
    ("SimpleHTTPServer", "http.server"),
    ("SimpleXMLRPCServer", "xmlrpc.server"),
    ("SocketServer", "socketserver"),
    ("StringIO", "io"),
    ("__builtin__", "builtins"),
    ("_socketobject", "socket"),
    ("anydbm", "dbm"),
    ("cPickle", "pickle"),
    ("cStringIO", "io"),
    ("cookielib", "http.cookiejar"),
    ("dbhash", "dbm"),
    ("dumbdbm", "dbm"),
    ("dummy_thread", "_thread"),
    ("gdbm", "dbm"),
    ("urllib2", "urllib"),
    ("whichdb", "dbm"),
    ("xmlrpclib", "xmlrpc"),
];

type Rules = HashMap<&'static str, Vec<(&'static str, Judgement)>>;

/// What the lists say of a name in a module. A dotted name is what a pickle reaches through attributes.
pub fn judge(module: &str, name: &str) -> Judgement {
    let renamed = RENAMED.iter().find(|(old, _)| *old == module).map(|(_, new)| *new);
    if let Some(denied) = denied(module, name).or_else(|| denied(renamed?, name)) {
        return denied;
    }
    if name.split('.').any(|part| BEHIND.contains(&part)) {
        return Judgement::Denied(
            Severity::High,
            "reaches behind an object, where everything can be reached",
        );
    }
    if let Some(denied) = through_attributes(module, name) {
        return denied;
    }
    allowed(module, name).unwrap_or(Judgement::Unknown)
}

/// Every entry of the lists: module, names, judgement.
pub fn listed() -> impl Iterator<Item = (&'static str, &'static str, Judgement)> {
    list::GROUPS
        .iter()
        .flat_map(|group| group.imports.iter().map(|(module, names)| (*module, *names, group.judgement)))
}

/// A name with dots, or one that is itself a module: judged as the import that it comes to.
fn through_attributes(module: &str, name: &str) -> Option<Judgement> {
    let mut reached = module.to_owned();
    let mut parts = name.split('.').peekable();
    while let Some(part) = parts.next() {
        let next = parts.peek().copied().unwrap_or("*");
        // An attribute of another module's namespace, or a module below this one.
        if let Some(found) = denied(part, next) {
            return Some(found);
        }
        reached = format!("{reached}.{part}");
        if let Some(found) = denied(&reached, next) {
            return Some(found);
        }
    }
    None
}

fn denied(module: &str, name: &str) -> Option<Judgement> {
    let mut at = Some(module);
    while let Some(parent) = at {
        let is_here = parent == module;
        let found = rules_of(parent).find(|(names, judgement)| {
            // In a module below the listed one, only `*` holds.
            let is_named =
                *names == "*" || (is_here && (is_listed(names, name) || is_below_listed(names, name)));
            is_named && matches!(judgement, Judgement::Denied(..))
        });
        if let Some((_, judgement)) = found {
            return Some(judgement);
        }
        at = parent.rsplit_once('.').map(|(above, _)| above);
    }
    None
}

fn allowed(module: &str, name: &str) -> Option<Judgement> {
    let mut listed = module.to_owned();
    let mut at = Some(module);
    loop {
        let found = rules_of(&listed)
            .find(|(names, judgement)| is_listed(names, name) && matches!(judgement, Judgement::Allowed(_)));
        if let Some((_, judgement)) = found {
            return Some(judgement);
        }
        let parent = at?;
        listed = format!("{parent}.**");
        at = parent.rsplit_once('.').map(|(above, _)| above);
    }
}

fn rules_of(module: &str) -> impl Iterator<Item = (&'static str, Judgement)> {
    rules().get(module).into_iter().flatten().copied()
}

fn is_listed(names: &str, name: &str) -> bool {
    match names {
        "*" => true,
        "Classes" => is_class(name),
        listed => listed.split(' ').any(|word| word == name),
    }
}

/// Whether a name is an attribute of a listed one.
fn is_below_listed(names: &str, name: &str) -> bool {
    let mut words = names.split(' ');
    words.any(|word| name.strip_prefix(word).is_some_and(|rest| rest.starts_with('.')))
}

/// `CamelCase`, with underscores before it perhaps, and no dot.
fn is_class(name: &str) -> bool {
    let bare = name.trim_start_matches('_');
    bare.starts_with(|c: char| c.is_ascii_uppercase())
        && bare.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| {
        let mut rules = Rules::new();
        for (module, names, judgement) in listed() {
            rules.entry(module).or_default().push((names, judgement));
        }
        rules
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn severity(module: &str, name: &str) -> Option<Severity> {
        match judge(module, name) {
            Judgement::Denied(severity, _) => Some(severity),
            Judgement::Allowed(_) | Judgement::Unknown => None,
        }
    }

    #[test]
    fn modules_stand_for_what_is_below_them_when_they_are_denied() {
        assert_eq!(severity("os", "system"), Some(Severity::Critical));
        assert_eq!(severity("os.path", "join"), Some(Severity::Critical));
        assert_eq!(severity("ossaudio", "join"), None);
        assert_eq!(severity("builtins", "eval"), Some(Severity::Critical));
        assert_eq!(severity("builtins", "evaluate"), None);
    }

    #[test]
    fn attributes_lead_nowhere_unseen() {
        for (module, name) in [
            ("torch", "os.system"),
            ("torch", "os"),
            ("urllib", "request.urlopen"),
            ("collections", "OrderedDict.__init__.__globals__"),
            ("collections", "OrderedDict.__class__"),
            ("numpy", "f2py.crackfortran.getlincoef"),
            ("code", "InteractiveInterpreter.runcode"),
            ("trace", "Trace.run"),
            ("StringIO", "open"),
            ("SocketServer", "TCPServer"),
        ] {
            assert!(severity(module, name) >= Some(Severity::High), "{module} {name}");
        }
        assert_eq!(judge("collections", "OrderedDict.fromkeys"), Judgement::Unknown);
    }

    #[test]
    fn what_rebuilds_tensors_is_allowed_and_nothing_beside_it() {
        for (module, name) in [
            ("collections", "OrderedDict"),
            ("torch._utils", "_rebuild_tensor_v2"),
            ("torch", "FloatStorage"),
            ("numpy.core.multiarray", "_reconstruct"),
            ("sklearn.linear_model._logistic", "LogisticRegression"),
            ("sklearn.tree._tree", "Tree"),
        ] {
            assert!(matches!(judge(module, name), Judgement::Allowed(_)), "{module} {name}");
        }
        for (module, name) in
            [("mypackage", "Model"), ("sklearn.datasets", "fetch_openml"), ("numpy", "loads")]
        {
            assert!(!matches!(judge(module, name), Judgement::Allowed(_)), "{module} {name}");
        }
    }

    #[test]
    fn every_entry_is_reached_by_its_own_name() {
        for (module, names, judgement) in listed() {
            let name = match names {
                "*" => "anything",
                "Classes" => "Example",
                listed => listed.split(' ').next().unwrap_or_default(),
            };
            let found = judge(module.trim_end_matches(".**"), name);
            assert_eq!(std::mem::discriminant(&found), std::mem::discriminant(&judgement), "{module} {name}");
        }
    }
}
