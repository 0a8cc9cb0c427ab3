//! The plan under construction: shims get their numbers, what cannot be served its reason.

use std::collections::{BTreeMap, BTreeSet};

use usecrate_manifest::SkipCode;

use super::callables::shims;
use super::ctx::Ctx;
use super::model::{OriginId, PlannedSkip, Shim, ShimId, TypeId};
use super::names;
use super::site::{Origin, OriginKey, Site};
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
    pub(super) skipped: Vec<PlannedSkip>,
    ids: BTreeSet<String>,
    origins: BTreeMap<OriginKey, OriginId>,
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
            origins: BTreeMap::new(),
        }
    }

    /// Plans a callable; what cannot be served is recorded with its reason, and there are no shims.
    pub(super) fn plan(&mut self, site: &Site, place: &Place) -> Vec<ShimId> {
        match shims(self.ctx, self.types, site) {
            Ok(shims) => self.add_all(site, shims),
            Err(reason) => {
                let name = names::python(&site.function.name);
                self.skip(
                    &site.id,
                    &name,
                    place,
                    reason,
                    site.function.span.clone(),
                    site.origin.as_ref(),
                );
                Vec::new()
            }
        }
    }

    /// Plans what nobody asked for by name (a special method, a getter): there, or not.
    pub(super) fn plan_quietly(&mut self, site: &Site) -> Vec<ShimId> {
        match shims(self.ctx, self.types, site) {
            Ok(shims) => self.add_all(site, shims),
            Err(_) => Vec::new(),
        }
    }

    fn add_all(&mut self, site: &Site, shims: Vec<Shim>) -> Vec<ShimId> {
        let origin = site.origin.as_ref().map(|origin| self.number(origin));
        let numbered = shims.into_iter().map(|shim| Shim { origin, ..shim });
        numbered.map(|shim| self.add(shim)).collect()
    }

    /// The function was planned or skipped.
    pub(super) fn has(&self, origin: &Origin) -> bool {
        self.origins.contains_key(&origin.key)
    }

    fn number(&mut self, origin: &Origin) -> OriginId {
        let next = self.origins.len();
        *self.origins.entry(origin.key.clone()).or_insert(next)
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
        origin: Option<&Origin>,
    ) {
        let skip = PlannedSkip {
            path: path.to_owned(),
            name: name.to_owned(),
            owners: place.owner.into_iter().collect(),
            modules: place.modules.clone(),
            code: reason.code,
            message: reason.message,
            span,
            origin: origin.map(|origin| self.number(origin)),
            counted: origin.is_some_and(|origin| origin.counted),
        };
        skip.record(&mut self.skipped);
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
            None,
        );
    }
}
