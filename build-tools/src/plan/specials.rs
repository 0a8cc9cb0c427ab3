//! Standard traits as Python's special methods.

use std::collections::BTreeMap;

use usecrate_manifest::Kind;

use super::build::Builder;
use super::callables::{left_open, made_up};
use super::choose::shared;
use super::ctx::Match;
use super::fold::{Subst, erase};
use super::model::{PlannedMethod, ShimId, TypeId};
use super::site::{Callee, Explicit, Site};
use super::spell::Lifetimes;
use super::wire::{is_bytes, is_text, type_args};
use super::{mappings, stdlib};
use crate::api::{Impl, Ty};

/// Special methods of a type by name.
pub(super) type Specials = BTreeMap<String, Vec<ShimId>>;

/// Operators: trait, method, special method, reflected special method.
const BINARY: &[(&str, &str, &str, &str)] = &[
    ("Add", "add", "__add__", "__radd__"),
    ("Sub", "sub", "__sub__", "__rsub__"),
    ("Mul", "mul", "__mul__", "__rmul__"),
    ("Div", "div", "__truediv__", "__rtruediv__"),
    ("Rem", "rem", "__mod__", "__rmod__"),
    ("BitAnd", "bitand", "__and__", "__rand__"),
    ("BitOr", "bitor", "__or__", "__ror__"),
    ("BitXor", "bitxor", "__xor__", "__rxor__"),
    ("Shl", "shl", "__lshift__", "__rlshift__"),
    ("Shr", "shr", "__rshift__", "__rrshift__"),
];

/// In-place operators: trait, method, special method.
const ASSIGN: &[(&str, &str, &str)] = &[
    ("AddAssign", "add_assign", "__iadd__"),
    ("SubAssign", "sub_assign", "__isub__"),
    ("MulAssign", "mul_assign", "__imul__"),
    ("DivAssign", "div_assign", "__itruediv__"),
    ("RemAssign", "rem_assign", "__imod__"),
    ("BitAndAssign", "bitand_assign", "__iand__"),
    ("BitOrAssign", "bitor_assign", "__ior__"),
    ("BitXorAssign", "bitxor_assign", "__ixor__"),
    ("ShlAssign", "shl_assign", "__ilshift__"),
    ("ShrAssign", "shr_assign", "__irshift__"),
];

/// Operators of one operand.
const UNARY: &[(&str, &str, &str)] = &[("Neg", "neg", "__neg__"), ("Not", "not", "__invert__")];

/// Plans the special methods of a type; `methods` are its planned ones.
pub(super) fn specials(build: &mut Builder<'_, '_>, id: TypeId, methods: &[PlannedMethod]) -> Specials {
    let mut all = Specials::new();
    let ty = build.types.get(id).instance.ty.clone();
    let Ok(rust) = build.ctx.spell(&ty, Lifetimes::Infer) else {
        return all;
    };
    let ordered = build.ctx.has_std(&ty, "Ord");
    for found in build.ctx.matching(&ty) {
        if let Some(trait_) = &found.impl_.trait_ {
            if stdlib::is_std(&trait_.def) && !found.impl_.synthetic && wanted(build, id, trait_.def.name()) {
                plain(build, id, &rust, &found, ordered, &mut all);
            }
        }
    }
    operators(build, id, &mut all);
    let named = [
        ("len", "__len__"),
        ("contains_key", "__contains__"),
        ("contains", "__contains__"),
    ];
    for (method, key) in named {
        if let Some(found) = methods
            .iter()
            .find(|one| one.name == method && one.instance && one.from_trait.is_none())
        {
            let wanted = if method == "len" { 1 } else { 2 };
            let fits: Vec<ShimId> = found
                .shims
                .iter()
                .copied()
                .filter(|shim| build.shims[*shim].reach.bare)
                .filter(|shim| {
                    build.shims[*shim].params.len() == wanted && gives(&build.shims[*shim].signature, method)
                })
                .collect();
            if !fits.is_empty() {
                all.insert(key.to_owned(), fits);
            }
        }
    }
    super::iteration::specials(build, id, methods, &mut all);
    super::io_methods::lines(build, id, &mut all);
    super::objects::specials(build, id, &mut all);
    super::handed::specials(build, id, &mut all);
    super::packed::specials(build, id, &mut all);
    all
}

/// Python copies, compares and prints what crosses by value itself; an exception needs Rust's text.
fn wanted(build: &Builder<'_, '_>, id: TypeId, trait_: &str) -> bool {
    let entry = build.types.get(id);
    match trait_ {
        "Clone" | "PartialEq" => entry.kind == Kind::Handle,
        "Debug" => entry.kind == Kind::Handle || entry.error,
        _ => true,
    }
}

/// An infallible `len`, a `contains` that answers yes or no.
fn gives(signature: &str, method: &str) -> bool {
    let results: &[&str] = if method == "len" {
        &["-> usize", "-> u64", "-> u32"]
    } else {
        &["-> bool"]
    };
    // Through `Deref` the receiver is spelled out.
    let lent =
        signature.contains("(&self") || signature.contains("(self: &") && !signature.contains("(self: &mut");
    results.iter().any(|result| signature.contains(result)) && lent
}

/// A special method's site: every type is given.
#[derive(Clone)]
struct Special<'s> {
    id: String,
    name: &'s str,
    params: Vec<(&'s str, Ty)>,
    output: Option<Ty>,
    callee: Callee,
}

fn plan(build: &mut Builder<'_, '_>, found: Option<&Match<'_>>, special: Special<'_>) -> Vec<ShimId> {
    let site = Site {
        id: special.id,
        function: made_up(special.name, "", special.params, special.output),
        subst: Subst::default(),
        generics: found
            .map(|one| left_open(&one.impl_.generics, &one.subst))
            .into_iter()
            .collect(),
        callee: special.callee,
        explicit: Explicit::All,
        of_trait: None,
        origin: None,
    };
    build.plan_quietly(&site)
}

fn plain(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    rust: &str,
    found: &Match<'_>,
    ordered: bool,
    all: &mut Specials,
) {
    let Some(trait_) = &found.impl_.trait_ else { return };
    let entry = build.types.get(id);
    let me = found
        .subst
        .types
        .get("Self")
        .cloned()
        .unwrap_or_else(|| entry.instance.ty.clone());
    let trait_name = trait_.def.name();
    let arg = type_args(&found.subst.apply_trait(trait_).args)
        .next()
        .map(|ty| build.ctx.normal(ty));
    let answer = Some(Ty::Primitive("bool".to_owned()));
    let ordering = super::choose::std_type("core::cmp::Ordering");
    let helper = |name: &str| Callee::Path(format!("::usecrate_runtime::private::{name}"));
    let function = |path: &str, name: &str| Callee::Path(format!("<{rust} as {path}>::{name}"));
    let (key, name, others, output, callee) = match trait_name {
        "Display" => (
            "__str__",
            "fmt",
            vec![],
            Some(super::choose::string()),
            helper("display"),
        ),
        "Debug" => (
            "__repr__",
            "fmt",
            vec![],
            Some(super::choose::string()),
            helper("debug"),
        ),
        "Hash" => (
            "__hash__",
            "hash",
            vec![],
            Some(Ty::Primitive("u64".to_owned())),
            helper("hash_of"),
        ),
        "Clone" => (
            "__copy__",
            "clone",
            vec![],
            Some(me.clone()),
            function("::std::clone::Clone", "clone"),
        ),
        "AsRef" if arg.as_ref().is_some_and(is_bytes) => {
            let bytes = super::choose::list(Ty::Primitive("u8".to_owned()));
            ("__bytes__", "as_ref", vec![], Some(bytes), helper("bytes_of"))
        }
        "AsRef" if arg.as_ref().is_some_and(is_text) && !build.ctx.has_std(&entry.instance.ty, "Display") => {
            let text = Some(shared(&super::choose::text()));
            let callee = function("::std::convert::AsRef<str>", "as_ref");
            ("__str__", "as_ref", vec![], text, callee)
        }
        "PartialEq" => {
            let other = arg.unwrap_or_else(|| me.clone());
            if matches!(&other, Ty::Ref { .. }) && !is_plain_ref(&other) {
                return;
            }
            let itself = erase(&other) == erase(&me);
            let callee = if itself && super::lock::compares_data(build.ctx, build.types, &erase(&me)) {
                Callee::Data("::std::cmp::PartialEq::eq({0}, {1})".to_owned())
            } else {
                function("::std::cmp::PartialEq<_>", "eq")
            };
            ("__eq__", "eq", vec![("other", shared(&other))], answer, callee)
        }
        "PartialOrd" if !ordered && arg.as_ref().is_none_or(|ty| erase(ty) == erase(&me)) => {
            let callee = function("::std::cmp::PartialOrd<_>", "partial_cmp");
            (
                "__partial_cmp__",
                "partial_cmp",
                vec![("other", shared(&me))],
                Some(option(ordering)),
                callee,
            )
        }
        "Ord" => {
            let callee = function("::std::cmp::Ord", "cmp");
            (
                "__cmp__",
                "cmp",
                vec![("other", shared(&me))],
                Some(ordering),
                callee,
            )
        }
        "Index" => {
            let (Some(index), Some(output)) = (arg, output_of(build, found)) else {
                return;
            };
            let callee = function("::std::ops::Index<_>", "index");
            (
                "__getitem__",
                "index",
                vec![("index", index)],
                Some(shared(&output)),
                callee,
            )
        }
        "IndexMut" => {
            let (Some(index), Some(output)) = (arg, indexed(build, &entry.instance.ty, found)) else {
                return;
            };
            let text =
                format!("{{ *<{rust} as ::std::ops::IndexMut<_>>::index_mut({{0}}, {{1}}) = {{2}}; }}");
            let params = vec![("index", index), ("value", output)];
            ("__setitem__", "index_mut", params, None, Callee::Expr(text))
        }
        _ => return,
    };
    let first = if trait_name == "IndexMut" {
        Ty::Ref {
            lifetime: None,
            mutable: true,
            ty: Box::new(me.clone()),
        }
    } else {
        shared(&me)
    };
    let mut params = vec![("self", first)];
    params.extend(others);
    let shown = build.ctx.show_trait(&found.subst.apply_trait(trait_));
    let id = format!("<{} as {shown}>::{name}", entry.path);
    let shims = plan(
        build,
        Some(found),
        Special {
            id,
            name,
            params,
            output,
            callee,
        },
    );
    all.entry(key.to_owned()).or_default().extend(shims);
    all.retain(|_, shims| !shims.is_empty());
}

/// `Option<T>`
pub(super) fn option(ty: Ty) -> Ty {
    let args = crate::api::Args {
        args: vec![crate::api::Arg::Type(ty)],
        ..crate::api::Args::default()
    };
    Ty::Path {
        def: crate::api::DefKey("core::option::Option".to_owned()),
        args,
    }
}

/// `&str`, `&[u8]`
fn is_plain_ref(ty: &Ty) -> bool {
    matches!(ty, Ty::Ref { ty, .. } if is_text(ty) || is_bytes(ty))
}

fn output_of(build: &Builder<'_, '_>, found: &Match<'_>) -> Option<Ty> {
    let (_, ty) = found.impl_.types.iter().find(|(name, _)| name == "Output")?;
    Some(build.ctx.normal(&found.subst.apply(ty)))
}

/// What `IndexMut` gives is what the `Index` of the same argument says.
fn indexed(build: &Builder<'_, '_>, ty: &Ty, mutable: &Match<'_>) -> Option<Ty> {
    let arg = |one: &Match<'_>| {
        let trait_ = one.impl_.trait_.as_ref()?;
        type_args(&one.subst.apply_trait(trait_).args).next().map(erase)
    };
    let all = build.ctx.matching(ty);
    let found = all.iter().find(|one| {
        one.impl_
            .trait_
            .as_ref()
            .is_some_and(|t| stdlib::is_trait(&t.def, "Index"))
            && arg(one) == arg(mutable)
    })?;
    output_of(build, found)
}

/// One way in which an operator is implemented.
struct Operation {
    left: Ty,
    right: Option<Ty>,
    output: Option<Ty>,
    generics: crate::api::Generics,
    /// Operands taken by value: the fewer the better.
    moved: usize,
}

fn operators(build: &mut Builder<'_, '_>, id: TypeId, all: &mut Specials) {
    for (trait_, method, key, reflected) in BINARY {
        for one in operations(build, id, trait_, false) {
            let shims = operate(build, id, trait_, method, &one, false);
            all.entry((*key).to_owned()).or_default().extend(shims);
        }
        for one in operations(build, id, trait_, true) {
            let shims = operate(build, id, trait_, method, &one, true);
            all.entry((*reflected).to_owned()).or_default().extend(shims);
        }
    }
    for (trait_, method, key) in UNARY {
        for one in operations(build, id, trait_, false) {
            let shims = operate(build, id, trait_, method, &one, false);
            all.entry((*key).to_owned()).or_default().extend(shims);
        }
    }
    for (trait_, method, key) in ASSIGN {
        for mut one in operations(build, id, trait_, false) {
            one.left = Ty::Ref {
                lifetime: None,
                mutable: true,
                ty: Box::new(one.left),
            };
            let shims = operate(build, id, trait_, method, &one, false);
            all.entry((*key).to_owned()).or_default().extend(shims);
        }
    }
    all.retain(|_, shims| !shims.is_empty());
}

fn operate(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    trait_: &str,
    method: &str,
    one: &Operation,
    reflected: bool,
) -> Vec<ShimId> {
    let assign = trait_.ends_with("Assign");
    let left = match (&one.left, assign) {
        (Ty::Ref { ty, .. }, true) => ty,
        (ty, _) => ty,
    };
    let Ok(rust) = build.ctx.spell(left, Lifetimes::Infer) else {
        return Vec::new();
    };
    let args = if one.right.is_some() { "<_>" } else { "" };
    let path = format!("<{rust} as ::std::ops::{trait_}{args}>::{method}");
    let shown = one
        .right
        .as_ref()
        .map(|ty| format!("<{}>", build.ctx.show(ty)))
        .unwrap_or_default();
    let entry = build.types.get(id);
    let name = if reflected {
        build.ctx.show(left)
    } else {
        entry.path.clone()
    };
    let reference = if matches!(left, Ty::Ref { .. }) { "&" } else { "" };
    let special = Special {
        id: format!(
            "<{reference}{} as {trait_}{shown}>::{method}",
            name.trim_start_matches('&')
        ),
        name: method,
        params: match (&one.right, reflected) {
            (Some(right), false) => vec![("self", one.left.clone()), ("other", right.clone())],
            (Some(right), true) => vec![("self", right.clone()), ("other", one.left.clone())],
            (None, _) => vec![("self", one.left.clone())],
        },
        output: one.output.clone(),
        callee: if reflected {
            Callee::Expr(format!("{path}({{1}}, {{0}})"))
        } else {
            Callee::Path(path)
        },
    };
    let site = Site {
        id: special.id,
        function: made_up(method, "", special.params, special.output),
        subst: Subst::default(),
        generics: vec![one.generics.clone()],
        callee: special.callee,
        explicit: Explicit::All,
        of_trait: None,
        origin: None,
    };
    build.plan_quietly(&site)
}

/// The operations of a trait in which a type is the left operand, or (`reflected`) the right one beside a type that is
/// not of the plan; for each other operand the one that moves least.
fn operations(build: &Builder<'_, '_>, id: TypeId, trait_: &str, reflected: bool) -> Vec<Operation> {
    let ty = &build.types.get(id).instance.ty;
    let Ty::Path { def, .. } = ty else {
        return Vec::new();
    };
    let mut best: BTreeMap<Option<Ty>, Operation> = BTreeMap::new();
    let mut candidates: Vec<&Impl> = build.ctx.impls(def).to_vec();
    candidates.extend(build.ctx.bare_impls());
    for impl_ in candidates {
        let Some(have) = &impl_.trait_ else { continue };
        if have.def.name() != trait_ || !stdlib::is_std(&have.def) {
            continue;
        }
        let (base, _) = strip(&impl_.self_ty);
        let written = type_args(&have.args).next();
        let pattern = if reflected {
            written.map(|ty| strip(ty).0)
        } else {
            Some(base)
        };
        let Some(found) = pattern.and_then(|pattern| build.ctx.match_pattern(impl_, pattern, ty)) else {
            continue;
        };
        let mut subst = found.subst.clone();
        let me = subst.apply(&impl_.self_ty);
        subst.types.insert("Self".to_owned(), me.clone());
        let left = build.ctx.normal(&me);
        if reflected && build.types.id(&erase(strip(&left).0)).is_some() {
            continue;
        }
        // What another crate's value takes on its right, whatever it is, is no operand for want of a known bound.
        let anything = matches!(pattern, Some(Ty::Generic(_)));
        if reflected && anything && mappings::find(build.ctx, strip(&left).0).is_some() {
            continue;
        }
        let unary = UNARY.iter().any(|row| row.0 == trait_);
        let right = (!unary).then(|| written.map_or_else(|| me.clone(), |ty| subst.apply(ty)));
        let right = right.map(|ty| build.ctx.normal(&ty));
        let output = impl_.types.iter().find(|(name, _)| name == "Output");
        let output = output.map(|(_, ty)| build.ctx.normal(&subst.apply(ty)));
        let (left_base, left_ref) = strip(&left);
        let right_ref = right.as_ref().is_none_or(|ty| strip(ty).1);
        let moved = usize::from(!left_ref) + usize::from(!right_ref);
        let other = if reflected {
            Some(erase(left_base))
        } else {
            right.as_ref().map(|ty| erase(strip(ty).0))
        };
        let one = Operation {
            left,
            right,
            output,
            generics: left_open(&impl_.generics, &subst),
            moved,
        };
        match best.get(&other) {
            Some(have) if have.moved <= moved => {}
            _ => {
                best.insert(other, one);
            }
        }
    }
    best.into_values().collect()
}

/// What is behind shared references, and whether there was one.
fn strip(ty: &Ty) -> (&Ty, bool) {
    match ty {
        Ty::Ref {
            mutable: false, ty, ..
        } => (strip(ty).0, true),
        other => (other, false),
    }
}
