//! Shows what Python sees of an artifact, from its manifest alone: for people, or as JSON.
//!
//! 1. [`signature`]: functions as Python would write them.
//! 2. [`summary`]: classes, counts, reasons.
//! 3. [`text`](render): one page of text.

mod signature;
mod summary;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use usecrate_manifest::{Kind, Manifest, Target, Type};

pub use signature::{annotation, signature};
pub use summary::{Reasons, Summary, reasons, summary};

/// What `inspect` prints for people.
pub fn render(manifest: &Manifest) -> String {
    let mut page = Page {
        manifest,
        text: String::new(),
    };
    page.head();
    for at in 0..manifest.modules.len() {
        page.module(at);
    }
    page.skipped();
    page.text
}

struct Page<'m> {
    manifest: &'m Manifest,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{:width$}{text}", "", width = depth * 4);
    }

    fn head(&mut self) {
        let m = self.manifest;
        let (krate, coverage) = (&m.krate, &m.coverage);
        self.line(
            0,
            &format!("{} {} ({})", krate.name, krate.version, m.build.target),
        );
        let share = summary::percent(coverage.served, coverage.callables);
        let counts = format!(
            "{} of {} public callables are served ({share}), {} types",
            coverage.served,
            coverage.callables,
            m.types.len()
        );
        self.line(0, &counts);
    }

    fn module(&mut self, at: usize) {
        let module = &self.manifest.modules[at];
        if module.entries.is_empty() {
            return;
        }
        self.text.push('\n');
        self.line(0, &format!("module {}", module.path.replace("::", ".")));
        for entry in &module.entries {
            match &entry.target {
                Target::Module(_) => self.line(1, &format!("module {}", entry.name)),
                Target::Type(index) => self.class(&entry.name, *index, &module.path),
                Target::Trait(index) => {
                    self.line(1, &format!("trait {}", entry.name));
                    self.methods(&self.manifest.traits[*index as usize].methods, false);
                }
                Target::Function(function) => self.functions("def", 1, &entry.name, &function.callables),
                Target::Constant(index) => {
                    let result = &self.manifest.callables[*index as usize].result;
                    self.line(
                        1,
                        &format!("{}: {}", entry.name, annotation(self.manifest, result)),
                    );
                }
                Target::Variant(ty, variant) => {
                    let ty = &self.manifest.types[*ty as usize];
                    let name = ty
                        .variants
                        .get(*variant as usize)
                        .map_or("?", |variant| &variant.name);
                    self.line(1, &format!("{} = {}.{name}", entry.name, ty.name));
                }
            }
        }
    }

    /// A class is shown in full once, under its own module if it has a name there.
    fn class(&mut self, name: &str, index: u32, module: &str) {
        let ty = &self.manifest.types[index as usize];
        let word = match (ty.kind, ty.error) {
            (Kind::Handle, false) => "class",
            (Kind::Record, false) => "record",
            (Kind::Enum, false) => "enum",
            (Kind::Handle | Kind::Record | Kind::Enum, true) => "exception",
        };
        if self.home(index) != Some((module, name)) {
            self.line(1, &format!("{word} {name} = {}", ty.path.replace("::", ".")));
            return;
        }
        self.line(1, &format!("{word} {name}{}", notes(ty)));
        for number in &ty.constructors {
            let callable = &self.manifest.callables[*number as usize];
            self.line(2, &signature(self.manifest, name, callable));
        }
        for field in &ty.fields {
            self.line(
                2,
                &format!("{}: {}", field.name, annotation(self.manifest, &field.ty)),
            );
        }
        for variant in &ty.variants {
            let fields = variant.fields.iter();
            let fields: Vec<_> = fields
                .map(|field| format!("{}: {}", field.name, annotation(self.manifest, &field.ty)))
                .collect();
            let value = variant
                .discriminant
                .map(|value| format!(" = {value}"))
                .unwrap_or_default();
            let data = if fields.is_empty() {
                String::new()
            } else {
                format!("({})", fields.join(", "))
            };
            self.line(2, &format!("{}{data}{value}", variant.name));
        }
        for property in &ty.properties {
            let result = annotation(
                self.manifest,
                &self.manifest.callables[property.get as usize].result,
            );
            let read_only = if property.set.is_none() {
                "  # read only"
            } else {
                ""
            };
            self.line(2, &format!("{}: {result}{read_only}", property.name));
        }
        for constant in &ty.constants {
            let result = annotation(
                self.manifest,
                &self.manifest.callables[constant.callable as usize].result,
            );
            self.line(2, &format!("{}: {result}", constant.name));
        }
        self.methods(&ty.methods, true);
        if !ty.specials.is_empty() {
            let names: Vec<_> = ty.specials.keys().map(String::as_str).collect();
            self.line(2, &format!("# {}", names.join(", ")));
        }
        if let Some(target) = ty.deref.and_then(|index| self.manifest.types.get(index as usize)) {
            self.line(2, &format!("# and the methods of {}", target.name));
        }
    }

    fn methods(&mut self, methods: &[usecrate_manifest::Method], in_class: bool) {
        for method in methods {
            let word = if method.instance || !in_class {
                "def"
            } else {
                "classmethod def"
            };
            self.functions(word, 2, &method.name, &method.callables);
        }
    }

    fn functions(&mut self, word: &str, depth: usize, name: &str, callables: &[u32]) {
        for number in callables {
            let callable = &self.manifest.callables[*number as usize];
            let text = signature(self.manifest, name, callable);
            let deprecated = if callable.deprecated.is_some() {
                "  # deprecated"
            } else {
                ""
            };
            self.line(depth, &format!("{word} {text}{deprecated}"));
        }
    }

    /// Where a class is shown in full: the shortest path that leads to it, the first of those.
    fn home(&self, index: u32) -> Option<(&str, &str)> {
        let names = self.manifest.modules.iter().flat_map(|module| {
            let own = module
                .entries
                .iter()
                .filter(move |entry| entry.target == Target::Type(index));
            own.map(move |entry| (module.path.as_str(), entry.name.as_str()))
        });
        names.min_by_key(|(module, _)| module.matches("::").count())
    }

    fn skipped(&mut self) {
        let reasons = reasons(self.manifest);
        if reasons.is_empty() {
            return;
        }
        self.text.push('\n');
        self.line(0, "skipped");
        for (code, Reasons { counted, skips }) in reasons {
            self.line(1, &format!("[{code}] {} ({counted} counted)", skips.len()));
            for skip in skips {
                let place = skip
                    .span
                    .as_ref()
                    .map(|span| format!("  # {span}"))
                    .unwrap_or_default();
                self.line(2, &format!("{}: {}{place}", skip.path, skip.message));
            }
        }
    }
}

fn notes(ty: &Type) -> String {
    let mut notes = Vec::new();
    if ty.kind == Kind::Handle {
        notes.push(if ty.clone {
            "by value: cloned"
        } else {
            "by value: moved"
        });
    }
    if ty.borrows {
        notes.push("may borrow");
    }
    if !ty.send {
        notes.push("one thread");
    } else if !ty.sync {
        notes.push("one thread at a time");
    }
    if notes.is_empty() {
        String::new()
    } else {
        format!("  # {}", notes.join(", "))
    }
}
