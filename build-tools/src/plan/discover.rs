//! Which types the plan speaks of: every struct, enum and union that the crate exports, and each concrete type that
//! their fields, methods and the exported functions mention, instances of generic types one by one.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::Value;
use super::ctx::Ctx;
use super::eligible::{complete, depth, eligible, is_over_numbers};
use super::fold::{Subst, any, closed, each, erase};
use super::stdlib;
use super::{
    adaptors, closures, digits, handed, held, hosts, implemented, instances, iterables, mappings, objects,
    offered, stand_in, streams,
};
use crate::api::{
    Arg, Args, Bound, Def, DefKey, DefKind, Fields, Function, GenericParam, Impl, Target, TraitRef, Ty,
};

/// How many instances of one generic type are planned.
const INSTANCES: usize = 24;
/// How many, of those that only the arguments of the crate's traits mention: conversions are from everything.
const CONVERTED: usize = 4;
/// How many, of another crate's that is over types of such crates.
const FOREIGN: usize = 1;
/// How deep the arguments of an instance nest.
const NESTING: usize = 4;

/// How deep those nest that methods make of other types, if the methods' own do not.
const MADE_NESTING: usize = 3;

/// A concrete type of the plan.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    /// Normal, its lifetimes erased to `'h`.
    pub(super) ty: Ty,
    /// Its definition.
    pub(super) def: DefKey,
    /// The crate defines or exports it.
    pub(super) own: bool,
    /// The alias that names this instance of a generic type.
    pub(super) alias: Option<String>,
    /// It is there for a block of its own alone: many of something, or references, where other instances are one.
    pub(super) collective: bool,
}

/// The types of the plan so far, by erased type.
pub(super) type Instances = BTreeMap<Ty, Instance>;

/// Which instances a generic type is to have.
type StandIns<'s> = dyn Fn(&Instances, &Def) -> Vec<Ty> + 's;

/// What discovery found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By erased type.
    pub(super) instances: Instances,
    /// Types that signatures use other than as the `E` of a `Result`.
    pub(super) used: BTreeSet<Ty>,
    /// Types that signatures use as the `E` of a `Result`.
    pub(super) errors: BTreeSet<Ty>,
    /// Trait objects that signatures name.
    pub(super) objects: BTreeSet<Ty>,
    /// Traits that objects of Python's may implement.
    pub(super) hosts: BTreeSet<DefKey>,
}

/// Finds the types.
pub(super) fn discover(ctx: &Ctx<'_>) -> Found {
    let (found, queue, per_def, foreign) = Default::default();
    let mut search = Search {
        ctx,
        found,
        queue,
        per_def,
        most: INSTANCES,
        foreign,
        limit: NESTING,
        over_numbers: None,
        inside: None,
        parts: BTreeMap::new(),
    };
    let exports = exports(ctx);
    for (name, def) in &exports {
        search.export(name, def);
    }
    search.offered();
    search.follow();
    search.over_iterables(&exports);
    search.given();
    // What the crate itself makes of a generic type is what is meant by it; of the others something has to stand in.
    let of_its_own = |one: &&(String, &Def)| !instances::is_told(ctx, one.1);
    search.all_of(exports.iter().filter(of_its_own), &|_, def| {
        stand_in::instances(ctx, def)
    });
    search.results(&exports);
    let told = |found: &Instances, def: &Def| {
        let told = instances::told(ctx, def, found);
        if told.is_empty() {
            stand_in::instances(ctx, def)
        } else {
            told
        }
    };
    search.all_of(exports.iter(), &told);
    for (_, def) in &exports {
        search.limit = NESTING;
        for ty in instances::single(ctx, def, &search.found.instances) {
            search.add_asked(&ty);
        }
        search.follow();
    }
    search.results(&exports);
    search.requested(&exports);
    search.use_parts();
    search.found
}

/// Every exported definition with the name of its first export.
fn exports<'a>(ctx: &Ctx<'a>) -> Vec<(String, &'a Def)> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for module in ctx
        .api
        .modules
        .values()
        .filter(|module| ctx.near.contains(&module.path))
    {
        for entry in &module.entries {
            if let Target::Def(key) = &entry.target {
                if let (true, Some(def)) = (seen.insert(key.clone()), ctx.def(key)) {
                    out.push((entry.name.clone(), def));
                }
            }
        }
    }
    out
}

struct Search<'c, 'a> {
    ctx: &'c Ctx<'a>,
    found: Found,
    queue: Vec<Instance>,
    per_def: BTreeMap<DefKey, usize>,
    /// How many there may be of one generic type that are found now.
    most: usize,
    /// How many of them are other crates' over each other, by the numbers that they are over, too.
    foreign: BTreeMap<(DefKey, Vec<String>), usize>,
    /// How deep types may nest that are found now: the members of an instance add none deeper than itself, or
    /// `fn take(self) -> Take<Self>` would never end.
    limit: usize,
    /// The type whose members are looked at, if it is over numbers alone: what it gives without itself in it may nest deeper.
    over_numbers: Option<Ty>,
    /// What is mentioned is public data of this type.
    inside: Option<Ty>,
    /// The types of the public data of types.
    parts: BTreeMap<Ty, BTreeSet<Ty>>,
}

impl Search<'_, '_> {
    fn export(&mut self, name: &str, def: &Def) {
        match &def.kind {
            DefKind::Struct(_) | DefKind::Enum { .. } | DefKind::Union => {
                let ty = self.ctx.normal(&Ty::Path {
                    def: def.key.clone(),
                    args: Args::default(),
                });
                if complete(self.ctx, &ty) {
                    self.add(&ty, None);
                } else {
                    let over_files = |ty: &Ty| any(ty, &|part| streams::modes(part).is_some());
                    for ty in stand_in::instances(self.ctx, def)
                        .iter()
                        .filter(|ty| over_files(ty))
                    {
                        self.add(ty, None);
                    }
                }
                self.concrete_blocks(def);
            }
            DefKind::Opaque { what } if matches!(what.as_str(), "struct" | "enum" | "union") => {
                self.add(
                    &Ty::Path {
                        def: def.key.clone(),
                        args: Args::default(),
                    },
                    None,
                );
            }
            DefKind::Alias { ty } => {
                let open = def
                    .generics
                    .params
                    .iter()
                    .any(|p| !matches!(p, GenericParam::Lifetime { .. }));
                let ty = self.ctx.normal(ty);
                if !open && closed(&ty) {
                    self.mention(&ty, false);
                    // However deep it nests: the crate has a name for it.
                    let limit = std::mem::replace(&mut self.limit, usize::MAX);
                    self.add(&ty, Some(name));
                    self.limit = limit;
                } else if let Some(ty) = stand_in::of_alias(self.ctx, def, &ty) {
                    self.add(&ty, Some(name));
                }
            }
            DefKind::Function(function) => {
                let mut subst = Subst::default();
                self.signature(function, &mut subst, INSTANCES);
                for bound in &def.generics.bounds {
                    self.bounds(&bound.bounds, &subst);
                }
            }
            DefKind::Const { ty } | DefKind::Static { ty, .. } => self.leave(&self.ctx.normal(ty)),
            DefKind::Trait(_) if hosts::may_be(self.ctx, &def.key) => {
                self.found.hosts.insert(def.key.clone());
                for ty in hosts::passed(self.ctx, &def.key) {
                    self.leave(&ty);
                }
            }
            DefKind::Trait(_) | DefKind::Opaque { .. } | DefKind::Macro => {}
        }
    }

    /// What the functions mention of types that cross as plain data.
    fn offered(&mut self) {
        for (_, ty) in offered::types(self.ctx) {
            self.limit = NESTING;
            for found in self.ctx.matching(&ty) {
                let trait_ = found.impl_.trait_.as_ref();
                if trait_.is_none_or(|one| !stdlib::is_std(&one.def)) {
                    self.impl_members(found.impl_, found.subst);
                }
            }
        }
    }

    /// Instances of the types that have none.
    fn all_of<'d>(&mut self, exports: impl Iterator<Item = &'d (String, &'d Def)>, of: &StandIns<'_>) {
        for (_, def) in exports {
            if self.per_def.contains_key(&def.key) {
                continue;
            }
            self.limit = NESTING;
            for ty in of(&self.found.instances, def) {
                self.add(&ty, None);
            }
            self.follow();
        }
    }

    /// What is data of a type is used, unless that is an error type itself: an error within an error is one.
    fn use_parts(&mut self) {
        loop {
            let found = &self.found;
            let is_error = |ty: &Ty| {
                self.ctx.has_std(ty, "Error") || found.errors.contains(ty) && !found.used.contains(ty)
            };
            let Some(whole) = self.parts.keys().find(|ty| !is_error(ty)).cloned() else {
                return;
            };
            let parts = self.parts.remove(&whole).unwrap_or_default();
            self.found.used.extend(parts);
        }
    }

    /// Everything that what was found mentions.
    fn follow(&mut self) {
        while let Some(instance) = self.queue.pop() {
            self.over_numbers = is_over_numbers(&instance.ty).then(|| erase(&instance.ty));
            self.members(&instance);
            self.over_numbers = None;
        }
    }

    /// What is asked for by name.
    fn requested(&mut self, exports: &[(String, &Def)]) {
        let mut asked = false;
        for request in &self.ctx.requests {
            for argument in &request.arguments {
                if let Value::Type(ty) = &argument.value {
                    self.limit = NESTING;
                    self.mention(ty, false);
                }
            }
            if let Some(ty) = request.ty(self.ctx) {
                asked = true;
                self.limit = usize::MAX;
                self.per_def.clear();
                self.foreign.clear();
                self.add(&ty, None);
            }
        }
        self.follow();
        if asked {
            self.results(exports);
        }
    }

    /// What generic functions give, and pass to callables, for the types that were found:
    /// `fn sort<G: Walk>(graph: G) -> Order<G::Id>`.
    fn results(&mut self, exports: &[(String, &Def)]) {
        for (_, def) in exports {
            let DefKind::Function(function) = &def.kind else {
                continue;
            };
            let generics = if function.generics.params.is_empty() {
                &def.generics
            } else {
                &function.generics
            };
            let mut shapes: Vec<&Ty> = function.output.iter().collect();
            let all = generics.bounds.iter().flat_map(|clause| &clause.bounds);
            shapes.extend(all.flat_map(instances::passed));
            for shape in shapes {
                for ty in instances::shapes(self.ctx, generics, function, shape, &self.found.instances) {
                    self.limit = NESTING;
                    self.mention(&ty, false);
                }
            }
        }
        self.given();
        self.made();
    }

    /// What the methods of a type give for what was found; types that nest have none that nest deeper, and those of other crates
    /// none even where they are over data that nests.
    fn given(&mut self) {
        let flat = |ty: &Ty| match self.ctx.wrote(ty) {
            true => !adaptors::nests(ty),
            false => depth(self.ctx, ty) <= 1,
        };
        let plain = |one: &&Instance| one.own && !one.collective && flat(&one.ty);
        let all = self.found.instances.values().filter(plain);
        let all: Vec<Ty> = all.map(|one| one.ty.clone()).collect();
        for ty in all {
            for given in instances::given(self.ctx, &ty, &self.found.instances) {
                self.limit = NESTING;
                self.mention(&given, false);
            }
        }
        self.follow();
    }

    /// What the methods give that a trait has for whatever iterates.
    fn over_iterables(&mut self, exports: &[(String, &Def)]) {
        for (_, def) in exports {
            for ty in instances::of_iterables(self.ctx, def, &self.found.instances) {
                self.limit = NESTING;
                self.leave(&ty);
            }
        }
        self.follow();
    }

    /// What generic methods give, of the types that were found so far.
    fn made(&mut self) {
        let own = self
            .found
            .instances
            .values()
            .filter(|one| one.own && !one.collective);
        let own: Vec<Ty> = own.map(|one| one.ty.clone()).collect();
        let known = self.found.instances.clone();
        for ty in own {
            let depth = depth(self.ctx, &ty);
            for found in self.ctx.matching(&ty) {
                let own = found.impl_.trait_.is_none();
                let methods = found.impl_.methods.iter().filter(|one| own && !one.hidden);
                for ty in methods.flat_map(|one| instances::made(self.ctx, &found.subst, one, &known)) {
                    self.limit = depth.max(MADE_NESTING);
                    self.mention(&ty, false);
                }
            }
        }
        self.follow();
    }

    /// What the associated functions of `impl Reader<File>` mention: nothing else may mention that instance.
    fn concrete_blocks(&mut self, def: &Def) {
        for impl_ in self.ctx.impls(&def.key).to_vec() {
            let ty = self.ctx.normal(&impl_.self_ty);
            if impl_.trait_.is_some() || !closed(&ty) {
                continue;
            }
            let functions = impl_.methods.iter().filter(|one| !one.hidden);
            for function in functions.filter(|one| !super::methods::has_receiver(one)) {
                self.signature(function, &mut Subst::of_self(&ty), INSTANCES);
            }
        }
    }

    /// Everything that the members of a type mention.
    fn members(&mut self, instance: &Instance) {
        if !instance.own {
            return;
        }
        let own_depth = depth(self.ctx, &instance.ty);
        self.limit = match own_depth {
            0 | 1 => NESTING,
            // Deeper than what is found without a name.
            _ if instance.alias.is_some() => own_depth.min(NESTING),
            _ => own_depth,
        };
        if let Some(def) = self.ctx.def(&instance.def) {
            let Ty::Path { args, .. } = &instance.ty else {
                return;
            };
            let subst = super::ctx::bind(&def.generics, args);
            let fields: Vec<&Fields> = match &def.kind {
                DefKind::Struct(fields) => vec![fields],
                DefKind::Enum { variants, .. } => variants.iter().map(|variant| &variant.fields).collect(),
                _ => Vec::new(),
            };
            self.inside = Some(erase(&instance.ty));
            for field in fields.into_iter().flat_map(public_fields) {
                self.leave(&self.ctx.normal(&subst.apply(&field.ty)));
            }
            self.inside = None;
            // What holds a trait object has the trait's methods.
            if let (DefKind::Trait(definition), Some((_, object))) =
                (&def.kind, objects::pointer(self.ctx, &instance.ty))
            {
                let mut subst = Subst::of_self(object);
                for method in definition.methods.iter().filter(|one| objects::is_called(one)) {
                    self.signature(method, &mut subst, INSTANCES);
                }
            }
        }
        for found in self.ctx.matching(&instance.ty) {
            self.impl_members(found.impl_, found.subst);
        }
        for impl_ in self.ctx.bare_impls().to_vec() {
            let Ty::Ref { ty: pattern, .. } = &impl_.self_ty else {
                continue;
            };
            let is = |one: &TraitRef| stdlib::is_trait(&one.def, "IntoIterator");
            if impl_.trait_.as_ref().is_some_and(is) {
                if let Some(found) = self.ctx.match_pattern(impl_, pattern, &instance.ty) {
                    self.impl_members(found.impl_, found.subst);
                }
            }
        }
    }

    fn impl_members(&mut self, impl_: &Impl, mut subst: Subst) {
        if impl_.synthetic {
            return;
        }
        for one in &impl_.consts {
            self.mention(&self.ctx.normal(&subst.apply(&one.ty)), false);
        }
        let Some(trait_) = &impl_.trait_ else {
            for method in &impl_.methods {
                self.signature(method, &mut subst, INSTANCES);
            }
            return;
        };
        if stdlib::is_std(&trait_.def) {
            for (name, ty) in &impl_.types {
                match name.as_str() {
                    "Err" | "Error" => self.mention(&self.ctx.normal(&subst.apply(ty)), true),
                    "Output" | "Target" | "Item" | "IntoIter" => {
                        let ty = self.ctx.normal(&subst.apply(ty));
                        self.mention(&ty, false);
                        if stdlib::is_trait(&trait_.def, "Deref") {
                            self.through_deref(&ty);
                        }
                    }
                    _ => {}
                }
            }
            return;
        }
        // Methods of traits that come from elsewhere are served, and bring no types of their own.
        if !self.ctx.own(&trait_.def) || iterables::trait_of(self.ctx, impl_).is_some() {
            return;
        }
        let Some(Def {
            kind: DefKind::Trait(definition),
            generics,
            ..
        }) = self.ctx.def(&trait_.def)
        else {
            return;
        };
        // What the impl's own parameters are called means nothing there.
        let args = subst.apply_trait(trait_).args;
        let me = subst.types.remove("Self");
        let mut subst = super::ctx::bind(generics, &args);
        subst.types.extend(me.map(|me| ("Self".to_owned(), me)));
        for method in &definition.methods {
            self.signature(method, &mut subst, CONVERTED);
        }
    }

    /// What the methods give that a type of the crate's has from another crate's type: whoever uses it has them as its own.
    fn through_deref(&mut self, target: &Ty) {
        let Ty::Path { def, .. } = target else { return };
        if stdlib::is_std(def) || self.ctx.own(def) {
            return;
        }
        for found in self.ctx.matching(&erase(target)) {
            let own = found.impl_.trait_.is_none();
            let methods = found.impl_.methods.iter();
            let called =
                methods.filter(|one| !one.hidden && !one.unsafe_ && super::methods::has_receiver(one));
            for ty in called.filter(|_| own).filter_map(|one| one.output.as_ref()) {
                self.leave(&self.ctx.normal(&found.subst.apply(ty)));
            }
        }
    }

    fn signature(&mut self, function: &Function, subst: &mut Subst, most: usize) {
        if function.unsafe_ {
            return;
        }
        self.most = most;
        self.arguments(function, subst);
        self.most = INSTANCES;
        if let Some(output) = &function.output {
            let ty = self.ctx.normal(&subst.apply(output));
            self.leave(&ty);
        }
        for bound in &function.generics.bounds {
            self.bounds(&bound.bounds, subst);
        }
    }

    fn arguments(&mut self, function: &Function, subst: &Subst) {
        for param in function.params.iter().filter(|param| param.name != "self") {
            let ty = self.ctx.normal(&subst.apply(&param.ty));
            self.mention(&ty, false);
        }
    }

    /// A type that leaves Rust: the trait objects in it get classes.
    fn leave(&mut self, ty: &Ty) {
        self.mention(ty, false);
        for pointer in objects::leaving(self.ctx, ty) {
            self.add_object(&pointer);
        }
    }

    fn add_object(&mut self, pointer: &Ty) {
        let ty = erase(pointer);
        let trait_ = objects::pointer(self.ctx, &ty).and_then(|(_, object)| objects::trait_of(object));
        let callable = handed::passed_and_given(self.ctx, &ty);
        let def = match (trait_, &callable) {
            (Some(trait_), _) => trait_.def.clone(),
            (None, Some(_)) => DefKey(closures::POINTER.to_owned()),
            (None, None) => return,
        };
        if self.known(&ty) {
            return;
        }
        let instance = Instance {
            ty: ty.clone(),
            own: self.ctx.own(&def),
            def,
            alias: None,
            collective: false,
        };
        for object in objects::named_in(self.ctx, &ty) {
            self.found.objects.insert(object);
        }
        self.queue.push(instance.clone());
        self.found.instances.insert(ty, instance);
        if let Some((params, output)) = callable {
            params.iter().for_each(|ty| self.mention(ty, false));
            output.iter().for_each(|ty| self.leave(ty));
        }
    }

    fn bounds(&mut self, bounds: &[Bound], subst: &Subst) {
        for bound in subst.apply_bounds(bounds) {
            if let Bound::Trait { trait_, .. } = bound {
                for arg in &trait_.args.args {
                    if let Arg::Type(ty) = arg {
                        // What a callable is passed leaves Rust.
                        self.leave(&self.ctx.normal(ty));
                    }
                }
            }
        }
    }

    /// A type that a signature uses; `error`: as the `E` of a `Result`.
    fn mention(&mut self, ty: &Ty, error: bool) {
        if let Some((params, output)) = held::parts(ty) {
            params.iter().for_each(|ty| self.leave(&held::freed(ty)));
            return self.mention(&held::freed(output), false);
        }
        match ty {
            Ty::Path { def, args } if stdlib::is(def, "Result") => {
                for (at, arg) in args.args.iter().enumerate() {
                    if let Arg::Type(ty) = arg {
                        self.mention(ty, at == 1);
                    }
                }
            }
            Ty::Path { def, args } => {
                if error {
                    self.found.errors.insert(erase(ty));
                } else if let Some(whole) = &self.inside {
                    self.parts.entry(whole.clone()).or_default().insert(erase(ty));
                } else {
                    self.found.used.insert(erase(ty));
                }
                self.add(ty, None);
                if let Some(mapping) = mappings::find(self.ctx, ty) {
                    mapping.contents(ty).for_each(|part| self.mention(part, false));
                    return;
                }
                // What is inside another crate's type (`Array<u8, U32>`) is that crate's business, and what one of the
                // crate's does with another crate's type, its members say.
                let foreign = |def: &DefKey| !stdlib::is_std(def) && !self.ctx.own(def);
                if foreign(def) {
                    return;
                }
                let said =
                    |ty: &Ty| !stdlib::is_std(def) && matches!(ty, Ty::Path { def, .. } if foreign(def));
                let inner = args.args.iter().filter_map(|arg| match arg {
                    Arg::Type(ty) if !said(ty) => Some(ty.clone()),
                    _ => None,
                });
                let inner: Vec<_> = inner
                    .chain(args.bindings.iter().map(|(_, ty)| ty.clone()))
                    .collect();
                inner.iter().for_each(|ty| self.mention(ty, false));
            }
            Ty::Tuple(parts) => parts.iter().for_each(|part| self.mention(part, error)),
            Ty::Slice(ty) | Ty::Array { ty, .. } | Ty::Ref { ty, .. } => self.mention(ty, error),
            Ty::Impl(bounds) => {
                for bound in bounds {
                    if let Bound::Trait { trait_, .. } = bound {
                        self.mention_args(trait_);
                    }
                }
            }
            Ty::Dyn { traits, .. } => {
                let new = objects::is_object(self.ctx, ty) && self.found.objects.insert(objects::key(ty));
                if let Some(called) = implemented::callable(self.ctx, traits).filter(|_| new) {
                    self.bounds(&[closures::bound(&called)], &Subst::default());
                }
                traits.iter().for_each(|one| self.mention_args(one));
            }
            _ => {}
        }
    }

    fn mention_args(&mut self, trait_: &TraitRef) {
        for arg in &trait_.args.args {
            if let Arg::Type(ty) = arg {
                self.mention(ty, false);
            }
        }
        for (_, ty) in &trait_.args.bindings {
            self.mention(ty, false);
        }
    }

    fn known(&self, ty: &Ty) -> bool {
        self.found.instances.contains_key(&erase(ty))
    }

    /// An instance that a block is for. However many there are of one for many, without it nothing of that block can be called;
    /// what it mentions it has from the one.
    fn add_asked(&mut self, ty: &Ty) {
        let Ty::Path { def, .. } = ty else { return };
        if !instances::is_collective(ty) {
            self.add(ty, None);
            return;
        }
        let (before, waiting) = (self.per_def.insert(def.clone(), 0), self.queue.len());
        self.add(ty, None);
        self.queue.truncate(waiting);
        self.per_def.extend(before.map(|count| (def.clone(), count)));
        if let Some(instance) = self.found.instances.get_mut(&erase(ty)) {
            instance.collective = true;
            self.found.used.insert(erase(ty));
        }
    }

    fn add(&mut self, ty: &Ty, alias: Option<&str>) {
        let Ty::Path { def, args } = ty else { return };
        if !complete(self.ctx, ty) {
            return;
        }
        let ty = erase(ty);
        let own = self.ctx.own(def);
        if let Some(have) = self.found.instances.get_mut(&ty) {
            let generic = args
                .args
                .iter()
                .any(|arg| matches!(arg, Arg::Type(_) | Arg::Const(_)));
            if generic && have.alias.is_none() {
                have.alias = alias.map(str::to_owned);
            }
            return;
        }
        let limit = match &self.over_numbers {
            Some(giver) if !any(&ty, &|part| part == giver) => self.limit.max(MADE_NESTING),
            _ => self.limit,
        };
        if !eligible(self.ctx, &ty) || depth(self.ctx, &ty) > limit {
            return;
        }
        let count = self.per_def.entry(def.clone()).or_default();
        // What another crate makes of its own types, it makes of those of this crate, too: one instance will do.
        if alias.is_none() && adaptors::is_foreign(self.ctx, &ty) {
            let mut numbers = Vec::new();
            each(&ty, &mut |part| numbers.extend(digits::shown(part)));
            let foreign = self.foreign.entry((def.clone(), numbers)).or_default();
            if *foreign >= FOREIGN {
                return;
            }
            *foreign += 1;
        }
        if *count >= self.most {
            return;
        }
        *count += 1;
        let generic = args
            .args
            .iter()
            .any(|arg| matches!(arg, Arg::Type(_) | Arg::Const(_)));
        let alias = alias.filter(|_| generic).map(str::to_owned);
        let instance = Instance {
            ty: ty.clone(),
            def: def.clone(),
            own: own || alias.is_some(),
            alias,
            collective: false,
        };
        self.queue.push(instance.clone());
        self.found.instances.insert(ty, instance);
    }
}

/// The fields that are public.
pub(super) fn public_fields(fields: &Fields) -> Vec<&crate::api::Field> {
    match fields {
        Fields::Unit => Vec::new(),
        Fields::Tuple { fields } => fields.iter().flatten().collect(),
        Fields::Named { fields, .. } => fields.iter().collect(),
    }
}
