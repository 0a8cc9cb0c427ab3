//! One callable to its shims: how each parameter arrives, what is kept, how the result leaves.

use std::cell::RefCell;
use std::collections::BTreeSet;

use usecrate_manifest::{Kind, SkipCode};

use super::choose::{Choice, Chooser, string};
use super::ctx::{Ctx, parameters};
use super::fold::{Fold, Subst, erase, generics_in};
use super::lifetimes;
use super::model::{Action, Fluent, PlannedParam, Shim, Stay};
use super::outs::{self, Change};
use super::spell::{BYTES_LIKE, Lifetimes, Unnameable};
use super::types::Types;
use super::wire::{Class, Reason, check_param, check_result, class, type_args};
use super::{closures, items, names, results, stdlib, streams};
use crate::api::{Arg, Bound, DefKey, Function, GenericParam, Generics, Impl, Param, TraitRef, Ty};

/// How many shims one callable may have.
const SHIMS: usize = 9;

/// A callable that wants shims.
#[derive(Debug, Clone)]
pub(super) struct Site {
    /// Unique name: `semver::Version::parse`.
    pub(super) id: String,
    /// The function, as it is written.
    pub(super) function: Function,
    /// What `Self` and the parameters of its impl and trait stand for.
    pub(super) subst: Subst,
    /// Generic parameters of the impl that are left open, with the function's own.
    pub(super) generics: Vec<Generics>,
    /// What is called.
    pub(super) callee: Callee,
    /// Which parameters' types must be given, because the callee does not determine them.
    pub(super) explicit: Explicit,
    /// The function of the crate that it is; none for what the plan makes up.
    pub(super) origin: Option<Origin>,
}

/// A function of the crate, the same one for all instances of a generic type.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// Which.
    pub(super) key: OriginKey,
    /// It counts among the crate's safe public callables.
    pub(super) counted: bool,
}

/// What tells the functions of a crate apart: the place where they are written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OriginKey {
    /// A free function.
    Free(DefKey),
    /// A function of an impl block. rustc lets no two blocks for one type have functions of one name.
    Block {
        /// The block's type, as it is written.
        self_ty: Box<Ty>,
        /// Its trait.
        trait_: Option<Box<TraitRef>>,
        /// The function's name.
        name: String,
    },
    /// A trait's method, on the types that have no class.
    Foreign {
        /// The trait.
        trait_: DefKey,
        /// The method's name.
        name: String,
    },
}

impl Origin {
    /// `own`: it belongs to the crate's own API.
    pub(super) fn new(key: OriginKey, function: &Function, own: bool) -> Self {
        let counted = own && !function.unsafe_;
        Self { key, counted }
    }

    /// A function of an impl block, or one that its trait provides.
    pub(super) fn of_block(impl_: &Impl, function: &Function, own: bool) -> Self {
        let key = OriginKey::Block {
            self_ty: Box::new(impl_.self_ty.clone()),
            trait_: impl_.trait_.clone().map(Box::new),
            name: function.name.clone(),
        };
        Self::new(key, function, own)
    }
}

/// Which parameters' types the callee does not determine (those with open type parameters aside).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Explicit {
    /// It determines them all.
    None,
    /// The receiver's.
    Receiver,
    /// All.
    All,
}

/// What a shim calls.
#[derive(Debug, Clone)]
pub(super) enum Callee {
    /// A path, called with the arguments.
    Path(String),
    /// An expression with `{0}`, `{1}`… for the arguments.
    Expr(String),
    /// A field of the first argument is read.
    Get(String),
    /// A field of the first argument is written.
    Set(String),
    /// A constant.
    Const(String),
    /// A static.
    Static(String),
}

/// Plans the shims of a callable: at least one, or the reason why there is none.
pub(super) fn shims(ctx: &Ctx<'_>, types: &Types, site: &Site) -> Result<Vec<Shim>, Reason> {
    let function = &site.function;
    if function.unsafe_ {
        return Err(Reason::new(
            SkipCode::Unsafe,
            "it is an `unsafe fn`: only safe functions are served",
        ));
    }
    if function.async_ {
        return Err(Reason::new(
            SkipCode::Async,
            "it is an `async fn`: not served yet",
        ));
    }
    if function.variadic {
        return Err(Reason::new(SkipCode::Unsafe, "it takes C varargs"));
    }
    let open = Open::new(ctx, site)?;
    let chooser = Chooser {
        ctx,
        types,
        bounds: open.bounds.clone(),
        open: RefCell::new(BTreeSet::new()),
        inside: streams::inside_types(ctx, &open.params.iter().chain(&open.output).collect::<Vec<_>>()),
        named: open
            .params
            .iter()
            .chain(&open.output)
            .flat_map(generics_in)
            .collect(),
        callables: RefCell::new(Vec::new()),
    };
    let combinations = combine(&chooser, &open, function)?;
    let many = combinations.len() > 1;
    let mut shims = Vec::new();
    let mut refused = None;
    for combination in &combinations {
        match shim(ctx, types, site, &open, &chooser, combination, many) {
            Ok(shim) => shims.push(shim),
            Err(reason) => refused = refused.or(Some(reason)),
        }
    }
    match (shims.is_empty(), refused) {
        (true, Some(reason)) => Err(reason),
        (true, None) => Err(Reason::new(
            SkipCode::Generic,
            "no type to choose for its parameters",
        )),
        (false, _) => Ok(shims),
    }
}

/// A signature with its open parameters: `impl Trait` arguments are parameters too, named `#0`, `#1`…
struct Open {
    params: Vec<Ty>,
    output: Option<Ty>,
    bounds: Vec<(Ty, Vec<Bound>)>,
    /// Open type parameters, in order.
    names: Vec<String>,
    outlives: Vec<(String, String)>,
}

impl Open {
    fn new(ctx: &Ctx<'_>, site: &Site) -> Result<Self, Reason> {
        let apply = |ty: &Ty| ctx.normal(&site.subst.apply(ty));
        let mut params: Vec<Ty> = site
            .function
            .params
            .iter()
            .map(|param| apply(&param.ty))
            .collect();
        let mut output = site.function.output.as_ref().map(apply);
        let receiver = site
            .function
            .params
            .first()
            .is_some_and(|param| param.name == "self");
        let mut named = NameImpl {
            count: 0,
            bounds: Vec::new(),
        };
        params.iter_mut().for_each(|ty| *ty = named.ty(ty));
        lifetimes::name_elided(&mut params, &mut output, receiver);
        let mut all: Vec<&Generics> = site.generics.iter().collect();
        all.push(&site.function.generics);
        let mut bounds = named.bounds;
        let mut names = Vec::new();
        for generics in &all {
            for bound in &generics.bounds {
                let normal = site.subst.apply_bounds(&bound.bounds);
                bounds.push((apply(&bound.ty), NormalBounds(ctx).bounds(&normal)));
            }
            for param in &generics.params {
                match param {
                    GenericParam::Type { name, .. } if !site.subst.types.contains_key(name) => {
                        names.push(name.clone());
                    }
                    GenericParam::Const { name, ty, .. } if !site.subst.consts.contains_key(name) => {
                        return Err(Reason::new(
                            SkipCode::Generic,
                            format!(
                                "the const parameter `{name}: {}` has no value to choose",
                                ctx.show(ty)
                            ),
                        ));
                    }
                    _ => {}
                }
            }
        }
        names.extend((0..named.count).map(|at| format!("#{at}")));
        Ok(Self {
            params,
            output,
            bounds,
            names,
            outlives: lifetimes::outlives(&all),
        })
    }

    /// The open parameters that the arguments determine.
    fn determined(&self) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = self.params.iter().flat_map(generics_in).collect();
        loop {
            let before = found.len();
            for (ty, bounds) in &self.bounds {
                if generics_in(ty).iter().any(|name| found.contains(name)) {
                    found.extend(generics_in(&Ty::Impl(bounds.clone())));
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }
}

struct NameImpl {
    count: usize,
    bounds: Vec<(Ty, Vec<Bound>)>,
}

impl Fold for NameImpl {
    fn ty(&mut self, ty: &Ty) -> Ty {
        match ty {
            Ty::Impl(bounds) => self.named(bounds.clone()),
            Ty::Dyn { traits, lifetime } => match host_object(traits, lifetime.as_deref()) {
                Some(bounds) => self.named(bounds),
                None => self.walk(ty),
            },
            Ty::Path { def, args } if stdlib::is(def, "Box") => {
                // In a box `dyn Fn()` means `dyn Fn() + 'static`.
                let mut args = args.clone();
                for arg in &mut args.args {
                    if let Arg::Type(Ty::Dyn { lifetime, .. }) = arg {
                        lifetime.get_or_insert_with(|| "'static".to_owned());
                    }
                }
                self.walk(&Ty::Path {
                    def: def.clone(),
                    args,
                })
            }
            _ => self.walk(ty),
        }
    }
}

impl NameImpl {
    fn named(&mut self, bounds: Vec<Bound>) -> Ty {
        let name = Ty::Generic(format!("#{}", self.count));
        self.count += 1;
        self.bounds.push((name.clone(), bounds));
        name
    }
}

/// A trait object whose place an object of Python's takes, a stream, a callable or an iterator: what is asked of it.
fn host_object(traits: &[TraitRef], lifetime: Option<&str>) -> Option<Vec<Bound>> {
    let first = &traits.first()?.def;
    let iterates = stdlib::is_trait(first, "Iterator");
    if streams::of_trait(first) == 0 && !closures::is_trait(first) && !iterates {
        return None;
    }
    let bound = |one: &TraitRef| Bound::Trait {
        trait_: one.clone(),
        maybe: false,
        for_: Vec::new(),
    };
    let mut bounds: Vec<Bound> = traits.iter().map(bound).collect();
    bounds.extend(lifetime.map(|name| Bound::Outlives(name.to_owned())));
    Some(bounds)
}

struct NormalBounds<'c, 'a>(&'c Ctx<'a>);

impl Fold for NormalBounds<'_, '_> {
    fn ty(&mut self, ty: &Ty) -> Ty {
        self.0.normal(ty)
    }
}

/// One choice for each open parameter.
type Combination = Vec<(String, Choice)>;

fn combine(chooser: &Chooser<'_, '_>, open: &Open, function: &Function) -> Result<Vec<Combination>, Reason> {
    let determined = open.determined();
    let mut all: Vec<(usize, Combination)> = vec![(0, Vec::new())];
    for name in &open.names {
        if !determined.contains(name) {
            return Err(Reason::new(
                SkipCode::Generic,
                format!(
                    "nothing that is passed says which type `{name}` of `{}` is to be",
                    function.name
                ),
            ));
        }
        let choices = chooser.choose(name)?;
        let mut next = Vec::new();
        for (cost, one) in &all {
            for (rank, choice) in choices.iter().enumerate() {
                let mut longer = one.clone();
                longer.push((name.clone(), choice.clone()));
                next.push((cost + rank, longer));
            }
        }
        all = cheapest(next);
    }
    Ok(all.into_iter().map(|(_, one)| one).collect())
}

/// Where there are too many combinations, those with the first choices stay, in their order.
fn cheapest(all: Vec<(usize, Combination)>) -> Vec<(usize, Combination)> {
    let mut costs: Vec<(usize, usize)> = all
        .iter()
        .enumerate()
        .map(|(at, (cost, _))| (*cost, at))
        .collect();
    costs.sort_unstable();
    let chosen: BTreeSet<usize> = costs.into_iter().take(SHIMS).map(|(_, at)| at).collect();
    let numbered = all.into_iter().enumerate();
    numbered
        .filter(|(at, _)| chosen.contains(at))
        .map(|(_, one)| one)
        .collect()
}

/// Puts a choice in place of its parameter; behind a reference what can be unsized is.
struct Put<'c> {
    combination: &'c Combination,
    unsized_: BTreeSet<String>,
}

impl Fold for Put<'_> {
    fn ty(&mut self, ty: &Ty) -> Ty {
        match ty {
            Ty::Ref {
                lifetime,
                mutable,
                ty: inner,
            } => {
                if let Ty::Generic(name) = &**inner {
                    if let Some(chosen) = self.chosen(name) {
                        let ty = Box::new(behind_reference(chosen, self.unsized_.contains(name)));
                        return Ty::Ref {
                            lifetime: lifetime.clone(),
                            mutable: *mutable,
                            ty,
                        };
                    }
                }
                self.walk(ty)
            }
            Ty::Generic(name) => self.chosen(name).cloned().unwrap_or_else(|| ty.clone()),
            _ => self.walk(ty),
        }
    }
}

impl Put<'_> {
    fn chosen(&self, name: &str) -> Option<&Ty> {
        self.combination
            .iter()
            .find(|(have, _)| have == name)
            .map(|(_, choice)| &choice.ty)
    }
}

fn behind_reference(ty: &Ty, may_be_unsized: bool) -> Ty {
    match ty {
        Ty::Primitive(name) if name == BYTES_LIKE && may_be_unsized => {
            Ty::Slice(Box::new(Ty::Primitive("u8".to_owned())))
        }
        Ty::Ref {
            mutable: false,
            ty: inner,
            ..
        } if may_be_unsized => (**inner).clone(),
        Ty::Ref {
            mutable: false,
            ty: inner,
            ..
        } if super::wire::is_text(inner) => string(),
        other => other.clone(),
    }
}

fn shim(
    ctx: &Ctx<'_>,
    types: &Types,
    site: &Site,
    open: &Open,
    chooser: &Chooser<'_, '_>,
    combination: &Combination,
    many: bool,
) -> Result<Shim, Reason> {
    let function = &site.function;
    let unsized_ = open
        .names
        .iter()
        .filter(|name| chooser.maybe_unsized(name))
        .cloned()
        .collect();
    let mut put = Put {
        combination,
        unsized_,
    };
    let mut params: Vec<Ty> = open.params.iter().map(|ty| ctx.normal(&put.ty(ty))).collect();
    let mut output = open.output.as_ref().map(|ty| ctx.normal(&put.ty(ty)));
    let receiver = function.params.first().is_some_and(|param| param.name == "self");
    lifetimes::name_elided(&mut params, &mut output, receiver);
    let mut out_params = Vec::new();
    for (at, (param, ty)) in function.params.iter().zip(&params).enumerate() {
        refuse_static(ctx, types, ty, &param.name)?;
        match outs::change(ctx, types, ty) {
            Some(Change::Out { default }) if !(receiver && at == 0) => out_params.push((at, default)),
            _ => check_param(ctx, types, ty, &format!("parameter `{}`", param.name))?,
        }
    }
    let fluent = if out_params.is_empty() {
        fluency(ctx, types, receiver, &params, output.as_ref())
    } else {
        Fluent::No
    };
    let wrap = output
        .as_ref()
        .map(|ty| results::wrap(ctx, types, ty))
        .unwrap_or_default();
    if let (Some(ty), Fluent::No | Fluent::Moved) = (&output, fluent) {
        check_result(ctx, types, ty, true)?;
    }
    let (success, fallible) = outs::success(ctx, types, output.as_ref());
    if let (Some(success), false) = (success, out_params.is_empty()) {
        check_result(ctx, types, success, false)?;
    }
    let mut arguments = vec![None; params.len()];
    for at in iterated(open, combination)? {
        arguments[at] = Some("{}.into_iter()".to_owned());
    }
    let names: Vec<String> = function.params.iter().map(|param| param.name.clone()).collect();
    // A receiver that borrows would be kept for as long as what it borrows; when it is given back, that need not be.
    let given_back = fluent == Fluent::Borrowed && params.first().is_some_and(lifetimes::borrows_inside);
    let mut leaving: Vec<Ty> = output.iter().filter(|_| !given_back).cloned().collect();
    let mut living = params.clone();
    for (at, _) in &out_params {
        living[*at] = outs::target(&params[*at]).unwrap_or(&params[*at]).clone();
        leaving.push(living[*at].clone());
        arguments[*at] = Some(format!("&mut {}", outs::variable(*at)));
    }
    for (at, ty) in params.iter().enumerate() {
        if let Some(inner) = outs::target(ty).filter(|inner| items::gathers(inner)) {
            living[at] = inner.clone();
            arguments[at] = Some("&mut {}".to_owned());
        }
    }
    for at in collected(open, combination) {
        let Ty::Path { args, .. } = &params[at] else {
            continue;
        };
        if let Some(item) = type_args(args).next() {
            living[at] = super::choose::collected(item);
            let rest = arguments[at].take().unwrap_or_else(|| "{}".to_owned());
            arguments[at] = Some(rest.replacen("{}", "{}.all()", 1));
        }
    }
    let leaving = Ty::Tuple(leaving);
    let stays = lifetimes::stays(ctx, types, &names, &living, Some(&leaving), &open.outlives)?;
    let nested = |stay: &Stay| matches!(stay, Stay::Nested | Stay::Parent | Stay::CallInParent);
    let wrap = match &output {
        Some(ty) if stays.iter().any(nested) => wrap.shortened(ty),
        _ => wrap,
    };
    let mut planned = Vec::new();
    for (at, (param, ty)) in function.params.iter().zip(&params).enumerate() {
        let chosen = !generics_in(&open.params[at]).is_empty();
        if closures::holds(ty) {
            let callables = chooser.callables.borrow();
            let arrival = closures::arrive(ctx, types, &callables, ty, &param.name, &mut |ty| put.ty(ty))?;
            planned.push(PlannedParam {
                name: names::python(&param.name),
                lift: Some(arrival.lift),
                stay: Stay::Call,
                optional: false,
            });
            arguments[at] = Some(arrival.argument);
            continue;
        }
        let given = match site.explicit {
            Explicit::None => false,
            Explicit::Receiver => at == 0,
            Explicit::All => true,
        };
        if stays[at].keeps() && super::fold::any(ty, &outs::is_buffer) {
            let message = format!(
                "the result would go on writing to the memory that is lent for the call as `{}`",
                param.name
            );
            return Err(Reason::new(SkipCode::Borrow, message));
        }
        let mut lift = if given || chosen {
            let (lent, carried) = stays[at].lifetimes();
            Some(
                ctx.spell(&living[at], Lifetimes::Lift(lent, carried))
                    .map_err(|Unnameable(why)| {
                        Reason::new(
                            SkipCode::UnsupportedType,
                            format!("parameter `{}`: {why}", param.name),
                        )
                    })?,
            )
        } else {
            None
        };
        if let Some((_, default)) = out_params.iter().find(|(out, _)| *out == at) {
            lift = Some(outs::initial(lift.as_deref().unwrap_or("_"), *default));
        }
        planned.push(PlannedParam {
            name: names::python(&param.name),
            lift,
            stay: stays[at],
            optional: false,
        });
    }
    if !matches!(site.callee, Callee::Set(_)) {
        optional(&mut planned, &params, receiver, |at| {
            out_params.iter().any(|(out, _)| *out == at)
        });
    }
    let mut action = action(&site.callee, &arguments, &wrap);
    if let (Action::Expr { text }, false) = (&mut action, out_params.is_empty()) {
        let outs: Vec<usize> = out_params.iter().map(|(at, _)| *at).collect();
        *text = outs::compose(text, &outs, success.is_some(), fallible);
    }
    let which: Vec<String> = combination
        .iter()
        .map(|(_, choice)| ctx.show(&erase_names(&choice.ty)))
        .collect();
    let id = if many {
        format!("{}<{}>", site.id, which.join(", "))
    } else {
        site.id.clone()
    };
    Ok(Shim {
        id,
        name: names::python(&function.name),
        docs: function.docs.clone(),
        signature: signature(ctx, function),
        span: function.span.clone(),
        deprecated: function.deprecated.clone(),
        params: planned,
        action,
        fluent,
        origin: None,
        counted: site.origin.as_ref().is_some_and(|origin| origin.counted),
    })
}

/// The signature for people, its bounds included.
pub(super) fn signature(ctx: &Ctx<'_>, function: &Function) -> String {
    let mut text = ctx.show_signature(&function.name, &function.params, function.output.as_ref());
    if function.unsafe_ {
        text = format!("unsafe {text}");
    }
    if function.async_ {
        text = format!("async {text}");
    }
    let bounds: Vec<String> = function
        .generics
        .bounds
        .iter()
        .filter(|bound| !bound.bounds.is_empty())
        .map(|bound| format!("{}: {}", ctx.show(&bound.ty), ctx.show_bounds(&bound.bounds)))
        .collect();
    if bounds.is_empty() {
        text
    } else {
        format!("{text} where {}", bounds.join(", "))
    }
}

fn erase_names(ty: &Ty) -> Ty {
    struct Drop;
    impl Fold for Drop {
        fn reference(&mut self, _: Option<&str>) -> Option<String> {
            None
        }
    }
    Drop.ty(ty)
}

/// Positions of the arguments that are passed as `.into_iter()`.
fn iterated(open: &Open, combination: &Combination) -> Result<Vec<usize>, Reason> {
    let mut all = Vec::new();
    for (name, _) in combination.iter().filter(|(_, choice)| choice.iterate) {
        for (at, ty) in open.params.iter().enumerate() {
            match ty {
                Ty::Generic(have) if have == name => all.push(at),
                _ if generics_in(ty).contains(name) => {
                    return Err(Reason::new(
                        SkipCode::Iterator,
                        "an iterator inside another type is not taken yet",
                    ));
                }
                _ => {}
            }
        }
    }
    Ok(all)
}

/// Positions of the arguments of which all items are taken before the call: they borrow, or more is asked of them than an
/// iterator of Python's can do.
fn collected(open: &Open, combination: &Combination) -> Vec<usize> {
    const TRAITS: &[&str] = &[
        "IntoIterator",
        "Iterator",
        "DoubleEndedIterator",
        "ExactSizeIterator",
    ];
    let iterates = |name: &str| {
        let of = open
            .bounds
            .iter()
            .filter(|(ty, _)| matches!(ty, Ty::Generic(have) if have == name));
        of.flat_map(|(_, bounds)| bounds).any(|bound| {
            matches!(bound, Bound::Trait { trait_, maybe: false, .. }
                if TRAITS.iter().any(|name| stdlib::is_trait(&trait_.def, name)))
        })
    };
    let mut all = Vec::new();
    for (name, choice) in combination.iter().filter(|(name, _)| iterates(name)) {
        if matches!(&choice.ty, Ty::Path { def, .. } if stdlib::is(def, "Vec")) {
            let is = |ty: &Ty| matches!(ty, Ty::Generic(have) if have == name);
            let places = open.params.iter().enumerate().filter(|(_, ty)| is(ty));
            all.extend(places.map(|(at, _)| at));
        }
    }
    all
}

/// `arguments`: what is made of those lifted arguments that are not passed as they are, with `{}` for each.
fn action(callee: &Callee, arguments: &[Option<String>], wrap: &results::Wrap) -> Action {
    let made = |at: usize, argument: &Option<String>| {
        let lifted = format!("{{{at}}}");
        match argument {
            Some(argument) => argument.replacen("{}", &lifted, 1),
            None => lifted,
        }
    };
    match callee {
        Callee::Path(path) if arguments.iter().all(Option::is_none) && wrap.is_none() => {
            Action::Call { path: path.clone() }
        }
        Callee::Path(path) => {
            let arguments: Vec<String> = arguments
                .iter()
                .enumerate()
                .map(|(at, argument)| made(at, argument))
                .collect();
            Action::Expr {
                text: wrap.around(&format!("{path}({})", arguments.join(", "))),
            }
        }
        Callee::Expr(text) => {
            let mut text = text.clone();
            for (at, argument) in arguments.iter().enumerate().filter(|(_, one)| one.is_some()) {
                text = text.replace(&format!("{{{at}}}"), &made(at, argument));
            }
            Action::Expr {
                text: wrap.around(&text),
            }
        }
        Callee::Get(field) if wrap.is_none() => Action::Get { field: field.clone() },
        Callee::Get(field) => Action::Expr {
            text: wrap.around(&format!("(&{{0}}.{field})")),
        },
        Callee::Set(field) => Action::Set { field: field.clone() },
        Callee::Const(path) => Action::Const { path: path.clone() },
        Callee::Static(path) => Action::Static { path: path.clone() },
    }
}

/// `Foo<'static>` as an argument: what Python holds is not known to live for ever.
fn refuse_static(ctx: &Ctx<'_>, types: &Types, ty: &Ty, name: &str) -> Result<(), Reason> {
    let found = super::fold::any(ty, &|part| {
        matches!(part, Ty::Path { args, .. }
            if matches!(class(ctx, types, part), Class::Type(..))
                && args.args.contains(&crate::api::Arg::Lifetime("'static".to_owned())))
    });
    if found {
        let message = format!("parameter `{name}` is `{}`: it must live for ever", ctx.show(ty));
        return Err(Reason::new(SkipCode::Borrow, message));
    }
    Ok(())
}

fn fluency(ctx: &Ctx<'_>, types: &Types, receiver: bool, params: &[Ty], output: Option<&Ty>) -> Fluent {
    let (Some(first), Some(output), true) = (params.first(), output, receiver) else {
        return Fluent::No;
    };
    match (first, output) {
        (
            Ty::Ref {
                mutable: true, ty: a, ..
            },
            Ty::Ref {
                mutable: true, ty: b, ..
            },
        ) if erase(a) == erase(b) && matches!(class(ctx, types, a), Class::Type(_, Kind::Handle)) => {
            Fluent::Borrowed
        }
        (Ty::Path { .. }, Ty::Path { .. })
            if erase(first) == erase(output)
                && matches!(class(ctx, types, first), Class::Type(_, Kind::Handle))
                && !ctx.has_std(&erase(first), "Clone") =>
        {
            Fluent::Moved
        }
        _ => Fluent::No,
    }
}

/// Trailing `Option` parameters may be left out; those that are passed by keyword stand behind them.
fn optional(planned: &mut [PlannedParam], params: &[Ty], receiver: bool, keyword: impl Fn(usize) -> bool) {
    for (at, ty) in params.iter().enumerate().rev() {
        if keyword(at) {
            continue;
        }
        let is_option = matches!(ty, Ty::Path { def, .. } if stdlib::is(def, "Option"));
        if !is_option || (at == 0 && receiver) {
            break;
        }
        planned[at].optional = true;
    }
}

/// A function that no document describes: one that the plan makes up.
pub(super) fn made_up(name: &str, docs: &str, params: Vec<(&str, Ty)>, output: Option<Ty>) -> Function {
    Function {
        name: name.to_owned(),
        docs: docs.to_owned(),
        generics: Generics::default(),
        params: params
            .into_iter()
            .map(|(name, ty)| Param {
                name: name.to_owned(),
                ty,
            })
            .collect(),
        output,
        unsafe_: false,
        async_: false,
        const_: false,
        variadic: false,
        provided: false,
        hidden: false,
        deprecated: None,
        span: None,
    }
}

/// The impl's parameters that its self type does not determine.
pub(super) fn left_open(generics: &Generics, subst: &Subst) -> Generics {
    let open: BTreeSet<String> = parameters(generics)
        .into_iter()
        .filter(|name| !subst.types.contains_key(name) && !subst.consts.contains_key(name))
        .collect();
    Generics {
        params: generics
            .params
            .iter()
            .filter(|param| match param {
                GenericParam::Type { name, .. } | GenericParam::Const { name, .. } => open.contains(name),
                GenericParam::Lifetime { .. } => true,
            })
            .cloned()
            .collect(),
        bounds: generics.bounds.clone(),
    }
}
