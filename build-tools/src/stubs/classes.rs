//! Classes: of handles, records, enums, exceptions and traits.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use usecrate_manifest::{Field, Kind, Manifest, Method, Trait, Type, Variant};

use super::file::{File, Form, docstring};
use super::functions::Group;
use super::members::specials;
use super::signatures::{Param, Signature, signatures};
use super::tree::has_data;
use super::ty::{Ty, plain};
use super::types::Types;

/// The names of a type's members, at whatever depth: inside its class they hide those of the module.
pub(super) fn member_names(ty: &Type) -> impl Iterator<Item = &str> {
    let methods = ty.methods.iter().map(|one| one.name.as_str());
    let properties = ty.properties.iter().map(|one| one.name.as_str());
    let constants = ty.constants.iter().map(|one| one.name.as_str());
    let fields = ty.fields.iter().map(|one| one.name.as_str());
    let variants = ty.variants.iter().flat_map(|one| {
        let inner = one.fields.iter().map(|field| field.name.as_str());
        inner.chain([one.name.as_str()])
    });
    methods
        .chain(properties)
        .chain(constants)
        .chain(fields)
        .chain(variants)
}

/// The class of a type.
pub(super) fn class(file: &mut File<'_, '_>, index: u32) -> String {
    let manifest: &Manifest = file.tree.manifest;
    let ty = &manifest.types[index as usize];
    let class = Class {
        ty,
        index,
        name: file.tree.home(index).name.clone(),
        docs: ty.primary.is_none(),
    };
    let plain_enum = ty.kind == Kind::Enum && !has_data(ty);
    let record = ty.kind == Kind::Record;
    let base = if ty.error {
        "Error"
    } else if plain_enum {
        "PlainEnum"
    } else if record {
        "Record"
    } else if ty.kind == Kind::Enum {
        "DataEnum"
    } else {
        match (
            ty.specials.contains_key("__next__"),
            ty.specials.contains_key("__bytes__"),
        ) {
            (true, true) => "IteratorBuffer",
            (true, false) => "HandleIterator",
            (false, true) => "HandleBuffer",
            (false, false) => "Handle",
        }
    };
    let base = file.base(base);
    let meta = class.metaclass(file);
    let mut body = String::new();
    if class.docs && !ty.docs.trim().is_empty() {
        body.push_str(&docstring(&ty.docs, 4));
    }
    if plain_enum {
        for (at, variant) in ty.variants.iter().enumerate() {
            let at = i64::try_from(at).unwrap_or(i64::MAX);
            let value = variant.discriminant.unwrap_or(at);
            _ = writeln!(body, "    {} = {value}", variant.name);
            if !variant.docs.trim().is_empty() {
                body.push_str(&docstring(&variant.docs, 4));
            }
        }
    } else if record {
        let held = held(file, index, |ty| Some(&ty.fields));
        body.push_str(&fields(file, &held, 4));
        match_args(&mut body, &ty.fields, 4);
        // The instances of a generic record are one class, which has no default.
        let has_default = ty.default.is_some() && (ty.error || ty.instances.is_empty());
        body.push_str(&of_fields(file, &held, has_default, 4));
    } else {
        body.push_str(&class.constructors(file));
    }
    body.push_str(&class.members(file));
    body.push_str(&specials(file, ty, index));
    if !plain_enum {
        body.push_str(&class.variants(file));
    }
    let meta = meta.map_or_else(String::new, |meta| format!(", metaclass={meta}"));
    let only = if file.tree.home(index).public {
        String::new()
    } else {
        format!("@{}\n", file.names.import("typing", "type_check_only"))
    };
    if body.is_empty() {
        body.push_str("    ...\n");
    }
    format!("{only}class {}({base}{meta}):\n{body}", class.name)
}

/// A class that is being written.
struct Class<'m> {
    ty: &'m Type,
    index: u32,
    name: String,
    docs: bool,
}

impl Class<'_> {
    /// The metaclass: one of its own where the class takes subscripts.
    fn metaclass(&self, file: &mut File<'_, '_>) -> Option<String> {
        if self.ty.instances.is_empty() {
            return None;
        }
        let base = file.base("Class");
        let ty = file.names.builtin("type");
        let mut by_class: BTreeMap<u32, Vec<&[String]>> = BTreeMap::new();
        for instance in &self.ty.instances {
            let class = file.tree.class_of(instance.ty);
            by_class.entry(class).or_default().push(&instance.key);
        }
        let mut items = Vec::new();
        for (class, keys) in by_class {
            items.push((keys, format!("{ty}[{}]", file.class(class))));
        }
        let body = file.items(&items, "cls");
        Some(file.helper_class(
            &format!("_{}Class", self.name.trim_start_matches('_')),
            &base,
            &body,
        ))
    }

    /// What the class call takes.
    fn constructors(&self, file: &mut File<'_, '_>) -> String {
        let mut all = signatures(file.tree, &self.ty.constructors, 0);
        if self.ty.kind == Kind::Enum {
            all.splice(0..0, self.by_name());
        }
        if self.ty.default.is_some() {
            let fields = self.settable(file);
            if !fields.is_empty() {
                let fits = all
                    .iter()
                    .any(|one| one.params.iter().chain(&one.named).count() == 0);
                all.retain(|one| !one.params.is_empty() || !one.named.is_empty() || !fits);
                all.push(Signature {
                    params: Vec::new(),
                    named: fields,
                    result: OWN,
                    docs: String::new(),
                    deprecated: None,
                });
            }
        }
        constructors(file, all, self.docs, 4)
    }

    /// A variant that has no data is made by its name.
    fn by_name(&self) -> Option<Signature> {
        let bare = self
            .ty
            .variants
            .iter()
            .filter(|variant| variant.fields.is_empty());
        let names: Vec<Ty> = bare.map(|variant| Ty::Literal(variant.name.clone())).collect();
        (!names.is_empty()).then(|| Signature {
            params: vec![Param {
                name: "__name".to_owned(),
                ty: Ty::union(names),
                default: None,
            }],
            named: Vec::new(),
            result: OWN,
            docs: String::new(),
            deprecated: None,
        })
    }

    /// Fields that the class call may name: the others are the default's.
    fn settable(&self, file: &File<'_, '_>) -> Vec<Param> {
        let settable = self.ty.properties.iter().filter_map(|property| {
            let set = property.set?;
            let value = file.tree.manifest.callables[set as usize].params.last()?;
            let types = Types::of(file.tree);
            Some(Param {
                name: property.name.clone(),
                ty: types.taken(&value.ty),
                default: Some("..."),
            })
        });
        settable.collect()
    }

    /// Methods, properties and constants.
    fn members(&self, file: &mut File<'_, '_>) -> String {
        let manifest = file.tree.manifest;
        let mut text = String::new();
        for constant in &self.ty.constants {
            let types = Types::of(file.tree);
            let ty = types.given(&manifest.callables[constant.callable as usize].result);
            let var = file.names.import("typing", "ClassVar");
            _ = writeln!(text, "    {}: {var}[{}]", constant.name, file.ty(&ty));
            if self.docs && !constant.docs.trim().is_empty() {
                text.push_str(&docstring(&constant.docs, 4));
            }
        }
        for property in &self.ty.properties {
            let types = Types::of(file.tree);
            let get = types.given(&manifest.callables[property.get as usize].result);
            let set = property.set.and_then(|set| {
                let value = manifest.callables[set as usize].params.last()?;
                Some(types.taken(&value.ty))
            });
            let docs = if self.docs { property.docs.as_str() } else { "" };
            text.push_str(&self::property(file, &property.name, &get, set.as_ref(), docs));
        }
        for (name, ty) in self.variant_fields(file) {
            text.push_str(&self::property(file, &name, &ty, None, ""));
        }
        let mut has_close = false;
        for method in &self.ty.methods {
            has_close |= method.name == "close";
            text.push_str(&self::method(
                file,
                method,
                &format!("{}_", self.name.trim_start_matches('_')),
                self.docs,
                hides(self.ty, &method.name),
            ));
        }
        let skipped = manifest
            .skipped
            .iter()
            .any(|skip| skip.name == "close" && skip.owners.contains(&self.index));
        if self.ty.kind == Kind::Handle
            && !self.ty.error
            && !has_close
            && !skipped
            && !member_names(self.ty).any(|name| name == "close")
        {
            text.push_str("    def close(self) -> None: ...\n");
        }
        text
    }

    /// The fields of the variants of an enum that stays in Rust: whichever variant has them.
    fn variant_fields(&self, file: &File<'_, '_>) -> BTreeMap<String, Ty> {
        let mut all: BTreeMap<String, Ty> = BTreeMap::new();
        if self.ty.variant_of.is_none() {
            return all;
        }
        let taken: Vec<&str> = self
            .ty
            .methods
            .iter()
            .map(|one| one.name.as_str())
            .chain(self.ty.properties.iter().map(|one| one.name.as_str()))
            .chain(self.ty.constants.iter().map(|one| one.name.as_str()))
            .collect();
        for variant in &self.ty.variants {
            for (name, ty) in read_fields(file, variant) {
                if taken.contains(&name.as_str()) {
                    continue;
                }
                let known = all.remove(&name);
                all.insert(name, Ty::union(known.into_iter().chain([ty])));
            }
        }
        all
    }

    /// A class for each variant.
    fn variants(&self, file: &mut File<'_, '_>) -> String {
        let mut text = String::new();
        let stays = self.ty.kind == Kind::Handle;
        if self.ty.variants.is_empty() || (stays && self.ty.variant_of.is_none()) {
            return text;
        }
        let base = file.names.own(&self.name);
        for (at, variant) in self.ty.variants.iter().enumerate() {
            let mut body = String::new();
            if self.docs && !variant.docs.trim().is_empty() {
                body.push_str(&docstring(&variant.docs, 8));
            }
            match_args(&mut body, &variant.fields, 8);
            if stays {
                let fields = self.variant_fields(file);
                for (name, ty) in read_fields(file, variant) {
                    if fields.get(&name).is_some_and(|whole| *whole != ty) {
                        let decorator = file.names.builtin("property");
                        let ty = file.ty(&ty);
                        _ = writeln!(
                            body,
                            "        @{decorator}\n        def {name}(self) -> {ty}: ..."
                        );
                    }
                }
                let all = variant
                    .constructor
                    .map(|callable| signatures(file.tree, &[callable], 0));
                body.push_str(&constructors(file, all.unwrap_or_default(), false, 8));
            } else {
                let held = held(file, self.index, |ty| Some(&ty.variants.get(at)?.fields));
                body.push_str(&fields(file, &held, 8));
                body.push_str(&of_fields(file, &held, false, 8));
            }
            _ = write!(text, "    class {}({base}):\n{body}", variant.name);
        }
        text
    }
}

/// The class of the object that is made.
const OWN: Ty = plain("typing_extensions", "Self");

/// What the class call takes. That of a class that nothing makes takes what there is none of.
fn constructors(file: &mut File<'_, '_>, mut all: Vec<Signature>, docs: bool, indent: usize) -> String {
    if all.is_empty() {
        all.push(Signature {
            params: vec![Param {
                name: "__nothing".to_owned(),
                ty: plain("typing_extensions", "Never"),
                default: None,
            }],
            named: Vec::new(),
            result: OWN,
            docs: String::new(),
            deprecated: None,
        });
    }
    for one in &mut all {
        one.result = OWN;
    }
    let form = Form {
        decorators: &[],
        receiver: Some("cls"),
        by_position: false,
        docs,
    };
    file.defs("__new__", &all, form, indent)
}

/// The fields of a class with what they hold: that of a generic type has those of all its instances.
fn held<'m>(
    file: &File<'_, 'm>,
    index: u32,
    fields: impl Fn(&'m Type) -> Option<&'m Vec<Field>>,
) -> Vec<(&'m Field, Ty)> {
    let tree = file.tree;
    let types = Types::of(tree);
    let own = fields(&tree.manifest.types[index as usize]);
    let of_all = |at: usize| {
        let all = tree.sharing(index).filter_map(|ty| fields(ty)?.get(at));
        Ty::union(all.map(|field| types.given(&field.ty)))
    };
    let own = own.into_iter().flatten().enumerate();
    own.map(|(at, field)| (field, of_all(at))).collect()
}

/// A class call that takes fields.
fn of_fields(file: &mut File<'_, '_>, fields: &[(&Field, Ty)], has_default: bool, indent: usize) -> String {
    let params = fields.iter().map(|(field, ty)| Param {
        name: field.name.clone(),
        ty: whichever(ty),
        default: has_default.then_some("..."),
    });
    let one = Signature {
        params: params.collect(),
        named: Vec::new(),
        result: OWN,
        docs: String::new(),
        deprecated: None,
    };
    constructors(file, vec![one], false, indent)
}

/// The same type, whichever variant its values are said to be: nobody has to know that of what is passed.
fn whichever(ty: &Ty) -> Ty {
    let parts = ty.parts().iter().map(|part| match part {
        Ty::Variants(index) => Ty::Class(*index),
        other => other.clone(),
    });
    Ty::union(parts)
}

/// The fields of a variant that stays in Rust, by what reads them.
fn read_fields(file: &File<'_, '_>, variant: &Variant) -> Vec<(String, Ty)> {
    let types = Types::of(file.tree);
    let read = |(field, getter): (&Field, &u32)| {
        let result = &file.tree.manifest.callables[*getter as usize].result;
        (field.name.clone(), types.given(result))
    };
    variant.fields.iter().zip(&variant.getters).map(read).collect()
}

/// Fields of a record.
fn fields(file: &mut File<'_, '_>, all: &[(&Field, Ty)], indent: usize) -> String {
    let space = " ".repeat(indent);
    let mut text = String::new();
    for (field, ty) in all {
        _ = writeln!(text, "{space}{}: {}", field.name, file.ty(ty));
        if !field.docs.trim().is_empty() {
            text.push_str(&docstring(&field.docs, indent));
        }
    }
    text
}

fn match_args(text: &mut String, fields: &[Field], indent: usize) {
    let names: Vec<String> = fields.iter().map(|field| format!("\"{}\"", field.name)).collect();
    let names = match names.as_slice() {
        [] => String::new(),
        [one] => format!("{one},"),
        all => all.join(", "),
    };
    _ = writeln!(text, "{}__match_args__ = ({names})", " ".repeat(indent));
}

fn property(file: &mut File<'_, '_>, name: &str, get: &Ty, set: Option<&Ty>, docs: &str) -> String {
    let decorator = file.names.builtin("property");
    let get = file.ty(get);
    let mut text = format!("    @{decorator}\n    def {name}(self) -> {get}:");
    if docs.trim().is_empty() {
        text.push_str(" ...\n");
    } else {
        text.push('\n');
        text.push_str(&docstring(docs, 8));
    }
    if let Some(set) = set {
        let set = file.ty(set);
        _ = writeln!(
            text,
            "    @{name}.setter\n    def {name}(self, value: {set}) -> None: ..."
        );
    }
    text
}

/// Names that mean something else in the base class: a method of the crate's comes first.
fn hides(ty: &Type, name: &str) -> bool {
    let of_errors = [
        "args",
        "value",
        "rust_type",
        "message",
        "debug",
        "sources",
        "add_note",
        "with_traceback",
    ];
    if ty.error {
        of_errors.contains(&name)
    } else {
        ty.kind == Kind::Enum && !has_data(ty) && ["name", "value"].contains(&name)
    }
}

fn method(file: &mut File<'_, '_>, method: &Method, prefix: &str, docs: bool, hides: bool) -> String {
    if method.callables.is_empty() && method.instances.is_empty() {
        return String::new();
    }
    let group = Group {
        name: &method.name,
        callables: &method.callables,
        instances: &method.instances,
        skip: usize::from(method.instance),
    };
    if !method.instances.is_empty() {
        let class = file.subscripted(group, prefix);
        let var = file.names.import("typing", "ClassVar");
        return format!("    {}: {var}[{class}]\n", method.name);
    }
    let all = signatures(file.tree, group.callables, group.skip);
    let decorator = (!method.instance).then(|| format!("@{}", file.names.builtin("staticmethod")));
    let decorators: Vec<String> = decorator.into_iter().collect();
    let form = Form {
        decorators: &decorators,
        receiver: method.instance.then_some("self"),
        by_position: false,
        docs,
    };
    let text = file.defs(&method.name, &all, form, 4);
    if hides {
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        return format!(
            "{first}  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]\n{rest}"
        );
    }
    text
}

/// The namespace of a trait.
pub(super) fn trait_class(file: &mut File<'_, '_>, found: &Trait, name: &str) -> String {
    let base = file.base("Trait");
    let mut body = String::new();
    if !found.docs.trim().is_empty() {
        body.push_str(&docstring(&found.docs, 4));
    }
    for one in &found.methods {
        let mut outside = one.clone();
        outside.instance = false;
        body.push_str(&method(file, &outside, &format!("{name}_"), true, false));
    }
    if body.is_empty() {
        body.push_str("    ...\n");
    }
    format!("class {name}({base}):\n{body}")
}
