//! The form of the model card.

use crate::form::{Column, Form, Section, cell, line, list, section, table, text};

const FIGURES: &[Column] = &[
    cell("metric", "Metric", "the measure, for example `accuracy` or `race.equalizedOddsDifference`").names(),
    cell("value", "Value", "the figure").number(),
    cell("attribute", "Attribute", "the attribute whose group it is about").names(),
    cell("group", "Group", "the group; everybody if empty").names(),
    cell("n", "Rows", "how many rows it rests on").number(),
    cell("dataset", "Data set", "the data set"),
    cell("dataSha256", "Data SHA-256", "digest of the data").names(),
    cell("date", "Date", "when it was measured"),
    cell("conditions", "Conditions", "under which conditions"),
    cell("threshold", "Threshold", "the bound that it is held to"),
    cell("source", "Source", "`reported`, `evaluation:ID` or `run:NAME`"),
];

const RISKS: &[Column] = &[
    cell("risk", "Risk", "its name, as the assessment has it").names(),
    cell("description", "Description", "what may happen"),
    cell("likelihood", "Likelihood", "how likely it is"),
    cell("impact", "Impact", "how bad it would be"),
    cell("mitigation", "Mitigation", "what is done about it"),
    cell("residual", "Residual", "what is left of it"),
    cell("source", "Source", "`reported` or `assessment:ID`"),
];

const DATA: &[Column] = &[
    cell("name", "Name", "the data set").names(),
    cell("version", "Version", "its version").names(),
    cell("sha256", "SHA-256", "digest of its bytes"),
    cell("part", "Part", "what part it has"),
];

/// The form of the model card.
pub(crate) static MODEL_CARD: Form = Form {
    title: "Model card",
    schema: "assent.model-card/1",
    name: ("details", "name"),
    sections: SECTIONS,
};

const SECTIONS: &[Section] = &[
    section(
        "details",
        "Model details",
        &[
            line("name", "Name", "name of the model").or(&["Model name"]),
            line("version", "Version", "its version").or(&["Model version"]),
            line("type", "Type", "what kind of model it is").or(&["Model type"]),
            line("architecture", "Architecture", "how it is built").or(&["Model architecture and objective"]),
            line("algorithmFamily", "Algorithm family", "the family of algorithms"),
            line("framework", "Framework", "what it was trained with"),
            line("size", "Size", "how large it is, in parameters or bytes").or(&["Model size"]),
            line("inferenceTime", "Inference time", "how long an answer takes, and on what"),
            line("date", "Date", "when it was made").or(&["Release date"]),
            line("licence", "Licence", "under which licence").or(&["License"]),
            line("contact", "Contact", "whom to ask").or(&["Model card contact"]),
            line("citation", "Citation", "how to cite it").optional(),
            text("description", "Description", "what it is, in a few sentences")
                .or(&["Model description"])
                .optional(),
            list("developers", "Developers", "who made it").or(&["Developed by"]),
            list("references", "References", "papers and other resources").optional(),
        ],
        &["Details", "Model summary"],
    ),
    section(
        "intendedUse",
        "Intended use",
        &[
            list("uses", "Primary uses", "what it is made for").or(&["Direct use", "Primary intended uses"]),
            list("users", "Primary users", "who is to use it").or(&["Users", "Primary intended users"]),
            list("outOfScope", "Out of scope", "what it must not be used for")
                .or(&["Out-of-scope use", "Out-of-scope uses"]),
        ],
        &["Uses"],
    ),
    section(
        "factors",
        "Factors",
        &[
            list("relevant", "Relevant factors", "groups, instruments and surroundings that may matter"),
            list("evaluation", "Evaluation factors", "those that the figures are broken down by"),
        ],
        &[],
    ),
    section(
        "metrics",
        "Metrics",
        &[
            text("measures", "Measures", "which measures were chosen, and why")
                .or(&["Model performance measures"]),
            text("decisionThresholds", "Decision thresholds", "above which score it says yes, and why there"),
            text("variation", "Variation", "how uncertain the figures are").or(&["Variation approaches"]),
            table("figures", "Figures", "the figures, by data set and group", FIGURES),
        ],
        &["Evaluation", "Quantitative analyses"],
    ),
    section(
        "trainingData",
        "Training data",
        &[
            text("description", "Description", "what the data is, and of which time").or(&["Training data"]),
            text("preprocessing", "Preprocessing", "what was done to it before training"),
            table("datasets", "Data sets", "the data sets", DATA),
        ],
        &["Training details"],
    ),
    section(
        "evaluationData",
        "Evaluation data",
        &[
            text("motivation", "Motivation", "why this data"),
            text("preprocessing", "Preprocessing", "what was done to it before the evaluation"),
            table("datasets", "Data sets", "the data sets", DATA),
        ],
        &["Testing data"],
    ),
    section(
        "ethicalConsiderations",
        "Ethical considerations",
        &[
            text("sensitiveData", "Sensitive data", "whether sensitive data goes in, and which"),
            text("humanLife", "Human life", "whether decisions about health, safety or freedom depend on it"),
            list("mitigations", "Mitigations", "what is done against harm"),
            list("risksAndHarms", "Risks and harms", "who may be harmed, and how"),
            list("contestedUses", "Contested uses", "uses that are especially contested").optional(),
        ],
        &["Ethics"],
    ),
    section(
        "limitations",
        "Limitations",
        &[list("known", "Known limitations", "what it is known not to do well")],
        &["Bias, risks, and limitations"],
    ),
    section("risks", "Risks", &[table("risks", "Assessed risks", "what may go wrong", RISKS)], &[]),
    section(
        "caveats",
        "Caveats and recommendations",
        &[
            list("caveats", "Caveats", "what was not looked at, and what else to know"),
            list("recommendations", "Recommendations", "what is recommended"),
        ],
        &[],
    ),
];
