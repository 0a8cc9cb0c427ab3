//! One file: what is written into it, with the names that it needs for that.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use usecrate_manifest::TypeRef;

use super::names::Names;
use super::signatures::{Param, Signature};
use super::tree::Tree;
use super::ty::{Ty, stand_ins};
use super::types::Types;

/// Where classes of the stubs' own come from.
pub(super) const BASES: &str = "usecrate.bases";

/// A file that is being written.
pub(super) struct File<'t, 'm> {
    pub(super) tree: &'t Tree<'m>,
    /// Its position in the tree's `places`.
    pub(super) at: usize,
    pub(super) names: Names,
    /// Names that stand for several types: by what they stand for, name and text.
    unions: BTreeMap<Ty, (String, String)>,
    /// Classes that are there for the checker alone: by what makes them what they are, name and text.
    helpers: BTreeMap<String, (String, String)>,
}

/// What a definition is, besides its signature.
#[derive(Clone, Copy)]
pub(super) struct Form<'a> {
    /// Lines of decorators.
    pub(super) decorators: &'a [String],
    /// `self` or another first parameter, with what follows it.
    pub(super) receiver: Option<&'a str>,
    /// Parameters are passed by position alone.
    pub(super) by_position: bool,
    /// Whether documentation is written.
    pub(super) docs: bool,
}

impl<'t, 'm> File<'t, 'm> {
    /// An empty one.
    pub(super) fn new(tree: &'t Tree<'m>, at: usize, names: Names) -> Self {
        File {
            tree,
            at,
            names,
            unions: BTreeMap::new(),
            helpers: BTreeMap::new(),
        }
    }

    /// A name of the classes that all stubs share.
    pub(super) fn base(&mut self, name: &str) -> String {
        self.names.import(BASES, name)
    }

    /// The class of a type.
    pub(super) fn class(&mut self, index: u32) -> String {
        let tree = self.tree;
        let home = tree.home(index);
        if home.place == self.at {
            self.names.own(&home.name)
        } else {
            let module = tree.relative(self.at, home.place);
            self.names.import(&module, &home.name)
        }
    }

    /// The text of a type.
    pub(super) fn ty(&mut self, ty: &Ty) -> String {
        match ty {
            Ty::None => "None".to_owned(),
            Ty::Std(module, name, arguments) => {
                let name = match *module {
                    "builtins" => self.names.builtin(name),
                    _ => self.names.import(module, name),
                };
                match arguments.as_slice() {
                    [] => name,
                    all => format!("{name}[{}]", self.types(all)),
                }
            }
            Ty::Class(index) => self.class(*index),
            Ty::Variants(index) => {
                let variants = self.tree.manifest.types[*index as usize].variants.clone();
                if let [only] = variants.as_slice() {
                    return format!("{}.{}", self.class(*index), only.name);
                }
                self.named_union(ty, *index, "", |file| {
                    let class = file.class(*index);
                    let all = variants.iter().map(|variant| format!("{class}.{}", variant.name));
                    all.collect::<Vec<_>>().join(" | ")
                })
            }
            Ty::Like(index) => {
                let all = stand_ins(self.tree.manifest, *index);
                self.named_union(ty, *index, "Like", |file| {
                    let parts = [vec![Ty::Class(*index)], all].concat();
                    file.ty(&Ty::union(parts))
                })
            }
            Ty::Literal(text) => {
                let literal = self.names.import("typing", "Literal");
                format!("{literal}[{}]", quoted(text))
            }
            Ty::Tuple(parts) => {
                let tuple = self.names.builtin("tuple");
                if parts.is_empty() {
                    return format!("{tuple}[()]");
                }
                format!("{tuple}[{}]", self.types(parts))
            }
            Ty::Callable(params, result) => {
                let callable = self.names.import("collections.abc", "Callable");
                let params = self.types(params);
                format!("{callable}[[{params}], {}]", self.ty(result))
            }
            Ty::Object(index) => self.object(*index),
            Ty::Union(parts) => {
                let texts: Vec<String> = parts.iter().filter_map(literal_text).collect();
                let mut words = Vec::new();
                if !texts.is_empty() {
                    let literal = self.names.import("typing", "Literal");
                    words.push(format!("{literal}[{}]", texts.join(", ")));
                }
                let others = parts.iter().filter(|part| literal_text(part).is_none());
                words.extend(others.map(|part| self.ty(part)).collect::<Vec<_>>());
                words.join(" | ")
            }
        }
    }

    fn types(&mut self, all: &[Ty]) -> String {
        let all: Vec<String> = all.iter().map(|one| self.ty(one)).collect();
        all.join(", ")
    }

    fn named_union(
        &mut self,
        ty: &Ty,
        index: u32,
        suffix: &str,
        text: impl FnOnce(&mut Self) -> String,
    ) -> String {
        if let Some((known, _)) = self.unions.get(ty) {
            return known.clone();
        }
        let class = self.tree.home(index).name.trim_start_matches('_').to_owned();
        let name = self.names.fresh(&format!("_{class}{suffix}"));
        self.unions.insert(ty.clone(), (name.clone(), String::new()));
        let text = text(self);
        self.unions.insert(ty.clone(), (name.clone(), text));
        name
    }

    /// The class for objects that implement a trait. What Rust can do without is not asked for.
    fn object(&mut self, index: u32) -> String {
        let tree = self.tree;
        let object = &tree.manifest.objects[index as usize];
        let asked = object
            .methods
            .iter()
            .filter(|one| !matches!(one.ty, TypeRef::Option(_)));
        let asked: Vec<_> = asked.collect();
        if asked.is_empty() {
            return self.names.builtin("object");
        }
        let key = format!("object {index}");
        if let Some((known, _)) = self.helpers.get(&key) {
            return known.clone();
        }
        let short = object.trait_.split('<').next().unwrap_or(&object.trait_);
        let short = short.rsplit("::").next().unwrap_or(short);
        let name = self.names.fresh(&format!("_{short}Like"));
        // A method may take or give such an object.
        self.helpers.insert(key.clone(), (name.clone(), String::new()));
        let mut text = String::new();
        for method in asked {
            let ty = Types::of(tree).taken(&method.ty);
            let (params, result) = match &ty {
                Ty::Callable(params, result) => (params.as_slice(), &**result),
                _ => (&[][..], &Ty::None),
            };
            let mut words = vec!["self".to_owned()];
            for (at, param) in params.iter().enumerate() {
                words.push(format!("_{at}: {}", self.ty(param)));
            }
            words.push("/".to_owned());
            let result = self.ty(result);
            _ = writeln!(
                text,
                "    def {}({}) -> {result}: ...",
                method.name,
                words.join(", ")
            );
        }
        let text = self.protocol(&name, &text);
        self.helpers.insert(key, (name.clone(), text));
        name
    }

    fn protocol(&mut self, name: &str, body: &str) -> String {
        let protocol = self.names.import("typing", "Protocol");
        let only = self.names.import("typing", "type_check_only");
        format!("@{only}\nclass {name}({protocol}):\n{body}")
    }

    /// A class that is there for the checker alone, with this body; the same for the same body.
    pub(super) fn helper(&mut self, wanted: &str, body: &str) -> String {
        if let Some((known, _)) = self.helpers.get(body) {
            return known.clone();
        }
        let name = self.names.fresh(wanted);
        let text = self.protocol(&name, body);
        self.helpers.insert(body.to_owned(), (name.clone(), text));
        name
    }

    /// The same of another sort.
    pub(super) fn helper_class(&mut self, wanted: &str, base: &str, body: &str) -> String {
        let name = self.names.fresh(wanted);
        let only = self.names.import("typing", "type_check_only");
        let text = format!("@{only}\nclass {name}({base}):\n{body}");
        self.helpers
            .insert(format!("{name}\n{body}"), (name.clone(), text));
        name
    }

    /// A definition for each of several signatures.
    pub(super) fn defs(&mut self, name: &str, all: &[Signature], form: Form<'_>, indent: usize) -> String {
        let mut text = String::new();
        for one in all {
            let mut decorators = form.decorators.to_vec();
            if all.len() > 1 {
                decorators.insert(0, format!("@{}", self.names.import("typing", "overload")));
            }
            if let Some(why) = &one.deprecated {
                let deprecated = self.names.import("typing_extensions", "deprecated");
                decorators.push(format!("@{deprecated}({})", quoted(why)));
            }
            text.push_str(&self.def(name, one, &decorators, form, indent));
        }
        text
    }

    fn def(
        &mut self,
        name: &str,
        one: &Signature,
        decorators: &[String],
        form: Form<'_>,
        indent: usize,
    ) -> String {
        let space = " ".repeat(indent);
        let mut text = String::new();
        for decorator in decorators {
            _ = writeln!(text, "{space}{decorator}");
        }
        let mut words: Vec<String> = form.receiver.map(ToOwned::to_owned).into_iter().collect();
        for param in &one.params {
            words.push(self.param(param));
        }
        if form.by_position && !one.params.is_empty() {
            words.push("/".to_owned());
        }
        if !one.named.is_empty() {
            words.push("*".to_owned());
            for param in &one.named {
                words.push(self.param(param));
            }
        }
        let result = self.ty(&one.result);
        _ = write!(text, "{space}def {name}({}) -> {result}:", words.join(", "));
        if form.docs && !one.docs.is_empty() {
            text.push('\n');
            text.push_str(&docstring(&one.docs, indent + 4));
        } else {
            text.push_str(" ...\n");
        }
        text
    }

    fn param(&mut self, param: &Param) -> String {
        let ty = self.ty(&param.ty);
        // The first parameter of a trait's method stands for the receiver.
        let name = if param.name == "self" {
            "__self"
        } else {
            param.name.as_str()
        };
        match param.default {
            Some(default) => format!("{name}: {ty} = {default}"),
            None => format!("{name}: {ty}"),
        }
    }

    /// What was needed besides: names that stand for several types, classes that are there for the checker alone.
    pub(super) fn besides(&mut self) -> String {
        let alias = |file: &mut Self| file.names.import("typing", "TypeAlias");
        let mut text = String::new();
        for (name, union) in self.unions.clone().into_values() {
            _ = writeln!(text, "{name}: {} = {union}", alias(self));
        }
        let aliases: Vec<(String, String)> = self
            .names
            .aliases()
            .map(|(name, class)| (name.to_owned(), class.to_owned()))
            .collect();
        for (name, class) in aliases {
            _ = writeln!(text, "{name}: {} = {class}", alias(self));
        }
        let mut helpers: Vec<(String, String)> = self.helpers.clone().into_values().collect();
        helpers.sort();
        for (_, helper) in helpers {
            _ = write!(text, "\n{helper}");
        }
        text
    }
}

fn literal_text(ty: &Ty) -> Option<String> {
    match ty {
        Ty::Literal(text) => Some(quoted(text)),
        _ => None,
    }
}

/// A text of Python's.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => _ = write!(out, "\\x{:02x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A docstring, with its lines indented.
pub(super) fn docstring(docs: &str, indent: usize) -> String {
    let space = " ".repeat(indent);
    let escaped = docs
        .trim()
        .replace('\\', "\\\\")
        .replace("\"\"\"", "\\\"\\\"\\\"");
    let escaped: String = escaped
        .chars()
        .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
        .collect();
    let mut text = format!("{space}\"\"\"");
    let lines: Vec<&str> = escaped.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            text.push('\n');
            if !line.trim().is_empty() {
                text.push_str(&space);
            }
        }
        text.push_str(line.trim_end());
    }
    if lines.len() > 1 {
        _ = write!(text, "\n{space}");
    } else if text.ends_with('"') {
        text.push(' ');
    }
    text.push_str("\"\"\"\n");
    text
}
