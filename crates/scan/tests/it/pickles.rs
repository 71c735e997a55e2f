//! Pickles that hide what they import.

use assent_scan::Severity;
use assent_scan::artifact::{Code, Format, Judgement, Verdict, judge};

use crate::build::{Pickle, harmless, system};
use crate::{read, scanned, sees, with_code};

/// A pickle must be seen to import a name, whatever it is wrapped in.
fn check(what: &str, bytes: &[u8], module: &str, name: &str) {
    let scan = scanned(bytes);
    assert!(sees(&scan, module, name), "{what}: {:?}", scan.findings);
    assert_eq!(scan.verdict, Verdict::Dangerous, "{what}");
}

#[test]
fn every_way_to_import_is_seen() {
    check("GLOBAL", &system(), "os", "system");
    check("INST", &Pickle::new().raw(b"(S'true'\nios\nsystem\n").stop(), "os", "system");
    check("OBJ", &Pickle::new().raw(b"(cos\nsystem\nS'true'\no").stop(), "os", "system");
    let texts: [(&str, &[u8], &[u8]); 8] = [
        ("SHORT_BINUNICODE", b"\x8c\x02os", b"\x8c\x06system"),
        ("BINUNICODE", b"X\x02\0\0\0os", b"X\x06\0\0\0system"),
        ("BINUNICODE8", b"\x8d\x02\0\0\0\0\0\0\0os", b"\x8d\x06\0\0\0\0\0\0\0system"),
        ("UNICODE", b"Vos\n", b"Vsystem\n"),
        ("UNICODE in escapes", b"V\\u006fs\n", b"Vsy\\U00000073tem\n"),
        ("STRING", b"S'os'\n", b"S\"system\"\n"),
        ("STRING in escapes", b"S'\\x6fs'\n", b"S'sys\\164em'\n"),
        ("SHORT_BINSTRING", b"U\x02os", b"T\x06\0\0\0system"),
    ];
    for (what, module, name) in texts {
        let pickle = Pickle::new().proto(4).raw(module).raw(name).stack_global().call_with("true").stop();
        check(what, &pickle, "os", "system");
    }
}

#[test]
fn names_are_followed_through_memo_and_stack() {
    let memo =
        Pickle::new().proto(4).short("system").memoize().short("os").memoize().raw(b"00").get(1).get(0);
    check("memo", &memo.stack_global().stop(), "os", "system");
    let text_memo = Pickle::new().raw(b"Vos\np7\n0Vsystem\np12\n0g 7\ng1_2\n").stack_global();
    check("memo by decimal text", &text_memo.stop(), "os", "system");
    let duplicate = Pickle::new().proto(4).short("pty").raw(b"2").stack_global();
    check("DUP", &duplicate.stop(), "pty", "pty");
    let marks =
        Pickle::new().proto(4).short("os").raw(b"(N\x88J\x01\0\0\x001").short("system").stack_global();
    check("POP_MARK between the names", &marks.stop(), "os", "system");
    let far = Pickle::new()
        .proto(4)
        .short("os")
        .raw(b"r\xff\xff\xff\x7f0")
        .raw(b"j\xff\xff\xff\x7f")
        .short("system");
    check("a far slot", &far.stack_global().stop(), "os", "system");
}

#[test]
fn a_name_that_cannot_be_told_is_a_finding() {
    let joined = Pickle::new()
        .proto(4)
        .global("collections", "OrderedDict")
        .raw(b")R")
        .short("system")
        .stack_global()
        .stop();
    let built = Pickle::new().proto(4).raw(b"C\x02os").short("system").stack_global().stop();
    let extension = Pickle::new().proto(2).raw(b"\x82\x07)R").stop();
    let long = Pickle::new().raw(b"c").raw(&[b'a'; 5000]).raw(b"\nname\n").stop();
    for (what, bytes) in [("call", joined), ("bytes", built), ("extension", extension), ("long", long)] {
        let scan = scanned(&bytes);
        assert_eq!(with_code(&scan, Code::UnresolvedImport).len(), 1, "{what}: {:?}", scan.findings);
        assert_eq!(scan.verdict, Verdict::Dangerous, "{what}");
    }
}

#[test]
fn every_pickle_of_a_file_is_seen() {
    let stacked = [harmless(), harmless(), system()].concat();
    check("the third of three", &stacked, "os", "system");
    let behind_rubbish = [harmless(), b"\xff\xff\0rubbish\0".to_vec(), system()].concat();
    check("behind what is no pickle", &behind_rubbish, "os", "system");
    assert_eq!(with_code(&scanned(&behind_rubbish), Code::TrailingData).len(), 1);
}

#[test]
fn a_broken_pickle_is_seen_up_to_there_and_behind() {
    let cut = system();
    check("cut", &cut[..cut.len() - 1], "os", "system");
    let broken =
        Pickle::new().proto(4).global("os", "system").raw(b"\xff\xff").global("builtins", "eval").bytes();
    check("before", &broken, "os", "system");
    check("behind", &broken, "builtins", "eval");
    assert_eq!(with_code(&scanned(&broken), Code::Malformed).len(), 1);
    let short_names = Pickle::new()
        .proto(4)
        .raw(b"\xff")
        .short("nt")
        .memoize()
        .short("system")
        .raw(b"q\x05")
        .stack_global();
    check("behind, by stack", &short_names.bytes(), "nt", "system");
    let underflow = Pickle::new().proto(2).raw(b"0").global("subprocess", "Popen").bytes();
    check("behind an empty stack", &underflow, "subprocess", "Popen");
}

#[test]
fn calls_through_other_calls_are_seen() {
    for (module, name) in [
        ("builtins", "getattr"),
        ("__builtin__", "eval"),
        ("operator", "attrgetter"),
        ("_operator", "methodcaller"),
        ("functools", "partial"),
        ("runpy", "run_path"),
        ("pip", "main"),
        ("pip._internal.cli.main", "main"),
        ("importlib", "import_module"),
        ("pkgutil", "resolve_name"),
        ("pickle", "loads"),
        ("torch", "load"),
        ("torch.serialization", "load"),
        ("torch.hub", "load"),
        ("joblib", "load"),
        ("numpy", "load"),
        ("numpy.testing._private.utils", "runstring"),
        ("numpy.f2py.crackfortran", "getlincoef"),
        ("torch.utils.bottleneck.__main__", "run_cprofile"),
        ("cProfile", "runctx"),
        ("timeit", "timeit"),
        ("pydoc", "pipepager"),
        ("ctypes", "CDLL"),
        ("marshal", "loads"),
        ("types", "CodeType"),
        ("asyncio.unix_events", "_UnixSubprocessTransport._start"),
    ] {
        check(module, &Pickle::new().proto(2).global(module, name).raw(b")R").stop(), module, name);
    }
}

#[test]
fn the_call_is_told_with_its_argument() {
    let scan = scanned(&system());
    assert!(scan.findings[0].message.ends_with("; calls it with `true`"), "{}", scan.findings[0].message);
    assert_eq!(scan.findings[0].offset, Some(2));
}

#[test]
fn an_import_on_no_list_is_suspicious() {
    let scan = scanned(&Pickle::new().proto(2).global("somebody.model", "Net").raw(b")\x81").stop());
    let [found] = scan.findings.as_slice() else { panic!("{:?}", scan.findings) };
    assert_eq!((found.code, found.severity), (Code::UnknownImport, Severity::Medium));
    assert_eq!(scan.verdict, Verdict::Suspicious);
}

#[test]
fn old_pytorch_files_are_stacked_pickles_with_raw_bytes_behind() {
    let magic = Pickle::new().proto(2).raw(b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19").stop();
    let number = Pickle::new().proto(2).raw(b"M\xe9\x03").stop();
    let storage =
        Pickle::new().proto(2).raw(b"(").short("storage").global("torch", "FloatStorage").raw(b"tQ").stop();
    let clean = [magic, number, harmless(), storage, harmless(), vec![0xff; 64]].concat();
    let scan = scanned(&clean);
    assert_eq!((scan.format, scan.verdict), (Format::PytorchLegacy, Verdict::Clean), "{:?}", scan.findings);
    assert_eq!(scan.findings, []);
    check("behind the tensors", &[clean, system()].concat(), "os", "system");
}

#[test]
fn joblib_and_plain_readers_disagree_and_both_are_followed() {
    // The bytes of an array for joblib are opcodes for whoever loads the file as a plain pickle.
    let wrapper = Pickle::new()
        .proto(4)
        .global("joblib.numpy_pickle", "NumpyArrayWrapper")
        .raw(b")\x81}(")
        .short("dtype")
        .global("numpy", "dtype")
        .short("u1")
        .raw(b"\x85R")
        .short("shape");
    let hidden = Pickle::new().raw(b"cos\n").raw(b"system\n").short("true").raw(b"\x85R0").bytes();
    let shape = [b'K', u8::try_from(hidden.len()).unwrap(), 0x85];
    let file = wrapper.raw(&shape).raw(b"ub").raw(&hidden).stop();
    let scan = scanned(&file);
    assert_eq!(scan.format, Format::Joblib);
    check("as plain", &file, "os", "system");
    // An array of objects is a pickle of its own.
    let objects = Pickle::new()
        .proto(4)
        .global("joblib.numpy_pickle", "NumpyArrayWrapper")
        .raw(b")\x81}(")
        .short("dtype")
        .global("numpy", "dtype")
        .short("O8")
        .raw(b"\x85Rub")
        .raw(&system())
        .stop();
    check("as objects", &objects, "os", "system");
    assert_eq!(with_code(&scanned(&objects), Code::Malformed).len(), 0);
}

#[test]
fn malware_in_a_file_of_joblib_is_seen_behind_its_arrays() {
    let clean = read("made/mixed.joblib");
    let (stop, body) = clean.split_last().unwrap();
    assert_eq!(*stop, b'.');
    let infected = [body, b"0cos\nsystem\n(S'true'\ntR."].concat();
    check("behind arrays", &infected, "os", "system");
    let scan = scanned(&infected);
    assert_eq!(with_code(&scan, Code::Malformed), Vec::<&assent_scan::artifact::Finding>::new());
}

#[test]
fn the_lists_know_what_modelscan_calls_unsafe() {
    for (module, names) in [
        ("__builtin__", "eval compile getattr apply exec open breakpoint __import__"),
        ("builtins", "eval compile getattr apply exec open breakpoint __import__"),
        ("runpy", "x"),
        ("os", "x"),
        ("nt", "x"),
        ("posix", "x"),
        ("socket", "x"),
        ("subprocess", "x"),
        ("sys", "x"),
        ("operator", "attrgetter"),
        ("pty", "x"),
        ("pickle", "x"),
        ("_pickle", "x"),
        ("bdb", "x"),
        ("pdb", "x"),
        ("shutil", "x"),
        ("asyncio", "x"),
    ] {
        for name in names.split(' ') {
            assert!(
                matches!(judge(module, name), Judgement::Denied(Severity::Critical, _)),
                "{module}.{name}"
            );
        }
    }
    for module in ["webbrowser", "httplib", "requests.api", "aiohttp.client"] {
        assert!(matches!(judge(module, "x"), Judgement::Denied(Severity::High, _)), "{module}");
    }
}
