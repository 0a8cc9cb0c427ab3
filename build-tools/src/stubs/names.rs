//! The names in one file: what is imported, and under which name, so that nothing of the crate's hides it.

use std::collections::{BTreeMap, BTreeSet};

/// The names of a file.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Those of the module itself.
    module: BTreeSet<String>,
    /// Those of its classes' members: inside a class they hide the module's.
    members: BTreeSet<String>,
    /// By module and name: the name here.
    imports: BTreeMap<(String, String), String>,
    /// Classes that a member hides: their other name.
    aliases: BTreeMap<String, String>,
}

impl Names {
    /// Those of a file whose module and classes have these.
    pub(super) fn new(module: BTreeSet<String>, members: BTreeSet<String>) -> Self {
        Names {
            module,
            members,
            ..Names::default()
        }
    }

    fn is_free(&self, name: &str) -> bool {
        !self.module.contains(name) && !self.members.contains(name)
    }

    /// A name that nothing has yet: this one, or one like it. From now on it is taken.
    pub(super) fn fresh(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        if !self.is_free(&name) && !name.starts_with('_') {
            name = format!("_{name}");
        }
        while !self.is_free(&name) {
            name.push('_');
        }
        self.module.insert(name.clone());
        name
    }

    /// A name of another module.
    pub(super) fn import(&mut self, module: &str, name: &str) -> String {
        let key = (module.to_owned(), name.to_owned());
        if let Some(known) = self.imports.get(&key) {
            return known.clone();
        }
        // What the crate's own modules have is private here: it is no name of this one.
        let wanted = if module.starts_with('.') && !name.starts_with('_') {
            format!("_{name}")
        } else {
            name.to_owned()
        };
        let alias = self.fresh(&wanted);
        self.imports.insert(key, alias.clone());
        alias
    }

    /// The same under the name that it is to have, which is taken already.
    pub(super) fn import_as(&mut self, module: &str, name: &str, alias: &str) {
        let key = (module.to_owned(), format!("{name} as {alias}"));
        self.imports.insert(key, alias.to_owned());
    }

    /// A builtin.
    pub(super) fn builtin(&mut self, name: &str) -> String {
        if self.is_free(name) {
            name.to_owned()
        } else {
            self.import("builtins", name)
        }
    }

    /// A class of this file.
    pub(super) fn own(&mut self, name: &str) -> String {
        if !self.members.contains(name) {
            return name.to_owned();
        }
        if let Some(known) = self.aliases.get(name) {
            return known.clone();
        }
        let alias = self.fresh(&format!("_{name}"));
        self.aliases.insert(name.to_owned(), alias.clone());
        alias
    }

    /// The lines that import, those of the standard library first.
    pub(super) fn import_lines(&self) -> Vec<String> {
        let mut by_module: BTreeMap<(bool, &str), Vec<String>> = BTreeMap::new();
        for ((module, name), alias) in &self.imports {
            let name = name.split(" as ").next().unwrap_or(name);
            let known = by_module
                .entry((module.starts_with('.'), module.as_str()))
                .or_default();
            known.push(if name == alias {
                name.to_owned()
            } else {
                format!("{name} as {alias}")
            });
        }
        let line = |((_, module), names): ((bool, &str), Vec<String>)| {
            format!("from {module} import {}", names.join(", "))
        };
        by_module.into_iter().map(line).collect()
    }

    /// The other names of classes: name and class.
    pub(super) fn aliases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.aliases
            .iter()
            .map(|(class, alias)| (alias.as_str(), class.as_str()))
    }
}
