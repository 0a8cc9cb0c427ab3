//! Walking and rewriting types. Everything else in `plan` that changes a type goes through [`Fold`], so that a new
//! kind of type is handled in one place.

use std::collections::{BTreeMap, BTreeSet};

use super::held::LENT;
use crate::api::{Arg, Args, Bound, Function, TraitRef, Ty};

/// A rewriter of types: override what is to change, the rest is rebuilt as it was.
pub(super) trait Fold {
    /// A type.
    fn ty(&mut self, ty: &Ty) -> Ty {
        self.walk(ty)
    }

    /// A lifetime of a reference; `None` when elided.
    fn reference(&mut self, lifetime: Option<&str>) -> Option<String> {
        lifetime.map(|name| self.lifetime(name))
    }

    /// A named lifetime, `'_` included.
    fn lifetime(&mut self, name: &str) -> String {
        name.to_owned()
    }

    /// A constant argument or an array's length.
    fn constant(&mut self, text: &str) -> String {
        text.to_owned()
    }

    /// Rebuilds a type from its rewritten parts.
    fn walk(&mut self, ty: &Ty) -> Ty {
        match ty {
            Ty::Path { def, args } => Ty::Path {
                def: def.clone(),
                args: self.args(args),
            },
            Ty::Generic(_) | Ty::Primitive(_) | Ty::Infer => ty.clone(),
            Ty::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| self.ty(part)).collect()),
            Ty::Slice(ty) => Ty::Slice(Box::new(self.ty(ty))),
            Ty::Array { ty, len } => Ty::Array {
                ty: Box::new(self.ty(ty)),
                len: self.constant(len),
            },
            Ty::Ref {
                lifetime,
                mutable,
                ty,
            } => Ty::Ref {
                lifetime: self.reference(lifetime.as_deref()),
                mutable: *mutable,
                ty: Box::new(self.ty(ty)),
            },
            Ty::RawPointer { mutable, ty } => Ty::RawPointer {
                mutable: *mutable,
                ty: Box::new(self.ty(ty)),
            },
            Ty::FnPointer {
                params,
                output,
                unsafe_,
            } => Ty::FnPointer {
                params: params.iter().map(|part| self.ty(part)).collect(),
                output: output.as_ref().map(|ty| Box::new(self.ty(ty))),
                unsafe_: *unsafe_,
            },
            Ty::Dyn { traits, lifetime } => Ty::Dyn {
                traits: traits.iter().map(|one| self.trait_ref(one)).collect(),
                lifetime: lifetime.as_ref().map(|name| self.lifetime(name)),
            },
            Ty::Impl(bounds) => Ty::Impl(self.bounds(bounds)),
            Ty::Projection {
                self_ty,
                trait_,
                name,
                args,
            } => Ty::Projection {
                self_ty: Box::new(self.ty(self_ty)),
                trait_: trait_.as_ref().map(|one| self.trait_ref(one)),
                name: name.clone(),
                args: self.args(args),
            },
        }
    }

    /// Generic arguments.
    fn args(&mut self, args: &Args) -> Args {
        Args {
            args: args
                .args
                .iter()
                .map(|arg| match arg {
                    Arg::Lifetime(name) => Arg::Lifetime(self.lifetime(name)),
                    Arg::Type(ty) => Arg::Type(self.ty(ty)),
                    Arg::Const(text) => Arg::Const(self.constant(text)),
                    Arg::Infer => Arg::Infer,
                })
                .collect(),
            bindings: args
                .bindings
                .iter()
                .map(|(name, ty)| (name.clone(), self.ty(ty)))
                .collect(),
            constraints: args
                .constraints
                .iter()
                .map(|(name, all)| (name.clone(), self.bounds(all)))
                .collect(),
        }
    }

    /// A trait with its arguments.
    fn trait_ref(&mut self, one: &TraitRef) -> TraitRef {
        TraitRef {
            def: one.def.clone(),
            args: self.args(&one.args),
        }
    }

    /// Bounds.
    fn bounds(&mut self, bounds: &[Bound]) -> Vec<Bound> {
        bounds
            .iter()
            .map(|bound| match bound {
                Bound::Trait { trait_, maybe, for_ } => Bound::Trait {
                    trait_: self.trait_ref(trait_),
                    maybe: *maybe,
                    for_: for_.clone(),
                },
                Bound::Outlives(name) => Bound::Outlives(self.lifetime(name)),
                Bound::Use => Bound::Use,
            })
            .collect()
    }
}

/// What generic parameters stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct Subst {
    /// Type parameters and `Self`.
    pub(super) types: BTreeMap<String, Ty>,
    /// Lifetime parameters, with the quote.
    pub(super) lifetimes: BTreeMap<String, String>,
    /// Const parameters.
    pub(super) consts: BTreeMap<String, String>,
}

impl Subst {
    /// `Self` alone.
    pub(super) fn of_self(ty: &Ty) -> Self {
        let mut subst = Self::default();
        subst.types.insert("Self".to_owned(), ty.clone());
        subst
    }

    /// Applies it.
    pub(super) fn apply(&self, ty: &Ty) -> Ty {
        Replace(self).ty(ty)
    }

    /// Puts what is known into a function; what it declares stays.
    pub(super) fn put_into(&self, function: &mut Function) {
        for param in &mut function.params {
            param.ty = self.apply(&param.ty);
        }
        function.output = function.output.as_ref().map(|ty| self.apply(ty));
        for clause in &mut function.generics.bounds {
            clause.ty = self.apply(&clause.ty);
            clause.bounds = self.apply_bounds(&clause.bounds);
        }
    }

    /// Applies it to bounds.
    pub(super) fn apply_bounds(&self, bounds: &[Bound]) -> Vec<Bound> {
        Replace(self).bounds(bounds)
    }

    /// Applies it to a trait.
    pub(super) fn apply_trait(&self, one: &TraitRef) -> TraitRef {
        Replace(self).trait_ref(one)
    }
}

struct Replace<'a>(&'a Subst);

impl Fold for Replace<'_> {
    fn ty(&mut self, ty: &Ty) -> Ty {
        match ty {
            Ty::Generic(name) => self.0.types.get(name).cloned().unwrap_or_else(|| ty.clone()),
            _ => self.walk(ty),
        }
    }

    fn lifetime(&mut self, name: &str) -> String {
        self.0
            .lifetimes
            .get(name)
            .cloned()
            .unwrap_or_else(|| name.to_owned())
    }

    fn constant(&mut self, text: &str) -> String {
        self.0
            .consts
            .get(text)
            .cloned()
            .unwrap_or_else(|| text.to_owned())
    }

    fn args(&mut self, args: &Args) -> Args {
        // A const parameter as an argument may be written like a type.
        let mut out = Args::default();
        for arg in &args.args {
            out.args.push(match arg {
                Arg::Type(Ty::Generic(name)) if self.0.consts.contains_key(name) => {
                    Arg::Const(self.0.consts[name].clone())
                }
                Arg::Lifetime(name) => Arg::Lifetime(self.lifetime(name)),
                Arg::Type(ty) => Arg::Type(self.ty(ty)),
                Arg::Const(text) => Arg::Const(self.constant(text)),
                Arg::Infer => Arg::Infer,
            });
        }
        out.bindings = args
            .bindings
            .iter()
            .map(|(name, ty)| (name.clone(), self.ty(ty)))
            .collect();
        out.constraints = args
            .constraints
            .iter()
            .map(|(name, all)| (name.clone(), self.bounds(all)))
            .collect();
        out
    }
}

/// Every lifetime replaced by `'h`: the form in which types are compared.
pub(super) fn erase(ty: &Ty) -> Ty {
    struct Erase;
    impl Fold for Erase {
        fn ty(&mut self, ty: &Ty) -> Ty {
            match ty {
                Ty::FnPointer { .. } | Ty::Dyn { .. } => self.walk(&super::handed::lent(ty)),
                _ => self.walk(ty),
            }
        }
        fn reference(&mut self, lifetime: Option<&str>) -> Option<String> {
            Some(self.lifetime(lifetime.unwrap_or("'_")))
        }
        fn lifetime(&mut self, name: &str) -> String {
            // What is lent to a callable is no group's.
            if name == LENT { LENT } else { "'h" }.to_owned()
        }
    }
    Erase.ty(ty)
}

/// Calls `visit` for the type and every type in it, outermost first.
pub(super) fn each(ty: &Ty, visit: &mut dyn FnMut(&Ty)) {
    find(ty, &mut |part| {
        visit(part);
        false
    });
}

/// Some bound is by a trait with a type in it that satisfies `test`.
fn any_bound(bounds: &[Bound], test: &mut dyn FnMut(&Ty) -> bool) -> bool {
    bounds.iter().any(|bound| match bound {
        Bound::Trait { trait_, .. } => any_arg(&trait_.args, test),
        Bound::Outlives(_) | Bound::Use => false,
    })
}

fn any_arg(args: &Args, test: &mut dyn FnMut(&Ty) -> bool) -> bool {
    args.args.iter().any(|arg| match arg {
        Arg::Type(ty) => find(ty, test),
        Arg::Lifetime(_) | Arg::Const(_) | Arg::Infer => false,
    }) || args.bindings.iter().any(|(_, ty)| find(ty, test))
        || args.constraints.iter().any(|(_, all)| any_bound(all, test))
}

/// Some type in it satisfies `test`.
pub(super) fn any(ty: &Ty, test: &dyn Fn(&Ty) -> bool) -> bool {
    find(ty, &mut |part| test(part))
}

/// The same: the outermost is asked first, and none behind one that does.
fn find(ty: &Ty, test: &mut dyn FnMut(&Ty) -> bool) -> bool {
    test(ty)
        || match ty {
            Ty::Path { args, .. } => any_arg(args, test),
            Ty::Generic(_) | Ty::Primitive(_) | Ty::Infer => false,
            Ty::Tuple(parts) => parts.iter().any(|part| find(part, test)),
            Ty::Slice(ty) | Ty::Array { ty, .. } | Ty::Ref { ty, .. } | Ty::RawPointer { ty, .. } => {
                find(ty, test)
            }
            Ty::FnPointer { params, output, .. } => {
                params.iter().any(|part| find(part, test)) || output.as_ref().is_some_and(|ty| find(ty, test))
            }
            Ty::Dyn { traits, .. } => traits.iter().any(|one| any_arg(&one.args, test)),
            Ty::Impl(bounds) => any_bound(bounds, test),
            Ty::Projection {
                self_ty,
                trait_,
                args,
                ..
            } => {
                find(self_ty, test)
                    || trait_.as_ref().is_some_and(|one| any_arg(&one.args, test))
                    || any_arg(args, test)
            }
        }
}

/// Both are one type, whatever their lifetimes are called.
pub(super) fn same(a: &Ty, b: &Ty) -> bool {
    unify(a, b, &BTreeSet::new(), &mut Subst::default())
}

/// It names no type parameter, nothing unresolved and nothing unnameable.
pub(super) fn closed(ty: &Ty) -> bool {
    !any(ty, &|part| match part {
        Ty::Dyn { traits, .. } => !super::objects::has_class(traits),
        Ty::Generic(_) | Ty::Infer | Ty::Impl(_) | Ty::Projection { .. } => true,
        Ty::FnPointer { unsafe_, .. } => *unsafe_,
        _ => false,
    })
}

/// The type parameters that it names.
pub(super) fn generics_in(ty: &Ty) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    each(ty, &mut |part| {
        if let Ty::Generic(name) = part {
            names.insert(name.clone());
        }
    });
    names
}

/// Matches `pattern`, in which the parameters in `open` may stand for anything, against a type. Lifetimes are ignored.
pub(super) fn unify(pattern: &Ty, ty: &Ty, open: &BTreeSet<String>, subst: &mut Subst) -> bool {
    match (pattern, ty) {
        (Ty::Generic(name), _) if open.contains(name) => match subst.types.get(name) {
            Some(bound) => same(bound, ty),
            None => {
                subst.types.insert(name.clone(), ty.clone());
                true
            }
        },
        (Ty::Path { def: a, args: x }, Ty::Path { def: b, args: y }) => {
            fn real(args: &Args) -> impl Iterator<Item = &Arg> + Clone {
                let others = |arg: &&Arg| !matches!(arg, Arg::Lifetime(_));
                args.args.iter().filter(others)
            }
            let (x, y) = (real(x), real(y));
            a == b
                && x.clone().count() == y.clone().count()
                && x.zip(y).all(|(p, t)| unify_arg(p, t, open, subst))
        }
        (Ty::Tuple(x), Ty::Tuple(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(p, t)| unify(p, t, open, subst))
        }
        (Ty::Slice(x), Ty::Slice(y)) => unify(x, y, open, subst),
        (Ty::Array { ty: x, len: n }, Ty::Array { ty: y, len: m }) => {
            unify_const(n, m, open, subst) && unify(x, y, open, subst)
        }
        (
            Ty::Ref {
                mutable: a, ty: x, ..
            },
            Ty::Ref {
                mutable: b, ty: y, ..
            },
        )
        | (Ty::RawPointer { mutable: a, ty: x }, Ty::RawPointer { mutable: b, ty: y }) => {
            a == b && unify(x, y, open, subst)
        }
        (Ty::Primitive(a), Ty::Primitive(b)) => a == b,
        _ => std::mem::discriminant(pattern) == std::mem::discriminant(ty) && erase(pattern) == erase(ty),
    }
}

/// The two can never be one type, whatever parameters stand for, and whatever is still to be worked out.
pub(super) fn apart(pattern: &Ty, ty: &Ty) -> bool {
    let any = |x: &[Ty], y: &[Ty]| x.iter().zip(y).any(|(p, t)| apart(p, t));
    let may_be_any = |ty: &Ty| {
        matches!(
            ty,
            Ty::Generic(_)
                | Ty::Projection { .. }
                | Ty::Infer
                | Ty::Impl(_)
                | Ty::Dyn { .. }
                | Ty::FnPointer { .. }
        ) || matches!(ty, Ty::Primitive(name) if name.starts_with('@'))
    };
    match (pattern, ty) {
        _ if may_be_any(pattern) || may_be_any(ty) => false,
        (Ty::Path { def: a, args: x }, Ty::Path { def: b, args: y }) => {
            let types = |args: &Args| -> Vec<Ty> {
                let one = |arg: &Arg| match arg {
                    Arg::Type(ty) => Some(ty.clone()),
                    _ => None,
                };
                args.args.iter().filter_map(one).collect()
            };
            let (x, y) = (types(x), types(y));
            a != b || x.len() == y.len() && any(&x, &y)
        }
        (Ty::Tuple(x), Ty::Tuple(y)) => x.len() != y.len() || any(x, y),
        (Ty::Slice(x), Ty::Slice(y)) | (Ty::Array { ty: x, .. }, Ty::Array { ty: y, .. }) => apart(x, y),
        (Ty::Ref { ty: x, .. }, Ty::Ref { ty: y, .. }) => apart(x, y),
        (Ty::Primitive(a), Ty::Primitive(b)) => a != b,
        _ => std::mem::discriminant(pattern) != std::mem::discriminant(ty),
    }
}

fn unify_arg(pattern: &Arg, arg: &Arg, open: &BTreeSet<String>, subst: &mut Subst) -> bool {
    match (pattern, arg) {
        (Arg::Type(Ty::Generic(name)), Arg::Const(text)) => unify_const(name, text, open, subst),
        (Arg::Type(pattern), Arg::Type(ty)) => unify(pattern, ty, open, subst),
        (Arg::Const(pattern), Arg::Const(text)) => unify_const(pattern, text, open, subst),
        _ => pattern == arg,
    }
}

/// The same of constants.
pub(super) fn unify_const(pattern: &str, text: &str, open: &BTreeSet<String>, subst: &mut Subst) -> bool {
    if open.contains(pattern) {
        let bound = subst
            .consts
            .entry(pattern.to_owned())
            .or_insert_with(|| text.to_owned());
        return bound == text;
    }
    pattern == text
}
