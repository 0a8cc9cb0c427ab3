//! Stage three: what crosses how. The [`Api`] goes in, a [`Plan`] comes out that generation only has to write down.
//!
//! 1. `discover` finds the types that have a wire form, `types` decides which are records, enums or handles.
//! 2. `methods`, `constructors`, `specials` and `fields` list the members of each; `modules` the functions,
//!    constants and traits.
//! 3. `callables` plans each of them: `choose` (with `conversions` and `stand_in`) finds types for type parameters, `wire` says what crosses,
//!    `lifetimes` what is kept, `outs` what is changed in place, `results` how results leave.
//! 4. `requests` (with `paths` and `arguments`) reads what is asked for by name; `given` plans that, and with `likely` what
//!    nothing that is passed decides.
//! 5. `declared` does with it all as the configuration says: names, default values, what is left out.
//!
//! What is not served is in [`Plan::skipped`] with its reason; nothing is silently absent. Nothing here knows a crate
//! by name, and the same `Api` gives the same plan.

mod adaptors;
mod among;
mod arguments;
mod asked_by;
mod askers;
mod boxed;
mod build;
mod callables;
mod changing;
mod choose;
mod closures;
mod combine;
mod constructors;
mod conversions;
mod ctx;
mod declared;
mod digits;
mod discover;
mod eligible;
mod fields;
mod fold;
mod foreign;
mod formatting;
mod functions;
mod given;
mod handed;
mod held;
mod hidden;
mod holds;
mod hosts;
mod implemented;
mod instances;
mod io_methods;
mod items;
mod iterables;
mod iteration;
mod joined;
mod kinds;
mod lasting;
mod lifetimes;
mod likely;
mod likenesses;
mod limits;
mod listed;
mod lock;
mod mappings;
mod methods;
pub mod model;
mod modules;
mod named;
mod names;
mod normal;
mod numbers;
mod objects;
mod offered;
mod open;
mod outs;
mod packed;
mod partial;
mod paths;
mod plain;
mod random;
mod requests;
mod results;
mod returned;
mod siblings;
mod site;
mod specials;
mod spell;
mod stand_in;
mod stdlib;
mod streams;
#[cfg(test)]
mod tests;
mod types;
mod wire;

pub use model::{
    Action, Candidate, Fluent, HostId, ObjectForm, ObjectId, Plan, PlannedBound, PlannedDefault,
    PlannedField, PlannedFunction, PlannedGiven, PlannedHook, PlannedHost, PlannedImpl, PlannedMapping,
    PlannedMethod, PlannedModule, PlannedObject, PlannedParam, PlannedProperty, PlannedTarget, PlannedTrait,
    PlannedType, PlannedVariant, Reach, Receiver, Shape, Shim, ShimId, TypeId,
};

pub use declared::{Declared, Unusable};
pub use requests::Wanted;

use std::collections::{BTreeMap, BTreeSet};

use usecrate_manifest::Kind;

use self::build::{Builder, Place};
use self::ctx::Ctx;
use self::methods::TraitMethods;
use self::site::Callee;
use self::spell::Lifetimes;
use self::types::{Types, has_lifetimes};
use crate::api::{Api, DefKind};

/// How to plan.
#[derive(Debug, Default, Clone)]
pub struct Options {
    /// Generic items to instantiate, by their paths.
    pub instantiate: BTreeMap<String, Vec<Wanted>>,
    /// What is said of what there is.
    pub declared: Declared,
}

/// Plans a crate.
///
/// # Errors
/// When what is asked for names nothing, or cannot be.
pub fn plan(api: &Api, options: &Options) -> Result<Plan, Unusable> {
    let mut ctx = Ctx::new(api);
    ctx.requests = requests::resolve(&ctx, &options.instantiate)?;
    let types = Types::new(&ctx);
    let mut build = Builder::new(&ctx, &types);
    let mut over_types = TraitMethods::new();
    let mut planned: Vec<PlannedType> = (0..types.len())
        .map(|id| planned_type(&mut build, id, &mut over_types))
        .collect();
    siblings::share(&build, &mut planned);
    let named_classes = siblings::subscripts(&build, &mut planned);
    let mut traits = modules::traits(&mut build, over_types);
    offered::plan(&mut build, &mut traits);
    adaptors::complete(&mut build, &mut planned);
    iterables::share(&mut build, &mut planned, &mut traits);
    let modules = modules::modules(&mut build, &traits);
    let refused = build.refused();
    let Builder { shims, skipped, .. } = build;
    let objects = objects::planned(&ctx, &types);
    let hosts = hosts::used(&types, &objects, &shims);
    let mappings = ctx.planned_mappings();
    let dependencies = named(
        api,
        ctx.dependencies.take(),
        (&planned, &shims),
        (&mappings, &hosts),
    );
    let mut plan = Plan {
        lib: api.name.clone(),
        docs: api.docs.clone(),
        types: planned,
        objects,
        hosts,
        shims,
        mappings,
        modules,
        traits: traits.into_iter().map(|(_, one)| one).collect(),
        skipped,
        dependencies,
        runtime_features: ctx.features.take().into_iter().collect(),
        refused,
        withheld: BTreeMap::new(),
    };
    declared::name_instances(&mut plan, &named_classes)?;
    declared::apply(&mut plan, &options.declared)?;
    Ok(plan)
}

/// The crates that finished texts name, and which packages they are, where the scan says it.
fn named(
    api: &Api,
    candidates: BTreeSet<String>,
    (types, shims): (&[PlannedType], &[Shim]),
    (mappings, hosts): (&[PlannedMapping], &BTreeMap<HostId, PlannedHost>),
) -> BTreeMap<String, String> {
    let mut texts: Vec<&str> = types.iter().map(|one| one.rust.as_str()).collect();
    texts.extend(mappings.iter().map(|one| one.rust.as_str()));
    texts.extend(
        types
            .iter()
            .flat_map(|one| &one.fields)
            .map(|field| field.rust.as_str()),
    );
    let variants = types.iter().flat_map(|one| &one.variants);
    texts.extend(
        variants
            .flat_map(|one| &one.fields)
            .map(|field| field.rust.as_str()),
    );
    for host in hosts.values() {
        let functions = host.impls.iter().flat_map(|one| &one.functions);
        texts.extend(host.impls.iter().map(|one| one.trait_.as_str()));
        texts.extend(functions.flat_map(|one| [one.head.as_str(), one.body.as_str()]));
    }
    for shim in shims {
        texts.extend(shim.params.iter().filter_map(|param| param.lift.as_deref()));
        texts.push(match &shim.action {
            Action::Call { path } | Action::Const { path } | Action::Static { path } => path,
            Action::Get { field } | Action::Set { field } => field,
            Action::Expr { text } => text,
        });
    }
    let packages: BTreeMap<String, &String> = api
        .packages
        .iter()
        .map(|(key, package)| (mappings::local_name(key), package))
        .collect();
    let names = |name: &String| {
        let start = format!("::{name}::");
        let begins = |text: &str, at: usize| {
            !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '>')
        };
        texts
            .iter()
            .any(|text| text.match_indices(&start).any(|(at, _)| begins(text, at)))
    };
    candidates
        .into_iter()
        .filter(names)
        .map(|name| {
            let package = packages.get(&name).copied().cloned();
            (name, package.unwrap_or_default())
        })
        .collect()
}

fn planned_type(build: &mut Builder<'_, '_>, id: TypeId, over_types: &mut TraitMethods) -> PlannedType {
    let entry = build.types.get(id).clone();
    let def = build.ctx.def(&entry.instance.def);
    let mut methods = methods::methods(build, id, over_types);
    let made = constructors::constructors(build, id, &methods);
    methods.extend(made.methods);
    methods.sort_by(|a, b| a.name.cmp(&b.name));
    let specials = specials::specials(build, id, &methods);
    let properties = if entry.kind == Kind::Handle {
        fields::properties(build, id, &methods)
    } else {
        Vec::new()
    };
    let (shape, fields) = if entry.kind == Kind::Record {
        fields::record(build, id)
    } else {
        (Shape::Unit, Vec::new())
    };
    let (variants, variant_of) = fields::variants(build, id);
    let constants = constants(build, id);
    let deref = methods::deref(build, id);
    let constructible = def.is_some_and(|def| match &def.kind {
        DefKind::Struct(fields) => types::whole(fields) && !def.non_exhaustive,
        // Of an enum that may grow, the variants that are there can be built.
        DefKind::Enum { variants, .. } => variants.iter().all(|variant| !variant.non_exhaustive),
        _ => false,
    });
    PlannedType {
        path: entry.path.clone(),
        name: entry.name.clone(),
        docs: def.map(|def| def.docs.clone()).unwrap_or_default(),
        kind: entry.kind,
        rust: build
            .ctx
            .spell(&entry.instance.ty, Lifetimes::All("'h"))
            .unwrap_or_default(),
        borrows: has_lifetimes(&entry.instance.ty),
        error: entry.error,
        constructible,
        fields,
        shape,
        variants,
        constructors: made.order,
        default: made.default,
        variant_of,
        methods,
        properties,
        constants,
        specials,
        deref,
        primary: None,
        object: objects::form(build.ctx, &entry.instance.ty),
        likeness: likenesses::planned(build.ctx, &entry.instance.ty),
        instances: Vec::new(),
    }
}

/// Associated constants: those of the type itself, then those of the crate's traits.
fn constants(build: &mut Builder<'_, '_>, id: TypeId) -> Vec<(String, ShimId, String)> {
    let entry = build.types.get(id).clone();
    let Ok(rust) = build.ctx.spell(&entry.instance.ty, Lifetimes::Infer) else {
        return Vec::new();
    };
    let mut out: Vec<(String, ShimId, String)> = Vec::new();
    let mut found = build.ctx.matching(&entry.instance.ty);
    found.sort_by_key(|one| one.impl_.trait_.is_some());
    for one in found {
        let path = match &one.impl_.trait_ {
            None => format!("<{rust}>"),
            Some(trait_) if stdlib::is_std(&trait_.def) => continue,
            Some(trait_) => match build.ctx.spell_trait(&one.subst.apply_trait(trait_)) {
                Ok(spelled) => format!("<{rust} as {spelled}>"),
                Err(_) => continue,
            },
        };
        for constant in &one.impl_.consts {
            let name = names::python(&constant.name);
            if out.iter().any(|(have, ..)| *have == name) {
                continue;
            }
            let ty = build.ctx.normal(&one.subst.apply(&constant.ty));
            let shim = modules::constant(
                build,
                &format!("{}::{}", entry.path, constant.name),
                &name,
                &constant.docs,
                ty,
                Callee::Const(format!("{path}::{}", names::raw(&constant.name))),
                &Place::class(id),
            );
            if let Some(shim) = shim {
                out.push((name, shim, constant.docs.clone()));
            }
        }
    }
    out
}
