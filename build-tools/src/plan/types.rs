//! The table of types: which are records, enums or handles, which are errors, what their classes are called.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use usecrate_manifest::Kind;

use super::ctx::{Ctx, bind};
use super::discover::{Found, Instance, discover};
use super::fold::{Subst, each};
use super::held::LENT;
use super::model::{HostId, PlannedHost, TypeId};
use super::wire::Class;
use super::{digits, hosts, names, objects, stand_in, streams, wire};
use crate::api::{Arg, Def, DefKey, DefKind, Fields, Ty};

/// The types of the plan, sorted by path.
#[derive(Debug, Default)]
pub(super) struct Types {
    list: Vec<Entry>,
    index: HashMap<Ty, TypeId>,
    /// The types of each definition, in their order.
    by_def: HashMap<DefKey, Vec<TypeId>>,
    /// The trait objects that signatures name, and whether something may be passed for each.
    objects: BTreeMap<Ty, bool>,
    /// The traits that objects of Python's implement, by their place.
    hosts: BTreeMap<DefKey, (HostId, PlannedHost)>,
}

/// One type.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The instance.
    pub(super) instance: Instance,
    /// Handle, record or enum.
    pub(super) kind: Kind,
    /// It is an error type.
    pub(super) error: bool,
    /// Path with arguments, for people.
    pub(super) path: String,
    /// Class name.
    pub(super) name: String,
}

impl Types {
    /// Finds the types and decides about each.
    pub(super) fn new(ctx: &Ctx<'_>) -> Self {
        let found = discover(ctx);
        let mut types = Self::named(ctx, &found);
        types.decide(ctx);
        // Methods of a trait may take objects of another, and objects of Python's may be all that can be passed.
        types.set_objects(ctx, &found);
        for (number, key) in found.hosts.iter().enumerate() {
            if let Some(host) = hosts::planned(ctx, &types, key, number) {
                types.hosts.insert(key.clone(), (number, host));
            }
        }
        types.set_objects(ctx, &found);
        types
    }

    fn set_objects(&mut self, ctx: &Ctx<'_>, found: &Found) {
        let taken = |object: &Ty| objects::planned_object(ctx, self, object).is_some();
        let objects = found.objects.iter();
        self.objects = objects.map(|object| (object.clone(), taken(object))).collect();
    }

    /// What objects of Python's become that implement a trait.
    pub(super) fn host(&self, trait_: &DefKey) -> Option<HostId> {
        self.hosts.get(trait_).map(|(number, _)| *number)
    }

    /// All of that.
    pub(super) fn hosts(&self) -> impl Iterator<Item = (HostId, &PlannedHost)> {
        self.hosts.values().map(|(number, host)| (*number, host))
    }

    /// The trait objects that signatures name, by what they are known by.
    pub(super) fn objects(&self) -> impl Iterator<Item = &Ty> {
        self.objects.keys()
    }

    /// Something may be passed where that trait object is asked for.
    pub(super) fn takes_object(&self, object: &Ty) -> bool {
        self.objects.get(&objects::key(object)) == Some(&true)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// One of them.
    pub(super) fn get(&self, id: TypeId) -> &Entry {
        &self.list[id]
    }

    /// The number of a type (normal, erased).
    pub(super) fn id(&self, ty: &Ty) -> Option<TypeId> {
        self.index.get(ty).copied()
    }

    /// Handle, record or enum.
    pub(super) fn kind(&self, id: TypeId) -> Kind {
        self.list[id].kind
    }

    /// All types of a definition.
    pub(super) fn of_def(&self, def: &DefKey) -> Vec<TypeId> {
        self.by_def.get(def).cloned().unwrap_or_default()
    }

    fn named(ctx: &Ctx<'_>, found: &Found) -> Self {
        let mut per_def: BTreeMap<&DefKey, Vec<&Ty>> = BTreeMap::new();
        for one in found.instances.values() {
            per_def.entry(&one.def).or_default().push(&one.ty);
        }
        let mut list: Vec<Entry> = found
            .instances
            .values()
            .map(|instance| {
                if let Some((path, name)) = objects::class_name(ctx, &instance.ty) {
                    return Entry {
                        instance: instance.clone(),
                        kind: Kind::Handle,
                        error: false,
                        path,
                        name,
                    };
                }
                let path = ctx.path(&instance.def);
                let text = ctx.show(&without_lifetimes(&instance.ty));
                // A number that is a type is shown without the type's name.
                let number = || digits::shown(&instance.ty).map(|number| format!("<{number}>"));
                let args = text.strip_prefix(instance.def.name()).map(str::to_owned);
                let args = args.or_else(number).unwrap_or_default();
                let own_name = path.rsplit("::").next().unwrap_or_default().to_owned();
                let default = match (ctx.def(&instance.def), per_def.get(&instance.def)) {
                    (Some(def), Some(all)) => is_primary(ctx, def, all, &instance.ty),
                    _ => false,
                };
                let name = match &instance.alias {
                    None if default || per_def[&instance.def].len() == 1 => own_name,
                    Some(alias) => alias.clone(),
                    None => names::identifier(&format!("{own_name}{args}")),
                };
                let error = ctx.has_std(&instance.ty, "Error")
                    || (found.errors.contains(&instance.ty) && !found.used.contains(&instance.ty));
                Entry {
                    instance: instance.clone(),
                    kind: Kind::Handle,
                    error,
                    path: format!("{path}{args}"),
                    name: names::python(&name),
                }
            })
            .collect();
        list.sort_by(|a, b| (&a.path, &a.instance.ty).cmp(&(&b.path, &b.instance.ty)));
        // Two definitions with one public path cannot be, two instances shown alike can.
        let mut seen = BTreeSet::new();
        for entry in &mut list {
            while !seen.insert(entry.path.clone()) {
                entry.path.push('\'');
            }
        }
        let index = list
            .iter()
            .enumerate()
            .map(|(id, entry)| (entry.instance.ty.clone(), id))
            .collect();
        let mut by_def: HashMap<DefKey, Vec<TypeId>> = HashMap::new();
        for (id, entry) in list.iter().enumerate() {
            by_def.entry(entry.instance.def.clone()).or_default().push(id);
        }
        Self {
            list,
            index,
            by_def,
            objects: BTreeMap::new(),
            hosts: BTreeMap::new(),
        }
    }

    /// Starts with every candidate as a value and takes back those with a part that does not cross by value.
    fn decide(&mut self, ctx: &Ctx<'_>) {
        for id in 0..self.list.len() {
            self.list[id].kind = candidate(ctx, &self.list[id]);
        }
        for id in self.recursive(ctx) {
            self.list[id].kind = Kind::Handle;
        }
        loop {
            let wrong: Vec<TypeId> = (0..self.list.len()).filter(|id| !self.fits(ctx, *id)).collect();
            if wrong.is_empty() {
                break;
            }
            wrong.into_iter().for_each(|id| self.list[id].kind = Kind::Handle);
        }
    }

    /// The candidates that are in a value of their own. Such a value is as deep as it likes, so it is not copied whole.
    fn recursive(&self, ctx: &Ctx<'_>) -> Vec<TypeId> {
        let parts: Vec<Vec<TypeId>> = (self.list.iter())
            .map(|entry| {
                let mut parts = Vec::new();
                if entry.kind != Kind::Handle {
                    for (_, ty) in all_fields(ctx, &entry.instance) {
                        each(&ty, &mut |part| match wire::class(ctx, self, part) {
                            Class::Type(id, kind) if kind != Kind::Handle => parts.push(id),
                            _ => {}
                        });
                    }
                }
                parts
            })
            .collect();
        let is_within = |id: &TypeId| {
            let mut seen = BTreeSet::new();
            let mut next = parts[*id].clone();
            while let Some(part) = next.pop() {
                if seen.insert(part) {
                    next.extend(&parts[part]);
                }
            }
            seen.contains(id)
        };
        (0..self.list.len()).filter(is_within).collect()
    }

    fn fits(&self, ctx: &Ctx<'_>, id: TypeId) -> bool {
        let entry = &self.list[id];
        entry.kind == Kind::Handle
            || all_fields(ctx, &entry.instance)
                .iter()
                .all(|(_, ty)| !refers(ty) && wire::by_value(ctx, self, ty))
    }
}

/// Of several instances the one that bears the type's own name, if one stands out.
fn is_primary(ctx: &Ctx<'_>, def: &Def, all: &[&Ty], ty: &Ty) -> bool {
    let over_files = || super::fold::any(ty, &|part| streams::modes(part).is_some());
    let alone = || stand_in::named_alone(ctx, def).as_ref() == Some(ty);
    (over_files() || alone()) && stand_in::primary(ctx, def, all) == Some(ty)
}

/// Every public field of a type, of all variants, with its type there.
pub(super) fn all_fields<'a>(ctx: &Ctx<'a>, instance: &Instance) -> Vec<(&'a crate::api::Field, Ty)> {
    let Some(def) = ctx.def(&instance.def) else {
        return Vec::new();
    };
    let subst = of_instance(def, &instance.ty);
    let groups: Vec<&'a Fields> = match &def.kind {
        DefKind::Struct(fields) => vec![fields],
        DefKind::Enum { variants, .. } => variants.iter().map(|variant| &variant.fields).collect(),
        _ => Vec::new(),
    };
    groups
        .into_iter()
        .flat_map(super::discover::public_fields)
        .map(|field| (field, ctx.normal(&subst.apply(&field.ty))))
        .collect()
}

/// What a definition's parameters stand for in an instance.
pub(super) fn of_instance(def: &Def, ty: &Ty) -> Subst {
    let mut subst = match ty {
        Ty::Path { args, .. } => bind(&def.generics, args),
        _ => Subst::default(),
    };
    subst.types.insert("Self".to_owned(), ty.clone());
    subst
}

/// What the type would be, were all its parts values.
fn candidate(ctx: &Ctx<'_>, entry: &Entry) -> Kind {
    let Some(def) = ctx.def(&entry.instance.def) else {
        return Kind::Handle;
    };
    let generic_lifetimes = has_lifetimes(&entry.instance.ty);
    match &def.kind {
        DefKind::Enum {
            variants,
            hidden_variants,
        } => {
            let plain = variants
                .iter()
                .all(|variant| matches!(variant.fields, Fields::Unit));
            let sealed = variants.iter().any(|variant| variant.non_exhaustive);
            if variants.is_empty() || sealed || *hidden_variants && !plain {
                Kind::Handle
            } else if !generic_lifetimes && (plain || !behaves(ctx, entry)) {
                Kind::Enum
            } else {
                Kind::Handle
            }
        }
        DefKind::Struct(fields) => {
            let public = whole(fields);
            // What may grow fields cannot be built from them.
            if public && !def.non_exhaustive && !generic_lifetimes && !behaves(ctx, entry) {
                Kind::Record
            } else {
                Kind::Handle
            }
        }
        _ => Kind::Handle,
    }
}

/// Nothing of it is private.
pub(super) fn whole(fields: &Fields) -> bool {
    match fields {
        Fields::Unit => true,
        Fields::Tuple { fields } => fields.iter().all(Option::is_some),
        Fields::Named { private, .. } => !private,
    }
}

/// It has behaviour beyond derives.
fn behaves(ctx: &Ctx<'_>, entry: &Entry) -> bool {
    ctx.matching(&entry.instance.ty)
        .iter()
        .any(|found| match &found.impl_.trait_ {
            None => !found.impl_.methods.is_empty(),
            Some(trait_) => {
                !found.impl_.synthetic
                    && found.impl_.blanket.is_none()
                    && wire::is_behaviour(ctx, &trait_.def, entry.error)
            }
        })
}

/// It holds a reference. Where no lifetime is a parameter that is a `'static` one, which nothing of Python's is.
fn refers(ty: &Ty) -> bool {
    super::fold::any(ty, &|part| matches!(part, Ty::Ref { .. }))
}

/// It has lifetime arguments.
pub(super) fn has_lifetimes(ty: &Ty) -> bool {
    super::fold::any(ty, &|part| match part {
        Ty::Path { args, .. } => args
            .args
            .iter()
            .any(|arg| matches!(arg, Arg::Lifetime(name) if name != LENT)),
        Ty::Dyn { lifetime, .. } => lifetime.is_some(),
        Ty::Ref { lifetime, .. } => lifetime.as_deref() != Some(LENT),
        _ => false,
    })
}

/// The same type as its name is said, which leaves lifetimes out.
pub(super) fn without_lifetimes(ty: &Ty) -> Ty {
    struct Drop;
    impl super::fold::Fold for Drop {
        fn args(&mut self, args: &crate::api::Args) -> crate::api::Args {
            crate::api::Args {
                args: args
                    .args
                    .iter()
                    .filter(|arg| !matches!(arg, Arg::Lifetime(_)))
                    .map(|arg| match arg {
                        Arg::Type(ty) => Arg::Type(super::fold::Fold::ty(self, ty)),
                        other => other.clone(),
                    })
                    .collect(),
                ..crate::api::Args::default()
            }
        }
        fn reference(&mut self, _: Option<&str>) -> Option<String> {
            None
        }
    }
    super::fold::Fold::ty(&mut Drop, ty)
}
