//! What of the suite does not apply here, and why.

use serde_json::Value as Json;

use crate::{Case, array};

/// Starts of case names with the reason why such cases are left out.
const BY_NAME: &[(&str, &str)] = &[
    ("proto2/", "protocol-buffer messages"),
    ("proto2_ext/", "protocol-buffer messages"),
    ("proto3/", "protocol-buffer messages"),
    ("dynamic/", "protocol-buffer messages: conversions of their wrapper types"),
    ("enums/", "protocol-buffer enumerations"),
    ("wrappers/", "protocol-buffer wrapper types"),
    ("bindings_ext/", "optional extension: cel.bind"),
    ("block_ext/", "optional extension: cel.block"),
    ("encoders_ext/", "optional extension: base64"),
    ("math_ext/", "optional extension: math"),
    ("optionals/", "optional extension: optional values"),
    ("string_ext/", "optional extension: strings"),
    ("macros2/", "optional extension: macros with two variables"),
    ("comparisons/eq_wrapper/", "protocol-buffer wrapper types"),
    ("comparisons/bound/bytes_gt_left_false", "facts are JSON, which has no bytes"),
    ("namespace/namespace/", "there are no namespaces: a rule names facts from their root"),
    (
        "fields/qualified_identifier_resolution/qualified_identifier_resolution_unchecked",
        "facts are one document, in which `a.b.c` and `a.b` cannot be bound apart",
    ),
    (
        "fields/qualified_identifier_resolution/ident_with_longest_prefix_check",
        "facts are one document, in which `a.b.c` and `a.b` cannot be bound apart",
    ),
    (
        "type_deductions/flexible_type_parameter_assignment/list_parameter",
        "an empty list is list(dyn): element types are deduced without type variables",
    ),
    ("type_deductions/flexible_type_parameter_assignment/optional_", "optional extension: optional values"),
    ("type_deductions/wrappers/", "protocol-buffer wrapper types"),
    ("type_deductions/legacy_nullable_types/", "protocol-buffer messages"),
    ("type_deductions/type_parameters/", "declares functions that only the checker knows"),
    ("type_deductions/functions/function_result_type", "declares a function that only the checker knows"),
];

/// What a case must not mention, or be given, with the reason.
const BY_CONTENT: &[(&str, &str)] = &[
    ("TestAllTypes", "protocol-buffer messages"),
    ("google.protobuf.Value{", "protocol-buffer messages"),
    ("google.protobuf.Int32Value{", "protocol-buffer messages"),
];

/// Why a case does not run, if it does not.
pub(crate) fn reason(case: &Case<'_>) -> Option<&'static str> {
    let by_name = BY_NAME.iter().find(|(start, _)| case.id.starts_with(start));
    let text = format!("{}{}", case.source, case.json["typeEnv"]);
    by_name.or_else(|| BY_CONTENT.iter().find(|(part, _)| text.contains(part))).map(|(_, reason)| *reason)
}

/// The exclusions by name that match no case of the suite.
pub(crate) fn unused(suite: &Json) -> Vec<&'static str> {
    let mut names = Vec::new();
    for file in array(suite, "suites") {
        for section in array(file, "suites") {
            names.extend(array(section, "tests").iter().map(|case| Case::new(file, section, case).id));
        }
    }
    let unused = |start: &&str| !names.iter().any(|name| name.starts_with(start));
    BY_NAME.iter().map(|(start, _)| *start).filter(unused).collect()
}
