//! Tensors, graphs and descriptions: their structure, and what they refer to.

use assent_scan::Severity;
use assent_scan::artifact::{Code, Format, Scan, Verdict};

use crate::build::{Pickle, member, system, zip};
use crate::{scanned, sees, with_code};

fn codes(scan: &Scan) -> Vec<Code> {
    scan.findings.iter().map(|finding| finding.code).collect()
}

fn safetensors(header: &str, data: usize) -> Vec<u8> {
    let mut out = (header.len() as u64).to_le_bytes().to_vec();
    out.extend(header.as_bytes());
    out.resize(out.len() + data, 0);
    out
}

#[test]
fn tensors_must_cover_their_file() {
    let tensor = |name: &str, shape: &str, from: u64, to: u64| {
        format!(r#""{name}":{{"dtype":"F32","shape":{shape},"data_offsets":[{from},{to}]}}"#)
    };
    let two = |second: String| format!("{{{},{second}}}", tensor("a", "[2]", 0, 8));
    let check = |header: &str, data: usize, expected: &[Code]| {
        let scan = scanned(&safetensors(header, data));
        assert_eq!(scan.format, Format::Safetensors, "{header}");
        assert_eq!(codes(&scan), expected, "{header}: {:?}", scan.findings);
    };
    check(&two(tensor("b", "[1,1]", 8, 12)), 12, &[]);
    check(&two(r#""__metadata__":{"format":"pt"}"#.to_owned()), 8, &[]);
    check(&two(tensor("b", "[2]", 4, 12)), 12, &[Code::Malformed]);
    check(&two(tensor("b", "[1]", 12, 16)), 16, &[Code::Malformed]);
    check(&two(tensor("b", "[1]", 8, 12)), 20, &[Code::TrailingData]);
    check(&two(tensor("b", "[3]", 8, 12)), 12, &[Code::Malformed]);
    check(&two(tensor("b", "[1]", 8, 12)), 8, &[Code::Malformed]);
    check(&two(tensor("a", "[1]", 8, 12)), 12, &[Code::Malformed]);
    check(&two(tensor("b", "[4294967296,4294967296,2]", 8, 8)), 8, &[Code::Malformed]);
    check(&two(r#""__metadata__":{"format":1}"#.to_owned()), 8, &[Code::Malformed]);
    check(&two(r#""b":{"dtype":"F32"}"#.to_owned()), 8, &[Code::Malformed]);
    let mut long = safetensors(&two(tensor("b", "[1]", 8, 12)), 12);
    long[..8].copy_from_slice(&60_u64.to_le_bytes());
    assert_eq!(codes(&scanned(&long)), [Code::Malformed]);
}

/// A field of a message: its number and its bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
        length >>= 7;
    }
    out.push(u8::try_from(length).unwrap());
    out.extend(bytes);
    out
}

fn model(graph: &[u8], domain: &str) -> Vec<u8> {
    let operators = [field(1, domain.as_bytes()), vec![0x10, 17]].concat();
    [vec![0x08, 0x08], field(2, b"tests"), field(7, graph), field(8, &operators)].concat()
}

fn external(location: &str, value_first: bool) -> Vec<u8> {
    let (key, value) = (field(1, b"location"), field(2, location.as_bytes()));
    let entry = if value_first { [value, key] } else { [key, value] }.concat();
    let tensor = [vec![0x08, 0x02], field(13, &entry)].concat();
    field(5, &tensor)
}

#[test]
fn graphs_name_the_files_and_the_operators_that_they_need() {
    let check = |bytes: Vec<u8>, expected: &[Code]| {
        let scan = scanned(&bytes);
        assert_eq!((scan.format, codes(&scan)), (Format::Onnx, expected.to_vec()), "{:?}", scan.findings);
    };
    check(model(&external("weights.bin", false), ""), &[Code::ExternalData]);
    check(model(&external("../../etc/passwd", false), ""), &[Code::PathTraversal]);
    check(model(&external("/etc/passwd", true), ""), &[Code::PathTraversal]);
    check(model(&external("C:\\secrets", true), ""), &[Code::PathTraversal]);
    check(model(&field(1, &field(4, b"MatMul")), "ai.onnx.ml"), &[]);
    check(model(&field(1, &field(4, b"Evil")), "evil.example"), &[Code::CustomOperator]);
    // In the body of a loop, inside of an attribute of a node.
    let body = field(1, &field(5, &field(6, &external("../x", false))));
    check(model(&body, ""), &[Code::PathTraversal]);
    // As the value of a constant.
    let tensor = external("../x", false);
    let constant = field(1, &field(5, &[vec![5 << 3 | 2], tensor[1..].to_vec()].concat()));
    check(model(&constant, ""), &[Code::PathTraversal]);
}

#[test]
fn graphs_without_bottom_end_at_a_limit() {
    let mut nested = Vec::new();
    for _ in 0..60 {
        nested = field(1, &field(5, &field(6, &nested)));
    }
    let scan = scanned(&model(&nested, ""));
    assert_eq!((codes(&scan), scan.complete), (vec![Code::LimitReached], false));
}

#[test]
fn a_saved_model_that_touches_files_is_dangerous() {
    let graph = |operator: &str| {
        field(2, &field(2, &field(1, &[field(1, b"name"), field(2, operator.as_bytes())].concat())))
    };
    let library =
        |operator: &str| field(2, &field(2, &field(2, &field(1, &field(3, &field(2, operator.as_bytes()))))));
    for made in [graph, library] {
        let scan = scanned(&[vec![0x08, 0x01], made("WriteFile")].concat());
        assert_eq!((scan.format, codes(&scan)), (Format::SavedModel, vec![Code::UnsafeOperator]));
        assert_eq!(scan.findings[0].severity, Severity::High);
        let scan = scanned(&[vec![0x08, 0x01], made("MatMul")].concat());
        assert_eq!((scan.format, codes(&scan)), (Format::SavedModel, vec![]));
    }
}

fn npy(descr: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (1,), }}\n");
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), data].concat()
}

#[test]
fn arrays_of_objects_are_pickles() {
    assert!(sees(&scanned(&npy("'|O'", &system())), "os", "system"));
    assert!(sees(&scanned(&npy("[('a', '<f4'), ('b', '|O')]", &system())), "os", "system"));
    let lying = scanned(&npy("'<f8'", &system()));
    assert!(sees(&lying, "os", "system"));
    assert_eq!(with_code(&lying, Code::SeveralFormats).len(), 1);
    assert_eq!(codes(&scanned(&npy("'<f8'", &[0; 8]))), []);
    assert_eq!(codes(&scanned(&npy("'|O'", &[0xff; 8]))), [Code::Malformed]);
    let archive = zip(&[member("a.npy", &npy("'|O'", &system()))]);
    assert!(sees(&scanned(&archive), "os", "system"));
}

fn keras(config: &str) -> Scan {
    scanned(&zip(&[member("metadata.json", b"{}"), member("config.json", config.as_bytes())]))
}

#[test]
fn keras_models_tell_of_code_and_of_classes_from_elsewhere() {
    let model = |layer: &str| {
        format!(
            r#"{{"module":"keras","class_name":"Sequential","config":{{"layers":[{layer}]}},"registered_name":null}}"#
        )
    };
    let check = |layer: &str, expected: &[Code]| {
        let scan = keras(&model(layer));
        assert_eq!(
            (scan.format, codes(&scan)),
            (Format::Keras, expected.to_vec()),
            "{layer}: {:?}",
            scan.findings
        );
    };
    check(r#"{"module":"keras.layers","class_name":"Dense","config":{},"registered_name":null}"#, &[]);
    check(r#"{"module":"keras.layers","class_name":"Lambda","config":{}}"#, &[Code::KerasLambda]);
    check(r#"{"module":"keras.layers","class_name":"\u004cambda","config":{}}"#, &[Code::KerasLambda]);
    check(r#"{"class_name":"\u004cambda","config":{"value":NaN}}"#, &[Code::KerasLambda]);
    check(
        r#"{"module":null,"class_name":"Layer","config":{},"registered_name":"mine>Layer"}"#,
        &[Code::KerasCustomObject],
    );
    check(r#"{"module":"mine.layers","class_name":"Layer","config":{}}"#, &[Code::KerasCustomObject]);
    check(r#"{"module":"os","class_name":"function","config":"system"}"#, &[Code::UnsafeImport]);
}

fn gguf(key: &str, text: &str) -> Vec<u8> {
    let string = |text: &str| [(text.len() as u64).to_le_bytes().to_vec(), text.as_bytes().to_vec()].concat();
    let head = [
        b"GGUF".to_vec(),
        3_u32.to_le_bytes().to_vec(),
        0_u64.to_le_bytes().to_vec(),
        1_u64.to_le_bytes().to_vec(),
    ];
    [head.concat(), string(key), 8_u32.to_le_bytes().to_vec(), string(text)].concat()
}

#[test]
fn a_chat_template_is_a_program() {
    let key = "tokenizer.chat_template";
    let scan = scanned(&gguf(key, "{% for m in messages %}{{ m.content }}{% endfor %}"));
    assert_eq!((scan.format, scan.verdict), (Format::Gguf, Verdict::Clean));
    let scan = scanned(&gguf(key, "{{ ''.__class__.__mro__[1].__subclasses__() }}"));
    assert_eq!(codes(&scan), [Code::UnsafeTemplate]);
    let mut cut = gguf(key, "text");
    cut.pop();
    assert_eq!(codes(&scanned(&cut)), [Code::Malformed]);
    let mut many = gguf(key, "text");
    many[16..24].copy_from_slice(&u64::MAX.to_le_bytes());
    assert_eq!(codes(&scanned(&many)), [Code::Malformed]);
}

#[test]
fn text_is_no_pickle() {
    for text in [
        "I think so.\nVery well.\n",
        "cos\nsin\ntan\n",
        "# Title\n\nN.B. (see below)\n",
        "{\"a\": 1}",
        "(1, 2).",
        "import os\n",
    ] {
        let scan = scanned(text.as_bytes());
        assert_eq!(scan.verdict, Verdict::Clean, "{text}: {:?}", scan.findings);
    }
    assert_eq!(scanned(b"").format, Format::Empty);
}

#[test]
fn results_are_written_as_sarif_that_we_read_ourselves() {
    let scan = scanned(&Pickle::new().proto(2).global("os", "system").global("mine", "Net").stop());
    let sarif = assent_scan::artifact::sarif(std::slice::from_ref(&scan));
    let read = assent_scan::evidence::parse(sarif.to_string().as_bytes()).unwrap();
    assert_eq!(read.tool.as_deref(), Some("assent scan"));
    let ours: Vec<_> =
        scan.findings.iter().map(|found| (found.severity, found.code.as_str(), &found.message)).collect();
    let theirs: Vec<_> =
        read.findings.iter().map(|found| (found.severity, found.id.as_str(), &found.title)).collect();
    assert_eq!(ours, theirs);
}
