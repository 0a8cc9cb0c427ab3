//! `std::io::Read`, `Write`, `Seek` and `BufRead` on handles: the methods of a Python file object, and its lines.
//!
//! A crate's own method of the same name wins, so the caller says which names are taken.

use std::collections::BTreeSet;

use usecrate_manifest::Kind;

use super::build::Builder;
use super::callables::made_up;
use super::choose::list;
use super::ctx::Match;
use super::fold::Subst;
use super::model::{PlannedMethod, TypeId};
use super::site::{Callee, Explicit, Site};
use super::specials::Specials;
use super::streams;
use crate::api::{Arg, Args, DefKey, Ty};

/// A method: the trait that brings it, its name, its documentation, its parameters behind the object, its result.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, Word)],
    Word,
);

/// The types in the table.
#[derive(Clone, Copy)]
enum Word {
    Unit,
    Bytes,
    Buffer,
    Given,
    Count,
    OptionalCount,
    Offset,
}

const METHODS: &[Row] = &[
    (
        "Read",
        "read",
        "Reads until there are `size` bytes or the end is reached; without `size`, or when it is negative, to the end.",
        &[("size", Word::OptionalCount)],
        Word::Bytes,
    ),
    (
        "Read",
        "readinto",
        "Reads once into a writable buffer. Says how many bytes it got: 0 is the end.",
        &[("buffer", Word::Buffer)],
        Word::Count,
    ),
    (
        "BufRead",
        "readline",
        "Reads up to the next line feed, which is part of what it gives, or until there are `size` bytes.",
        &[("size", Word::OptionalCount)],
        Word::Bytes,
    ),
    (
        "Write",
        "write",
        "Writes all of the bytes, and says how many there were.",
        &[("data", Word::Given)],
        Word::Count,
    ),
    (
        "Write",
        "flush",
        "Passes on what was written and is still held back.",
        &[],
        Word::Unit,
    ),
    (
        "Seek",
        "seek",
        "Goes to a place: `whence` counts from the start (0), from here (1) or from the end (2). Says where it is.",
        &[("offset", Word::Offset), ("whence", Word::OptionalCount)],
        Word::Count,
    ),
    ("Seek", "tell", "Says where it is.", &[], Word::Count),
];

impl Word {
    fn ty(self) -> Ty {
        let prim = |name: &str| Ty::Primitive(name.to_owned());
        match self {
            Self::Unit => Ty::Tuple(Vec::new()),
            Self::Bytes => list(prim("u8")),
            Self::Buffer | Self::Given => Ty::Ref {
                lifetime: None,
                mutable: matches!(self, Self::Buffer),
                ty: Box::new(Ty::Slice(Box::new(prim("u8")))),
            },
            Self::Count => prim("u64"),
            Self::OptionalCount => generic("core::option::Option", vec![prim("i64")]),
            Self::Offset => prim("i64"),
        }
    }
}

fn generic(path: &str, args: Vec<Ty>) -> Ty {
    Ty::Path {
        def: DefKey(path.to_owned()),
        args: Args {
            args: args.into_iter().map(Arg::Type).collect(),
            ..Args::default()
        },
    }
}

fn io_result(ty: Ty) -> Ty {
    let error = generic("std::io::error::Error", Vec::new());
    generic("core::result::Result", vec![ty, error])
}

/// The methods that the impls of `std::io`'s traits give to a type.
pub(super) fn methods(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    taken: &BTreeSet<String>,
) -> Vec<PlannedMethod> {
    if build.types.kind(id) != Kind::Handle {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (trait_, name, docs, params, output) in METHODS {
        let Some(me) = implementor(build, id, trait_) else {
            continue;
        };
        if taken.contains(*name) {
            continue;
        }
        let path = build.types.get(id).path.clone();
        let mut all = vec![("self", exclusive(me))];
        all.extend(params.iter().map(|(name, word)| (*name, word.ty())));
        let site = Site {
            id: format!("<{path} as std::io::{trait_}>::{name}"),
            function: made_up(name, docs, all, Some(io_result(output.ty()))),
            subst: Subst::default(),
            generics: Vec::new(),
            callee: Callee::Path(format!("::usecrate_runtime::private::io::{name}")),
            explicit: Explicit::All,
            of_trait: None,
            origin: None,
        };
        let shims = build.plan_quietly(&site);
        if !shims.is_empty() {
            out.push(PlannedMethod {
                name: (*name).to_owned(),
                instance: true,
                shims,
                from_trait: Some(format!("std::io::{trait_}")),
            });
        }
    }
    out
}

/// What reads lines is iterated by lines, if it does not iterate otherwise.
pub(super) fn lines(build: &mut Builder<'_, '_>, id: TypeId, all: &mut Specials) {
    let iterates = all.contains_key("__iter__") || all.contains_key("__next__");
    if iterates || build.types.kind(id) != Kind::Handle {
        return;
    }
    let Some(me) = implementor(build, id, "BufRead") else {
        return;
    };
    let line = generic("core::option::Option", vec![Word::Bytes.ty()]);
    let site = Site {
        id: format!("<{} as std::io::BufRead>::lines", build.types.get(id).path),
        function: made_up("next", "", vec![("self", exclusive(me))], Some(io_result(line))),
        subst: Subst::default(),
        generics: Vec::new(),
        callee: Callee::Path("::usecrate_runtime::private::io::next_line".to_owned()),
        explicit: Explicit::All,
        of_trait: None,
        origin: None,
    };
    let shims = build.plan_quietly(&site);
    if !shims.is_empty() {
        all.insert("__next__".to_owned(), shims);
    }
}

fn exclusive(ty: Ty) -> Ty {
    Ty::Ref {
        lifetime: None,
        mutable: true,
        ty: Box::new(ty),
    }
}

/// The type as an impl of the trait names it, if it has one that its streams allow.
fn implementor(build: &Builder<'_, '_>, id: TypeId, trait_: &str) -> Option<Ty> {
    let ty = &build.types.get(id).instance.ty;
    let wanted = |one: &Match<'_>| {
        one.impl_.trait_.as_ref().is_some_and(|have| {
            streams::of_bytes(&have.def) != 0 && have.def.name() == trait_ && streams::grants(one.impl_, ty)
        })
    };
    let found = build.ctx.matching(ty).into_iter().find(wanted)?;
    found.subst.types.get("Self").cloned()
}
