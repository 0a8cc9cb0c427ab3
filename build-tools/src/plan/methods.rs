//! The methods of a type: its own, those of the traits it implements, those that it reaches through `Deref`.

use std::collections::{BTreeMap, BTreeSet};

use usecrate_manifest::SkipCode;

use super::build::{Builder, Place};
use super::callables::left_open;
use super::ctx::{Ctx, Match, bind, bounds_of, parameters};
use super::fold::{Subst, erase, generics_in};
use super::model::{PlannedMethod, TypeId};
use super::site::{Callee, Explicit, OfTrait, Origin, Site};
use super::spell::Lifetimes;
use super::wire::{Reason, type_args};
use super::{adaptors, io_methods, iterables, iteration, names, objects, siblings, stand_in, stdlib};
use crate::api::{Def, DefKey, DefKind, Function, GenericParam, Generics, Impl, TraitRef, Ty};

/// Methods of traits over all types, for `Trait.method(value, …)`.
pub(super) type TraitMethods = BTreeMap<DefKey, BTreeMap<String, PlannedMethod>>;

/// A method of a type, before it is planned.
struct Found {
    site: Site,
    trait_: Option<DefKey>,
    instance: bool,
}

/// Plans the methods of a type.
pub(super) fn methods(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    traits: &mut TraitMethods,
) -> Vec<PlannedMethod> {
    let found = find(build, id);
    let mut all = planned(build, &found, &Place::class(id), traits);
    let mut taken: BTreeSet<String> = found
        .iter()
        .map(|one| names::python(&one.site.function.name))
        .collect();
    for method in io_methods::methods(build, id, &taken) {
        taken.insert(method.name.clone());
        merge(&mut all, method);
    }
    for method in iteration::methods(build, id, &taken) {
        taken.insert(method.name.clone());
        merge(&mut all, method);
    }
    for method in through_deref(build, id, &taken) {
        merge(&mut all, method);
    }
    for method in objects::methods(build, id, &taken, traits) {
        merge(&mut all, method);
    }
    all.into_values().collect()
}

/// Plans what was found.
fn planned(
    build: &mut Builder<'_, '_>,
    found: &[Found],
    place: &Place,
    traits: &mut TraitMethods,
) -> BTreeMap<String, PlannedMethod> {
    let own: BTreeSet<String> = found
        .iter()
        .filter(|one| one.trait_.is_none())
        .map(|one| names::python(&one.site.function.name))
        .collect();
    let mut all: BTreeMap<String, PlannedMethod> = BTreeMap::new();
    for one in found {
        let shims = build.plan(&one.site, place);
        if shims.is_empty() {
            continue;
        }
        let name = names::python(&one.site.function.name);
        let from_trait = one.trait_.as_ref().map(|def| build.ctx.path(def));
        let method = PlannedMethod {
            name: name.clone(),
            instance: one.instance,
            shims,
            from_trait,
        };
        if let (Some(def), true) = (&one.trait_, one.instance) {
            merge(traits.entry(def.clone()).or_default(), method.clone());
        }
        if one.trait_.is_none() || !own.contains(&name) {
            merge(&mut all, method);
        }
    }
    all
}

/// Plans the methods of a type that has no class, since its values cross as plain data.
pub(super) fn of_value(
    build: &mut Builder<'_, '_>,
    ty: &Ty,
    path: &str,
    traits: &mut TraitMethods,
) -> Vec<PlannedMethod> {
    let Ok(rust) = build.ctx.spell(ty, Lifetimes::Infer) else {
        return Vec::new();
    };
    let (mut found, from_traits) = of_blocks(build, ty, &rust, path, true);
    found.extend(from_traits);
    planned(build, &found, &Place::default(), traits)
        .into_values()
        .collect()
}

/// Puts a method beside those of its name.
pub(super) fn merge(all: &mut BTreeMap<String, PlannedMethod>, method: PlannedMethod) {
    match all.get_mut(&method.name) {
        Some(have) => have.shims.extend(method.shims),
        None => {
            all.insert(method.name.clone(), method);
        }
    }
}

/// The type in expression paths: `<::semver::Version>`.
fn spelled(build: &Builder<'_, '_>, id: TypeId) -> Option<String> {
    build
        .ctx
        .spell(&build.types.get(id).instance.ty, Lifetimes::Infer)
        .ok()
}

fn find(build: &Builder<'_, '_>, id: TypeId) -> Vec<Found> {
    let entry = build.types.get(id);
    let Some(rust) = spelled(build, id) else {
        return Vec::new();
    };
    let (mut out, mut from_traits) =
        of_blocks(build, &entry.instance.ty, &rust, &entry.path, entry.instance.own);
    out.extend(siblings::functions(build, id).into_iter().map(|site| Found {
        site,
        trait_: None,
        instance: false,
    }));
    out.append(&mut from_traits);
    out
}

/// The functions of a type's own blocks, and those of its traits'. `own`: it belongs to the crate's API.
fn of_blocks(
    build: &Builder<'_, '_>,
    ty: &Ty,
    rust: &str,
    path: &str,
    own: bool,
) -> (Vec<Found>, Vec<Found>) {
    let mut out = Vec::new();
    let mut from_traits = Vec::new();
    let id = build.types.id(ty);
    let collective = id.is_some_and(|id| build.types.get(id).instance.collective);
    for found in build.ctx.matching(ty) {
        match &found.impl_.trait_ {
            None => {
                for function in found.impl_.methods.iter().filter(|function| !function.hidden) {
                    let site = Site {
                        id: format!("{path}::{}", function.name),
                        function: function.clone(),
                        subst: found.subst.clone(),
                        generics: vec![left_open(&found.impl_.generics, &found.subst)],
                        callee: Callee::Path(format!("<{rust}>::{}", names::raw(&function.name))),
                        explicit: Explicit::None,
                        of_trait: None,
                        origin: Some(Origin::of_block(found.impl_, function, own)),
                    };
                    out.push(Found {
                        instance: has_receiver(function),
                        site,
                        trait_: None,
                    });
                }
            }
            Some(trait_) if stdlib::is_std(&trait_.def) || found.impl_.synthetic => {}
            Some(_) if iterables::trait_of(build.ctx, found.impl_).is_some() => {}
            // What every type has says nothing of many of something.
            Some(_) if collective && found.impl_.blanket.is_some() => {}
            Some(trait_) => {
                let counted = own && build.ctx.own(&trait_.def);
                let mut sites = trait_sites(build, &found, rust, path, counted);
                if adaptors::is_foreign(build.ctx, ty) {
                    sites.retain(|site| !adaptors::is_provided(build.ctx, found.impl_, &site.function.name));
                }
                for site in sites {
                    let instance = has_receiver(&site.function);
                    from_traits.push(Found {
                        site,
                        trait_: Some(trait_.def.clone()),
                        instance,
                    });
                }
            }
        }
    }
    (out, from_traits)
}

/// It takes the object first.
pub(super) fn has_receiver(function: &Function) -> bool {
    function.params.first().is_some_and(|param| param.name == "self")
}

/// The methods that an impl of a trait gives to a type, spelled `rust`: written, required and provided ones.
pub(super) fn trait_sites(
    build: &Builder<'_, '_>,
    found: &Match<'_>,
    rust: &str,
    path: &str,
    counted: bool,
) -> Vec<Site> {
    let Some(trait_) = &found.impl_.trait_ else {
        return Vec::new();
    };
    // What is still written as a part of another type is what that is here.
    let applied = build.ctx.normal_trait(&found.subst.apply_trait(trait_));
    let Ok(trait_path) = build.ctx.spell_trait(&applied) else {
        return Vec::new();
    };
    let definition = match build.ctx.def(&trait_.def) {
        Some(
            def @ Def {
                kind: DefKind::Trait(definition),
                ..
            },
        ) => Some((def, definition)),
        _ => None,
    };
    let mut subst = found.subst.clone();
    let mut generics = found.impl_.generics.clone();
    let mut asked = applied.clone();
    let mut listed: Vec<(&Function, bool)> = Vec::new();
    if let Some((def, definition)) = definition {
        asked = beside(&def.generics, &mut generics, &mut subst).apply_trait(&applied);
        let bound = bind(&def.generics, &asked.args);
        let me = subst.types.get("Self").map(Subst::of_self).unwrap_or_default();
        let types = bound.types.into_iter();
        subst.types.extend(types.map(|(name, ty)| (name, me.apply(&ty))));
        subst.lifetimes.extend(bound.lifetimes);
        subst.consts.extend(bound.consts);
        listed.extend(definition.methods.iter().map(|function| (function, true)));
    } else {
        listed.extend(found.impl_.methods.iter().map(|function| (function, false)));
    }
    listed
        .into_iter()
        .filter(|(function, _)| !function.hidden)
        .map(|(function, from_trait)| (apart(function, &subst), from_trait))
        .map(|(function, from_trait)| {
            let known = if from_trait { &subst } else { &found.subst };
            let told = untold(build.ctx, &generics, &asked, &function, known);
            let spelled = Some(&told)
                .filter(|told| !told.types.is_empty())
                .and_then(|told| build.ctx.spell_trait(&told.apply_trait(&asked)).ok());
            let spelled = spelled.as_ref().unwrap_or(&trait_path);
            let mut known = known.clone();
            known.types.values_mut().for_each(|ty| *ty = told.apply(ty));
            known.types.extend(told.types.clone());
            Site {
                id: format!(
                    "<{path} as {}>::{}",
                    trait_name(build, &applied.def, &applied),
                    function.name
                ),
                generics: vec![left_open(&generics, &known)],
                subst: known,
                callee: Callee::Path(format!("<{rust} as {spelled}>::{}", names::raw(&function.name))),
                explicit: Explicit::None,
                of_trait: Some(OfTrait {
                    rust: rust.to_owned(),
                    trait_: told.apply_trait(&asked),
                }),
                origin: Some(Origin::of_block(found.impl_, &function, counted)),
                function,
            }
        })
        .collect()
}

/// Gives the parameters of an impl other names than those of its trait, which another hand wrote: `F` in `impl<F> Distance<F>
/// for Plane` is not that of `trait Distance<F>`. What they are by their old names is told.
fn beside(of_trait: &Generics, generics: &mut Generics, subst: &mut Subst) -> Subst {
    let taken = parameters(of_trait);
    let mut renamed = Subst::default();
    for param in &mut generics.params {
        if let GenericParam::Type { name, .. } = param {
            if taken.contains(name) {
                let new = format!("{name}''");
                renamed.types.insert(name.clone(), Ty::Generic(new.clone()));
                if let Some(ty) = subst.types.remove(name) {
                    subst.types.insert(new.clone(), ty);
                }
                *name = new;
            }
        }
    }
    for clause in &mut generics.bounds {
        clause.ty = renamed.apply(&clause.ty);
        clause.bounds = renamed.apply_bounds(&clause.bounds);
    }
    renamed
}

/// A trait's function whose own parameters are called like none of the impl's, which another hand wrote.
fn apart(function: &Function, subst: &Subst) -> Function {
    let mut function = function.clone();
    let mut renamed = Subst::default();
    for param in &mut function.generics.params {
        if let GenericParam::Type { name, .. } = param {
            if subst.types.contains_key(name) {
                let new = format!("{name}'");
                renamed.types.insert(name.clone(), Ty::Generic(new.clone()));
                *name = new;
            }
        }
    }
    if renamed.types.is_empty() {
        return function;
    }
    renamed.put_into(&mut function);
    function
}

/// The impl's parameters that stand in the trait's arguments alone (`impl<T: Numbers<Float = f64>> Float<T> for f64`), and
/// that nothing which the function is passed says: the only type that they may be.
fn untold(
    ctx: &Ctx<'_>,
    generics: &Generics,
    applied: &TraitRef,
    function: &Function,
    known: &Subst,
) -> Subst {
    let mut told = Subst::default();
    let passed: BTreeSet<String> = function
        .params
        .iter()
        .flat_map(|param| generics_in(&known.apply(&param.ty)))
        .collect();
    for ty in type_args(&applied.args) {
        let Ty::Generic(name) = ty else { continue };
        if passed.contains(name) || !parameters(generics).contains(name) {
            continue;
        }
        let bounds = bounds_of(generics, name).into_iter().cloned();
        let bounds = known.apply_bounds(&bounds.collect::<Vec<_>>());
        if let [only @ Ty::Path { .. }] = &stand_in::given(ctx, &bounds)[..] {
            told.types.insert(name.clone(), only.clone());
        }
    }
    told
}

fn trait_name(build: &Builder<'_, '_>, def: &DefKey, one: &crate::api::TraitRef) -> String {
    let path = build.ctx.path(def);
    let shown = build.ctx.show_trait(one);
    let args = shown.strip_prefix(def.name()).unwrap_or_default();
    format!("{path}{args}")
}

/// Methods of `Deref`'s target that the type has not itself.
fn through_deref(build: &mut Builder<'_, '_>, id: TypeId, taken: &BTreeSet<String>) -> Vec<PlannedMethod> {
    let Some(target) = deref(build, id) else {
        return Vec::new();
    };
    let Some(target_rust) = spelled(build, target) else {
        return Vec::new();
    };
    let entry = build.types.get(id).clone();
    let mutable = build.ctx.has_std(&entry.instance.ty, "DerefMut");
    let mut out = Vec::new();
    let found = find(build, target);
    let own: BTreeSet<String> = (found.iter().filter(|one| one.trait_.is_none()))
        .map(|one| names::python(&one.site.function.name))
        .collect();
    for mut one in found {
        let function = &mut one.site.function;
        let name = names::python(&function.name);
        // A method of the target's traits is not meant where the target has its own.
        let hidden = taken.contains(&name) || one.trait_.is_some() && own.contains(&name);
        if !one.instance || hidden || function.unsafe_ {
            continue;
        }
        let receiver = build.ctx.normal(&one.site.subst.apply(&function.params[0].ty));
        let Ty::Ref {
            mutable: exclusive,
            ty,
            lifetime,
        } = &receiver
        else {
            continue;
        };
        if erase(ty) != build.types.get(target).instance.ty || (*exclusive && !mutable) {
            continue;
        }
        let reference = if *exclusive { "&mut **" } else { "&**" };
        let args: Vec<String> = (1..function.params.len())
            .map(|at| format!(", {{{at}}}"))
            .collect();
        let Callee::Path(path) = &one.site.callee else {
            continue;
        };
        let text = format!("{path}({reference}{{0}}{})", args.concat());
        // What is given may borrow for as long as the receiver is: `fn get<'a>(&'a self) -> &'a Item`.
        function.params[0].ty = Ty::Ref {
            lifetime: lifetime.clone(),
            mutable: *exclusive,
            ty: Box::new(entry.instance.ty.clone()),
        };
        one.site.callee = Callee::Expr(text);
        one.site.id = format!(
            "<{} as Deref<Target = {target_rust}>>::{}",
            entry.path, function.name
        );
        one.site.explicit = Explicit::Receiver;
        one.site.origin = None;
        let shims = build.plan_quietly(&one.site);
        if !shims.is_empty() {
            let from_trait = one.trait_.as_ref().map(|def| build.ctx.path(def));
            out.push(PlannedMethod {
                name,
                instance: true,
                shims,
                from_trait,
            });
        }
    }
    out
}

/// The type of the plan that a type dereferences to.
pub(super) fn deref(build: &Builder<'_, '_>, id: TypeId) -> Option<TypeId> {
    let ty = &build.types.get(id).instance.ty;
    let found = build.ctx.matching(ty).into_iter().find(|one| {
        one.impl_
            .trait_
            .as_ref()
            .is_some_and(|t| stdlib::is_trait(&t.def, "Deref"))
    })?;
    let (_, target) = found.impl_.types.iter().find(|(name, _)| name == "Target")?;
    let target = build
        .types
        .id(&erase(&build.ctx.normal(&found.subst.apply(target))))?;
    (target != id).then_some(target)
}

/// Records the callables of a generic type that has no instance.
pub(super) fn skip_generic(build: &mut Builder<'_, '_>, def: &Def, modules: &[String]) {
    let path = build.ctx.path(&def.key);
    let open: Vec<String> = super::ctx::parameters(&def.generics).into_iter().collect();
    let message = format!(
        "`{}` is generic over `{}` and the crate's public items use no concrete instance of it",
        def.key.name(),
        open.join("`, `")
    );
    let place = Place::modules(modules.to_vec());
    let reason = Reason::new(SkipCode::Generic, message);
    build.skip(
        &path,
        &names::python(def.key.name()),
        &place,
        reason.clone(),
        def.span.clone(),
        None,
    );
    skip_rest(build, def, &reason);
}

/// Records the callables of a type that none of its instances has: those of `impl Wrap<u8>` where there is only a
/// `Wrap<u16>`.
pub(super) fn skip_unreached(build: &mut Builder<'_, '_>, def: &Def) {
    let message = format!(
        "the crate's public items use no concrete instance of `{}` that it applies to",
        def.key.name()
    );
    skip_rest(build, def, &Reason::new(SkipCode::Generic, message));
}

/// Records the functions of a definition's blocks that were not planned.
fn skip_rest(build: &mut Builder<'_, '_>, def: &Def, reason: &Reason) {
    let path = build.ctx.path(&def.key);
    let instances = build.types.of_def(&def.key);
    for impl_ in build.ctx.impls(&def.key).to_vec() {
        // A blanket impl is listed where it may apply: where it does not, there is no such function.
        let applies = |id: &TypeId| build.ctx.is_for(impl_, &build.types.get(*id).instance.ty);
        if impl_.blanket.is_some() && !instances.is_empty() && !instances.iter().any(applies) {
            continue;
        }
        for function in written(build, impl_) {
            let origin = Origin::of_block(impl_, function, true);
            if build.has(&origin) {
                continue;
            }
            let id = match &impl_.trait_ {
                None => format!("{path}::{}", function.name),
                Some(trait_) => format!("<{path} as {}>::{}", build.ctx.path(&trait_.def), function.name),
            };
            let reason = if function.unsafe_ {
                Reason::new(SkipCode::Unsafe, "it is an `unsafe fn`")
            } else {
                reason.clone()
            };
            build.skip(
                &id,
                &names::python(&function.name),
                &Place::default(),
                reason,
                function.span.clone(),
                Some(&origin),
            );
        }
    }
}

/// The functions that a block gives: its own, or all of the crate's trait that it implements.
fn written<'a>(build: &Builder<'_, 'a>, impl_: &'a Impl) -> Vec<&'a Function> {
    let all: Vec<&Function> = match &impl_.trait_ {
        _ if impl_.synthetic || iterables::trait_of(build.ctx, impl_).is_some() => Vec::new(),
        None => impl_.methods.iter().collect(),
        Some(trait_) if build.ctx.own(&trait_.def) && !stdlib::is_std(&trait_.def) => {
            match build.ctx.def(&trait_.def).map(|def| &def.kind) {
                Some(DefKind::Trait(definition)) => definition.methods.iter().collect(),
                _ => impl_.methods.iter().collect(),
            }
        }
        Some(_) => Vec::new(),
    };
    all.into_iter().filter(|function| !function.hidden).collect()
}
