//! Streams: Python's binary file objects where Rust takes `Read`, `Write`, `BufRead` or `Seek`, its text files where Rust takes
//! `fmt::Write`.
//!
//! One type of the runtime stands for all of them: `File<MODES>`. Here it is a pseudo primitive, so that a generic type
//! over a stream (`GzEncoder<W>`) is an instance like any other.

use std::collections::BTreeSet;

use super::ctx::{Ctx, bounds_of};
use super::fold::unify;
use super::stdlib;
use crate::api::{Arg, Bound, Def, DefKey, DefKind, Field, Fields, GenericParam, Generics, Impl, Ty};

/// The pseudo primitive's name begins so; the modes follow.
const FILE: &str = "@file:";

const READ: u8 = 1;
const WRITE: u8 = 2;
const SEEK: u8 = 4;
const BUFFERED: u8 = 8;
const TEXT: u8 = 16;

/// A file object that can do what the bits say.
pub(super) fn file(modes: u8) -> Ty {
    Ty::Primitive(format!("{FILE}{modes}"))
}

/// What a file object must be able to do; `None`: the type is none.
pub(super) fn modes(ty: &Ty) -> Option<u8> {
    match ty {
        Ty::Primitive(name) => name.strip_prefix(FILE)?.parse().ok(),
        _ => None,
    }
}

/// The runtime's type, as the bridge writes it.
pub(super) fn spelled(modes: u8) -> String {
    format!("::usecrate_runtime::private::File<{modes}>")
}

/// The same for people: the bounds that it stands for.
pub(super) fn shown(modes: u8) -> String {
    let mut words = Vec::new();
    if modes & BUFFERED != 0 {
        words.push("BufRead");
    } else if modes & READ != 0 {
        words.push("Read");
    }
    if modes & WRITE != 0 {
        words.push("Write");
    }
    if modes & SEEK != 0 {
        words.push("Seek");
    }
    if modes & TEXT != 0 {
        words.push("fmt::Write");
    }
    format!("impl {}", words.join(" + "))
}

/// What a trait of `std::io` asks of a file object, or `std::fmt::Write`; 0: it is none of them.
pub(super) fn of_trait(def: &DefKey) -> u8 {
    if stdlib::is_trait(def, "Write") && def.0.split("::").any(|part| part == "fmt") {
        TEXT
    } else {
        of_bytes(def)
    }
}

/// What a trait of `std::io` asks of a file object; 0: it is none of them.
pub(super) fn of_bytes(def: &DefKey) -> u8 {
    if !stdlib::is_std(def) || !def.0.split("::").any(|part| part == "io") {
        return 0;
    }
    match def.name() {
        "Read" => READ,
        "Write" => WRITE,
        "Seek" => SEEK,
        "BufRead" => READ | BUFFERED,
        _ => 0,
    }
}

/// No file is one of bytes and one of text.
pub(super) fn is_one(modes: u8) -> bool {
    modes & TEXT == 0 || modes == TEXT
}

/// What bounds ask of a file object.
pub(super) fn of_bounds<'b>(bounds: impl IntoIterator<Item = &'b Bound>) -> u8 {
    let one = |bound: &Bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } => of_trait(&trait_.def),
        _ => 0,
    };
    bounds.into_iter().map(one).fold(0, |all, one| all | one)
}

/// What a file object must be able to do to stand for a type's parameter: what the type itself asks, and what every one
/// of its blocks that asks anything asks (a block may want more for methods of its own). Where only impls of
/// traits ask, the first of them says it, those of the standard's streams before others (`Iterator`).
pub(super) fn of_parameter(ctx: &Ctx<'_>, def: &Def, name: &str) -> Option<u8> {
    let position = def.generics.params.iter().position(|param| is(param, name))?;
    let own = of_bounds(bounds_of(&def.generics, name));
    let asked = |impl_: &&&Impl| in_impl(impl_, def, position);
    let (inherent, traits): (Vec<&&Impl>, Vec<&&Impl>) = ctx
        .impls(&def.key)
        .iter()
        .partition(|impl_| impl_.trait_.is_none());
    let common = inherent
        .iter()
        .map(asked)
        .filter(|modes| *modes != 0)
        .reduce(|all, one| all & one)
        .unwrap_or(0);
    let modes = own | common;
    if modes != 0 {
        return Some(modes).filter(|modes| is_one(*modes));
    }
    if takes_any(def, name) {
        return None;
    }
    let standard = |impl_: &&&&Impl| impl_.trait_.as_ref().is_some_and(|one| of_trait(&one.def) != 0);
    let others = traits.iter().filter(|impl_| !standard(impl_));
    traits
        .iter()
        .filter(standard)
        .chain(others)
        .map(asked)
        .find(|modes| *modes != 0)
}

/// A variant holds a value of the parameter as it is, and nothing else: whatever it is, it can be put there.
fn takes_any(def: &Def, name: &str) -> bool {
    let is = |field: &Option<Field>| {
        field
            .as_ref()
            .is_some_and(|field| matches!(&field.ty, Ty::Generic(have) if have == name))
    };
    let DefKind::Enum { variants, .. } = &def.kind else {
        return false;
    };
    variants.iter().any(
        |variant| matches!(&variant.fields, Fields::Tuple { fields } if fields.len() == 1 && is(&fields[0])),
    )
}

fn is(param: &GenericParam, wanted: &str) -> bool {
    matches!(param, GenericParam::Type { name, .. } if name == wanted)
}

/// What an impl asks of the type argument at a position.
fn in_impl(impl_: &Impl, def: &Def, position: usize) -> u8 {
    match &impl_.self_ty {
        Ty::Path { def: key, args } if *key == def.key => {
            // Lifetimes may be left out of what is written.
            let lifetimes = def.generics.params[..position]
                .iter()
                .filter(|param| matches!(param, GenericParam::Lifetime { .. }))
                .count();
            let others = args.args.iter().filter(|arg| !matches!(arg, Arg::Lifetime(_)));
            match others.skip(position - lifetimes).take(1).next() {
                Some(Arg::Type(Ty::Generic(name))) => of_bounds(bounds_of(&impl_.generics, name)),
                _ => 0,
            }
        }
        _ => 0,
    }
}

/// An impl asks no more of its streams than the instance's can do. (The runtime's type implements all of the traits,
/// whatever the file object can.)
pub(super) fn grants(impl_: &Impl, ty: &Ty) -> bool {
    let open: BTreeSet<String> = super::ctx::parameters(&impl_.generics);
    let mut subst = super::fold::Subst::default();
    if !unify(&impl_.self_ty, ty, &open, &mut subst) {
        return false;
    }
    subst.types.iter().all(|(name, ty)| match modes(ty) {
        Some(have) => asked(&impl_.generics, name) & !have == 0,
        None => true,
    })
}

fn asked(generics: &Generics, name: &str) -> u8 {
    of_bounds(bounds_of(generics, name))
}
