//! The plan under construction: shims get their numbers, what cannot be served its reason.

use std::collections::{BTreeMap, BTreeSet};

use usecrate_manifest::SkipCode;

use super::callables::shims;
use super::ctx::Ctx;
use super::fold::erase;
use super::iterables::Shared;
use super::model::{OriginId, PlannedSkip, Shim, ShimId, TypeId};
use super::site::{Origin, OriginKey, Site};
use super::types::Types;
use super::wire::Reason;
use super::{given, names, requests};

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
    /// The methods that are served over any iterable.
    pub(super) iterables: Shared,
    ids: BTreeSet<String>,
    origins: BTreeMap<OriginKey, OriginId>,
    /// The requests that some callable was meant by, and why one could not be planned.
    meant: BTreeSet<String>,
    refused: BTreeMap<String, String>,
}

impl<'c, 'a> Builder<'c, 'a> {
    /// Nothing yet.
    pub(super) fn new(ctx: &'c Ctx<'a>, types: &'c Types) -> Self {
        Self {
            ctx,
            types,
            shims: Vec::new(),
            skipped: Vec::new(),
            iterables: Shared::new(),
            ids: BTreeSet::new(),
            origins: BTreeMap::new(),
            meant: BTreeSet::new(),
            refused: BTreeMap::new(),
        }
    }

    /// Plans a callable; what cannot be served is recorded with its reason, and there are no shims.
    pub(super) fn plan(&mut self, site: &Site, place: &Place) -> Vec<ShimId> {
        let planned = given::all(self.ctx, self.types, site);
        let asked = self.requested(site, place, planned.is_err());
        match planned {
            Ok(shims) => {
                let shims = given::without(shims, &asked);
                self.add_all(site, shims.into_iter().chain(asked).collect())
            }
            Err(_) if !asked.is_empty() => self.add_all(site, asked),
            Err(reason) => {
                self.skip_site(site, &site.id, place, reason);
                Vec::new()
            }
        }
    }

    /// Plans the instances of a callable that are asked for. `alone`: there is nothing else of it.
    fn requested(&mut self, site: &Site, place: &Place, alone: bool) -> Vec<Shim> {
        let requests = requests::of_site(self.ctx, site);
        let mut all = Vec::new();
        for request in &requests {
            self.meant.insert(request.entry.clone());
            let alone = alone && requests.len() == 1;
            match given::requested(self.ctx, self.types, site, request, alone) {
                Ok(shims) => all.extend(shims),
                Err(reason) => {
                    self.refused.insert(request.entry.clone(), reason.message.clone());
                    let path = format!("{}<{}>", site.id, request.key().join(", "));
                    self.skip_site(site, &path, place, reason);
                }
            }
        }
        all
    }

    /// Records that a callable is left out.
    pub(super) fn skip_site(&mut self, site: &Site, path: &str, place: &Place, reason: Reason) {
        let name = names::python(&site.function.name);
        let span = site.function.span.clone();
        self.skip(path, &name, place, reason, span, site.origin.as_ref());
    }

    /// What was asked for by name and is not planned anywhere, with the reason.
    pub(super) fn refused(&mut self) -> BTreeMap<String, String> {
        let mut refused = std::mem::take(&mut self.refused);
        for request in &self.ctx.requests {
            let entry = &request.entry;
            match request.ty(self.ctx) {
                Some(ty) if self.types.id(&erase(&ty)).is_none() => {
                    let message = "values of that type have no class: what crosses by value needs none";
                    refused.insert(entry.clone(), message.to_owned());
                }
                None if !self.meant.contains(entry) => {
                    let message = "nothing that Python can have has that function";
                    refused.insert(entry.clone(), message.to_owned());
                }
                _ => {}
            }
        }
        let planned = self.shims.iter().filter_map(|shim| shim.reach.request.as_ref());
        planned.for_each(|entry| {
            refused.remove(entry);
        });
        refused
    }

    /// Of a callable's shims, those that its name alone leads to.
    pub(super) fn bare(&self, shims: &[ShimId]) -> Vec<ShimId> {
        let bare = shims.iter().copied();
        bare.filter(|id| self.shims[*id].reach.bare).collect()
    }

    /// Plans what nobody asked for by name (a special method, a getter): there, or not.
    pub(super) fn plan_quietly(&mut self, site: &Site) -> Vec<ShimId> {
        match shims(self.ctx, self.types, site) {
            Ok(made) => self.add_all(site, made.into_iter().map(|one| one.shim).collect()),
            Err(_) => Vec::new(),
        }
    }

    fn add_all(&mut self, site: &Site, shims: Vec<Shim>) -> Vec<ShimId> {
        let (origin, counts) = self.numbers(site.origin.as_ref());
        let numbered = shims.into_iter().map(|shim| Shim {
            origin,
            counts,
            ..shim
        });
        numbered.map(|shim| self.add(shim)).collect()
    }

    /// The function was planned or skipped.
    pub(super) fn has(&self, origin: &Origin) -> bool {
        self.origins.contains_key(&origin.key)
    }

    /// The number of a function.
    pub(super) fn number(&mut self, key: &OriginKey) -> OriginId {
        let next = self.origins.len();
        *self.origins.entry(key.clone()).or_insert(next)
    }

    /// The number of a function, and that of the place where it is written, if it counts.
    fn numbers(&mut self, origin: Option<&Origin>) -> (Option<OriginId>, Option<OriginId>) {
        let id = origin.map(|origin| self.number(&origin.key));
        let counts = origin.and_then(|origin| origin.counts.as_ref());
        (id, counts.map(|key| self.number(key)))
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
        let (origin, counts) = self.numbers(origin);
        let skip = PlannedSkip {
            path: path.to_owned(),
            name: name.to_owned(),
            owners: place.owner.into_iter().collect(),
            modules: place.modules.clone(),
            code: reason.code,
            message: reason.message,
            span,
            origin,
            counts,
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
