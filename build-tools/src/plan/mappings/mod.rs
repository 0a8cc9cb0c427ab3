//! The table of value mappings: types of other crates that cross by value, found by who defines them and what they are
//! called there, whichever crate uses them, in whichever version.
//!
//! A row says which macro of the runtime writes the impls into the bridge, and with what. The bridge depends on the
//! version of the crate that is in the graph; if a row does not fit that version, proving drops it and says so. In its own
//! crate, or in one that is only a front for it, a type is a handle like any other.

mod arrays;
mod collections;
mod data;
mod numbers;
mod text;
mod times;

use super::ctx::Ctx;
use super::model::{MARKER, PlannedMapping};
use super::stdlib;
use crate::api::{Arg, DefKey, Ty};

/// A row of the table. In `arguments`, `$` is the crate and `__uc` the runtime's `private`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    /// The library that defines the type.
    krate: &'static str,
    /// Its name there.
    name: &'static str,
    /// What its first argument has to be, if that matters: the last part of its path, or a primitive.
    only: Option<&'static str>,
    /// How many of its type arguments are what is in it. They cross in their own ways.
    contents: usize,
    /// The macro of the runtime.
    template: &'static str,
    /// What it is given behind the bridge's marker.
    arguments: &'static str,
    /// It is plain data of any shape.
    any: bool,
    /// Plain data does not say which of two it is, so a crate that offers the type has a class for it.
    sided: bool,
}

impl Mapping {
    /// A dict: `arguments` are `[generics], [bounds], type`, of `K` and `V`.
    const fn map(krate: &'static str, name: &'static str, arguments: &'static str) -> Self {
        Self::collection(krate, name, 2, "mapped_map", arguments)
    }

    /// A set: the same of `T`.
    const fn set(krate: &'static str, name: &'static str, arguments: &'static str) -> Self {
        Self::collection(krate, name, 1, "mapped_set", arguments)
    }

    /// A list: the same with the type of an item and how many there may be.
    const fn list(krate: &'static str, name: &'static str, arguments: &'static str) -> Self {
        Self::collection(krate, name, 1, "mapped_list", arguments)
    }

    const fn collection(
        krate: &'static str,
        name: &'static str,
        contents: usize,
        template: &'static str,
        arguments: &'static str,
    ) -> Self {
        Self {
            krate,
            name,
            only: None,
            contents,
            template,
            arguments,
            any: false,
            sided: false,
        }
    }

    /// A value of one of two types.
    const fn sides(krate: &'static str, name: &'static str, arguments: &'static str) -> Self {
        let sided = true;
        Self {
            sided,
            ..Self::collection(krate, name, 2, "mapped_either", arguments)
        }
    }

    /// Another type: `[generics], [bounds], type, form, |value| form, |form| value`.
    const fn value(krate: &'static str, name: &'static str, arguments: &'static str) -> Self {
        Self::collection(krate, name, 0, "mapped_value", arguments)
    }

    /// Plain data of any shape: `type, |value| view, |parts| value`.
    const fn data(krate: &'static str, name: &'static str, arguments: &'static str) -> Self {
        let any = true;
        Self {
            any,
            ..Self::shape(krate, name, arguments)
        }
    }

    /// Plain data of one shape: the same.
    const fn shape(krate: &'static str, name: &'static str, arguments: &'static str) -> Self {
        Self::collection(krate, name, 0, "mapped_data", arguments)
    }

    /// It is plain data of any shape.
    pub(super) fn is_any(&self) -> bool {
        self.any
    }

    /// An array of `ndarray` that holds its items that way.
    const fn array(storage: &'static str, template: &'static str) -> Self {
        Self::collection("ndarray", "ArrayBase", 0, template, "$::").only(storage)
    }

    /// The same where the first type argument is this.
    const fn only(self, only: &'static str) -> Self {
        Self {
            only: Some(only),
            ..self
        }
    }
}

const TABLES: &[&[Mapping]] = &[
    arrays::ALL,
    collections::ALL,
    data::ALL,
    numbers::ALL,
    text::ALL,
    times::ALL,
];

/// The row of a type, if it has one here.
pub(super) fn find(ctx: &Ctx<'_>, ty: &Ty) -> Option<&'static Mapping> {
    let Ty::Path { def, args } = ty else { return None };
    if stdlib::is_std(def) {
        return None;
    }
    let library = library(def);
    if served_by_itself(ctx, library) {
        return None;
    }
    let first = args.args.iter().find_map(|arg| match arg {
        Arg::Type(Ty::Path { def, .. }) => Some(def.name()),
        Arg::Type(Ty::Primitive(name)) => Some(name.as_str()),
        _ => None,
    });
    let offered = ctx.exported.contains(def);
    rows(def)
        .find(|row| row.only.is_none_or(|only| first == Some(only)))
        .filter(|row| !row.sided || !offered)
}

/// The rows of a definition.
fn rows(def: &DefKey) -> impl Iterator<Item = &'static Mapping> {
    let (library, name) = (library(def), def.name());
    let all = TABLES.iter().flat_map(|table| table.iter());
    all.filter(move |row| row.krate == library && row.name == name)
}

/// What the first argument of a definition's type has to be, if the table has a row for it: the first that is a primitive.
pub(super) fn first(def: &DefKey) -> Option<Ty> {
    let primitive = |only: &&str| only.starts_with(|c: char| c.is_lowercase());
    let first = rows(def).find_map(|row| row.only.filter(|only| primitive(only)))?;
    Some(Ty::Primitive(first.to_owned()))
}

/// What stands for a type parameter that says how an array holds its items.
pub(super) fn storage(ctx: &Ctx<'_>, trait_: &DefKey) -> Option<DefKey> {
    if library(trait_) != "ndarray"
        || served_by_itself(ctx, "ndarray")
        || !arrays::STORAGE.contains(&trait_.name())
    {
        return None;
    }
    let mut all = ctx.api.defs.keys();
    let found = all.find(|def| def.krate() == trait_.krate() && def.name() == arrays::OWNED);
    found.cloned()
}

/// The library that a definition belongs to, without the version that tells two of one name apart.
fn library(def: &DefKey) -> &str {
    def.krate().split('@').next().unwrap_or_default()
}

/// The crate itself, or one that is served by it in parts: `num` for `num_bigint`.
fn served_by_itself(ctx: &Ctx<'_>, library: &str) -> bool {
    library
        .strip_prefix(ctx.api.name.as_str())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

impl Mapping {
    /// What is in a value of that type.
    pub(super) fn contents<'t>(&self, ty: &'t Ty) -> impl Iterator<Item = &'t Ty> + use<'t> {
        let args = match ty {
            Ty::Path { args, .. } => &args.args[..],
            _ => &[],
        };
        let types = args.iter().filter_map(|arg| match arg {
            Arg::Type(ty) => Some(ty),
            _ => None,
        });
        types.take(self.contents)
    }

    /// The impls for that definition, as the bridge writes them, and the crate as it names it there.
    pub(super) fn planned(&self, def: &DefKey) -> (PlannedMapping, String) {
        let name = local_name(def.krate());
        let arguments = self.arguments.replace('$', &format!("::{name}"));
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let planned = PlannedMapping {
            path: format!("{}::{}", self.krate, self.name),
            rust: format!("{}!({MARKER}, {});", self.template, arguments.join(" ")),
        };
        (planned, name)
    }
}

/// The name of a crate in the bridge: a second version of one needs a name of its own.
pub(super) fn local_name(krate: &str) -> String {
    krate.replace(['@', '.', '-', '+'], "_")
}
