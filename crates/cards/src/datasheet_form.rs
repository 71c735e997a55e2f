//! The form of the datasheet.

use crate::form::{Column, Form, Section, cell, line, list, section, table, text};

const FIELDS: &[Column] = &[
    cell("name", "Field", "the column").names(),
    cell("type", "Type", "integer, number, boolean, text or empty"),
    cell("description", "Description", "what it means"),
    cell("missing", "Missing", "how many rows have no value").number(),
    cell("distinct", "Distinct", "how many different values there are"),
    cell("min", "Smallest", "the smallest value"),
    cell("max", "Largest", "the largest value"),
];

/// The form of the datasheet.
pub(crate) static DATASHEET: Form = Form {
    title: "Datasheet",
    schema: "assent.datasheet/1",
    name: ("motivation", "name"),
    sections: SECTIONS,
};

const SECTIONS: &[Section] = &[
    section(
        "motivation",
        "Motivation",
        &[
            line("name", "Name", "name of the data set"),
            line("version", "Version", "its version"),
            line("date", "Date", "when it was made"),
            line("funding", "Funding", "who paid for it").optional(),
            text("purpose", "Purpose", "for what purpose it was made"),
            list("creators", "Creators", "who made it"),
        ],
        &[],
    ),
    section(
        "composition",
        "Composition",
        &[
            line("count", "Count", "how many rows or items"),
            line("confidentiality", "Confidentiality", "how confidential it is"),
            text("instances", "Instances", "what a row stands for"),
            text("sampling", "Sampling", "whether it is a sample, and of what"),
            text("labels", "Labels", "what the label or target is"),
            text("missing", "Missing data", "what is missing, and why"),
            text("errors", "Errors", "errors, noise and what stands there twice").optional(),
            list(
                "sensitive",
                "Sensitive data",
                "fields that the law protects, or that could identify people",
            ),
            text("splits", "Splits", "which rows are for training and which for testing").optional(),
            table("fields", "Fields", "the fields, as they were counted", FIELDS),
        ],
        &[],
    ),
    section(
        "collection",
        "Collection",
        &[
            line("timeframe", "Timeframe", "of which time it is"),
            text("mechanism", "Mechanism", "how it was gathered"),
            text("consent", "Consent", "whether the people in it agreed, and how they can withdraw"),
            text("review", "Review", "reviews by an ethics board or an impact assessment").optional(),
            list("sources", "Sources", "where it comes from"),
        ],
        &["Collection process"],
    ),
    section(
        "preprocessing",
        "Preprocessing",
        &[
            line("rawData", "Raw data", "whether the raw data was kept, and where"),
            line("software", "Software", "the software, where it can be had").optional(),
            list("steps", "Steps", "cleaning, labelling and other steps"),
        ],
        &["Preprocessing, cleaning and labelling"],
    ),
    section(
        "uses",
        "Uses",
        &[
            list("intended", "Intended uses", "what it is for"),
            list("outOfScope", "Out of scope", "what it must not be used for"),
            list("prior", "Prior uses", "what it was used for already"),
            list("hazards", "Hazards", "what in it may harm people in later uses").optional(),
        ],
        &[],
    ),
    section(
        "distribution",
        "Distribution",
        &[
            line("licence", "Licence", "under which licence").or(&["License"]),
            line("url", "URL", "where it can be had").optional(),
            text("method", "Method", "how it is given to others"),
            list("restrictions", "Restrictions", "who may not have it, and what the law demands"),
        ],
        &[],
    ),
    section(
        "maintenance",
        "Maintenance",
        &[
            line("maintainer", "Maintainer", "who looks after it"),
            line("contact", "Contact", "how to reach them").optional(),
            line("updates", "Updates", "how often it is brought up to date"),
            line("retention", "Retention", "how long it is kept"),
            list("history", "History", "its versions, and what changed").optional(),
        ],
        &[],
    ),
];
