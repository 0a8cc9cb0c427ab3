//! Instances of a generic function that what is passed does not tell apart: those that are asked for by name, and, where
//! nothing says what a parameter is to be (`fn get<T: FromSql>(&self) -> T`), those that are likely.
//!
//! An instance is the same function with types put in, called with them written out: `::x::get::<i64, _>`.

use std::collections::BTreeSet;

use usecrate_manifest::SkipCode;

use super::arguments::Value;
use super::callables::{self, Made, erase_names};
use super::choose::Chooser;
use super::combine::{Combination, chooser};
use super::ctx::Ctx;
use super::fold::{Fold, Subst, any, closed, generics_in};
use super::likely::{self, Candidate};
use super::limits;
use super::model::{Reach, Shim};
use super::open::{Open, names_const};
use super::requests::Request;
use super::site::{Callee, OriginKey, Site};
use super::spell::{Lifetimes, Unnameable};
use super::stand_in;
use super::types::{Types, without_lifetimes};
use super::wire::{Reason, type_args};
use super::{askers, closures, names, stdlib};
use crate::api::{Bound, GenericParam, Ty};

/// How many instances one function gets without being asked.
const INSTANCES: usize = 16;

/// Plans a callable: what its name alone leads to, and what subscripts do where nothing says what a parameter is to be.
pub(super) fn all(ctx: &Ctx<'_>, types: &Types, site: &Site) -> Result<Vec<Shim>, Reason> {
    let bare = |made: Vec<Made>| made.into_iter().map(|one| one.shim).collect();
    if site.function.unsafe_ || site.function.async_ || keyed(site).is_empty() {
        return callables::shims(ctx, types, site).map(bare);
    }
    let open = Open::new(ctx, site);
    let left = left(&open, site);
    if left.is_empty() {
        return callables::shims(ctx, types, site).map(bare);
    }
    let chooser = chooser(ctx, types, &open);
    let found: Vec<Vec<Candidate>> = left
        .iter()
        .map(|one| one.candidates(ctx, types, &chooser, &open))
        .collect();
    let mut shims: Vec<Shim> = Vec::new();
    let mut refused = None;
    let words = Words::of(ctx, &found);
    // What a trait is asked for by is all that it is about: each of those is one shim.
    let converts = left.len() == 1 && left.iter().any(|one| one.of_trait);
    let combinations = combinations(&found, if converts { askers::MOST } else { INSTANCES });
    let mut limits = limits::of(ctx);
    if converts {
        limits.instances = askers::MOST;
    }
    let mut many = None;
    for (at, combination) in combinations.iter().enumerate() {
        if many == Some(true) && at >= limits.instances {
            break;
        }
        let values: Vec<(String, Value)> = left
            .iter()
            .zip(combination)
            .map(|(one, candidate)| (one.name.clone(), candidate.value.clone()))
            .collect();
        let told = |one: &Left| one.told;
        let natural = at == 0 && combination.iter().all(|one| one.natural);
        let bare = natural || left.iter().all(told);
        let plan = |most: usize| instance(ctx, types, site, &values, most);
        let few = if bare { limits.combinations } else { limits.named };
        let mut made = plan(if many == Some(true) {
            few
        } else {
            limits.combinations
        });
        if let (Ok(first), None) = (&made, many) {
            let all = first.len() * combinations.len();
            many = Some(all > limits.together);
            if all > limits.together && first.len() > few {
                made = plan(few);
            }
        }
        match made {
            Ok(made) => {
                let named = |one| reached((ctx, &words), site, &values, one, bare);
                shims.extend(made.into_iter().map(named));
            }
            Err(reason) => refused = refused.or(Some(reason)),
        }
    }
    // The only one that there is needs no name.
    let keys: BTreeSet<_> = shims.iter().filter_map(|one| one.reach.keys.last()).collect();
    if keys.len() == 1 {
        shims.iter_mut().for_each(|one| one.reach = Reach::default());
    }
    match (shims.is_empty(), refused) {
        (false, _) => Ok(shims),
        (true, Some(reason)) => Err(reason),
        // In the words for what is left open.
        (true, None) => callables::shims(ctx, types, site).map(bare),
    }
}

/// Plans the instance of a callable that is asked for. `alone`: its name alone leads to nothing else.
pub(super) fn requested(
    ctx: &Ctx<'_>,
    types: &Types,
    site: &Site,
    request: &Request,
    alone: bool,
) -> Result<Vec<Shim>, Reason> {
    let open = Open::new(ctx, site);
    let mut params: Vec<String> = declared(site)
        .iter()
        .filter_map(|one| named(one).cloned())
        .collect();
    params.extend(open.impls.iter().cloned());
    let values: Vec<(String, Value)> = params
        .into_iter()
        .zip(request.arguments.iter().map(|one| one.value.clone()))
        .filter(|(_, value)| *value != Value::Infer)
        .collect();
    let given = given(ctx, site, &values)?;
    let made = all(ctx, types, &given)?;
    let determined = open.determined();
    let told = values.iter().all(|(name, value)| match value {
        Value::Const(_) => open.params.iter().any(|ty| names_const(ty, name)),
        _ => determined.contains(name),
    });
    let mut shims: Vec<Shim> = made.into_iter().filter(|one| one.reach.bare).collect();
    if shims.is_empty() {
        let message = "nothing that is passed says what `_` is to be: name that, too";
        return Err(Reason::new(SkipCode::Generic, message));
    }
    for shim in &mut shims {
        shim.reach = Reach {
            bare: alone || told,
            keys: vec![request.key()],
            request: Some(request.entry.clone()),
            name: request.py_name.clone(),
        };
        shim.id = format!("{}<{}>", site.id, request.key().join(", "));
    }
    Ok(shims)
}

/// A parameter that has to be given.
struct Left {
    name: String,
    /// Of a const parameter, its type.
    constant: Option<Ty>,
    /// What is passed has it in its type: so it tells instances apart.
    told: bool,
    /// It is the impl's, and says which trait it is.
    of_trait: bool,
}

impl Left {
    fn candidates(
        &self,
        ctx: &Ctx<'_>,
        types: &Types,
        chooser: &Chooser<'_, '_>,
        open: &Open,
    ) -> Vec<Candidate> {
        match &self.constant {
            Some(ty) => {
                let signature: Vec<&Ty> = open.params.iter().chain(&open.output).collect();
                likely::constants(ctx, types, &signature, &self.name, ty)
            }
            None if self.of_trait => askers::candidates(ctx, types, open, &self.name),
            None => likely::types(ctx, types, chooser, open, &self.name),
        }
    }
}

/// The function's own parameters that nothing else decides.
fn left(open: &Open, site: &Site) -> Vec<Left> {
    let determined = open.determined();
    let own = declared(site);
    let is_own = |name: &String| own.iter().any(|one| named(one) == Some(name));
    let undecided = |name: &&String| !determined.contains(*name) || fails_alone(open, name);
    let types = open.names.iter().filter(undecided);
    let types = types.filter(|name| is_own(name)).map(|name| Left {
        name: name.clone(),
        constant: None,
        told: false,
        of_trait: false,
    });
    let consts = open.consts.iter().filter(|(name, _)| is_own(name));
    let consts = consts.map(|(name, ty)| Left {
        name: name.clone(),
        constant: Some(ty.clone()),
        told: open.params.iter().any(|ty| names_const(ty, name)),
        of_trait: false,
    });
    of_trait(&determined, site)
        .into_iter()
        .chain(types)
        .chain(consts)
        .collect()
}

/// The impl's parameter that says which trait it is (`U` of `impl<T, U: From<T>> Into<U> for T`), where nothing else decides it.
/// Of several together nobody knows which belong to each other.
fn of_trait(determined: &BTreeSet<String>, site: &Site) -> Option<Left> {
    let open = site.of_trait_open();
    let mut open = open.into_iter().filter(|name| !determined.contains(name));
    let name = open.next().filter(|_| open.next().is_none())?;
    Some(Left {
        name,
        constant: None,
        told: false,
        of_trait: true,
    })
}

/// The parameters that a subscript names: those of the trait, then the function's own.
fn keyed(site: &Site) -> Vec<String> {
    let own = declared(site).into_iter().filter_map(|one| named(one).cloned());
    site.of_trait_open().into_iter().chain(own).collect()
}

/// A parameter is the error of what a callable gives, and nothing else: what a callable raises leaves the call as it is,
/// and no error is ever made of it that would say which.
fn fails_alone(open: &Open, name: &str) -> bool {
    let is = |ty: &Ty| matches!(ty, Ty::Generic(have) if have == name);
    let fails = |bound: &Bound| match bound {
        Bound::Trait { trait_, .. } if closures::is_trait(&trait_.def) => {
            let output = trait_.args.bindings.iter().find(|(name, _)| name == "Output");
            output.is_some_and(|(_, ty)| match ty {
                Ty::Path { def, args } if stdlib::is(def, "Result") => type_args(args).nth(1).is_some_and(is),
                _ => false,
            })
        }
        _ => false,
    };
    let passed = open.params.iter().any(|ty| generics_in(ty).contains(name));
    !passed && open.bounds.iter().any(|(_, bounds)| bounds.iter().any(fails))
}

/// The type and const parameters that can be given where the function is called.
fn declared(site: &Site) -> Vec<&GenericParam> {
    let free = matches!(
        site.origin.as_ref().map(|origin| &origin.key),
        Some(OriginKey::Free(_))
    );
    let own = &site.function.generics.params;
    let all = match site.generics.first() {
        Some(generics) if free && own.is_empty() => &generics.params,
        _ => own,
    };
    all.iter().filter(|one| named(one).is_some()).collect()
}

fn named(param: &GenericParam) -> Option<&String> {
    match param {
        GenericParam::Type { name, .. } | GenericParam::Const { name, .. } => Some(name),
        GenericParam::Lifetime { .. } => None,
    }
}

/// One candidate for each, those first that are the likeliest all together.
fn combinations(found: &[Vec<Candidate>], most: usize) -> Vec<Vec<Candidate>> {
    let mut all: Vec<(usize, Vec<Candidate>)> = vec![(0, Vec::new())];
    for candidates in found {
        let longer = all.iter().flat_map(|(cost, one)| {
            candidates.iter().enumerate().map(move |(rank, candidate)| {
                let mut longer = one.clone();
                longer.push(candidate.clone());
                (cost + rank, longer)
            })
        });
        let mut next: Vec<_> = longer.collect();
        next.sort_by_key(|(cost, _)| *cost);
        next.truncate(most);
        all = next;
    }
    all.into_iter().map(|(_, one)| one).collect()
}

fn instance(
    ctx: &Ctx<'_>,
    types: &Types,
    site: &Site,
    values: &[(String, Value)],
    most: usize,
) -> Result<Vec<Made>, Reason> {
    let given = given(ctx, site, values)?;
    callables::at_most(ctx, types, &given, most)
}

/// The same callable with these put in.
fn given(ctx: &Ctx<'_>, site: &Site, values: &[(String, Value)]) -> Result<Site, Reason> {
    let mut site = site.clone();
    let mut parts = Vec::new();
    for param in declared(&site) {
        let value = named(param).and_then(|name| values.iter().find(|(have, _)| have == name));
        parts.push(match value.map(|(_, value)| value) {
            Some(Value::Type(ty)) => spelled(ctx, ty)?,
            Some(Value::Const(text)) => text.clone(),
            Some(Value::Infer) | None => "_".to_owned(),
        });
    }
    if let Some(path) = through(ctx, &site, values) {
        site.callee = Callee::Path(path);
    }
    for (name, value) in values {
        match value {
            Value::Type(ty) => {
                let mut put = Subst::default();
                put.types.insert(name.clone(), ty.clone());
                site.subst
                    .types
                    .values_mut()
                    .for_each(|known| *known = put.apply(known));
                site.subst.types.insert(name.clone(), ty.clone());
            }
            Value::Const(text) => {
                site.subst.consts.insert(name.clone(), text.clone());
            }
            Value::Infer => {}
        }
    }
    let shown: Vec<String> = values.iter().map(|(_, value)| shown(ctx, value)).collect();
    site.id = format!("{}<{}>", site.id, shown.join(", "));
    if parts.iter().any(|part| part != "_") {
        let Callee::Path(path) = &mut site.callee else {
            let message = "its type arguments cannot be given where it is called";
            return Err(Reason::new(SkipCode::Generic, message));
        };
        path.push_str(&format!("::<{}>", parts.join(", ")));
    }
    Ok(site)
}

/// The path of a trait's method, if some of these are arguments of the trait.
fn through(ctx: &Ctx<'_>, site: &Site, values: &[(String, Value)]) -> Option<String> {
    let of_trait = site.of_trait.as_ref()?;
    let open = site.of_trait_open();
    let mut put = Subst::default();
    for (name, value) in values.iter().filter(|(name, _)| open.contains(name)) {
        if let Value::Type(ty) = value {
            put.types.insert(name.clone(), ty.clone());
        }
    }
    if put.types.is_empty() {
        return None;
    }
    let trait_ = ctx
        .spell_trait(&ctx.normal_trait(&put.apply_trait(&of_trait.trait_)))
        .ok()?;
    let name = names::raw(&site.function.name);
    Some(format!("<{} as {trait_}>::{name}", of_trait.rust))
}

/// A type as an argument; what is not known yet is rustc's to find.
fn spelled(ctx: &Ctx<'_>, ty: &Ty) -> Result<String, Reason> {
    struct Inferred;
    impl Fold for Inferred {
        fn ty(&mut self, ty: &Ty) -> Ty {
            match ty {
                Ty::Generic(_) | Ty::Projection { .. } | Ty::Impl(_) => Ty::Infer,
                _ => self.walk(ty),
            }
        }
    }
    let refused = |Unnameable(why): Unnameable| Reason::new(SkipCode::UnsupportedType, why);
    ctx.spell(&Inferred.ty(ty), Lifetimes::Infer).map_err(refused)
}

/// What candidates are called that would be called alike: by as much of their paths as tells one from another.
struct Words(Vec<(Value, String)>);

impl Words {
    fn of(ctx: &Ctx<'_>, found: &[Vec<Candidate>]) -> Self {
        let mut all = Vec::new();
        for candidates in found {
            let said: Vec<String> = candidates.iter().map(|one| shown(ctx, &one.value)).collect();
            for (candidate, word) in candidates.iter().zip(&said) {
                let alike = said.iter().filter(|have| *have == word).count();
                if let (Value::Type(ty @ Ty::Path { def, .. }), 2..) = (&candidate.value, alike) {
                    let path = ctx.path(def);
                    let home = path.rsplit("::").nth(1).unwrap_or_default();
                    let word = format!("{home}::{}", ctx.show(&without_lifetimes(ty)));
                    all.push((candidate.value.clone(), word));
                }
            }
        }
        Self(all)
    }

    fn say(&self, ctx: &Ctx<'_>, value: &Value) -> String {
        let own = self.0.iter().find(|(have, _)| have == value);
        own.map_or_else(|| shown(ctx, value), |(_, word)| word.clone())
    }
}

fn shown(ctx: &Ctx<'_>, value: &Value) -> String {
    match value {
        Value::Type(ty) => ctx.show(&without_lifetimes(&erase_names(ty))),
        Value::Const(text) => text.clone(),
        Value::Infer => "_".to_owned(),
    }
}

/// Says by which subscripts a shim is reached: with all parameters, and with those alone that had to be given.
fn reached(
    (ctx, words): (&Ctx<'_>, &Words),
    site: &Site,
    values: &[(String, Value)],
    made: Made,
    bare: bool,
) -> Shim {
    let Made { mut shim, chosen } = made;
    let text = |name: &String| {
        let value = values.iter().find(|(have, _)| have == name);
        value
            .map(|(_, value)| words.say(ctx, value))
            .or_else(|| choice(ctx, &chosen, name))
            .unwrap_or_else(|| "_".to_owned())
    };
    let whole: Vec<String> = keyed(site).iter().map(text).collect();
    let short: Vec<String> = values.iter().map(|(_, value)| words.say(ctx, value)).collect();
    shim.id = format!("{}<{}>", site.id, whole.join(", "));
    shim.reach.keys = if whole == short {
        vec![short]
    } else {
        vec![whole, short]
    };
    shim.reach.bare = bare;
    shim
}

/// What was chosen for a parameter, if that can be named.
fn choice(ctx: &Ctx<'_>, chosen: &Combination, name: &str) -> Option<String> {
    let (_, choice) = chosen.iter().find(|(have, _)| have == name)?;
    let pseudo = |part: &Ty| {
        matches!(part, Ty::Primitive(name) if name.starts_with('@')) || stand_in::is_dynamic(part)
    };
    let nameable = closed(&choice.ty) && generics_in(&choice.ty).is_empty() && !any(&choice.ty, &pseudo);
    nameable.then(|| ctx.show(&without_lifetimes(&erase_names(&choice.ty))))
}

/// A subscript as it is compared: without spaces.
pub(super) fn canonical(key: &[String]) -> String {
    let text = key.join(",");
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Takes from planned shims the subscripts that others have.
pub(super) fn without(shims: Vec<Shim>, others: &[Shim]) -> Vec<Shim> {
    let taken: BTreeSet<String> = others
        .iter()
        .flat_map(|one| &one.reach.keys)
        .map(|key| canonical(key))
        .collect();
    let less = |mut shim: Shim| {
        shim.reach.keys.retain(|key| !taken.contains(&canonical(key)));
        shim
    };
    let left = shims.into_iter().map(less);
    left.filter(|one| one.reach.bare || !one.reach.keys.is_empty())
        .collect()
}
