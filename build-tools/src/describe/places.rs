//! Where a callable or type would have been found from Python, so that a missing name can be explained there.

use std::collections::BTreeMap;

use usecrate_manifest::SkipCode;

use crate::plan::model::{Plan, PlannedSkip, PlannedTarget, PlannedType, ShimId, TypeId};

/// A class by its plan number, or modules by their paths; and the name there.
#[derive(Debug, Clone, Default)]
struct Place {
    owner: Option<TypeId>,
    modules: Vec<String>,
    name: Option<String>,
}

pub(super) struct Places<'a> {
    plan: &'a Plan,
    shims: BTreeMap<ShimId, Place>,
    types: BTreeMap<TypeId, Place>,
}

impl<'a> Places<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let mut places = Self {
            plan,
            shims: BTreeMap::new(),
            types: BTreeMap::new(),
        };
        for module in &plan.modules {
            for (name, target) in &module.entries {
                places.entry(&module.path, name, target);
            }
        }
        for (id, ty) in plan.types.iter().enumerate() {
            for (name, shim) in members(ty) {
                let place = places.shims.entry(shim).or_default();
                if place.name.is_none() {
                    *place = Place {
                        owner: Some(id),
                        modules: Vec::new(),
                        name,
                    };
                }
            }
        }
        places
    }

    fn entry(&mut self, module: &str, name: &str, target: &PlannedTarget) {
        let note = |place: &mut Place| {
            place.modules.push(module.to_owned());
            place.name.get_or_insert_with(|| name.to_owned());
        };
        match target {
            PlannedTarget::Function(ids) => {
                ids.iter().for_each(|id| note(self.shims.entry(*id).or_default()))
            }
            PlannedTarget::Constant(id) => note(self.shims.entry(*id).or_default()),
            PlannedTarget::Type(id) => note(self.types.entry(*id).or_default()),
            PlannedTarget::Module(_) | PlannedTarget::Trait(_) | PlannedTarget::Variant(..) => {}
        }
    }

    /// A skip for a shim.
    pub(super) fn skip(&self, id: ShimId, code: SkipCode, message: String) -> PlannedSkip {
        let shim = &self.plan.shims[id];
        let place = self.shims.get(&id).cloned().unwrap_or_default();
        PlannedSkip {
            path: shim.id.clone(),
            name: place.name.unwrap_or_else(|| shim.name.clone()),
            owners: place.owner.into_iter().collect(),
            modules: place.modules,
            code,
            message,
            span: shim.span.clone(),
            origin: shim.origin,
            counts: shim.counts,
        }
    }

    /// A skip for a type that was dropped.
    pub(super) fn skip_type(&self, id: TypeId, message: String) -> PlannedSkip {
        let ty = &self.plan.types[id];
        let place = self.types.get(&id).cloned().unwrap_or_default();
        PlannedSkip {
            path: ty.path.clone(),
            name: place.name.unwrap_or_else(|| ty.name.clone()),
            owners: Vec::new(),
            modules: place.modules,
            code: SkipCode::Rejected,
            message,
            span: None,
            origin: None,
            counts: None,
        }
    }
}

/// Every shim that a class leads to, with its name there.
fn members(ty: &PlannedType) -> impl Iterator<Item = (Option<String>, ShimId)> {
    let methods = ty
        .methods
        .iter()
        .flat_map(|m| m.shims.iter().map(|id| (Some(m.name.clone()), *id)));
    let properties = ty.properties.iter().flat_map(|p| {
        [Some(p.get), p.set, p.lend]
            .into_iter()
            .flatten()
            .map(|id| (Some(p.name.clone()), id))
    });
    let constants = ty.constants.iter().map(|(name, id, _)| (Some(name.clone()), *id));
    let specials = ty
        .specials
        .iter()
        .flat_map(|(name, ids)| ids.iter().map(|id| (Some(name.clone()), *id)));
    let variants = ty.variants.iter().flat_map(|v| {
        v.constructor
            .iter()
            .chain(&v.getters)
            .map(|id| (Some(v.name.clone()), *id))
    });
    let nameless = ty
        .constructors
        .iter()
        .chain(&ty.default)
        .chain(&ty.variant_of)
        .map(|id| (None, *id));
    methods
        .chain(properties)
        .chain(constants)
        .chain(specials)
        .chain(variants)
        .chain(nameless)
}
