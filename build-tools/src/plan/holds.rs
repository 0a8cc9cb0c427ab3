//! Whether a type meets bounds: a small judge of traits, over the impls that were scanned.
//!
//! Three answers: it does, it does not, or nobody here knows. What is unknown is tried, and rustc judges; but a shim of
//! which it is known that rustc rejects it, is not written.

use std::collections::BTreeSet;

use super::choose::ITERATES;
use super::ctx::{Ctx, parameters};
use super::fold::{Subst, any, apart, closed, each, unify, unify_const};
use super::spell::is_literal;
use super::wire::type_args;
use super::{closures, held, items, listed, named, numbers, stand_in, stdlib, streams};
use crate::api::{Arg, Bound, Def, DefKey, DefKind, Generics, Impl, TraitRef, Ty};

/// How many judgements may wait for each other.
pub(super) const DEPTH: usize = 24;

/// What is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answer {
    /// It does not.
    No,
    /// Nobody here knows.
    Open,
    /// It does.
    Yes,
}

use Answer::{No, Open, Yes};

/// What any value of Python's implements, as the runtime has it.
const DYNAMIC: &[&str] = &[
    "Clone",
    "ToOwned",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Hash",
    "Debug",
    "Display",
    "ToString",
    "Default",
    "Any",
];

/// What every number implements, besides.
const NUMBER: &[&str] = &[
    "Copy",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Rem",
    "Neg",
    "AddAssign",
    "SubAssign",
    "MulAssign",
    "DivAssign",
    "RemAssign",
    "Sum",
    "Product",
    "FromStr",
    "LowerExp",
    "UpperExp",
];

/// What integers alone implement.
const INTEGER: &[&str] = &[
    "BitAnd",
    "BitOr",
    "BitXor",
    "Not",
    "Shl",
    "Shr",
    "BitAndAssign",
    "BitOrAssign",
    "BitXorAssign",
    "ShlAssign",
    "ShrAssign",
    "LowerHex",
    "UpperHex",
    "Binary",
    "Octal",
    "Step",
];

/// What a plain value of any kind meets.
const MARKERS: &[&str] = &[
    "Send",
    "Sync",
    "Sized",
    "Unpin",
    "UnwindSafe",
    "RefUnwindSafe",
    "Freeze",
];

/// What a whole implements when its parts do.
const PARTWISE: &[&str] = &[
    "Clone",
    "Copy",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Hash",
    "Debug",
    "Default",
];

/// What std implements for every type, or by another trait.
const FOR_ALL: &[&str] = &["Any", "Borrow", "BorrowMut", "Into", "TryInto", "From", "TryFrom"];

/// Types of std that own memory: they are never `Copy`.
const OWNING: &[&str] = &[
    "Vec",
    "String",
    "Box",
    "Arc",
    "Rc",
    "HashMap",
    "HashSet",
    "BTreeMap",
    "BTreeSet",
    "VecDeque",
    "LinkedList",
    "BinaryHeap",
    "PathBuf",
    "OsString",
    "CString",
];

/// Whether a type meets bounds, as far as is known; what is not known is taken to hold.
pub(super) fn meets(ctx: &Ctx<'_>, ty: &Ty, bounds: &[Bound]) -> bool {
    bounds.iter().all(|bound| bounded(ctx, ty, bound) != No)
}

/// Whether every clause holds that `generics` have, with `subst` put in; as far as is known.
pub(super) fn grants(ctx: &Ctx<'_>, generics: &Generics, subst: &Subst) -> bool {
    clauses(ctx, generics, subst) != No
}

/// An impl is for a type, its own bounds included.
pub(super) fn applies<'a>(ctx: &Ctx<'a>, impl_: &'a Impl, ty: &Ty) -> bool {
    by_impl(ctx, impl_, ty, None) != No
}

/// A type meets one bound.
pub(super) fn bounded(ctx: &Ctx<'_>, ty: &Ty, bound: &Bound) -> Answer {
    match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } => implements(ctx, ty, trait_),
        Bound::Trait { maybe: true, .. } | Bound::Outlives(_) | Bound::Use => Yes,
    }
}

/// A type implements a trait, with the associated types that are asked for.
fn implements(ctx: &Ctx<'_>, ty: &Ty, trait_: &TraitRef) -> Answer {
    if let Some(meant) = listed::meant(ctx, ty).or_else(|| named::meant(ty)) {
        return implements(ctx, &meant, trait_);
    }
    let trait_ = &ctx.normal_trait(trait_);
    let answer = of_trait(ctx, ty, trait_);
    if answer == No || trait_.args.bindings.is_empty() || !closed(ty) {
        return answer;
    }
    // Several impls differ in what they give.
    let several = type_args(&trait_.args).next().is_some() && {
        let fits = |impl_: &&&Impl| {
            let pattern = ctx.pattern(impl_);
            unify(&pattern.0, ty, &pattern.1, &mut Subst::default())
        };
        ctx.impls_of(&trait_.def).iter().filter(fits).count() > 1
    };
    if several {
        return answer.min(Open);
    }
    let bindings = trait_.args.bindings.iter();
    let all = bindings.map(|(name, wanted)| {
        let wanted = ctx.normal(wanted);
        match ctx.associated(ty, trait_, name) {
            Some(given) => alike(&wanted, &given),
            None => Open,
        }
    });
    all.fold(answer, Answer::min)
}

/// Two types are one, as far as is known.
fn alike(wanted: &Ty, given: &Ty) -> Answer {
    let mut open = super::fold::generics_in(wanted);
    open.extend(super::fold::generics_in(given));
    if unify(wanted, given, &open, &mut Subst::default()) {
        return if open.is_empty() { Yes } else { Open };
    }
    if apart(wanted, given) || is_settled(wanted) && closed(given) && is_settled(given) {
        No
    } else {
        Open
    }
}

/// No part of it is still to be worked out.
pub(super) fn is_settled(ty: &Ty) -> bool {
    let unsettled = |part: &Ty| {
        matches!(
            part,
            Ty::Projection { .. } | Ty::Infer | Ty::Impl(_) | Ty::Dyn { .. } | Ty::FnPointer { .. }
        ) || is_pseudo(part)
    };
    !any(ty, &unsettled)
}

/// What stands for Python's objects and has no name in Rust.
fn is_pseudo(ty: &Ty) -> bool {
    matches!(ty, Ty::Primitive(name) if name.starts_with('@')) && streams::modes(ty).is_none()
}

fn of_trait(ctx: &Ctx<'_>, ty: &Ty, trait_: &TraitRef) -> Answer {
    if is_pseudo(ty) || !closed(ty) {
        return Open;
    }
    if stdlib::is_std(&trait_.def) {
        return of_std(ctx, ty, trait_);
    }
    let own = stand_in::is_dynamic(ty) || stand_in::is_dict(ty) && reads(&trait_.def);
    if is_serde(&trait_.def) && (own || matches!(ty, Ty::Primitive(_))) {
        if own {
            ctx.features.borrow_mut().insert("serde".to_owned());
        }
        return Yes;
    }
    if let Ty::Dyn { traits, .. } = ty {
        let mut same = traits.iter().filter(|one| one.def == trait_.def);
        if let Some(one) = same.next() {
            return of_object(&one.args.args, &trait_.args.args);
        }
    }
    let key = (super::fold::erase(ty), trait_.args.args.clone());
    if let Some(known) = ctx.judged.known(&trait_.def, &key) {
        return known;
    }
    let Some(_deeper) = ctx.judged.enter(DEPTH) else {
        return Open;
    };
    // What asks for itself meanwhile is not told.
    ctx.judged.note(&trait_.def, &key, Open);
    let impls = ctx.impls_of(&trait_.def);
    let found = impls
        .iter()
        .map(|impl_| by_impl(ctx, impl_, ty, Some(trait_)))
        .max()
        .unwrap_or(No);
    let answer = if found == No && !all_are_known(ctx, &trait_.def, ty, impls.is_empty()) {
        Open
    } else {
        found
    };
    ctx.judged.note(&trait_.def, &key, answer);
    answer
}

/// A trait object implements its own trait.
fn of_object(have: &[Arg], asked: &[Arg]) -> Answer {
    let known = |arg: &Arg| match arg {
        Arg::Type(ty) => closed(ty),
        Arg::Const(text) => is_literal(text),
        Arg::Lifetime(_) => true,
        Arg::Infer => false,
    };
    match have == asked {
        true => Yes,
        false if asked.iter().all(known) => No,
        false => Open,
    }
}

/// No impl of that trait for the type can be missing from what was scanned.
fn all_are_known(ctx: &Ctx<'_>, trait_: &DefKey, ty: &Ty, none: bool) -> bool {
    // Of a private trait rustdoc tells no impls; of a public one without any there are none.
    let own = trait_.krate() == ctx.api.name && (!none || described(ctx, trait_));
    match ty {
        _ if stand_in::is_dynamic(ty) || stand_in::is_dict(ty) => true,
        // Of a trait that was not scanned numbers are the likeliest.
        Ty::Primitive(_) => own || !none,
        Ty::Ref { ty, .. } => own || all_are_known(ctx, trait_, ty, none),
        Ty::Path { def, .. } => {
            // Of what the crate does not export, and std, not all is told; what others have is theirs.
            let of_trait = ctx
                .def(trait_)
                .is_some_and(|def| !matches!(def.kind, DefKind::Opaque { .. }));
            let of_type = def.krate() == ctx.api.name;
            described(ctx, def) && (own || of_trait && of_type && !none) || own && stdlib::is_std(def)
        }
        _ => own,
    }
}

/// All that a type implements is told: it was scanned, and can be named.
pub(super) fn described(ctx: &Ctx<'_>, key: &DefKey) -> bool {
    let told = |def: &Def| !matches!(def.kind, DefKind::Opaque { .. }) && !def.paths.is_empty();
    ctx.def(key).is_some_and(told)
}

fn by_impl<'a>(ctx: &Ctx<'a>, impl_: &'a Impl, ty: &Ty, asked: Option<&TraitRef>) -> Answer {
    let mut subst = Subst::default();
    let filled = ctx.pattern(impl_);
    let (pattern, open) = &*filled;
    let mut answer = if unify(pattern, ty, open, &mut subst) {
        Yes
    } else if is_settled(pattern) || apart(pattern, ty) {
        return No;
    } else {
        return Open;
    };
    if let Some(name) = &impl_.blanket {
        subst.types.insert(name.clone(), ty.clone());
    }
    subst.types.insert("Self".to_owned(), ty.clone());
    if let (Some(asked), Some(have)) = (asked, &impl_.trait_) {
        let others = |args: &[Arg]| -> Vec<Arg> {
            let is_lifetime = |arg: &&Arg| !matches!(arg, Arg::Lifetime(_));
            args.iter().filter(is_lifetime).cloned().collect()
        };
        for (have, asked) in others(&have.args.args).iter().zip(&others(&asked.args.args)) {
            let (Arg::Type(have), Arg::Type(asked)) = (have, asked) else {
                if is_other_constant(have, asked, open, &mut subst) {
                    return No;
                }
                continue;
            };
            // What the type told is known here: `impl<T> Turn<T> for T` turns it into itself alone.
            let have = ctx.normal(&subst.apply(have));
            if !closed(asked) {
                answer = answer.min(Open);
            } else if !unify(&have, asked, open, &mut subst) {
                let known = is_settled(&have) && is_settled(asked) || apart(&have, asked);
                return if known { No } else { Open };
            }
        }
    }
    answer.min(clauses(ctx, &impl_.generics, &subst))
}

/// Two numbers that are not the same: `NoiseFn<f64, 2>` is no `NoiseFn<f64, 3>`. A const parameter may be written like a type.
fn is_other_constant(have: &Arg, asked: &Arg, open: &BTreeSet<String>, subst: &mut Subst) -> bool {
    let (Arg::Const(have) | Arg::Type(Ty::Generic(have)), Arg::Const(asked)) = (have, asked) else {
        return false;
    };
    let known = is_literal(asked) && (is_literal(have) || open.contains(have));
    known && !unify_const(have, asked, open, subst)
}

/// Whether every clause holds. What a clause says of parameters that nothing else tells, is put in for those behind it.
fn clauses(ctx: &Ctx<'_>, generics: &Generics, subst: &Subst) -> Answer {
    let open = parameters(generics);
    let mut subst = subst.clone();
    let mut answer = Yes;
    for clause in &generics.bounds {
        let ty = ctx.normal(&subst.apply(&clause.ty));
        for bound in subst.apply_bounds(&clause.bounds) {
            if let Bound::Trait {
                trait_, maybe: false, ..
            } = &bound
            {
                learn(ctx, &ty, trait_, &open, &mut subst);
            }
            answer = answer.min(bounded(ctx, &ty, &bound));
            if answer == No {
                return No;
            }
        }
    }
    answer
}

/// What the clauses of an impl say of those of its parameters that its type does not tell: `T` in `I: Iterator<Item = T>`.
pub(super) fn tell(ctx: &Ctx<'_>, impl_: &Impl, subst: &mut Subst) {
    let open = parameters(&impl_.generics);
    for clause in &impl_.generics.bounds {
        let ty = ctx.normal(&subst.apply(&clause.ty));
        for bound in subst.apply_bounds(&clause.bounds) {
            if let Bound::Trait {
                trait_, maybe: false, ..
            } = &bound
            {
                learn(ctx, &ty, trait_, &open, subst);
            }
        }
    }
}

/// What `T: Trait<Item = X>` says of the open parameters in `X`.
fn learn(ctx: &Ctx<'_>, ty: &Ty, trait_: &TraitRef, open: &BTreeSet<String>, subst: &mut Subst) {
    if !closed(ty) {
        return;
    }
    for (name, wanted) in &trait_.args.bindings {
        let mut names = false;
        each(wanted, &mut |part| {
            names |= matches!(part, Ty::Generic(name) if open.contains(name));
        });
        if let Some(given) = ctx.associated(ty, trait_, name).filter(|_| names) {
            let mut found = subst.clone();
            if closed(&given) && unify(wanted, &given, open, &mut found) {
                *subst = found;
            }
        }
    }
}

fn of_std(ctx: &Ctx<'_>, ty: &Ty, trait_: &TraitRef) -> Answer {
    let name = trait_.def.name();
    if MARKERS.contains(&name) {
        return Yes;
    }
    let itself = |arg: &Arg| match arg {
        Arg::Type(Ty::Generic(_) | Ty::Infer) => true,
        Arg::Type(other) => super::fold::same(other, ty),
        _ => false,
    };
    let of_itself = trait_.args.args.iter().all(itself);
    let of_number =
        |word: &str| (trait_.args.args.iter()).all(|arg| itself(arg) || numbers::takes(word, name, arg));
    let sure = |holds: bool| if holds { Yes } else { No };
    let all = |parts: &mut dyn Iterator<Item = &Ty>| {
        parts.map(|part| of_std(ctx, part, trait_)).min().unwrap_or(Yes)
    };
    match ty {
        _ if stand_in::is_dynamic(ty) => {
            sure((DYNAMIC.contains(&name) || matches!(name, "Borrow" | "From" | "Into")) && of_itself)
        }
        _ if stand_in::is_dict(ty) => sure(matches!(name, "Clone" | "Debug" | "Default" | "PartialEq")),
        Ty::Primitive(_) if streams::modes(ty).is_some() || is_pseudo(ty) => Open,
        Ty::Primitive(word) => {
            let number = !matches!(word.as_str(), "bool" | "char" | "str" | "never");
            let whole = word != "f64" && word != "f32";
            let known = match name {
                "Eq" | "Ord" | "Hash" => whole,
                "Borrow" | "From" | "Into" | "TryFrom" | "TryInto" => true,
                "Neg" => !word.starts_with('u') && number,
                "Copy" | "FromStr" => word != "str",
                "Default" | "Clone" if word == "str" => false,
                _ if INTEGER.contains(&name) => {
                    whole && number || word == "bool" && (name.starts_with("Bit") || name == "Not")
                }
                _ => DYNAMIC.contains(&name) || number && NUMBER.contains(&name),
            };
            let told = |arg: &Arg| !matches!(arg, Arg::Type(ty) if !is_settled(ty));
            match known && of_number(word) {
                false if known && !trait_.args.args.iter().all(told) => Open,
                holds => sure(holds),
            }
        }
        Ty::Ref { mutable: false, .. } if matches!(name, "Clone" | "Copy") => Yes,
        Ty::Ref { mutable: true, .. } if matches!(name, "Clone" | "Copy") => No,
        Ty::Ref { .. } if name == "Default" => Open,
        Ty::Ref {
            mutable, ty: inner, ..
        } if name == "IntoIterator" => {
            match *mutable || ctx.ref_has_std(ty, name) {
                true => Open,
                // Only its own crate can say so.
                false => sure_unless(
                    matches!(&**inner, Ty::Path { def, .. } if ctx.wrote(inner) && described(ctx, def)),
                ),
            }
        }
        Ty::Ref { ty, .. } if PARTWISE.contains(&name) && trait_.args.args.is_empty() => {
            of_std(ctx, ty, trait_)
        }
        Ty::Tuple(parts) if PARTWISE.contains(&name) && trait_.args.args.is_empty() => all(&mut parts.iter()),
        Ty::Path { .. } if items::gathers(ty) && !ITERATES.contains(&name) => {
            sure_unless(PARTWISE.contains(&name) || name == "ExactSizeIterator")
        }
        Ty::Path { .. } if held::parts(ty).is_some() => sure(closures::is_trait(&trait_.def)),
        Ty::Path { def, .. } if stdlib::is_std(def) => {
            sure_unless(name == "Copy" && OWNING.iter().any(|name| stdlib::is(def, name)))
        }
        Ty::Path { def, .. } => {
            let by = match name {
                "ToString" => "Display",
                "ToOwned" => "Clone",
                _ => name,
            };
            match ctx.has_std(ty, by) || by == "IntoIterator" && ctx.has_std(ty, "Iterator") {
                true => Yes,
                false if FOR_ALL.contains(&name) || !described(ctx, def) => Open,
                false => No,
            }
        }
        _ => Open,
    }
}

/// It does not, or nobody knows.
fn sure_unless(not: bool) -> Answer {
    if not { No } else { Open }
}

/// `Serialize`, `Deserialize` and their kin.
pub(super) fn is_serde(def: &DefKey) -> bool {
    matches!(def.krate(), "serde" | "serde_core")
        && matches!(def.name(), "Serialize" | "Deserialize" | "DeserializeOwned")
}

/// serde makes values of it.
fn reads(def: &DefKey) -> bool {
    is_serde(def) && def.name() != "Serialize"
}

/// A bound that says so.
pub(super) fn is_read(bound: &Bound) -> bool {
    matches!(bound, Bound::Trait { trait_, maybe: false, .. } if reads(&trait_.def))
}

/// What was judged before.
pub(super) mod judged {
    use std::cell::{Cell, RefCell};
    use std::collections::HashMap;

    use super::Answer;
    use crate::api::{Arg, DefKey, Ty};

    /// A type, and the arguments of the trait.
    pub(in super::super) type Key = (Ty, Vec<Arg>);

    /// Answers by trait and type; and how many judgements wait for each other.
    #[derive(Debug, Default)]
    pub(in super::super) struct Judged {
        answers: RefCell<HashMap<DefKey, HashMap<Key, Answer>>>,
        depth: Cell<usize>,
    }

    /// One judgement more that waits, until it is dropped.
    pub(in super::super) struct Deeper<'j>(&'j Judged);

    impl Judged {
        pub(super) fn known(&self, trait_: &DefKey, key: &Key) -> Option<Answer> {
            self.answers.borrow().get(trait_)?.get(key).copied()
        }

        pub(super) fn note(&self, trait_: &DefKey, key: &Key, answer: Answer) {
            let mut all = self.answers.borrow_mut();
            if !all.contains_key(trait_) {
                all.insert(trait_.clone(), HashMap::new());
            }
            if let Some(of_trait) = all.get_mut(trait_) {
                of_trait.insert(key.clone(), answer);
            }
        }

        pub(in super::super) fn enter(&self, most: usize) -> Option<Deeper<'_>> {
            let depth = self.depth.get();
            (depth < most).then(|| {
                self.depth.set(depth + 1);
                Deeper(self)
            })
        }
    }

    impl Drop for Deeper<'_> {
        fn drop(&mut self) {
            self.0.depth.set(self.0.depth.get() - 1);
        }
    }
}
