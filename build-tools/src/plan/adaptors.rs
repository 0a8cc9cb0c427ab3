//! Types of another crate over each other: adaptors of adaptors, of which this crate makes none (`Map<Convert<I>, F>` beside
//! `Map<Rows, F>`). What their crate's traits provide they have, like all others, dozens of methods each; that is served
//! where the crate's own types have it, and here only where nothing else does.

use std::collections::BTreeSet;

use super::build::{Builder, Place};
use super::ctx::Ctx;
use super::fold::any;
use super::held;
use super::methods::{has_receiver, trait_sites};
use super::model::{PlannedMethod, PlannedType, TypeId};
use super::names;
use super::site::{OriginKey, Site};
use super::spell::Lifetimes;
use super::stdlib;
use crate::api::{DefKey, Impl, Ty};

/// It is another crate's, over types of such crates or callables.
pub(super) fn is_foreign(ctx: &Ctx<'_>, ty: &Ty) -> bool {
    let foreign = |ty: &Ty| matches!(ty, Ty::Path { def, .. } if !stdlib::is_std(def));
    foreign(ty) && nests(ty) && !any(ty, &|part| ctx.wrote(part))
}

/// It is over types that are no data: over others of the crate's, which may be over others in turn, or callables.
pub(super) fn nests(ty: &Ty) -> bool {
    let data = |part: &Ty| match part {
        Ty::Path { def, .. } => stdlib::is_std(def) && held::parts(part).is_none(),
        Ty::Primitive(_) | Ty::Tuple(_) | Ty::Slice(_) | Ty::Array { .. } => true,
        _ => false,
    };
    any(ty, &|part| part != ty && !data(part))
}

/// A method that a trait of another crate provides.
pub(super) fn is_provided(ctx: &Ctx<'_>, impl_: &Impl, name: &str) -> bool {
    let foreign = |def: &DefKey| !stdlib::is_std(def) && def.krate() != ctx.api.name;
    let of_trait = impl_.trait_.as_ref().is_some_and(|one| foreign(&one.def));
    of_trait && impl_.provided.iter().any(|have| have == name)
}

/// Gives such types the provided methods that nothing else has.
pub(super) fn complete(build: &mut Builder<'_, '_>, types: &mut [PlannedType]) {
    let mut served: BTreeSet<_> = build.shims.iter().filter_map(|shim| shim.counts).collect();
    for (id, ty) in types.iter_mut().enumerate() {
        for (trait_, site) in sites(build, id) {
            let written = site.origin.as_ref().and_then(|origin| origin.counts.clone());
            let Some(written) = written.filter(|key| matches!(key, OriginKey::Provided { .. })) else {
                continue;
            };
            if !served.insert(build.number(&written)) {
                continue;
            }
            let name = names::python(&site.function.name);
            let shims = build.plan(&site, &Place::class(id));
            if !shims.is_empty() && ty.methods.iter().all(|one| one.name != name) {
                ty.methods.push(PlannedMethod {
                    name,
                    instance: has_receiver(&site.function),
                    shims,
                    from_trait: Some(build.ctx.path(&trait_)),
                });
            }
        }
        ty.methods.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

/// The provided methods of one.
fn sites(build: &Builder<'_, '_>, id: TypeId) -> Vec<(DefKey, Site)> {
    let entry = build.types.get(id);
    let ty = &entry.instance.ty;
    let rust = build.ctx.spell(ty, Lifetimes::Infer);
    let Some(rust) = rust.ok().filter(|_| is_foreign(build.ctx, ty)) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for found in build.ctx.matching(ty) {
        let Some(trait_) = &found.impl_.trait_ else {
            continue;
        };
        let counted = entry.instance.own && build.ctx.own(&trait_.def);
        let all = trait_sites(build, &found, &rust, &entry.path, counted).into_iter();
        let provided = all.filter(|site| is_provided(build.ctx, found.impl_, &site.function.name));
        out.extend(provided.map(|site| (trait_.def.clone(), site)));
    }
    out
}
