//! The plan under construction: shims get their numbers, what cannot be served its reason.

use std::collections::BTreeSet;

use usecrate_manifest::{Skip, SkipCode};

use super::callables::{Site, shims};
use super::ctx::Ctx;
use super::model::{Shim, ShimId, TypeId};
use super::names;
use super::types::Types;
use super::wire::Reason;

/// Where a callable belongs.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// The class.
    pub(super) owner: Option<TypeId>,
    /// Public paths of modules.
    pub(super) modules: Vec<String>,
}

impl Place {
    /// In a class.
    pub(super) fn class(id: TypeId) -> Self {
        Self {
            owner: Some(id),
            modules: Vec::new(),
        }
    }

    /// In modules.
    pub(super) fn modules(modules: Vec<String>) -> Self {
        Self { owner: None, modules }
    }
}

/// Collects shims and skips.
pub(super) struct Builder<'c, 'a> {
    pub(super) ctx: &'c Ctx<'a>,
    pub(super) types: &'c Types,
    /// The shims so far.
    pub(super) shims: Vec<Shim>,
    /// What was left out so far.
    pub(super) skipped: Vec<Skip>,
    ids: BTreeSet<String>,
}

impl<'c, 'a> Builder<'c, 'a> {
    /// Nothing yet.
    pub(super) fn new(ctx: &'c Ctx<'a>, types: &'c Types) -> Self {
        Self {
            ctx,
            types,
            shims: Vec::new(),
            skipped: Vec::new(),
            ids: BTreeSet::new(),
        }
    }

    /// Plans a callable; what cannot be served is recorded with its reason, and there are no shims.
    pub(super) fn plan(&mut self, site: &Site, place: &Place) -> Vec<ShimId> {
        match shims(self.ctx, self.types, site) {
            Ok(shims) => shims.into_iter().map(|shim| self.add(shim)).collect(),
            Err(reason) => {
                let counted = site.counted && !site.function.unsafe_;
                let name = names::python(&site.function.name);
                self.skip(
                    &site.id,
                    &name,
                    place,
                    reason,
                    site.function.span.clone(),
                    counted,
                );
                Vec::new()
            }
        }
    }

    /// Plans what nobody asked for by name (a special method, a getter): there, or not.
    pub(super) fn plan_quietly(&mut self, site: &Site) -> Vec<ShimId> {
        match shims(self.ctx, self.types, site) {
            Ok(shims) => shims.into_iter().map(|shim| self.add(shim)).collect(),
            Err(_) => Vec::new(),
        }
    }

    /// Takes a shim in; its id is made unique.
    pub(super) fn add(&mut self, mut shim: Shim) -> ShimId {
        while !self.ids.insert(shim.id.clone()) {
            shim.id.push('\'');
        }
        self.shims.push(shim);
        self.shims.len() - 1
    }

    /// Records what is left out.
    pub(super) fn skip(
        &mut self,
        path: &str,
        name: &str,
        place: &Place,
        reason: Reason,
        span: Option<String>,
        counted: bool,
    ) {
        self.skipped.push(Skip {
            path: path.to_owned(),
            name: name.to_owned(),
            owner: place.owner.and_then(|id| u32::try_from(id).ok()),
            modules: place.modules.clone(),
            code: reason.code,
            message: reason.message,
            span,
            counted,
        });
    }

    /// Another item has the name.
    pub(super) fn shadowed(&mut self, path: &str, name: &str, place: &Place, by: &str) {
        let message = format!("`{name}` is {by} here; reach it by another path");
        self.skip(
            path,
            name,
            place,
            Reason::new(SkipCode::Shadowed, message),
            None,
            false,
        );
    }
}
