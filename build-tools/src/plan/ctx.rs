//! Looking things up in the `Api`: definitions, impls of a type, normal forms of types.
//!
//! A *normal* type has its aliases expanded, its defaulted and elided arguments filled in, and its associated types
//! replaced by what they are, as far as the impls say (`normal`).

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::fold::{Fold, Subst, apart, closed, erase, unify};
use super::holds::Answer;
use super::limits::Limits;
use super::mappings::Mapping;
use super::model::PlannedMapping;
use super::normal::{Fill, Normal, fill};
use super::requests::Request;
use super::wire::type_args;
use super::{held, holds, items, numbers, stdlib};
use crate::api::{
    Api, Arg, Args, Bound, Def, DefKey, DefKind, GenericParam, Generics, Impl, Target, TraitRef, Ty,
};

/// How deep aliases and associated types are followed.
const DEPTH: usize = 12;

/// Lookups over one `Api`.
pub(super) struct Ctx<'a> {
    pub(super) api: &'a Api,
    /// What a public name of the crate leads to.
    pub(super) exported: BTreeSet<DefKey>,
    /// Public modules of the crate and of the dependencies that it exports; what those export of others is far.
    pub(super) near: BTreeSet<String>,
    /// The definitions: they are asked for all the time, and by long names that begin alike.
    defs: HashMap<&'a DefKey, &'a Def>,
    /// Impls by the definition that their self type begins with; [`Self::bare`] for those without one.
    by_def: HashMap<&'a DefKey, Vec<&'a Impl>>,
    /// Impls by their trait.
    by_trait: HashMap<&'a DefKey, Vec<&'a Impl>>,
    bare: Vec<&'a Impl>,
    /// Library names of other crates that spelled paths begin with.
    pub(super) dependencies: RefCell<BTreeSet<String>>,
    /// Features of `runtime` that spelled types ask for.
    pub(super) features: RefCell<BTreeSet<String>>,
    /// The crates with traits for generators of random numbers that a source is made for.
    pub(super) random: RefCell<BTreeSet<String>>,
    /// The value mappings that types were found to have, by definition.
    mappings: RefCell<BTreeMap<DefKey, Vec<&'static Mapping>>>,
    /// The self types of impls, filled in; by the impl's place in the `Api`.
    patterns: RefCell<HashMap<*const Impl, Pattern>>,
    /// What was found to stand for the parameters of generic types.
    pub(super) standing_in: RefCell<BTreeMap<(DefKey, bool), Vec<Ty>>>,
    /// What implements one of some traits, of the types that can stand for a parameter.
    pub(super) implementing: RefCell<BTreeMap<Traits, Vec<Ty>>>,
    /// Which types implement which traits.
    pub(super) judged: holds::judged::Judged,
    /// Which impls apply to which types, by the impl's place in the `Api`.
    granted: RefCell<HashMap<*const Impl, HashMap<Ty, bool>>>,
    /// The same, with what the impls' parameters stand for: of one type it is asked again and again.
    matched: RefCell<HashMap<*const Impl, Matched>>,
    /// What is asked for by name.
    pub(super) requests: Vec<Request>,
    /// The crate's own type for values of any kind, once it was looked for (see `functions`).
    pub(super) own_value: OnceCell<Option<Ty>>,
    /// All of the crate's own types that are made of several kinds of plain values (see `likely`).
    pub(super) own_values: OnceCell<Vec<Ty>>,
    /// The types of the constants that modules have (see `stand_in`).
    pub(super) constants: OnceCell<BTreeSet<Ty>>,
    /// How many shims a callable may have, once that was asked.
    pub(super) limits: OnceCell<Limits>,
}

/// A type to be matched, and the parameters in it that may stand for anything.
pub(super) type Pattern = Rc<(Ty, BTreeSet<String>)>;

/// Some traits, and whether generic types are looked for among what implements them, too.
type Traits = (BTreeSet<DefKey>, bool);

/// Types with what an impl's parameters stand for, if it applies.
type Matched = HashMap<Ty, Option<Rc<Subst>>>;

/// An impl that applies to a type.
pub(super) struct Match<'a> {
    /// The impl.
    pub(super) impl_: &'a Impl,
    /// What its parameters and `Self` stand for; lifetimes keep the impl's names.
    pub(super) subst: Subst,
}

impl<'a> Ctx<'a> {
    /// Indexes an `Api`.
    pub(super) fn new(api: &'a Api) -> Self {
        let near = near_modules(api);
        let mut exported = BTreeSet::new();
        for module in api.modules.values().filter(|module| near.contains(&module.path)) {
            for entry in &module.entries {
                match &entry.target {
                    Target::Def(def) | Target::Variant { def, .. } => {
                        exported.insert(def.clone());
                    }
                    Target::Module(_) => {}
                }
            }
        }
        let mut by_def: HashMap<&DefKey, Vec<&Impl>> = HashMap::new();
        let mut bare = Vec::new();
        let mut by_trait: HashMap<&DefKey, Vec<&Impl>> = HashMap::new();
        for one in api.impls.iter().filter(|one| !one.negative) {
            if let Some(trait_) = &one.trait_ {
                by_trait.entry(&trait_.def).or_default().push(one);
            }
            match &one.self_ty {
                Ty::Path { def, .. } => by_def.entry(def).or_default().push(one),
                _ => bare.push(one),
            }
        }
        let (dependencies, features, mappings, patterns, standing_in, judged, granted, matched, random) =
            Default::default();
        let implementing = RefCell::default();
        Self {
            api,
            exported,
            near,
            defs: api.defs.iter().collect(),
            by_def,
            by_trait,
            bare,
            dependencies,
            features,
            random,
            mappings,
            patterns,
            standing_in,
            implementing,
            judged,
            granted,
            matched,
            requests: Vec::new(),
            own_value: OnceCell::new(),
            own_values: OnceCell::new(),
            constants: OnceCell::new(),
            limits: OnceCell::new(),
        }
    }

    /// A definition.
    pub(super) fn def(&self, key: &DefKey) -> Option<&'a Def> {
        self.defs.get(key).copied()
    }

    /// The crate's own, or exported by it.
    pub(super) fn own(&self, key: &DefKey) -> bool {
        key.krate() == self.api.name || self.exported.contains(key)
    }

    /// The type is written in the crate itself, not in one whose items it gives out.
    pub(super) fn wrote(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Path { def, .. } if def.krate() == self.api.name)
    }

    /// The best path of a definition for people.
    pub(super) fn path(&self, key: &DefKey) -> String {
        if let Some(path) = stdlib::path(key) {
            return path.trim_start_matches("::").to_owned();
        }
        self.def(key)
            .and_then(|def| def.paths.first())
            .cloned()
            .unwrap_or_else(|| key.0.clone())
    }

    /// Takes note of a value mapping that a type of that definition has.
    pub(super) fn uses(&self, def: &DefKey, mapping: &'static Mapping) {
        let mut all = self.mappings.borrow_mut();
        match all.get_mut(def) {
            Some(rows) if rows.contains(&mapping) => {}
            Some(rows) => rows.push(mapping),
            None => {
                all.insert(def.clone(), vec![mapping]);
            }
        }
    }

    /// The value mappings that were found, as the bridge writes them; the crates that they name become dependencies.
    pub(super) fn planned_mappings(&self) -> Vec<PlannedMapping> {
        let mut planned = Vec::new();
        for (def, rows) in self.mappings.take() {
            for row in rows {
                let (mapping, library) = row.planned(&def);
                self.dependencies.borrow_mut().insert(library);
                planned.push(mapping);
            }
        }
        for krate in self.random.take() {
            let (source, library) = super::random::planned(self, &krate);
            self.dependencies.borrow_mut().insert(library);
            self.features.borrow_mut().insert("random".to_owned());
            planned.push(source);
        }
        planned.sort();
        planned
    }

    /// The normal form of a type.
    pub(super) fn normal(&self, ty: &Ty) -> Ty {
        Normal {
            ctx: self,
            depth: DEPTH,
        }
        .ty(ty)
    }

    /// A trait with the normal forms of its arguments.
    pub(super) fn normal_trait(&self, trait_: &TraitRef) -> TraitRef {
        let mut trait_ = trait_.clone();
        for arg in &mut trait_.args.args {
            if let Arg::Type(ty) = arg {
                *ty = self.normal(ty);
            }
        }
        trait_
    }

    /// Every impl whose self type begins with that definition.
    pub(super) fn impls(&self, def: &DefKey) -> &[&'a Impl] {
        self.by_def.get(def).map_or(&[], Vec::as_slice)
    }

    /// Every impl of that trait.
    pub(super) fn impls_of(&self, trait_: &DefKey) -> &[&'a Impl] {
        self.by_trait.get(trait_).map_or(&[], Vec::as_slice)
    }

    /// Every impl of `Iterator` for a type of its own.
    pub(super) fn iterators(&self) -> impl Iterator<Item = &'a Impl> {
        let of = self
            .by_trait
            .keys()
            .filter(|trait_| stdlib::is_trait(trait_, "Iterator"));
        let traits: BTreeSet<&DefKey> = of.copied().collect();
        let all = traits
            .into_iter()
            .flat_map(|trait_| self.impls_of(trait_).iter().copied());
        all.filter(|impl_| impl_.blanket.is_none())
    }

    /// Impls for primitives, slices, references and bare parameters.
    pub(super) fn bare_impls(&self) -> &[&'a Impl] {
        &self.bare
    }

    /// The impls that apply to a type (normal, lifetimes erased).
    pub(super) fn matching(&self, ty: &Ty) -> Vec<Match<'a>> {
        let Ty::Path { def, .. } = ty else {
            return Vec::new();
        };
        self.impls(def)
            .iter()
            .filter_map(|impl_| self.match_impl(impl_, ty))
            .collect()
    }

    /// Matches one impl against a type.
    pub(super) fn match_impl(&self, impl_: &'a Impl, ty: &Ty) -> Option<Match<'a>> {
        let key = std::ptr::from_ref(impl_);
        if let Some(known) = self.matched.borrow().get(&key).and_then(|all| all.get(ty)) {
            let found = known.clone();
            return found.map(|subst| Match {
                impl_,
                subst: (*subst).clone(),
            });
        }
        let note = |subst: Option<Subst>| {
            let mut all = self.matched.borrow_mut();
            all.entry(key).or_default().insert(ty.clone(), subst.map(Rc::new));
        };
        let fitting = self.fitting(impl_, &impl_.self_ty, ty);
        // What asks for itself meanwhile is told that it fits.
        note(fitting.clone());
        let found = fitting.and_then(|subst| self.granting(impl_, ty, subst));
        note(found.as_ref().map(|found| found.subst.clone()));
        found
    }

    /// An impl is for a type: the same without what its parameters stand for.
    pub(super) fn is_for(&self, impl_: &'a Impl, ty: &Ty) -> bool {
        let key = std::ptr::from_ref(impl_);
        let known = self
            .matched
            .borrow()
            .get(&key)
            .and_then(|all| all.get(ty))
            .map(Option::is_some);
        known.unwrap_or_else(|| self.match_impl(impl_, ty).is_some())
    }

    /// Matches a part of an impl's self type, such as what it refers to, against a type.
    pub(super) fn match_pattern(&self, impl_: &'a Impl, pattern: &Ty, ty: &Ty) -> Option<Match<'a>> {
        let subst = self.fitting(impl_, pattern, ty)?;
        self.granting(impl_, ty, subst)
    }

    /// What the impl's parameters are where its pattern is the type, whatever it asks of them.
    fn fitting(&self, impl_: &'a Impl, pattern: &Ty, ty: &Ty) -> Option<Subst> {
        let mut subst = Subst::default();
        let filled = self.filled(impl_, pattern);
        let (pattern, open) = &*filled;
        if !unify(pattern, ty, open, &mut subst) {
            return None;
        }
        let self_ty = subst.apply(&freshen_self(pattern));
        if let Some(name) = &impl_.blanket {
            subst.types.insert(name.clone(), self_ty.clone());
        }
        subst.types.insert("Self".to_owned(), self_ty);
        Some(subst)
    }

    /// The match, if what the impl asks holds, with what that tells of its parameters.
    fn granting(&self, impl_: &'a Impl, ty: &Ty, mut subst: Subst) -> Option<Match<'a>> {
        if held::is_in(ty) {
            held::tell(self, impl_, &mut subst);
        }
        let told = |name: &String| subst.types.contains_key(name) || subst.consts.contains_key(name);
        if items::gathered_in(ty) || !parameters(&impl_.generics).iter().all(told) {
            // What tells may ask for ever more types in turn.
            if let Some(_deeper) = self.judged.enter(holds::DEPTH) {
                holds::tell(self, impl_, &mut subst);
            }
        }
        self.grants(impl_, ty, &subst).then_some(Match { impl_, subst })
    }

    /// What an impl asks of its parameters holds for a type, as far as is known.
    fn grants(&self, impl_: &Impl, ty: &Ty, subst: &Subst) -> bool {
        if impl_.generics.bounds.is_empty() {
            return true;
        }
        let key = std::ptr::from_ref(impl_);
        if let Some(known) = self.granted.borrow().get(&key).and_then(|all| all.get(ty)) {
            return *known;
        }
        let note = |holds: bool| {
            let mut all = self.granted.borrow_mut();
            all.entry(key).or_default().insert(ty.clone(), holds);
        };
        // What asks for itself meanwhile is told that it does, and so is what asks for ever more.
        note(true);
        let Some(_deeper) = self.judged.enter(holds::DEPTH) else {
            return true;
        };
        let holds = holds::grants(self, &impl_.generics, subst);
        note(holds);
        holds
    }

    /// The self type of an impl, filled in, and the impl's parameters.
    pub(super) fn pattern(&self, impl_: &'a Impl) -> Pattern {
        self.filled(impl_, &impl_.self_ty)
    }

    /// What an associated type is, of the trait or of one that comes with it; `None`: nobody here knows.
    pub(super) fn associated(&self, ty: &Ty, trait_: &TraitRef, name: &str) -> Option<Ty> {
        let ty = erase(ty);
        let none = Args::default();
        let found = self.project(&ty, Some(trait_), name, &none);
        // What the trait itself has, another's type of that name says nothing of.
        let its_own = self.def(&trait_.def).is_some_and(
            |def| matches!(&def.kind, DefKind::Trait(of) if of.types.iter().any(|have| have == name)),
        );
        let its_own = its_own || name == "Output" && stdlib::is_operator(&trait_.def);
        found
            .or_else(|| self.project(&ty, None, name, &none).filter(|_| !its_own))
            .map(|found| self.normal(&found))
    }

    /// A part of an impl's self type with its defaults filled in, and the impl's parameters.
    fn filled(&self, impl_: &'a Impl, pattern: &Ty) -> Pattern {
        let whole = std::ptr::eq(pattern, &impl_.self_ty);
        let key = std::ptr::from_ref(impl_);
        if let Some(found) = self.patterns.borrow().get(&key).filter(|_| whole) {
            return Rc::clone(found);
        }
        let made = Rc::new((Fill { ctx: self }.ty(pattern), parameters(&impl_.generics)));
        if whole {
            self.patterns.borrow_mut().insert(key, Rc::clone(&made));
        }
        made
    }

    /// A type implements a trait, by the name of a standard one.
    pub(super) fn has_std(&self, ty: &Ty, name: &str) -> bool {
        let is = |impl_: &Impl| {
            let trait_ = impl_.trait_.as_ref();
            trait_.is_some_and(|trait_| stdlib::is_trait(&trait_.def, name))
        };
        let Ty::Path { def, .. } = ty else { return false };
        let mut all = self.impls(def).iter().filter(|impl_| is(impl_));
        all.any(|impl_| self.is_for(impl_, ty))
    }

    /// The same of a reference to a type.
    pub(super) fn ref_has_std(&self, ty: &Ty, name: &str) -> bool {
        let is = |impl_: &Impl| {
            let trait_ = impl_.trait_.as_ref();
            trait_.is_some_and(|trait_| stdlib::is_trait(&trait_.def, name))
        };
        self.find_impl(ty, is).is_some()
    }

    /// The first impl for a type, a reference or another one without a definition too, that is wanted.
    fn find_impl(&self, ty: &Ty, wanted: impl Fn(&Impl) -> bool) -> Option<Match<'a>> {
        let all = match ty {
            Ty::Path { def, .. } => self.impls(def),
            _ => self.bare_impls(),
        };
        let mut wanted = all.iter().filter(|impl_| wanted(impl_));
        wanted.find_map(|impl_| self.match_impl(impl_, ty))
    }

    pub(super) fn project(
        &self,
        self_ty: &Ty,
        trait_: Option<&TraitRef>,
        name: &str,
        args: &Args,
    ) -> Option<Ty> {
        if items::gathers(self_ty) {
            if trait_.is_none_or(|trait_| !stdlib::is_std(&trait_.def)) {
                return None;
            }
            return match name {
                "Item" => items::item(self_ty).cloned(),
                "IntoIter" => Some(self_ty.clone()),
                _ => None,
            };
        }
        let known = indexed(self_ty, trait_, name).or_else(|| numbers::given(self_ty, trait_, name));
        if let Some(given) = known {
            return Some(given.clone());
        }
        let found = match trait_ {
            Some(trait_) => match self.find_impl_of(self_ty, trait_) {
                Some(found) => found,
                // std makes every iterator one that can be made one, and its impls are not scanned.
                None if name == "IntoIter" && stdlib::is_trait(&trait_.def, "IntoIterator") => {
                    return self.has_std(self_ty, "Iterator").then(|| self_ty.clone());
                }
                None => return None,
            },
            None => self.find_impl(self_ty, |impl_| impl_.types.iter().any(|(have, _)| have == name))?,
        };
        let (_, ty) = found.impl_.types.iter().find(|(have, _)| have == name)?;
        let ty = found.subst.apply(ty);
        match found.impl_.type_generics.get(name) {
            Some(generics) => Some(bind(generics, args).apply(&ty)),
            None => Some(ty),
        }
    }

    /// The impl of a trait for a type: the first whose trait has those arguments. Where it is not known yet what an
    /// argument is, that is the only one that may be it.
    fn find_impl_of(&self, ty: &Ty, asked: &TraitRef) -> Option<Match<'a>> {
        let all = match ty {
            Ty::Path { def, .. } => self.impls(def),
            _ => self.bare_impls(),
        };
        let of_trait = |impl_: &&&Impl| impl_.trait_.as_ref().is_some_and(|have| have.def == asked.def);
        let asked = &self.whole(asked);
        let mut perhaps = None;
        for impl_ in all.iter().filter(of_trait) {
            let Some(mut found) = self.match_impl(impl_, ty) else {
                continue;
            };
            match self.has_arguments(&mut found, asked) {
                Answer::Yes => return Some(found),
                Answer::Open if perhaps.replace(found).is_some() => return None,
                Answer::Open | Answer::No => {}
            }
        }
        perhaps
    }

    /// A trait with the defaults of the arguments that are left out (`Allocator<R>` of `Allocator<R, C = U1>`).
    fn whole(&self, trait_: &TraitRef) -> TraitRef {
        TraitRef {
            def: trait_.def.clone(),
            args: fill(self, &trait_.def, trait_.args.clone()),
        }
    }

    /// The trait of an impl has the arguments that are asked for; what they say of the impl's parameters is put in.
    fn has_arguments(&self, found: &mut Match<'a>, asked: &TraitRef) -> Answer {
        let Some(have) = &found.impl_.trait_ else {
            return Answer::No;
        };
        let open = parameters(&found.impl_.generics);
        let have = self.whole(have);
        let mut answer = Answer::Yes;
        for (have, asked) in type_args(&have.args).zip(type_args(&asked.args)) {
            if !closed(asked) {
                continue;
            }
            let have = self.normal(&found.subst.apply(have));
            let mut told = found.subst.clone();
            if unify(&have, &erase(asked), &open, &mut told) {
                found.subst = told;
                continue;
            }
            if holds::is_settled(&have) && holds::is_settled(asked) || apart(&have, asked) {
                return Answer::No;
            }
            answer = Answer::Open;
        }
        answer
    }
}

/// What `Index<usize>` gives of a list: std's impls are not scanned.
fn indexed<'t>(ty: &'t Ty, trait_: Option<&'t TraitRef>, name: &str) -> Option<&'t Ty> {
    // The same from the other side: `<usize as SliceIndex<[T]>>::Output`.
    if let (Some(trait_), Ty::Primitive(word)) = (trait_, ty) {
        let of_place = stdlib::is_trait(&trait_.def, "SliceIndex") && word == "usize" && name == "Output";
        return type_args(&trait_.args)
            .next()
            .filter(|_| of_place)
            .and_then(|list| match list {
                Ty::Slice(item) => Some(&**item),
                _ => None,
            });
    }
    let by_place = |trait_: &TraitRef| {
        let place = type_args(&trait_.args).all(|ty| matches!(ty, Ty::Primitive(name) if name == "usize"));
        stdlib::is_trait(&trait_.def, "Index") && place
    };
    if name != "Output" || !trait_.is_none_or(by_place) {
        return None;
    }
    match ty {
        Ty::Slice(item) | Ty::Array { ty: item, .. } => Some(item),
        Ty::Path { def, args } if stdlib::is(def, "Vec") => type_args(args).next(),
        _ => None,
    }
}

/// The crate's modules, and those of dependencies that it exports itself. A dependency's re-exports of its own
/// dependencies (`sha2::digest::typenum`) would bring whole foreign crates.
fn near_modules(api: &Api) -> BTreeSet<String> {
    let mut owners: BTreeMap<&str, (String, usize)> = BTreeMap::new();
    // Sorted, so that a module comes after the one that holds it.
    for (path, module) in &api.modules {
        let (parent, distance) = path
            .rsplit_once("::")
            .and_then(|(parent, _)| owners.get(parent).cloned())
            .unwrap_or_else(|| (api.name.clone(), 0));
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in &module.entries {
            if let Target::Def(key) = &entry.target {
                *count.entry(key.krate()).or_default() += 1;
            }
        }
        let most = count
            .into_iter()
            .max_by_key(|(name, count)| (*count, *name == parent));
        let owner = most.map_or_else(|| parent.clone(), |(name, _)| name.to_owned());
        let distance = if path.contains("::") && owner != parent {
            distance + 1
        } else {
            distance
        };
        let owner = if path.contains("::") {
            owner
        } else {
            api.name.clone()
        };
        owners.insert(path, (owner, distance));
    }
    owners
        .into_iter()
        .filter(|(_, (_, distance))| *distance <= 1)
        .map(|(path, _)| path.to_owned())
        .collect()
}

/// Names of the type and const parameters.
pub(super) fn parameters(generics: &Generics) -> BTreeSet<String> {
    generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Type { name, .. } | GenericParam::Const { name, .. } => Some(name.clone()),
            GenericParam::Lifetime { .. } => None,
        })
        .collect()
}

/// Bounds by type parameter.
pub(super) fn bounds_of<'g>(generics: &'g Generics, name: &str) -> Vec<&'g Bound> {
    let is = |ty: &Ty| matches!(ty, Ty::Generic(have) if have == name);
    generics
        .bounds
        .iter()
        .filter(|bound| is(&bound.ty))
        .flat_map(|bound| &bound.bounds)
        .collect()
}

/// `impl Foo<'_>`: the elided lifetimes get names of their own.
fn freshen_self(ty: &Ty) -> Ty {
    struct Fresh(usize);
    impl Fold for Fresh {
        fn reference(&mut self, lifetime: Option<&str>) -> Option<String> {
            Some(self.lifetime(lifetime.unwrap_or("'_")))
        }
        fn lifetime(&mut self, name: &str) -> String {
            if name != "'_" {
                return name.to_owned();
            }
            self.0 += 1;
            format!("'_self{}", self.0)
        }
    }
    Fresh(0).ty(ty)
}

/// Pairs a definition's parameters with the arguments at a use.
pub(super) fn bind(generics: &Generics, args: &Args) -> Subst {
    let mut subst = Subst::default();
    let mut lifetimes = args.args.iter().filter_map(|arg| match arg {
        Arg::Lifetime(name) => Some(name.clone()),
        _ => None,
    });
    let mut others = args.args.iter().filter(|arg| !matches!(arg, Arg::Lifetime(_)));
    for param in &generics.params {
        match param {
            GenericParam::Lifetime { name, .. } => {
                subst
                    .lifetimes
                    .insert(name.clone(), lifetimes.next().unwrap_or_else(|| "'_".to_owned()));
            }
            GenericParam::Type { name, default } => {
                let ty = match others.next() {
                    Some(Arg::Type(ty)) => Some(ty.clone()),
                    Some(Arg::Infer) => Some(Ty::Infer),
                    Some(_) => None,
                    None => default.as_ref().map(|ty| subst.apply(ty)),
                };
                if let Some(ty) = ty {
                    subst.types.insert(name.clone(), ty);
                }
            }
            GenericParam::Const { name, default, .. } => {
                let text = match others.next() {
                    Some(Arg::Const(text)) => Some(text.clone()),
                    Some(Arg::Type(Ty::Generic(name))) => Some(name.clone()),
                    _ => default.clone(),
                };
                if let Some(text) = text {
                    subst.consts.insert(name.clone(), text);
                }
            }
        }
    }
    subst
}
