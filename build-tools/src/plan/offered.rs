//! Types whose values cross as plain data (`Complex`, `Uuid`, `serde_json::Value`), where the crate offers them itself: they
//! have no class of values, but what their names lead to has their functions, over that data: `m.Complex.norm(1j)`.

use super::build::Builder;
use super::ctx::{Ctx, parameters};
use super::fold::closed;
use super::methods::{self, TraitMethods};
use super::model::PlannedTrait;
use super::{mappings, modules, stand_in, stdlib, wire};
use crate::api::{Arg, Args, Def, DefKey, DefKind, Ty};

/// The types, one of each definition: where several cross alike, the first of the table.
pub(super) fn types(ctx: &Ctx<'_>) -> Vec<(DefKey, Ty)> {
    let defs = ctx.exported.iter().filter_map(|key| ctx.def(key));
    let found = defs.filter_map(|def| Some((def.key.clone(), of(ctx, def)?)));
    found.collect()
}

fn of(ctx: &Ctx<'_>, def: &Def) -> Option<Ty> {
    let data = matches!(
        def.kind,
        DefKind::Struct(_) | DefKind::Enum { .. } | DefKind::Union
    );
    if !data || def.hidden || stdlib::is_std(&def.key) {
        return None;
    }
    let with = |args: Vec<Arg>| Ty::Path {
        def: def.key.clone(),
        args: Args {
            args,
            ..Args::default()
        },
    };
    let mut candidates = match mappings::first(&def.key) {
        Some(first) => vec![with(vec![Arg::Type(first)])],
        None if parameters(&def.generics).is_empty() => vec![with(Vec::new())],
        None => Vec::new(),
    };
    let crosses = |ty: &Ty| wire::mapped(ctx, ty).is_some() || mappings::find(ctx, ty).is_some();
    if candidates.is_empty() && crosses(&with(Vec::new())) {
        candidates = stand_in::instances(ctx, def);
    }
    let all = candidates.into_iter().map(|ty| ctx.normal(&ty));
    all.into_iter().find(|ty| closed(ty) && crosses(ty))
}

/// Plans them. Where values of other types have a trait's method, too, those are asked first: a float may be taken for a
/// `Complex`, and is none.
pub(super) fn plan(build: &mut Builder<'_, '_>, traits: &mut Vec<(DefKey, PlannedTrait)>) {
    let mut over_types = TraitMethods::new();
    let mut out = Vec::new();
    for (key, ty) in types(build.ctx) {
        let Some(def) = build.ctx.def(&key) else { continue };
        let path = build.ctx.path(&key);
        let methods = methods::of_value(build, &ty, &path, &mut over_types);
        if !methods.is_empty() {
            let plain = true;
            let planned = modules::namespace(build, def, methods);
            out.push((key, PlannedTrait { plain, ..planned }));
        }
    }
    for (key, methods) in over_types {
        let known = traits.iter_mut().find(|(have, _)| *have == key);
        match (known, build.ctx.def(&key)) {
            (Some((_, known)), _) => {
                let have = std::mem::take(&mut known.methods);
                let mut all = have.into_iter().map(|one| (one.name.clone(), one)).collect();
                methods
                    .into_values()
                    .for_each(|one| methods::merge(&mut all, one));
                known.methods = all.into_values().collect();
            }
            (None, Some(def)) if modules::is_served(build.ctx, def) => {
                let planned = modules::namespace(build, def, methods.into_values().collect());
                out.push((key, planned));
            }
            _ => {}
        }
    }
    traits.append(&mut out);
}
