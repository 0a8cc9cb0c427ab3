//! Which concrete type stands for a type parameter, by its bounds. Several choices give several shims, told apart by
//! what Python passes.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use usecrate_manifest::SkipCode;

use super::closures;
use super::conversions;
use super::ctx::{Ctx, bounds_of};
use super::fold::{any, closed, generics_in};
use super::hidden;
use super::holds;
use super::hosts;
use super::kinds::{Kinds, best, kind_of, passable};
use super::limits;
use super::listed;
use super::mappings;
use super::named;
use super::plain;
use super::spell::BYTES_LIKE;
use super::stand_in;
use super::stdlib;
use super::streams;
use super::types::{Types, has_lifetimes};
use super::wire::{Class, Reason, any_data, check_item, class, is_bytes, is_mapped_of, is_text, type_args};
use crate::api::{Arg, Args, Bound, DefKey, Impl, TraitRef, Ty};

/// How many concrete types one parameter may have.
pub(super) const CHOICES: usize = 8;
/// How many, of a function that is written in another crate.
pub(super) const FOREIGN_CHOICES: usize = 2;

/// What the runtime's iterator over Python's items meets.
pub(super) const ITERATES: &[&str] = &[
    "Iterator",
    "IntoIterator",
    "FusedIterator",
    "Send",
    "Sync",
    "Sized",
    "Unpin",
    "Debug",
];

/// A concrete type for a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// What is lifted.
    pub(super) ty: Ty,
    /// The callee is given `.into_iter()` of it.
    pub(super) iterate: bool,
}

impl Choice {
    pub(super) fn of(ty: Ty) -> Vec<Self> {
        vec![Self { ty, iterate: false }]
    }
}

/// Chooses types for the parameters of one callable.
pub(super) struct Chooser<'c, 'a> {
    pub(super) ctx: &'c Ctx<'a>,
    pub(super) types: &'c Types,
    /// Every bound in scope: normal, with what is already known put in.
    pub(super) bounds: Vec<(Ty, Vec<Bound>)>,
    /// Parameters being chosen, against recursion.
    pub(super) open: RefCell<BTreeSet<String>>,
    /// Parameters that stand inside generic types, and what those were instantiated with.
    pub(super) inside: BTreeMap<String, Vec<Ty>>,
    /// Parameters that the signature names outside of bounds.
    pub(super) named: BTreeSet<String>,
    /// Those of them that are whole parameters, and stand nowhere else.
    pub(super) alone: BTreeSet<String>,
    /// Those of them of which values are passed.
    pub(super) passed: BTreeSet<String>,
    /// Those of which references are passed.
    pub(super) referred: BTreeSet<String>,
    /// Those that are items of what Rust draws from Python, and so own their data.
    pub(super) drawn: BTreeSet<String>,
    /// The result.
    pub(super) output: Option<Ty>,
    /// The callables that were chosen, by the number of their pseudo type.
    pub(super) callables: RefCell<Vec<closures::Signature>>,
    /// How many implementors of a trait one parameter may be.
    pub(super) most: usize,
}

impl<'c, 'a> Chooser<'c, 'a> {
    /// For the parameters of an impl.
    pub(super) fn of_impl(ctx: &'c Ctx<'a>, types: &'c Types, impl_: &Impl) -> Self {
        let bounds = impl_.generics.bounds.iter();
        Self {
            ctx,
            types,
            bounds: bounds
                .map(|one| (ctx.normal(&one.ty), one.bounds.clone()))
                .collect(),
            open: RefCell::default(),
            inside: BTreeMap::new(),
            named: BTreeSet::new(),
            passed: BTreeSet::new(),
            alone: BTreeSet::new(),
            referred: BTreeSet::new(),
            drawn: BTreeSet::new(),
            output: None,
            callables: RefCell::default(),
            most: CHOICES,
        }
    }
}

impl Chooser<'_, '_> {
    /// The types that a parameter may stand for.
    pub(super) fn choose(&self, name: &str) -> Result<Vec<Choice>, Reason> {
        if !self.open.borrow_mut().insert(name.to_owned()) {
            return Err(Reason::new(
                SkipCode::Generic,
                format!("the bounds of `{name}` refer to each other"),
            ));
        }
        let bounds: Vec<Bound> = self
            .bounds
            .iter()
            .filter(|(ty, _)| matches!(ty, Ty::Generic(have) if have == name))
            .flat_map(|(_, bounds)| bounds.clone())
            .collect();
        let known = self.by_keys(name).or_else(|| self.by_views(name));
        let found = match known.or_else(|| self.by_instances(&bounds, name)) {
            Some(found) => Ok(found),
            None => self.by_bounds(&bounds, Some(name)),
        };
        self.open.borrow_mut().remove(name);
        let found = found.map(|all| self.one_number(name, all))?;
        Ok(match self.drawn.contains(name) {
            true => found.into_iter().map(drawn).collect(),
            false => found,
        })
    }

    /// Where no value of it is passed that would say which number it is, what a callable gives is: any number is a float.
    fn one_number(&self, name: &str, all: Vec<Choice>) -> Vec<Choice> {
        let number = |one: &Choice| matches!(kind_of(self.ctx, &one.ty).0, (1 | 2, _));
        let float = |one: &Choice| matches!(&one.ty, Ty::Primitive(name) if name == "f64");
        if self.passed.contains(name) || !all.iter().any(float) {
            return all;
        }
        all.into_iter().filter(|one| float(one) || !number(one)).collect()
    }

    /// It may be unsized (`T: ?Sized`).
    pub(super) fn maybe_unsized(&self, name: &str) -> bool {
        self.bounds
            .iter()
            .filter(|(ty, _)| matches!(ty, Ty::Generic(have) if have == name))
            .flat_map(|(_, bounds)| bounds)
            .any(|bound| matches!(bound, Bound::Trait { maybe: true, .. }))
    }

    /// What it is in the instances of the generic types that it stands in.
    fn by_instances(&self, bounds: &[Bound], name: &str) -> Option<Vec<Choice>> {
        let all = self.inside.get(name)?;
        // Whatever is a file object will do.
        if all.iter().any(|ty| streams::modes(ty).is_some()) {
            return None;
        }
        let found: Vec<Choice> = all
            .iter()
            .filter(|ty| holds::meets(self.ctx, ty, bounds))
            .map(|ty| Choice {
                ty: ty.clone(),
                iterate: false,
            })
            .take(CHOICES)
            .collect();
        (!found.is_empty()).then_some(found)
    }

    /// What stands for a parameter of which nothing more is asked.
    fn by_stand_in(&self, bounds: &[Bound], name: Option<&str>) -> Result<Vec<Choice>, Reason> {
        if let Some(items) = name.and_then(|name| self.looked_through(name)) {
            return Ok(Choice::of(list(items)));
        }
        if let Some(found) = name.and_then(|name| self.by_askers(bounds, name)) {
            if found.is_empty() {
                return Err(self.undecided(bounds, name));
            }
            return Ok(found
                .into_iter()
                .map(|ty| Choice { ty, iterate: false })
                .collect());
        }
        let passed = name.is_none_or(|name| self.passed.contains(name));
        let found = stand_in::of_bounds(self.ctx, bounds, passed);
        if found.is_empty() {
            return Err(self.undecided(bounds, name));
        }
        Ok(found
            .into_iter()
            .map(|ty| Choice { ty, iterate: false })
            .collect())
    }

    /// The items of what is asked for its references alone: `for<'a> &'a T: IntoIterator<Item = …>`.
    fn looked_through(&self, name: &str) -> Option<Ty> {
        let is =
            |ty: &Ty| matches!(ty, Ty::Ref { ty, .. } if matches!(&**ty, Ty::Generic(have) if have == name));
        let about = self.bounds.iter().filter(|(ty, _)| is(ty));
        let args = about
            .flat_map(|(_, bounds)| bounds)
            .find_map(|bound| match bound {
                Bound::Trait { trait_, .. } if stdlib::is_trait(&trait_.def, "IntoIterator") => {
                    Some(&trait_.args)
                }
                _ => None,
            })?;
        match binding(args, "Item") {
            Some(Ty::Ref { ty, .. }) if closed(ty) => Some((**ty).clone()),
            Some(ty) if closed(ty) => None,
            _ => Some(stand_in::dynamic()),
        }
    }

    pub(super) fn by_bounds(&self, bounds: &[Bound], name: Option<&str>) -> Result<Vec<Choice>, Reason> {
        let mut weak = None;
        for bound in bounds {
            let Bound::Trait {
                trait_, maybe: false, ..
            } = bound
            else {
                continue;
            };
            if let Some(ty) = self.by_host(bounds, trait_, name)? {
                return Ok(Choice::of(ty));
            }
            if stdlib::is_std(&trait_.def) {
                match self.by_std(trait_, name)? {
                    Some(found) if matches!(trait_.def.name(), "Display" | "ToString" | "Deref") => {
                        weak = weak.or(Some(found));
                    }
                    Some(found) => return Ok(found),
                    None => {}
                }
            } else if let Some(found) = self.by_random(trait_, bounds, name) {
                return Ok(found);
            } else if let Some(found) = self.by_storage(trait_)? {
                return Ok(found);
            } else if let Some(found) = self.by_serde(trait_, bounds, name) {
                return Ok(found);
            } else if self.ctx.def(&trait_.def).is_some() {
                let found = self.by_implementors(trait_, bounds);
                let found = hidden::or_tried(self, found, trait_, bounds, name);
                if !found.is_empty() {
                    return Ok(found);
                }
            }
        }
        match weak {
            Some(found) => Ok(found),
            None => self.by_stand_in(bounds, name),
        }
    }

    /// How an array holds its items: it owns them.
    fn by_storage(&self, trait_: &TraitRef) -> Result<Option<Vec<Choice>>, Reason> {
        let (Some(storage), Some(item)) = (
            mappings::storage(self.ctx, &trait_.def),
            binding(&trait_.args, "Elem"),
        ) else {
            return Ok(None);
        };
        let owned = |item| Choice {
            ty: Ty::Path {
                def: storage.clone(),
                args: Args {
                    args: vec![Arg::Type(item)],
                    ..Args::default()
                },
            },
            iterate: false,
        };
        Ok(Some(self.fill(item)?.into_iter().map(owned).collect()))
    }

    /// What Python's own objects stand for: streams and callables.
    fn by_host(&self, bounds: &[Bound], trait_: &TraitRef, name: Option<&str>) -> Result<Option<Ty>, Reason> {
        if streams::of_trait(&trait_.def) != 0 {
            let inside = name.and_then(|name| self.inside.get(name)).into_iter().flatten();
            let inside = inside.filter_map(streams::modes).next();
            let modes = inside.unwrap_or_else(|| streams::of_bounds(bounds));
            if !streams::is_one(modes) {
                let message =
                    "a parameter that is written text and bytes: Python's files are one or the other";
                return Err(Reason::new(SkipCode::Stream, message));
            }
            return Ok(Some(streams::file(modes)));
        }
        if !closures::is_trait(&trait_.def) {
            return Ok(None);
        }
        let alone = name.is_none_or(|name| self.stands_alone(name));
        let leaves = name.is_some_and(|name| self.leaves(name));
        let signature = closures::signature(bounds, trait_, alone, leaves);
        let mut all = self.callables.borrow_mut();
        all.push(signature);
        Ok(Some(closures::callable(all.len() - 1)))
    }

    /// A value of it may be in the result: that names it, or has a type that nobody names.
    fn leaves(&self, name: &str) -> bool {
        self.output.as_ref().is_some_and(|output| {
            generics_in(output).contains(name) || any(output, &|part| matches!(part, Ty::Impl(_)))
        })
    }

    /// Nothing but the parameter's own bounds says what it has to be.
    fn stands_alone(&self, name: &str) -> bool {
        let names = |ty: &Ty| generics_in(ty).contains(name);
        self.bounds.iter().all(|(ty, bounds)| {
            let own = matches!(ty, Ty::Generic(have) if have == name);
            let told = bounds.iter().any(|bound| match bound {
                Bound::Trait { trait_, .. } => {
                    let bound_to = trait_.args.bindings.iter().map(|(_, ty)| ty);
                    type_args(&trait_.args).chain(bound_to).any(names)
                }
                Bound::Outlives(_) | Bound::Use => false,
            });
            (own || !names(ty)) && !told
        })
    }

    fn undecided(&self, bounds: &[Bound], name: Option<&str>) -> Reason {
        let bounds = self.ctx.show_bounds(bounds);
        let named = name.filter(|name| !name.starts_with('#'));
        let what = match named {
            Some(name) if bounds.is_empty() => format!("the type parameter `{name}` has no bound"),
            Some(name) => format!("the type parameter `{name}: {bounds}`"),
            None => format!("`impl {bounds}`"),
        };
        Reason::new(SkipCode::Generic, format!("{what}: no type to choose"))
    }

    /// What a standard trait says; `None`: nothing.
    fn by_std(&self, trait_: &TraitRef, name: Option<&str>) -> Result<Option<Vec<Choice>>, Reason> {
        let arg = type_args(&trait_.args).next();
        let refused = |code: SkipCode, what: &str| {
            let bound = self.ctx.show_trait(trait_);
            Err(Reason::new(
                code,
                format!("a parameter bounded by `{bound}` takes {what}: not served yet"),
            ))
        };
        let found = match trait_.def.name() {
            "AsRef" | "Borrow" => arg.and_then(|ty| self.by_view(ty)),
            "AsMut" | "BorrowMut" => arg
                .map(|ty| Ty::Ref {
                    lifetime: None,
                    mutable: true,
                    ty: Box::new(ty.clone()),
                })
                .filter(super::outs::is_buffer)
                .map(Choice::of),
            "Deref" => binding(&trait_.args, "Target")
                .filter(|ty| closed(ty))
                .map(|ty| Choice::of(shared(ty))),
            "Into" => arg.map(|ty| self.by_target(ty, "From", name)).transpose()?,
            "TryInto" => arg.map(|ty| self.by_target(ty, "TryFrom", name)).transpose()?,
            "ToString" | "Display" => Some(Choice::of(string())),
            "ToSocketAddrs" => Some(Choice::of(string())),
            "RangeBounds" => match arg {
                Some(ty) => {
                    let all = self.fill(ty)?;
                    Some(
                        all.into_iter()
                            .map(|ty| Choice {
                                ty: range(ty),
                                iterate: false,
                            })
                            .collect(),
                    )
                }
                None => None,
            },
            // A map's or set's: the default stands for any.
            "BuildHasher" => Some(Choice::of(std_type("std::hash::random::RandomState"))),
            "Pattern" => Some(Choice::of(shared(&text()))),
            // One item of a list, not a part of it.
            "SliceIndex" => Some(Choice::of(Ty::Primitive("usize".to_owned()))),
            "IntoIterator" => Some(self.by_items(&trait_.args, name, false)?),
            "Iterator" | "DoubleEndedIterator" | "ExactSizeIterator" => {
                Some(self.by_items(&trait_.args, name, true)?)
            }
            "Future" | "IntoFuture" => return refused(SkipCode::Async, "a future"),
            _ => None,
        };
        Ok(found)
    }

    /// `AsRef<T>`, `Borrow<T>`.
    fn by_view(&self, ty: &Ty) -> Option<Vec<Choice>> {
        if is_bytes(ty) {
            return Some(Choice::of(Ty::Primitive(BYTES_LIKE.to_owned())));
        }
        match ty {
            _ if is_text(ty) => Some(Choice::of(shared(ty))),
            Ty::Path { def, .. } if stdlib::is(def, "Path") => {
                Some(Choice::of(std_type("std::path::PathBuf")))
            }
            Ty::Path { def, .. } if stdlib::is(def, "OsStr") => Some(Choice::of(string())),
            Ty::Path { def, .. } if stdlib::is(def, "CStr") => {
                Some(Choice::of(std_type("std::ffi::CString")))
            }
            Ty::Slice(item) => {
                let items = self.fill(item).ok()?;
                Some(
                    items
                        .into_iter()
                        .map(|ty| Choice {
                            ty: list(ty),
                            iterate: false,
                        })
                        .collect(),
                )
            }
            Ty::Path { .. } if matches!(class(self.ctx, self.types, ty), Class::Type(..)) => {
                Some(Choice::of(shared(ty)))
            }
            _ => Some(
                self.fill(ty)
                    .ok()?
                    .into_iter()
                    .map(|ty| Choice { ty, iterate: false })
                    .collect(),
            ),
        }
    }

    /// `Into<T>`: what is converted is passed as what it becomes, or as what the crate's impls of `trait_` convert.
    fn by_target(&self, ty: &Ty, trait_: &str, name: Option<&str>) -> Result<Vec<Choice>, Reason> {
        if let Ty::Path { def, args } = ty {
            let inner = type_args(args).next();
            if is_boxed(def) {
                if inner.is_some_and(is_text) {
                    return Ok(Choice::of(string()));
                }
                if inner.is_some_and(is_bytes) {
                    return Ok(Choice::of(list(Ty::Primitive("u8".to_owned()))));
                }
            }
            // What lives for ever owns its data.
            if let Some(owned) = super::returned::for_ever(ty) {
                return Ok(Choice::of(owned));
            }
            // Text is as good as bytes, as it is in Rust.
            if stdlib::is(def, "Vec") && inner == Some(&Ty::Primitive("u8".to_owned())) {
                return Ok(Choice::of(Ty::Primitive(BYTES_LIKE.to_owned())));
            }
            if stdlib::is(def, "OsString") {
                return Ok(Choice::of(string()));
            }
        }
        let mut all = self.fill(ty)?;
        let sources = |ty: &Ty| conversions::sources(self.ctx, self.types, ty, trait_);
        let mut more: Vec<Ty> = all.iter().flat_map(sources).collect();
        more.extend(all.iter().flat_map(|ty| self.sources_by_bounds(ty, trait_)));
        all.extend(more);
        // Whatever is plain data is taken at once, however it is nested.
        let alone = trait_ == "From" && name.is_some_and(|name| self.alone.contains(name));
        if let Some(plain) = all
            .first()
            .filter(|_| alone)
            .and_then(|one| plain::of(self.ctx, one))
        {
            all.retain(|one| !plain::covers(one));
            all.insert(1, plain);
        }
        all.truncate(CHOICES);
        Ok(all.into_iter().map(|ty| Choice { ty, iterate: false }).collect())
    }

    /// `IntoIterator<Item = T>`, `Iterator<Item: Bound>`, `where I::Item: Bound`.
    fn by_items(&self, args: &Args, name: Option<&str>, iterate: bool) -> Result<Vec<Choice>, Reason> {
        let projected = || -> Vec<Bound> {
            let is_item = |ty: &Ty| {
                matches!(ty, Ty::Projection { self_ty, name: item, .. }
                    if item == "Item" && matches!(&**self_ty, Ty::Generic(have) if Some(have.as_str()) == name))
            };
            self.bounds
                .iter()
                .filter(|(ty, _)| is_item(ty))
                .flat_map(|(_, bounds)| bounds.clone())
                .collect()
        };
        let lazy = name.is_some_and(|name| self.only_iterates(name, args));
        let written = binding(args, "Item");
        // What the items are is decided here alone: they may as well own their data.
        let free = match written {
            Some(Ty::Generic(item)) => !self.named.contains(item),
            Some(Ty::Impl(_)) | None => true,
            Some(_) => false,
        };
        let items: Vec<Ty> = match written {
            Some(item) => self.fill(item)?,
            None => {
                let mut bounds: Vec<Bound> = args
                    .constraints
                    .iter()
                    .filter(|(n, _)| n == "Item")
                    .flat_map(|(_, b)| b.clone())
                    .collect();
                bounds.extend(projected());
                let choices = self.by_bounds(&bounds, None)?;
                choices
                    .into_iter()
                    .filter(|one| !one.iterate)
                    .map(|one| one.ty)
                    .collect()
            }
        };
        Ok(items
            .into_iter()
            .map(|ty| if lazy && free { owned(ty) } else { ty })
            .map(|ty| match gathered(&ty) {
                Some(ty) if lazy => Choice { ty, iterate: false },
                _ => Choice {
                    ty: list(ty),
                    iterate,
                },
            })
            .collect())
    }

    /// Nothing but its items is asked of an iterator: not how many there are, not the last one, no copy.
    fn only_iterates(&self, name: &str, args: &Args) -> bool {
        let about = |ty: &Ty| match ty {
            Ty::Generic(have) => have == name,
            Ty::Projection {
                self_ty, name: of, ..
            } => of == "IntoIter" && matches!(&**self_ty, Ty::Generic(have) if have == name),
            _ => false,
        };
        let inner = args.constraints.iter().filter(|(of, _)| of == "IntoIter");
        self.bounds
            .iter()
            .filter(|(ty, _)| about(ty))
            .flat_map(|(_, bounds)| bounds)
            .chain(inner.flat_map(|(_, bounds)| bounds))
            .all(|bound| match bound {
                Bound::Trait { trait_, maybe, .. } => {
                    *maybe || stdlib::is_std(&trait_.def) && ITERATES.contains(&trait_.def.name())
                }
                Bound::Outlives(_) | Bound::Use => true,
            })
            && binding(args, "IntoIter").is_none()
    }

    /// Puts choices in place of the parameters that a type names.
    fn fill(&self, ty: &Ty) -> Result<Vec<Ty>, Reason> {
        let mut all = vec![ty.clone()];
        for name in generics_in(ty) {
            let choices = self.choose(&name)?;
            let mut next = Vec::new();
            for one in &all {
                for choice in choices.iter().filter(|choice| !choice.iterate) {
                    let mut subst = super::fold::Subst::default();
                    subst.types.insert(name.clone(), choice.ty.clone());
                    next.push(subst.apply(one));
                }
            }
            next.truncate(CHOICES);
            all = next;
        }
        let mut out = Vec::new();
        for one in all {
            match one {
                Ty::Impl(bounds) => out.extend(self.by_bounds(&bounds, None)?.into_iter().map(|one| one.ty)),
                ty => out.push(ty),
            }
        }
        for ty in &out {
            check_item(self.ctx, self.types, ty, "an item or target type")?;
        }
        Ok(out)
    }

    /// The implementors of a trait that Python can pass: one for text, one for integers, each type of the plan.
    pub(super) fn by_implementors(&self, asked: &TraitRef, asked_for: &[Bound]) -> Vec<Choice> {
        let trait_ = &asked.def;
        let mut kinds = Kinds::new();
        for impl_ in self.ctx.impls_of(trait_) {
            let ty = self.ctx.normal(&impl_.self_ty);
            if let Ty::Generic(name) = &ty {
                // A blanket impl: what its own bounds say.
                let bounds: Vec<Bound> = bounds_of(&impl_.generics, name).into_iter().cloned().collect();
                let own = |bound: &Bound| matches!(bound, Bound::Trait { trait_: t, .. } if t.def == *trait_);
                if !bounds.iter().any(own) && self.open.borrow_mut().insert(trait_.0.clone()) {
                    let found = match told(impl_, asked, name) {
                        Some(ty) => Choice::of(ty.clone()),
                        None => self.by_bounds(&bounds, None).unwrap_or_default(),
                    };
                    self.open.borrow_mut().remove(&trait_.0);
                    let found: Vec<Choice> = found
                        .into_iter()
                        .filter(|choice| self.close(impl_, &choice.ty).is_some())
                        .filter(|choice| holds::meets(self.ctx, &choice.ty, asked_for))
                        .collect();
                    for choice in found.into_iter().filter(|choice| !choice.iterate) {
                        let (kind, rank) = self.kind_of(&choice.ty);
                        best(&mut kinds, kind, rank, choice.ty);
                    }
                }
                continue;
            }
            if let Some(list) = listed::of(self, impl_, &ty, asked_for) {
                let (kind, rank) = kind_of(self.ctx, &list);
                best(&mut kinds, kind, rank, list);
            }
            if let Some(dict) = named::of(self, impl_, &ty, asked_for) {
                let (kind, rank) = kind_of(self.ctx, &dict);
                best(&mut kinds, kind, rank, dict);
            }
            for ty in self.implementors(impl_, asked, ty) {
                if passable(self.ctx, self.types, &ty) && holds::meets(self.ctx, &ty, asked_for) {
                    let (kind, rank) = kind_of(self.ctx, &ty);
                    best(&mut kinds, kind, rank, ty);
                }
            }
        }
        // Python's tuples are lists to it, too.
        if kinds.values().any(|(_, ty)| listed::is(ty)) {
            kinds.retain(|_, (_, ty)| !matches!(ty, Ty::Tuple(_)));
        }
        // What takes any data of a crate leaves nothing to that crate's other types of data.
        let any = kinds
            .values()
            .find_map(|(_, ty)| any_data(self.ctx, ty).map(str::to_owned));
        if let Some(krate) = any {
            let needed = |ty: &Ty| any_data(self.ctx, ty).is_some() || !is_mapped_of(self.ctx, ty, &krate);
            kinds.retain(|_, (_, ty)| needed(ty));
        }
        let host = self
            .types
            .host(trait_)
            .filter(|_| hosts::meets(self.ctx, trait_, asked_for));
        let most = self.most - usize::from(host.is_some());
        let all: Vec<Ty> = of_each_first(kinds.into_values().map(|(_, ty)| ty)).collect();
        let mut order: Vec<(usize, usize)> = limits::by_kinds(self.ctx, &all).into_iter().zip(0..).collect();
        order.sort_unstable();
        let chosen: BTreeSet<usize> = order.into_iter().take(most).map(|(_, at)| at).collect();
        all.into_iter()
            .enumerate()
            .filter(|(at, _)| chosen.contains(at))
            .map(|(_, ty)| ty)
            // Objects of Python's are what the others are not.
            .chain(host.map(hosts::host))
            .map(|ty| Choice { ty, iterate: false })
            .collect()
    }
}

/// The same types, of which one instance of each generic type comes before the second of any.
fn of_each_first(all: impl Iterator<Item = Ty>) -> impl Iterator<Item = Ty> {
    let mut seen = BTreeSet::new();
    let (firsts, others): (Vec<Ty>, Vec<Ty>) = all.partition(|ty| match ty {
        Ty::Path { def, .. } if !stdlib::is_std(def) => seen.insert(def.clone()),
        _ => true,
    });
    firsts.into_iter().chain(others)
}

/// What the arguments of a trait say that a blanket impl is for: `impl<T> SampleBorrow<T> for T`.
fn told<'t>(impl_: &Impl, asked: &'t TraitRef, name: &str) -> Option<&'t Ty> {
    let have = impl_.trait_.iter().flat_map(|one| type_args(&one.args));
    let mut pairs = have.zip(type_args(&asked.args));
    let is = |have: &Ty| matches!(have, Ty::Generic(have) if have == name);
    pairs.find_map(|(have, asked)| (is(have) && closed(asked)).then_some(asked))
}

pub(super) fn is_boxed(def: &DefKey) -> bool {
    ["Box", "Arc", "Rc"].iter().any(|name| stdlib::is(def, name))
}

fn binding<'t>(args: &'t Args, name: &str) -> Option<&'t Ty> {
    args.bindings
        .iter()
        .find(|(have, _)| have == name)
        .map(|(_, ty)| ty)
}

/// `str`
pub(super) fn text() -> Ty {
    Ty::Primitive("str".to_owned())
}

/// `&T`, its lifetime elided.
pub(super) fn shared(ty: &Ty) -> Ty {
    Ty::Ref {
        lifetime: None,
        mutable: false,
        ty: Box::new(ty.clone()),
    }
}

/// A standard type without arguments.
pub(super) fn std_type(path: &str) -> Ty {
    Ty::Path {
        def: DefKey(path.to_owned()),
        args: Args::default(),
    }
}

/// `String`
pub(super) fn string() -> Ty {
    std_type("alloc::string::String")
}

/// `Vec<T>`
pub(super) fn list(ty: Ty) -> Ty {
    over("alloc::vec::Vec", ty)
}

/// An iterator over items of Python's, if they own their data.
pub(super) fn gathered(item: &Ty) -> Option<Ty> {
    let borrows = |part: &Ty| matches!(part, Ty::Primitive(name) if name == BYTES_LIKE);
    if has_lifetimes(item) || any(item, &borrows) || closures::holds(item) {
        return None;
    }
    Some(of_runtime("Iterable", item))
}

/// Items of Python's that are all taken before the call.
pub(super) fn collected(item: &Ty) -> Ty {
    of_runtime("Items", item)
}

fn of_runtime(name: &str, item: &Ty) -> Ty {
    over(&format!("std::usecrate::{name}"), item.clone())
}

/// A standard type over another.
fn over(path: &str, ty: Ty) -> Ty {
    let args = Args {
        args: vec![Arg::Type(ty)],
        ..Args::default()
    };
    let def = DefKey(path.to_owned());
    Ty::Path { def, args }
}

/// What was chosen to be lent, as an item that Rust draws: it may be made of a value, too, where it is made of a reference.
fn drawn(one: Choice) -> Choice {
    match one.ty {
        Ty::Ref {
            mutable: false,
            ref ty,
            ..
        } if matches!(**ty, Ty::Path { .. }) => Choice {
            ty: (**ty).clone(),
            ..one
        },
        _ => one,
    }
}

/// Text that was chosen, as a value of its own.
fn owned(ty: Ty) -> Ty {
    match &ty {
        Ty::Ref {
            mutable: false,
            ty: inner,
            ..
        } if is_text(inner) => string(),
        _ => ty,
    }
}

/// Any range of `T`.
fn range(ty: Ty) -> Ty {
    over("std::usecrate::AnyRange", ty)
}
