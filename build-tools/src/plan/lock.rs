//! Which calls keep the interpreter lock without being declared `quick`: those that provably block on nothing, whatever the
//! crate's author wrote.
//!
//! That is known of three kinds:
//!
//! - Data is read, written or built, by an expression of our own: fields, variants, constants, statics. No code runs.
//! - A `const fn` is called. What is const waits for nothing: it calls only what is const, no trait's method, no function
//!   pointer, and runs no destructor. It may compute for long, though.
//! - Data is compared by a `PartialEq` that the compiler derived, all the way down: it then says `StructuralPartialEq`, too,
//!   which nobody can write by hand in stable Rust.
//!
//! And only if no code of the crate runs around it either, and what crosses takes a bounded time: handles by reference, or by
//! value if they are `Copy`, and values of a fixed size that are made of primitives and a few types of std.
//!
//! What may run in any call is taken to be harmless here, too: the crate's allocator and its panic hook.
//!
//! Nothing else is provable. An impl of any other trait may be written by hand and do anything, and one that says that it was
//! derived (`#[automatically_derived]`) may say so by hand, too. So a handle that is cloned to be passed by value is none.

use usecrate_manifest::Kind;

use super::ctx::Ctx;
use super::fold::erase;
use super::model::Fluent;
use super::site::{Callee, Origin, OriginKey, Site};
use super::stdlib;
use super::types::{Types, all_fields, whole};
use super::wire::{Class, class, type_args};
use crate::api::{DefKind, Ty};

/// More numbers than this are no longer a few.
const FEW: usize = 256;
/// As deep may records be nested.
const DEEP: usize = 8;

/// How a call crosses.
pub(super) struct Crossing<'a> {
    /// Its parameters' types.
    pub(super) params: &'a [Ty],
    /// Its result's.
    pub(super) output: Option<&'a Ty>,
    /// Nothing is made of an argument or the result on the way.
    pub(super) direct: bool,
    /// Every argument is lent for the call alone.
    pub(super) lent: bool,
    pub(super) fluent: Fluent,
}

/// Whether the call provably blocks on nothing.
pub(super) fn cannot_block(ctx: &Ctx<'_>, types: &Types, site: &Site, crossing: &Crossing<'_>) -> bool {
    let known = Known {
        ctx,
        types,
        comparing: false,
    };
    let Crossing { params, output, .. } = *crossing;
    if !crossing.direct || crossing.fluent != Fluent::No {
        return false;
    }
    let given = |ty: &Ty| known.is_few(ty) || known.is_reference(ty) || known.is_copied(ty);
    match &site.callee {
        // What is overwritten is dropped: nothing happens then if it is made of what has no destructor of the crate's.
        Callee::Get(_) | Callee::Set(_) | Callee::Data(_) | Callee::Static(_) => {
            params.iter().all(given) && output.is_none_or(|ty| known.leaves(ty))
        }
        Callee::Const(_) => output.is_some_and(|ty| known.leaves(ty)),
        Callee::Path(_) => {
            site.function.const_
                && site.origin.as_ref().is_some_and(is_no_traits)
                && crossing.lent
                && params.iter().all(given)
                && output.is_none_or(|ty| known.leaves(ty) || known.may_leave(ty))
        }
        Callee::Expr(_) => false,
    }
}

/// Whether comparing two values of a type by `==` runs nothing but what the compiler and std wrote, on a few numbers.
pub(super) fn compares_data(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> bool {
    let known = Known {
        ctx,
        types,
        comparing: true,
    };
    known.is_few(ty)
}

/// It is a function, or one of an inherent impl: then `const` is what stable Rust means by it.
fn is_no_traits(origin: &Origin) -> bool {
    match &origin.key {
        OriginKey::Free(_) => true,
        OriginKey::Block { trait_, .. } => trait_.is_none(),
        OriginKey::Foreign { .. } | OriginKey::Provided { .. } | OriginKey::Blanket { .. } => false,
    }
}

struct Known<'c, 'a> {
    ctx: &'c Ctx<'a>,
    types: &'c Types,
    /// Values are compared where they are; otherwise they cross.
    comparing: bool,
}

impl Known<'_, '_> {
    fn is_handle(&self, ty: &Ty) -> bool {
        matches!(class(self.ctx, self.types, ty), Class::Type(_, Kind::Handle))
    }

    /// `&T` or `&mut T` of a handle.
    fn is_reference(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Ref { ty, .. } if self.is_handle(ty))
    }

    /// A handle whose value is copied to be passed.
    fn is_copied(&self, ty: &Ty) -> bool {
        self.is_handle(ty) && self.implements(ty, "Copy")
    }

    /// As a result: a few numbers, by value or by reference, or a handle, which is put where handles are as it is.
    fn leaves(&self, ty: &Ty) -> bool {
        self.is_handle(ty)
            || self.is_few(ty)
            || matches!(ty, Ty::Ref { mutable: false, ty, .. } if self.is_few(ty))
    }

    /// `Option<T>` of a handle.
    fn may_leave(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Path { def, args } if stdlib::is(def, "Option")
            && type_args(args).all(|ty| self.is_handle(ty)))
    }

    fn is_few(&self, ty: &Ty) -> bool {
        self.count(ty, DEEP).is_some_and(|count| count <= FEW)
    }

    /// Nothing of the crate's runs for it but what runs for its fields, all of which are known.
    fn is_data(&self, ty: &Ty, kind: Kind) -> bool {
        if !self.comparing {
            return kind != Kind::Handle;
        }
        let Ty::Path { def, .. } = ty else { return false };
        let known = self.ctx.def(def).is_some_and(|def| match &def.kind {
            DefKind::Struct(fields) => whole(fields),
            DefKind::Enum {
                variants,
                hidden_variants,
            } => !hidden_variants && variants.iter().all(|variant| whole(&variant.fields)),
            _ => false,
        });
        known && self.implements(ty, "StructuralPartialEq")
    }

    /// It implements a std trait, on no condition.
    fn implements(&self, ty: &Ty, name: &str) -> bool {
        self.ctx.matching(&erase(ty)).iter().any(|found| {
            let trait_ = found.impl_.trait_.as_ref();
            found.impl_.generics.bounds.is_empty()
                && trait_.is_some_and(|trait_| stdlib::is_trait(&trait_.def, name))
        })
    }

    /// How many primitives a value has at most; nothing, if that is not known, or something else is in it.
    fn count(&self, ty: &Ty, deep: usize) -> Option<usize> {
        let deep = deep.checked_sub(1)?;
        match ty {
            Ty::Primitive(name) => is_scalar(name).then_some(1),
            Ty::Tuple(parts) => self.sum(parts.iter(), deep),
            Ty::Array { ty, len } => self.count(ty, deep)?.checked_mul(len.parse().ok()?),
            Ty::Path { def, args } => match class(self.ctx, self.types, ty) {
                Class::Std(_) if is_transparent(def) => self.sum(type_args(args), deep),
                Class::Std(_) if is_small(def) => Some(1),
                Class::Type(id, kind) if self.is_data(ty, kind) => {
                    let fields = all_fields(self.ctx, &self.types.get(id).instance);
                    self.sum(fields.iter().map(|(_, ty)| ty), deep)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn sum<'t>(&self, mut parts: impl Iterator<Item = &'t Ty>, deep: usize) -> Option<usize> {
        parts.try_fold(0_usize, |sum, ty| sum.checked_add(self.count(ty, deep)?))
    }
}

fn is_scalar(name: &str) -> bool {
    const SCALARS: &[&str] = &[
        "bool", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128",
        "isize", "f32", "f64",
    ];
    SCALARS.contains(&name)
}

/// Types of std that hold their arguments in place, and nothing else.
fn is_transparent(def: &crate::api::DefKey) -> bool {
    ["Option", "NonZero", "Range", "RangeInclusive"]
        .iter()
        .any(|name| stdlib::is(def, name))
}

/// Types of std that are a number or two.
fn is_small(def: &crate::api::DefKey) -> bool {
    ["Duration", "Ordering"].iter().any(|name| stdlib::is(def, name))
}
