//! Several instances of one generic type (`Reader<File>` beside `Reader` over any stream): the public name leads to one
//! of them, the primary one, and its class is the base of the others'. What needs no instance is reached there, whichever
//! block it stands in.

use std::collections::BTreeMap;

use usecrate_manifest::Kind;

use super::build::Builder;
use super::callables::{erase_names, left_open};
use super::declared::NamedClass;
use super::fold::{Subst, closed, erase};
use super::given::canonical;
use super::handed;
use super::methods::has_receiver;
use super::model::{PlannedMethod, PlannedParam, PlannedType, Shim, ShimId, TypeId};
use super::modules::{default_instance, leads_to};
use super::names;
use super::paths::Meaning;
use super::site::{Callee, Explicit, Origin, Site};
use super::spell::Lifetimes;
use super::types::without_lifetimes;
use crate::api::{Arg, GenericParam, Ty};

/// Associated functions of inherent blocks that apply to no instance of the plan, for the primary one: a block such as
/// `impl Reader<Reader<File>>` is only there to be found by `Reader::from_path`.
pub(super) fn functions(build: &Builder<'_, '_>, id: TypeId) -> Vec<Site> {
    let entry = build.types.get(id);
    let def = &entry.instance.def;
    if build
        .ctx
        .def(def)
        .and_then(|found| default_instance(build, found))
        != Some(id)
    {
        return Vec::new();
    }
    let instances = build.types.of_def(def);
    let types: Vec<&Ty> = instances
        .iter()
        .map(|id| &build.types.get(*id).instance.ty)
        .collect();
    let blocks = build.ctx.impls(def).iter();
    let mut out = Vec::new();
    for impl_ in blocks.filter(|impl_| impl_.trait_.is_none()) {
        if types.iter().any(|ty| build.ctx.is_for(impl_, ty)) {
            continue;
        }
        let ty = build.ctx.normal(&impl_.self_ty);
        let Ok(rust) = build.ctx.spell(&ty, Lifetimes::Infer) else {
            continue;
        };
        if !closed(&ty) {
            continue;
        }
        let subst = Subst::of_self(&ty);
        let own = impl_
            .methods
            .iter()
            .filter(|function| !function.hidden && !has_receiver(function));
        out.extend(own.map(|function| Site {
            id: format!("{}::{}", build.ctx.path(def), function.name),
            function: function.clone(),
            subst: subst.clone(),
            generics: vec![left_open(&impl_.generics, &subst)],
            callee: Callee::Path(format!("<{rust}>::{}", names::raw(&function.name))),
            explicit: Explicit::None,
            of_trait: None,
            origin: Some(Origin::of_block(impl_, function, entry.instance.own)),
        }));
    }
    out
}

/// Gives the primary instances the associated functions and the constructors of their siblings. The same function of the
/// same block is one more where what is passed tells them apart.
pub(super) fn share(build: &Builder<'_, '_>, types: &mut [PlannedType]) {
    let mut by_def: BTreeMap<_, Vec<TypeId>> = BTreeMap::new();
    // What is passed to callables, and what they give, makes none an instance of another.
    let callable = |id: &TypeId| handed::is_held(build.ctx, &build.types.get(*id).instance.ty);
    for id in (0..types.len()).filter(|id| !callable(id)) {
        by_def
            .entry(&build.types.get(id).instance.def)
            .or_default()
            .push(id);
    }
    for (def, ids) in by_def {
        let primary = build
            .ctx
            .def(def)
            .and_then(|found| default_instance(build, found));
        let Some(primary) = primary.filter(|_| ids.len() > 1) else {
            continue;
        };
        for sibling in ids.into_iter().filter(|id| *id != primary) {
            let alike = |a: &PlannedType, b: &PlannedType| (a.kind, a.error) == (b.kind, b.error);
            if shares(&types[sibling]) && alike(&types[sibling], &types[primary]) {
                types[sibling].primary = Some(primary);
                if types[primary].kind != Kind::Handle {
                    // One class for all: it has the name of the generic type, and does what any of them does.
                    types[primary].name = names::python(def.name());
                    let specials = types[sibling].specials.clone();
                    for (name, shims) in specials {
                        types[primary].specials.entry(name).or_default().extend(shims);
                    }
                }
            }
            let functions: Vec<PlannedMethod> = types[sibling]
                .methods
                .iter()
                .filter(|method| !method.instance && method.from_trait.is_none())
                .cloned()
                .collect();
            let mut constructors = types[sibling].constructors.clone();
            let ty = &mut types[primary];
            constructors.retain(|id| is_apart(&build.shims, &ty.constructors, *id));
            ty.constructors.extend(constructors);
            for method in functions {
                add(&build.shims, ty, method);
            }
        }
    }
}

/// Its class can stand for other instances, too.
fn shares(ty: &PlannedType) -> bool {
    let data = ty.variants.iter().any(|variant| !variant.fields.is_empty());
    match ty.kind {
        Kind::Handle => true,
        Kind::Record => !ty.error,
        Kind::Enum => !ty.error && data,
    }
}

fn add(shims: &[Shim], ty: &mut PlannedType, method: PlannedMethod) {
    let have = ty.methods.iter_mut().find(|one| one.name == method.name);
    let Some(have) = have else {
        ty.methods.push(method);
        ty.methods.sort_by(|a, b| a.name.cmp(&b.name));
        return;
    };
    if have.instance {
        return;
    }
    let mut more = method.shims;
    more.retain(|id| is_apart(shims, &have.shims, *id));
    have.shims.extend(more);
}

/// What is passed tells a function from others: those of other blocks are others anyway.
fn is_apart(shims: &[Shim], have: &[ShimId], id: ShimId) -> bool {
    let one = &shims[id];
    have.iter().map(|id| &shims[*id]).all(|other| {
        let differ = |(a, b): (&PlannedParam, &PlannedParam)| match (&a.lift, &b.lift) {
            (Some(a), Some(b)) => a != b,
            _ => false,
        };
        one.span != other.span || one.params.iter().zip(&other.params).any(differ)
    })
}

/// Says which classes the subscripts of a class lead to: those that are asked for by the name of it or of an alias, and
/// all of one generic type from the primary one. Gives those that were asked for with names of their own.
pub(super) fn subscripts(build: &Builder<'_, '_>, types: &mut [PlannedType]) -> Vec<NamedClass> {
    let mut named = Vec::new();
    let mut all: BTreeMap<TypeId, BTreeMap<String, (Vec<String>, TypeId)>> = BTreeMap::new();
    for request in &build.ctx.requests {
        let Meaning::Def(key) = &request.meaning else {
            continue;
        };
        let Some(ty) = request.ty(build.ctx) else { continue };
        let from = build.ctx.def(key).and_then(|def| leads_to(build, def));
        if let (Some(from), Some(to)) = (from, build.types.id(&erase(&ty))) {
            named.extend(request.py_name.iter().map(|name| NamedClass {
                entry: request.entry.clone(),
                from,
                to,
                name: name.clone(),
            }));
            let key = request.key();
            let entry = all.entry(from).or_default().entry(canonical(&key));
            entry.or_insert((key, to));
        }
    }
    for (id, ty) in types.iter().enumerate() {
        let Some(primary) = ty.primary else { continue };
        let keys = all.entry(primary).or_default();
        for to in [primary, id] {
            let key = arguments(build, to);
            keys.entry(canonical(&key)).or_insert((key, to));
        }
    }
    for (id, found) in all {
        types[id].instances = found.into_values().collect();
    }
    named
}

/// The arguments of an instance, those left out that are the defaults.
fn arguments(build: &Builder<'_, '_>, id: TypeId) -> Vec<String> {
    let instance = &build.types.get(id).instance;
    let Ty::Path { args, .. } = &instance.ty else {
        return Vec::new();
    };
    let Some(def) = build.ctx.def(&instance.def) else {
        return Vec::new();
    };
    let mut given: Vec<&Arg> = args
        .args
        .iter()
        .filter(|arg| !matches!(arg, Arg::Lifetime(_)))
        .collect();
    let mut params: Vec<&GenericParam> = def.generics.params.iter().collect();
    params.retain(|param| !matches!(param, GenericParam::Lifetime { .. }));
    params.truncate(given.len());
    while let (
        Some(Arg::Type(ty)),
        Some(GenericParam::Type {
            default: Some(default),
            ..
        }),
    ) = (given.last(), params.last())
    {
        if erase(&build.ctx.normal(default)) != *ty {
            break;
        }
        given.pop();
        params.pop();
    }
    let shown = |arg: &&Arg| match arg {
        Arg::Type(ty) => build.ctx.show(&without_lifetimes(&erase_names(ty))),
        Arg::Const(text) => text.clone(),
        Arg::Lifetime(_) | Arg::Infer => "_".to_owned(),
    };
    given.iter().map(shown).collect()
}
