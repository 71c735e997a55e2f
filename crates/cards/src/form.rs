//! What a record asks: sections, fields, columns. One description for completeness, merging, Markdown and the reference.

/// The form of a record.
#[derive(Debug)]
pub struct Form {
    /// What it is, at the top of the Markdown.
    pub title: &'static str,
    /// The name and version of the form, in the member `schema`.
    pub schema: &'static str,
    /// What the record is about: section and field with its name.
    pub name: (&'static str, &'static str),
    /// The sections, in order.
    pub sections: &'static [Section],
}

/// A section of a form.
#[derive(Debug)]
pub struct Section {
    /// Its member in JSON.
    pub key: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Other headings that mean the same.
    pub aliases: &'static [&'static str],
    /// The fields, in order.
    pub fields: &'static [Field],
}

/// A field of a section.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its member in JSON.
    pub key: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Other headings that mean the same.
    pub aliases: &'static [&'static str],
    /// What is asked.
    pub asks: &'static str,
    /// What the answer is.
    pub kind: Kind,
    /// Whether it counts for completeness.
    pub counts: bool,
}

/// What an answer is.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// One line.
    Line,
    /// Paragraphs.
    Text,
    /// A list of lines.
    List,
    /// A table with these columns.
    Table(&'static [Column]),
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its member in JSON.
    pub key: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What stands in it.
    pub asks: &'static str,
    /// Whether it holds numbers.
    pub number: bool,
    /// Whether it is part of what tells rows apart.
    pub names_row: bool,
}

impl Form {
    /// The section of that heading or key.
    pub fn section(&self, title: &str) -> Option<&'static Section> {
        let is_named = |section: &&Section| is_one_of(title, section.title, section.key, section.aliases);
        self.sections.iter().find(is_named)
    }

    /// Every field with its section.
    pub fn fields(&self) -> impl Iterator<Item = (&'static Section, &'static Field)> + use<> {
        self.sections.iter().flat_map(|section| section.fields.iter().map(move |field| (section, field)))
    }
}

impl Section {
    /// The field of that heading or key.
    pub fn field(&self, title: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| is_one_of(title, field.title, field.key, field.aliases))
    }
}

fn is_one_of(heading: &str, title: &str, key: &str, aliases: &[&str]) -> bool {
    let heading = heading.trim();
    let mut names = [title, key].into_iter().chain(aliases.iter().copied());
    names.any(|name| name.eq_ignore_ascii_case(heading))
}

const fn field(key: &'static str, title: &'static str, asks: &'static str, kind: Kind) -> Field {
    Field { key, title, aliases: &[], asks, kind, counts: true }
}

pub(crate) const fn line(key: &'static str, title: &'static str, asks: &'static str) -> Field {
    field(key, title, asks, Kind::Line)
}

pub(crate) const fn text(key: &'static str, title: &'static str, asks: &'static str) -> Field {
    field(key, title, asks, Kind::Text)
}

pub(crate) const fn list(key: &'static str, title: &'static str, asks: &'static str) -> Field {
    field(key, title, asks, Kind::List)
}

pub(crate) const fn table(
    key: &'static str,
    title: &'static str,
    asks: &'static str,
    columns: &'static [Column],
) -> Field {
    field(key, title, asks, Kind::Table(columns))
}

pub(crate) const fn section(
    key: &'static str,
    title: &'static str,
    fields: &'static [Field],
    aliases: &'static [&'static str],
) -> Section {
    Section { key, title, aliases, fields }
}

impl Field {
    pub(crate) const fn optional(self) -> Self {
        Self { counts: false, ..self }
    }

    pub(crate) const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }
}

pub(crate) const fn cell(key: &'static str, title: &'static str, asks: &'static str) -> Column {
    Column { key, title, asks, number: false, names_row: false }
}

impl Column {
    pub(crate) const fn number(self) -> Self {
        Self { number: true, ..self }
    }

    pub(crate) const fn names(self) -> Self {
        Self { names_row: true, ..self }
    }
}
