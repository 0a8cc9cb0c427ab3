//! What the class call tries, and the conversions that stay reachable by name.

use std::collections::BTreeMap;

use super::build::{Builder, Place};
use super::callables::{left_open, made_up};
use super::ctx::Match;
use super::fold::{Subst, erase};
use super::model::{PlannedMethod, ShimId, TypeId};
use super::site::{Callee, Explicit, Site};
use super::spell::Lifetimes;
use super::types::{all_fields, of_instance, whole};
use super::wire::type_args;
use super::{names, stdlib};
use crate::api::{DefKind, Fields, Ty};

/// The constructors of a type.
#[derive(Debug, Default)]
pub(super) struct Constructors {
    /// In the order in which the class call tries them.
    pub(super) order: Vec<ShimId>,
    /// `Default::default`.
    pub(super) default: Option<ShimId>,
    /// The conversions by name.
    pub(super) methods: Vec<PlannedMethod>,
}

/// Conversions in the order in which they are tried: trait, function.
const CONVERSIONS: &[(&str, &str)] = &[
    ("FromStr", "from_str"),
    ("From", "from"),
    ("TryFrom", "try_from"),
    ("FromIterator", "from_iter"),
    ("Default", "default"),
];

/// Plans the constructors of a type; `methods` are its planned ones.
pub(super) fn constructors(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    methods: &[PlannedMethod],
) -> Constructors {
    let mut out = Constructors::default();
    let ty = build.types.get(id).instance.ty.clone();
    if let Some(new) = methods.iter().find(|one| one.name == "new" && !one.instance) {
        if news(build, &ty, new.from_trait.is_some()) {
            out.order.extend(build.bare(&new.shims));
        }
    }
    let mut by_name: BTreeMap<String, PlannedMethod> = BTreeMap::new();
    for (trait_, function) in CONVERSIONS {
        for found in build.ctx.matching(&ty) {
            let Some(have) = &found.impl_.trait_ else { continue };
            if !stdlib::is_trait(&have.def, trait_) || found.impl_.synthetic {
                continue;
            }
            let Some(site) = conversion(build, id, trait_, function, &found) else {
                continue;
            };
            let shims = build.plan(&site, &Place::class(id));
            if *trait_ == "Default" {
                out.default = shims.first().copied();
            }
            out.order.extend(&shims);
            if !shims.is_empty() {
                let name = names::python(function);
                let from_trait =
                    stdlib::trait_path(trait_).map(|path| path.trim_start_matches("::").to_owned());
                let method = PlannedMethod {
                    name: name.clone(),
                    instance: false,
                    shims: Vec::new(),
                    from_trait,
                };
                by_name.entry(name).or_insert(method).shims.extend(shims);
            }
        }
    }
    if let Some(literal) = literal(build, id) {
        out.order.push(literal);
    }
    let free = |name: &str| methods.iter().all(|one| one.name != name);
    out.methods = by_name.into_values().filter(|one| free(&one.name)).collect();
    out
}

/// `new`, the type's own or that of a trait, gives the type, a `Result` of it, or it in a box.
fn news(build: &Builder<'_, '_>, ty: &Ty, of_trait: bool) -> bool {
    build
        .ctx
        .matching(ty)
        .iter()
        .filter(|one| one.impl_.trait_.is_some() == of_trait)
        .any(|one| {
            one.impl_
                .methods
                .iter()
                .filter(|function| function.name == "new" && !function.async_)
                .any(|function| {
                    let output = function
                        .output
                        .as_ref()
                        .map(|output| build.ctx.normal(&one.subst.apply(output)));
                    output.is_some_and(|output| is_it(&output, ty))
                })
        })
}

fn is_it(output: &Ty, ty: &Ty) -> bool {
    if erase(output) == *ty {
        return true;
    }
    let Ty::Path { def, args } = output else {
        return false;
    };
    let inner = type_args(args).next();
    ["Result", "Box", "Arc", "Rc"]
        .iter()
        .any(|name| stdlib::is(def, name))
        && inner.is_some_and(|one| is_it(one, ty))
}

fn conversion(
    build: &Builder<'_, '_>,
    id: TypeId,
    trait_: &str,
    function: &str,
    found: &Match<'_>,
) -> Option<Site> {
    let entry = build.types.get(id);
    let rust = build.ctx.spell(&entry.instance.ty, Lifetimes::Infer).ok()?;
    let have = found.impl_.trait_.as_ref()?;
    let me = found.subst.types.get("Self")?.clone();
    let given = type_args(&have.args).next().map(|ty| found.subst.apply(ty));
    let associated = |name: &str| {
        found
            .impl_
            .types
            .iter()
            .find(|(have, _)| have == name)
            .map(|(_, ty)| ty.clone())
    };
    let result = |error: Option<Ty>| -> Option<Ty> {
        let args = vec![crate::api::Arg::Type(me.clone()), crate::api::Arg::Type(error?)];
        let args = crate::api::Args {
            args,
            ..crate::api::Args::default()
        };
        Some(Ty::Path {
            def: crate::api::DefKey("core::result::Result".to_owned()),
            args,
        })
    };
    let text = super::choose::shared(&super::choose::text());
    let (params, output) = match trait_ {
        "FromStr" => (vec![("s", text)], result(associated("Err"))),
        "From" => (vec![("value", given?)], Some(me.clone())),
        "TryFrom" => (vec![("value", given?)], result(associated("Error"))),
        "FromIterator" => {
            let given = given?;
            let items = super::choose::gathered(&given).unwrap_or_else(|| super::choose::collected(&given));
            (vec![("iter", items)], Some(me.clone()))
        }
        _ => (Vec::new(), Some(me.clone())),
    };
    let path = stdlib::trait_path(trait_)?;
    let args = if matches!(trait_, "From" | "TryFrom" | "FromIterator") {
        "<_>"
    } else {
        ""
    };
    let shown = build.ctx.show_trait(&found.subst.apply_trait(have));
    let docs = found
        .impl_
        .methods
        .iter()
        .find(|one| one.name == function)
        .map(|one| one.docs.clone());
    Some(Site {
        id: format!("<{} as {shown}>::{function}", entry.path),
        function: made_up(function, docs.as_deref().unwrap_or_default(), params, output),
        subst: found.subst.clone(),
        generics: vec![left_open(&found.impl_.generics, &found.subst)],
        callee: Callee::Path(format!("<{rust} as {path}{args}>::{function}")),
        explicit: Explicit::All,
        of_trait: None,
        origin: None,
    })
}

/// A handle whose data is all public can be written down: `Comparator { op, major, … }`.
fn literal(build: &mut Builder<'_, '_>, id: TypeId) -> Option<ShimId> {
    let entry = build.types.get(id).clone();
    if entry.kind != usecrate_manifest::Kind::Handle {
        return None;
    }
    let def = build.ctx.def(&entry.instance.def)?;
    let DefKind::Struct(fields) = &def.kind else {
        return None;
    };
    if !whole(fields) || def.non_exhaustive {
        return None;
    }
    let rust = build.ctx.spell_expression(&entry.instance.ty).ok()?;
    let text = written(&rust, fields);
    let subst = of_instance(def, &entry.instance.ty);
    let names: Vec<String> = all_fields(build.ctx, &entry.instance)
        .iter()
        .map(|(field, _)| names::field(&field.name))
        .collect();
    let types = all_fields(build.ctx, &entry.instance)
        .into_iter()
        .map(|(_, ty)| ty);
    let params: Vec<(&str, Ty)> = names.iter().map(String::as_str).zip(types).collect();
    let site = Site {
        id: format!("{} {{}}", entry.path),
        function: made_up(&entry.name, "", params, Some(entry.instance.ty.clone())),
        subst,
        generics: Vec::new(),
        callee: Callee::Data(text),
        explicit: Explicit::All,
        of_trait: None,
        origin: None,
    };
    build.plan_quietly(&site).first().copied()
}

/// The expression that builds a struct or variant from its fields, `{0}`, `{1}`… in order.
pub(super) fn written(path: &str, fields: &Fields) -> String {
    match fields {
        Fields::Unit => path.to_owned(),
        Fields::Tuple { fields } => {
            let all: Vec<String> = (0..fields.len()).map(|at| format!("{{{at}}}")).collect();
            format!("{path}({})", all.join(", "))
        }
        Fields::Named { fields, .. } => {
            let all: Vec<String> = fields
                .iter()
                .enumerate()
                .map(|(at, field)| format!("{}: {{{at}}}", names::raw(&field.name)))
                .collect();
            format!("{path} {{ {} }}", all.join(", "))
        }
    }
}

/// The subst that stands for nothing.
pub(super) fn nothing() -> Subst {
    Subst::default()
}
