//! Callables that Rust gives: `Box<dyn Fn(A) -> B>`, `impl Fn(A) -> B`, `fn(A) -> B`, alone or in something.
//!
//! What holds one is a handle type of its own, as what holds a trait object is: a pointer to `dyn Fn(A) -> B`, or the function
//! pointer itself. Its class has `__call__`, which takes the handle as the trait says: shared, exclusively, or for good. What
//! is lent to it by an elided lifetime is lent for the call.

use super::build::{Builder, Place};
use super::callables::made_up;
use super::choose::shared;
use super::ctx::Ctx;
use super::fold::{Fold, Subst, any, closed};
use super::held::{LENT, Lend, freed};
use super::model::TypeId;
use super::objects::{self, Pointer};
use super::site::{Callee, Explicit, Site};
use super::specials::Specials;
use super::spell::Lifetimes;
use super::wire::type_args;
use super::{closures, names};
use crate::api::{Bound, TraitRef, Ty};

/// The lifetime of what is lent for a call whose result borrows it.
const PASSED: &str = "'_passed";

/// A callable, by the type that holds it.
struct Handed<'t> {
    /// `None`: it is a function pointer.
    pointer: Option<Pointer>,
    /// How it is called.
    call: Call,
    params: &'t [Ty],
    /// `None`: nothing.
    output: Option<&'t Ty>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    /// `Fn`, and function pointers.
    Shared,
    /// `FnMut`
    Exclusive,
    /// `FnOnce`
    Once,
}

/// The trait of a trait object is a callable's.
pub(super) fn is_callable(traits: &[TraitRef]) -> bool {
    traits.first().is_some_and(|first| closures::is_trait(&first.def))
}

/// `dyn Fn(A) -> B`, or a function pointer, of which everything is known and can be named.
pub(super) fn is_served(ctx: &Ctx<'_>, ty: &Ty) -> bool {
    let callable = match ty {
        Ty::Dyn { traits, .. } => is_callable(traits) && traits.iter().skip(1).all(objects::marks),
        Ty::FnPointer { unsafe_, .. } => !unsafe_,
        _ => false,
    };
    callable && closed(ty) && ctx.spell(ty, Lifetimes::Infer).is_ok()
}

/// What a callable's trait says that it is passed, and what it gives.
pub(super) fn parts(one: &TraitRef) -> Option<(&[Ty], Option<&Ty>)> {
    let Some(Ty::Tuple(params)) = type_args(&one.args).next() else {
        return None;
    };
    let output = one.args.bindings.iter().find(|(name, _)| name == "Output");
    Some((params, output.map(|(_, ty)| ty)))
}

impl<'t> Handed<'t> {
    fn of(ctx: &Ctx<'_>, ty: &'t Ty) -> Option<Self> {
        if let Ty::FnPointer { params, output, .. } = ty {
            return is_served(ctx, ty).then(|| Self {
                pointer: None,
                call: Call::Shared,
                params,
                output: output.as_deref(),
            });
        }
        let (pointer, object) = objects::pointer(ctx, ty)?;
        let Ty::Dyn { traits, .. } = object else {
            return None;
        };
        let first = traits.first().filter(|_| is_callable(traits))?;
        let (params, output) = parts(first)?;
        let call = match first.def.name() {
            "Fn" => Call::Shared,
            "FnMut" => Call::Exclusive,
            _ => Call::Once,
        };
        Some(Self {
            pointer: Some(pointer),
            call,
            params,
            output,
        })
    }

    /// What is called, with `{0}` for the handle as it is taken; `None`: it cannot be called through this pointer.
    fn callee(&self) -> Option<&'static str> {
        match (self.pointer, self.call) {
            (None, _) => Some("(*{0})"),
            (Some(_), Call::Shared) => Some("(**{0})"),
            (Some(pointer), Call::Exclusive) => pointer.changes().then_some("(**{0})"),
            (Some(Pointer::Box), Call::Once) => Some("({0})"),
            (Some(Pointer::Boxed), Call::Once) => Some("({0}.into_box())"),
            (Some(_), Call::Once) => None,
        }
    }
}

/// It holds a callable that Rust gave, or refers to what does.
pub(super) fn is_held(ctx: &Ctx<'_>, ty: &Ty) -> bool {
    match ty {
        Ty::Ref { ty, .. } => is_held(ctx, ty),
        _ => Handed::of(ctx, ty).is_some(),
    }
}

/// What is passed to the callable that a type holds and what it gives, as they are outside of its type.
pub(super) fn passed_and_given(ctx: &Ctx<'_>, ty: &Ty) -> Option<(Vec<Ty>, Option<Ty>)> {
    let one = Handed::of(ctx, ty)?;
    let params = one.params.iter().map(freed).collect();
    Some((params, one.output.map(freed)))
}

/// The class of what holds a callable: its path and its name.
pub(super) fn class_name(ctx: &Ctx<'_>, ty: &Ty) -> Option<(String, String)> {
    let one = Handed::of(ctx, ty)?;
    let text = match (one.pointer, objects::pointer(ctx, ty)) {
        (Some(pointer), Some((_, Ty::Dyn { traits, .. }))) => {
            let (before, behind) = match pointer {
                Pointer::Box => ("", ""),
                Pointer::Arc => ("Arc", ""),
                Pointer::Rc => ("Rc", ""),
                Pointer::Boxed => ("", "_borrowing"),
                Pointer::Shared => ("", "_ref"),
                Pointer::Exclusive => ("", "_ref_mut"),
            };
            let all: Vec<String> = traits
                .iter()
                .map(|one| ctx.show_trait(&Unnamed.trait_ref(one)))
                .collect();
            format!("{before}{}{behind}", all.join("_"))
        }
        _ => ctx.show(&Unnamed.ty(ty)),
    };
    let name = names::identifier(&text.replace("->", "to"));
    Some((format!("{}::{name}", ctx.api.name), name))
}

/// Plans `__call__`.
pub(super) fn specials(build: &mut Builder<'_, '_>, id: TypeId, all: &mut Specials) {
    let entry = build.types.get(id).clone();
    let ty = &entry.instance.ty;
    let Some(one) = Handed::of(build.ctx, ty) else {
        return;
    };
    let Some(callee) = one.callee() else { return };
    let me = match one.call {
        Call::Shared => shared(ty),
        Call::Exclusive => Ty::Ref {
            lifetime: None,
            mutable: true,
            ty: Box::new(ty.clone()),
        },
        Call::Once => ty.clone(),
    };
    let borrows = one.output.is_some_and(lends);
    let names: Vec<String> = (0..one.params.len()).map(|at| format!("arg{at}")).collect();
    let mut params = vec![("self", me)];
    for (name, ty) in names.iter().zip(one.params) {
        params.push((name, if borrows { passed(ty) } else { freed(ty) }));
    }
    let places: Vec<String> = (1..params.len()).map(|at| format!("{{{at}}}")).collect();
    let site = Site {
        id: format!("<{}>::call", entry.path),
        function: made_up("call", "", params, one.output.map(passed)),
        subst: Subst::default(),
        generics: Vec::new(),
        callee: Callee::Expr(format!("{callee}({})", places.join(", "))),
        explicit: Explicit::All,
        of_trait: None,
        origin: None,
    };
    let shims = build.plan(&site, &Place::class(id));
    if !shims.is_empty() {
        all.insert("__call__".to_owned(), shims);
    }
}

/// Lifetimes without names.
struct Unnamed;

impl Fold for Unnamed {
    fn lifetime(&mut self, _: &str) -> String {
        "'_".to_owned()
    }
}

/// Something in it is lent for a call.
fn lends(ty: &Ty) -> bool {
    passed(ty) != *ty
}

/// The same type with a name for the lifetime of what is lent for a call.
fn passed(ty: &Ty) -> Ty {
    struct Name;
    impl Fold for Name {
        fn lifetime(&mut self, name: &str) -> String {
            if name == LENT { PASSED } else { name }.to_owned()
        }
    }
    Name.ty(ty)
}

/// The same type, where what elided lifetimes lend to callables in it is said to be lent.
pub(super) fn lent(ty: &Ty) -> Ty {
    struct Mark;
    impl Fold for Mark {
        fn ty(&mut self, ty: &Ty) -> Ty {
            match ty {
                Ty::FnPointer { .. } => Lend(&[]).walk(ty),
                _ => self.walk(ty),
            }
        }

        fn trait_ref(&mut self, one: &TraitRef) -> TraitRef {
            let args = if closures::is_trait(&one.def) {
                Lend(&[]).args(&one.args)
            } else {
                self.args(&one.args)
            };
            TraitRef {
                def: one.def.clone(),
                args,
            }
        }

        fn bounds(&mut self, bounds: &[Bound]) -> Vec<Bound> {
            let one = |bound: &Bound| match bound {
                // Of several lifetimes an elided one would not say which is meant.
                Bound::Trait { trait_, maybe, for_ }
                    if closures::is_trait(&trait_.def) && for_.len() == 1 =>
                {
                    Bound::Trait {
                        trait_: Lend(for_).trait_ref(trait_),
                        maybe: *maybe,
                        for_: Vec::new(),
                    }
                }
                Bound::Trait { trait_, maybe, for_ } => Bound::Trait {
                    trait_: self.trait_ref(trait_),
                    maybe: *maybe,
                    for_: for_.clone(),
                },
                other => other.clone(),
            };
            bounds.iter().map(one).collect()
        }
    }
    if any(ty, &|part| {
        matches!(part, Ty::FnPointer { .. } | Ty::Dyn { .. } | Ty::Impl(_))
    }) {
        Mark.ty(ty)
    } else {
        ty.clone()
    }
}
