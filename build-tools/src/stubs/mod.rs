//! What a type checker is told of an artifact: `.pyi` files, one for each public module.
//!
//! 1. [`tree`]: which files there are, and what is declared in which;
//! 2. [`types`]: the manifest's types as a checker sees them, which [`ty`] compares;
//! 3. [`signatures`]: callables of one name, so that a checker tells them apart;
//! 4. [`classes`], [`members`], [`functions`]: what is written, into a [`file`](file) whose [`names`] nothing hides.
//!
//! The manifest is all that is read: the same one gives the same files. Nothing is written here.

mod classes;
mod file;
mod functions;
mod members;
mod names;
mod signatures;
mod tree;
mod ty;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use usecrate_manifest::{Manifest, Target};

use file::{File, Form, docstring, quoted};
use functions::Group;
use names::Names;
use signatures::signatures;
use tree::{Home, Tree};
use types::Types;

/// The files, by their path below the folder of the stubs.
pub fn files(manifest: &Manifest) -> BTreeMap<String, String> {
    let tree = Tree::new(manifest);
    let mut all: BTreeMap<String, String> = (0..tree.places.len())
        .map(|at| (tree.places[at].file(), module(&tree, at)))
        .collect();
    all.insert("py.typed".to_owned(), String::new());
    all
}

fn module(tree: &Tree<'_>, at: usize) -> String {
    let module = &tree.manifest.modules[tree.places[at].module];
    let types = tree.types_in(at);
    let mut file = File::new(tree, at, names(tree, at, &types));
    let mut body = String::new();
    let mut public: BTreeSet<&str> = BTreeSet::new();
    for entry in &module.entries {
        public.insert(&entry.name);
        if let Some(text) = entry_text(&mut file, &entry.name, &entry.target) {
            body.push('\n');
            body.push_str(&text);
        }
    }
    for index in types {
        body.push('\n');
        body.push_str(&classes::class(&mut file, index));
    }
    let besides = file.besides();
    let docs = match module.docs.trim() {
        "" if at == 0 => tree.manifest.krate.docs.as_str(),
        own => own,
    };
    let mut text = if docs.trim().is_empty() {
        String::new()
    } else {
        docstring(docs, 0)
    };
    let version = file.names.import("typing", "Final");
    let version_type = file.names.builtin("str");
    for line in file.names.import_lines() {
        _ = writeln!(text, "{line}");
    }
    let public: Vec<String> = public.into_iter().map(quoted).collect();
    _ = writeln!(text, "\n__all__ = [{}]", public.join(", "));
    _ = writeln!(text, "__version__: {version}[{version_type}]");
    text.push_str(&body);
    if !besides.is_empty() {
        text.push('\n');
        text.push_str(&besides);
    }
    text
}

/// The names that a file has by itself.
fn names(tree: &Tree<'_>, at: usize, types: &[u32]) -> Names {
    let manifest = tree.manifest;
    let entries = &manifest.modules[tree.places[at].module].entries;
    let mut own: BTreeSet<String> = entries.iter().map(|entry| entry.name.clone()).collect();
    let mut members = BTreeSet::new();
    for index in types {
        own.insert(tree.home(*index).name.clone());
        let found = classes::member_names(&manifest.types[*index as usize]);
        members.extend(found.map(ToOwned::to_owned));
    }
    for entry in entries {
        if let Target::Trait(index) = entry.target {
            let methods = &manifest.traits[index as usize].methods;
            members.extend(methods.iter().map(|method| method.name.clone()));
        }
    }
    Names::new(own, members)
}

/// What a public name of a module is; nothing for a class that is declared here under that name.
fn entry_text(file: &mut File<'_, '_>, name: &str, target: &Target) -> Option<String> {
    let tree = file.tree;
    match target {
        Target::Module(index) => {
            let to = tree.place_of(*index)?;
            let path = &tree.places[to].path;
            let Some((last, parent)) = path.split_last() else {
                let own = file.names.import("types", "ModuleType");
                return Some(format!("{name}: {own}\n"));
            };
            let parent = tree.places.iter().position(|place| place.path == parent)?;
            let from = tree.relative(file.at, parent);
            file.names.import_as(&from, last, name);
            None
        }
        Target::Type(index) => {
            let class = tree.class_of(*index);
            elsewhere(file, name, tree.home(class))
        }
        Target::Variant(index, variant) => {
            let class = tree.class_of(*index);
            let variant = &tree.manifest.types[class as usize].variants[*variant as usize];
            let own = file.class(class);
            Some(format!("{name} = {own}.{}\n", variant.name))
        }
        Target::Trait(index) => {
            let home = tree.trait_home(*index)?;
            if home.place == file.at && home.name == name {
                let found = &tree.manifest.traits[*index as usize];
                return Some(classes::trait_class(file, found, name));
            }
            elsewhere(file, name, home)
        }
        Target::Function(function) => {
            let home = tree.function_home(function)?;
            if home.place != file.at || home.name != name {
                return elsewhere(file, name, home);
            }
            let group = Group {
                name,
                callables: &function.callables,
                instances: &function.instances,
                skip: 0,
            };
            if !function.instances.is_empty() {
                let class = file.subscripted(group, "");
                let is_final = file.names.import("typing", "Final");
                return Some(format!("{name}: {is_final}[{class}]\n"));
            }
            let form = Form {
                decorators: &[],
                receiver: None,
                by_position: false,
                docs: true,
            };
            let all = signatures(tree, group.callables, 0);
            Some(file.defs(name, &all, form, 0))
        }
        Target::Constant(callable) => {
            let home = tree.constant_home(*callable)?;
            if home.place != file.at || home.name != name {
                return elsewhere(file, name, home);
            }
            let types = Types::of(tree);
            let found = &tree.manifest.callables[*callable as usize];
            let ty = types.given(&found.result);
            let is_final = file.names.import("typing", "Final");
            let mut text = format!("{name}: {is_final}[{}]\n", file.ty(&ty));
            if !found.docs.trim().is_empty() {
                text.push_str(&docstring(&found.docs, 0));
            }
            Some(text)
        }
    }
}

/// A name for what is declared in another file, or in this one under another name.
fn elsewhere(file: &mut File<'_, '_>, name: &str, home: &Home) -> Option<String> {
    if home.place == file.at {
        return (home.name != name).then(|| format!("{name} = {}\n", home.name));
    }
    let from = file.tree.relative(file.at, home.place);
    file.names.import_as(&from, &home.name, name);
    None
}
