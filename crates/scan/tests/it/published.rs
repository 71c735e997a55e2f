//! The verdicts of other scanners, and the files of real tools.

use assent_scan::Severity;
use assent_scan::artifact::{Format, Limits, Verdict, scan};
use assent_scan::evidence;

use crate::{read, scanned, sees, testdata};

#[test]
fn verdicts_are_those_of_modelscan_and_picklescan() {
    for name in ["benign_model", "malicious_os_system"] {
        let ours = scanned(&read(&format!("model_scan/{name}.pkl")));
        let theirs = evidence::parse(&read(&format!("model_scan/{name}.modelscan.json"))).unwrap();
        let of_ours: Vec<_> = ours
            .findings
            .iter()
            .map(|found| {
                (
                    found.severity,
                    format!("{}.{}", found.module.clone().unwrap(), found.operator.clone().unwrap()),
                )
            })
            .collect();
        let of_theirs: Vec<_> =
            theirs.findings.iter().map(|found| (found.severity, found.id.clone())).collect();
        assert_eq!(of_ours, of_theirs, "{name}");
        let text = String::from_utf8(read(&format!("model_scan/{name}.picklescan.txt"))).unwrap();
        let dangerous = format!("Dangerous globals: {}", ours.count(Severity::Critical));
        assert!(text.contains(&dangerous) && text.contains("Suspicious globals: 0"), "{name}: {text}");
    }
    let malicious = scanned(&read("model_scan/malicious_os_system.pkl"));
    assert!(sees(&malicious, "posix", "system"));
    assert_eq!(malicious.verdict, Verdict::Dangerous);
    assert_eq!(malicious.findings[0].offset, Some(28));
}

#[test]
fn files_of_real_tools_are_clean() {
    let formats = [
        ("numpy.protocol0.pkl", Format::Pickle),
        ("numpy.protocol1.pkl", Format::Pickle),
        ("numpy.protocol2.pkl", Format::Pickle),
        ("numpy.protocol3.pkl", Format::Pickle),
        ("numpy.protocol4.pkl", Format::Pickle),
        ("numpy.protocol5.pkl", Format::Pickle),
        ("mixed.joblib", Format::Joblib),
        ("mixed.zlib.joblib", Format::Zlib),
        ("mixed.gzip.joblib", Format::Gzip),
        ("mixed.bz2.joblib", Format::Bzip2),
        ("mixed.xz.joblib", Format::Xz),
        ("mixed.lzma.joblib", Format::Lzma),
        ("forest.joblib", Format::Joblib),
        ("values.npy", Format::Numpy),
        ("objects.npy", Format::Numpy),
        ("arrays.npz", Format::NumpyArchive),
        ("weights.safetensors", Format::Safetensors),
        ("matmul.onnx", Format::Onnx),
        ("dense.h5", Format::Hdf5),
    ];
    for (name, format) in formats {
        let scan = scanned(&read(&format!("made/{name}")));
        assert_eq!(
            (scan.format, scan.verdict, scan.complete),
            (format, Verdict::Clean, true),
            "{name}: {:?}",
            scan.findings
        );
        assert_eq!(scan.findings, [], "{name}");
    }
}

#[test]
fn compressed_files_are_looked_into_and_not_only_at() {
    for kind in ["zlib", "gzip", "bz2", "xz", "lzma"] {
        let scan = scanned(&read(&format!("made/mixed.{kind}.joblib")));
        let inner: Vec<_> = scan.items.iter().map(|item| (item.path.as_str(), item.format)).collect();
        assert_eq!(inner.last(), Some(&("file:unpacked", Format::Joblib)), "{kind}");
    }
}

#[test]
fn a_lambda_layer_has_the_severity_that_modelscan_gives_it() {
    let scan = scanned(&read("made/lambda.h5"));
    let found: Vec<_> = scan.findings.iter().map(|found| (found.code.as_str(), found.severity)).collect();
    assert_eq!(found, [("KERAS_LAMBDA", Severity::Medium)]);
}

#[test]
fn a_file_on_the_disk_is_read_as_its_bytes_in_memory() {
    let path = testdata("made/arrays.npz");
    let on_disk = scan("file", std::fs::File::open(path).unwrap(), &Limits::default());
    assert_eq!(on_disk, scanned(&read("made/arrays.npz")));
}
