//! Functions, methods and what subscripts of them lead to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use usecrate_manifest::Instance;

use super::file::{File, Form, quoted};
use super::signatures::{Signature, signatures};
use super::ty::{Ty, builtin};

/// Several callables of one name.
#[derive(Clone, Copy)]
pub(super) struct Group<'a> {
    pub(super) name: &'a str,
    pub(super) callables: &'a [u32],
    pub(super) instances: &'a [Instance],
    /// How many parameters the receiver is: 0 or 1.
    pub(super) skip: usize,
}

impl File<'_, '_> {
    /// The class of an object that is called, and takes subscripts.
    pub(super) fn subscripted(&mut self, group: Group<'_>, prefix: &str) -> String {
        let form = Form {
            decorators: &[],
            receiver: Some("self"),
            by_position: false,
            docs: true,
        };
        let all = signatures(self.tree, group.callables, group.skip);
        let mut body = self.defs("__call__", &all, form, 4);
        let mut by_signature: BTreeMap<Vec<Signature>, Vec<&[String]>> = BTreeMap::new();
        for instance in group.instances {
            let mut found = signatures(self.tree, &instance.callables, group.skip);
            for one in &mut found {
                one.docs.clear();
            }
            by_signature.entry(found).or_default().push(&instance.key);
        }
        let mut items = Vec::new();
        for (found, keys) in by_signature {
            let inner = self.defs("__call__", &found, Form { docs: false, ..form }, 4);
            let class = self.helper(&format!("_{prefix}{}_of", group.name), &inner);
            items.push((keys, class));
        }
        body.push_str(&self.items(&items, "self"));
        self.helper(&format!("_{prefix}{}", group.name), &body)
    }

    /// `__getitem__` for these keys, each with what it leads to.
    pub(super) fn items(&mut self, items: &[(Vec<&[String]>, String)], receiver: &str) -> String {
        // A key that stands for two things leads to the first.
        let mut known = Vec::new();
        let mut lines = Vec::new();
        for (keys, class) in items {
            let mut ways = Vec::new();
            for key in keys {
                for way in self.ways(key) {
                    if !known.contains(&way) {
                        known.push(way.clone());
                        ways.push(way);
                    }
                }
            }
            if !ways.is_empty() {
                lines.push((ways, class.clone()));
            }
        }
        // `bool` is an `int`: it comes first.
        let is_bool = |way: &String| *way == "type[bool]" || way.ends_with(".bool]");
        lines.sort_by_key(|(ways, _)| !ways.iter().any(is_bool));
        let mut text = String::new();
        for (ways, class) in &lines {
            if lines.len() > 1 {
                _ = writeln!(text, "    @{}", self.names.import("typing", "overload"));
            }
            let key = joined(ways, &self.names.import("typing", "Literal"));
            _ = writeln!(
                text,
                "    def __getitem__({receiver}, key: {key}, /) -> {class}: ..."
            );
        }
        text
    }

    /// The types of the subscripts that a key can be written as.
    fn ways(&mut self, key: &[String]) -> Vec<String> {
        let mut ways = Vec::new();
        let literal = self.names.import("typing", "Literal");
        let push = |ways: &mut Vec<String>, parts: Vec<String>, tuple: &str| {
            let way = match parts.as_slice() {
                [one] => one.clone(),
                [] => format!("{tuple}[()]"),
                all => format!("{tuple}[{}]", all.join(", ")),
            };
            if !ways.contains(&way) {
                ways.push(way);
            }
        };
        let tuple = self.names.builtin("tuple");
        let exact = key
            .iter()
            .map(|part| format!("{literal}[{}]", quoted(part)))
            .collect();
        push(&mut ways, exact, &tuple);
        let short: Vec<String> = key.iter().map(|part| last_names(part)).collect();
        if short.as_slice() != key {
            let short = short.iter().map(|part| format!("{literal}[{}]", quoted(part)));
            push(&mut ways, short.collect(), &tuple);
        }
        let classes: Option<Vec<String>> = key.iter().map(|part| self.class_for(part)).collect();
        if let Some(classes) = classes {
            push(&mut ways, classes, &tuple);
        }
        ways
    }

    /// The class that stands for a Rust type in a subscript.
    fn class_for(&mut self, part: &str) -> Option<String> {
        let name = match part {
            "bool" => "bool",
            "i64" => "int",
            "f64" => "float",
            "String" => "str",
            "Vec<u8>" => "bytes",
            "Dict" => "dict",
            "Vec<Dynamic>" => "list",
            "()" => return Some("None".to_owned()),
            number if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                let literal = self.names.import("typing", "Literal");
                return Some(format!("{literal}[{number}]"));
            }
            path => {
                let wanted = without_spaces(path);
                let types = &self.tree.manifest.types;
                let at = types.iter().position(|ty| without_spaces(&ty.path) == wanted)?;
                let class = Ty::Class(self.tree.class_of(u32::try_from(at).ok()?));
                let ty = self.names.builtin("type");
                return Some(format!("{ty}[{}]", self.ty(&class)));
            }
        };
        let ty = self.names.builtin("type");
        let arguments = match name {
            "dict" | "list" => {
                let object = self.names.import("typing", "Any");
                let count = if name == "dict" {
                    format!("{object}, {object}")
                } else {
                    object
                };
                format!("[{count}]")
            }
            _ => String::new(),
        };
        Some(format!("{ty}[{}{arguments}]", self.ty(&builtin(name))))
    }
}

/// Several ways as one type, with the texts together.
fn joined(ways: &[String], literal: &str) -> String {
    let prefix = format!("{literal}[\"");
    let texts: Vec<&str> = ways
        .iter()
        .filter(|way| way.starts_with(&prefix))
        .map(|way| &way[literal.len() + 1..way.len() - 1])
        .collect();
    let mut parts = Vec::new();
    if !texts.is_empty() {
        parts.push(format!("{literal}[{}]", texts.join(", ")));
    }
    parts.extend(ways.iter().filter(|way| !way.starts_with(&prefix)).cloned());
    parts.join(" | ")
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Each path in a text by its last name: `&graph::DiGraph<std::string::String>` is `&DiGraph<String>`.
fn last_names(text: &str) -> String {
    let mut out = String::new();
    let mut word = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("::") {
            out.truncate(word);
            rest = behind;
            continue;
        }
        out.push(c);
        if !c.is_alphanumeric() && c != '_' {
            word = out.len();
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}
