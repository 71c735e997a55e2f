//! The conformance suite of the language, as the npm package `@bufbuild/cel-spec` carries it.
//!
//! Every case runs that needs neither protocol-buffer messages nor optional extensions; what is left out is listed
//! here with its reason. A case that must give a value is compiled with type checks, unless it says that it is not to
//! be checked; one that must fail may also be refused by the compiler, but then its unchecked form must fail when it
//! is evaluated.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod exclusions;
mod literal;
mod values;

use std::path::PathBuf;
use std::sync::Arc;

use assent_cel::{Budget, Env, ObjectType, Program, Type};
use serde_json::{Map, Value as Json};

/// How to get the suite, for the message when it is not there.
const HOW: &str = "set ASSENT_CEL_SPEC to the folder of the npm package @bufbuild/cel-spec 0.6.1, for example: \
                   npm install --prefix target/cel-spec @bufbuild/cel-spec@0.6.1 and then \
                   ASSENT_CEL_SPEC=target/cel-spec/node_modules/@bufbuild/cel-spec";

/// At least so many cases must run and pass.
const LEAST: usize = 1080;

#[test]
fn conformance() {
    let suite = suite();
    let (mut passed, mut excluded, mut failures) = (0, 0, Vec::new());
    for file in array(&suite, "suites") {
        for section in array(file, "suites") {
            for case in array(section, "tests") {
                let case = Case::new(file, section, case);
                if exclusions::reason(&case).is_some() {
                    excluded += 1;
                    continue;
                }
                match case.run() {
                    Ok(()) => passed += 1,
                    Err(message) => failures.push(format!("{}: {message}\n    {}", case.id, case.source)),
                }
            }
        }
    }
    println!("{passed} passed, {excluded} excluded, {} failed", failures.len());
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    assert!(passed >= LEAST, "only {passed} cases ran");
    assert_eq!(exclusions::unused(&suite), Vec::<&str>::new(), "exclusions that match no case");
}

fn suite() -> Json {
    let root = std::env::var_os("ASSENT_CEL_SPEC").map(PathBuf::from).expect(HOW);
    let path = root.join("dist/esm/testdata/conformance.js");
    let text =
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}; {HOW}", path.display()));
    let start = text.find("export const tests =").expect("the suite has another form than this test reads");
    literal::parse(&text[start + "export const tests =".len()..])
}

fn array<'a>(json: &'a Json, key: &str) -> &'a [Json] {
    json.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json.get(key).and_then(Json::as_str).unwrap_or_default()
}

/// One case of the suite.
pub(crate) struct Case<'a> {
    /// `file/section/name`.
    id: String,
    source: &'a str,
    json: &'a Json,
}

impl<'a> Case<'a> {
    pub(crate) fn new(file: &Json, section: &Json, case: &'a Json) -> Self {
        let json = &case["original"];
        let id = format!("{}/{}/{}", text(file, "name"), text(section, "name"), text(json, "name"));
        Self { id, source: text(json, "expr"), json }
    }

    fn is_set(&self, key: &str) -> bool {
        self.json.get(key).and_then(Json::as_bool).unwrap_or(false)
    }

    fn run(&self) -> Result<(), String> {
        let env = Env::new(Arc::new(self.declarations()?));
        if self.json.get("evalError").is_some() {
            return self.must_fail(&env);
        }
        let program = if self.is_set("disableCheck") {
            Program::compile_unchecked(&env, self.source)
        } else {
            Program::compile(&env, self.source, None)
        };
        let program = program.map_err(|errors| format!("refused: {}", errors[0]))?;
        if let Some(deduced) = self.json.pointer("/typedResult/deducedType") {
            let wanted = values::ty(deduced)?;
            if *program.result_type() != wanted {
                return Err(format!("has type {}, not {wanted}", program.result_type()));
            }
        }
        if self.is_set("checkOnly") {
            return Ok(());
        }
        let facts = self.bindings()?;
        let value = program.evaluate(&facts, &Budget::default()).map_err(|error| error.to_string())?;
        let always = serde_json::json!({"boolValue": true});
        let wanted =
            self.json.get("value").or_else(|| self.json.pointer("/typedResult/result")).unwrap_or(&always);
        values::same(&value, wanted)
    }

    fn must_fail(&self, env: &Env) -> Result<(), String> {
        let facts = self.bindings()?;
        let checked =
            if self.is_set("disableCheck") { None } else { Program::compile(env, self.source, None).ok() };
        let program = match checked {
            Some(program) => program,
            None => Program::compile_unchecked(env, self.source)
                .map_err(|errors| format!("not even parsed: {}", errors[0]))?,
        };
        match program.evaluate(&facts, &Budget::default()) {
            Err(_) => Ok(()),
            Ok(value) => Err(format!("gives {value:?} instead of an error")),
        }
    }

    fn declarations(&self) -> Result<ObjectType, String> {
        let mut root = ObjectType::new("facts");
        for declaration in array(self.json, "typeEnv") {
            let ty = values::ty(&declaration["ident"]["type"])?;
            root = declare(root, text(declaration, "name"), ty);
        }
        Ok(root)
    }

    fn bindings(&self) -> Result<Json, String> {
        let mut facts = Json::Object(Map::new());
        let bindings = self.json.get("bindings").and_then(Json::as_object).cloned().unwrap_or_default();
        for (name, binding) in &bindings {
            let mut place = &mut facts;
            for part in name.split('.') {
                place = &mut place[part];
            }
            *place = values::fact(&binding["value"])?;
        }
        Ok(facts)
    }
}

/// Declares a fact whose name may have dots, which are objects within objects here.
fn declare(root: ObjectType, name: &str, ty: Type) -> ObjectType {
    match name.split_once('.') {
        None => root.field(name, ty, ""),
        Some((first, rest)) => root.field(first, Type::object(declare(ObjectType::new(first), rest, ty)), ""),
    }
}
