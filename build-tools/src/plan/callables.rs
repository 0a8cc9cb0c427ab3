//! One callable to its shims: how each parameter arrives, what is kept, how the result leaves.

use std::collections::BTreeSet;

use usecrate_manifest::{Kind, SkipCode};

use super::choose::{Chooser, shared, text};
use super::combine::{Combination, Put, chooser, combine, takes_text};
use super::ctx::{Ctx, parameters};
use super::fold::{Fold, Subst, erase, generics_in};
use super::lifetimes;
use super::limits;
use super::lock::{self, Crossing};
use super::model::{Action, Fluent, PlannedParam, Reach, Shim, Stay};
use super::open::Open;
use super::outs::{self, Change};
use super::site::{Callee, Explicit, Origin, OriginKey, Site};
use super::spell::{Lifetimes, Unnameable};
use super::types::Types;
use super::wire::{Class, Reason, check_param, check_result, class, type_args};
use super::{
    closures, formatting, held, holds, implemented, items, joined, lasting, listed, named, names, packed,
    partial, plain, random, results, stdlib,
};
use crate::api::{Bound, Function, GenericParam, Generics, Param, Ty};

/// A shim, with what was chosen for the parameters that its function leaves open.
pub(super) struct Made {
    pub(super) shim: Shim,
    pub(super) chosen: Combination,
}

/// Plans the shims of a callable: at least one, or the reason why there is none.
pub(super) fn shims(ctx: &Ctx<'_>, types: &Types, site: &Site) -> Result<Vec<Made>, Reason> {
    at_most(ctx, types, site, limits::of(ctx).combinations)
}

/// Those of the `most` combinations that are the likeliest.
pub(super) fn at_most(ctx: &Ctx<'_>, types: &Types, site: &Site, most: usize) -> Result<Vec<Made>, Reason> {
    let written = as_written(ctx, types, site, most);
    let Some(taking) = implemented::rewritten(ctx, site) else {
        return written;
    };
    let taking = as_written(ctx, types, &taking, most).map(|mut more| {
        let signature = signature(ctx, &site.function);
        more.iter_mut()
            .for_each(|made| made.shim.signature.clone_from(&signature));
        more
    });
    match (written, taking) {
        (Ok(mut all), Ok(more)) => {
            all.extend(more);
            Ok(all)
        }
        (Ok(all), Err(_)) => Ok(all),
        // What stands in the way of a callable is what to know where nothing else can be passed.
        (Err(_), taking) => taking,
    }
}

fn as_written(ctx: &Ctx<'_>, types: &Types, site: &Site, most: usize) -> Result<Vec<Made>, Reason> {
    let function = &site.function;
    if let Some(giving) = formatting::rewritten(ctx, site) {
        let mut shims = at_most(ctx, types, &giving, most)?;
        shims
            .iter_mut()
            .for_each(|made| made.shim.signature = signature(ctx, function));
        return Ok(shims);
    }
    if let Some(plain) = packed::rewritten(ctx, site) {
        return at_most(ctx, types, &plain, most);
    }
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
    let open = Open::new(ctx, site);
    if let Some((name, ty)) = open.consts.first() {
        let message = format!(
            "the const parameter `{name}: {}` has no value to choose",
            ctx.show(ty)
        );
        return Err(Reason::new(SkipCode::Generic, message));
    }
    let chooser = chooser(ctx, types, &open);
    let combinations = combine(&chooser, &open, site, most)?;
    let many = combinations.len() > 1;
    let mut shims = Vec::new();
    let mut refused = None;
    for combination in &combinations {
        let shim = agree(ctx, &open, combination)
            .and_then(|()| shim(ctx, types, site, &open, &chooser, combination, many));
        match shim {
            Ok(shim) => shims.push(Made {
                shim,
                chosen: combination.clone(),
            }),
            Err(reason) => refused = refused.or(Some(reason)),
        }
    }
    let served: Vec<&Combination> = shims.iter().map(|made: &Made| &made.chosen).collect();
    let bounds = partial::bounds(&chooser, &open, site, &served);
    for (made, bounds) in shims.iter_mut().zip(bounds) {
        made.shim.bounds = bounds;
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

/// What is asked of known types, and of the associated types of what was chosen, holds as far as is known.
fn agree(ctx: &Ctx<'_>, open: &Open, combination: &Combination) -> Result<(), Reason> {
    let mut subst = Subst::default();
    for (name, choice) in combination {
        subst.types.insert(name.clone(), choice.ty.clone());
    }
    for (subject, bounds) in &open.bounds {
        if matches!(subject, Ty::Generic(_)) {
            continue;
        }
        let known = generics_in(subject).is_empty();
        let ty = ctx.normal(&subst.apply(subject));
        for bound in subst.apply_bounds(bounds) {
            if holds::bounded(ctx, &ty, &bound) == holds::Answer::No {
                let (subject, ty) = (ctx.show(subject), ctx.show(&ty));
                let bound = ctx.show_bounds(&[bound]);
                let message = match known {
                    true => format!("`{subject}: {bound}` does not hold"),
                    false => format!(
                        "`{subject}: {bound}` does not hold: it is `{ty}` in the instances that there are"
                    ),
                };
                return Err(Reason::new(SkipCode::Generic, message));
            }
        }
    }
    Ok(())
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
    // Of a type that has no class even what its own method changes is passed.
    let itself = |at: usize| receiver && at == 0;
    let foreign = |origin: &Origin| matches!(origin.key, OriginKey::Foreign { .. });
    let value = |ty: &Ty| matches!(class(ctx, types, ty), Class::Mapped | Class::Value(_));
    let classless =
        site.origin.as_ref().is_some_and(foreign) || params.first().and_then(outs::target).is_some_and(value);
    let mut out_params = Vec::new();
    let (mut lists, mut in_place) = (BTreeSet::new(), BTreeSet::new());
    for (at, (param, ty)) in function.params.iter().zip(&params).enumerate() {
        refuse_static(ctx, types, ty, &param.name)?;
        let before = params.iter().take(at);
        let others = before.chain(params.iter().skip(at + 1));
        match outs::change(ctx, types, ty, others, output.as_ref()) {
            Some(Change::Out { default }) if !itself(at) => out_params.push((at, Some(default))),
            Some(Change::Out { .. }) if classless => out_params.push((at, Some(false))),
            Some(Change::Bytes) if !itself(at) => out_params.push((at, None)),
            Some(Change::List) => {
                out_params.push((at, Some(false)));
                lists.insert(at);
            }
            Some(Change::Kept) => drop(in_place.insert(at)),
            _ if lasting::target(ctx, types, ty).is_some() || formatting::is_arguments(ty) => {}
            _ if outs::bytes(ctx, types, ty).is_some() => {}
            _ => check_param(ctx, types, ty, &format!("parameter `{}`", param.name))?,
        }
    }
    let fluent = if out_params.is_empty() {
        fluency(ctx, types, receiver, &params, output.as_ref())
    } else {
        Fluent::No
    };
    let given = output.as_ref().and_then(|ty| results::given(ctx, types, ty));
    let wrap = match given {
        Some((ty, make)) => {
            let inner = results::wrap(ctx, types, &ty);
            output = Some(ty);
            inner.of(&make)
        }
        None => output
            .as_ref()
            .map(|ty| results::wrap(ctx, types, ty))
            .unwrap_or_default(),
    };
    if let (Some(ty), Fluent::No | Fluent::Moved) = (&output, fluent) {
        check_result(ctx, types, ty, true).map_err(|reason| listed::instead(ctx, function, reason))?;
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
        living[*at] = match outs::target(&params[*at]) {
            Some(Ty::Slice(item)) => super::choose::list((**item).clone()),
            other => other.unwrap_or(&params[*at]).clone(),
        };
        leaving.push(living[*at].clone());
        arguments[*at] = Some(format!("&mut {}", outs::variable(*at)));
    }
    for (at, ty) in params.iter().enumerate() {
        if let Some(inner) = outs::target(ty).filter(|inner| items::gathers(inner)) {
            living[at] = inner.clone();
            arguments[at] = Some("&mut {}".to_owned());
        }
    }
    for (at, ty) in params.iter().enumerate() {
        if let Some(owned) = lasting::target(ctx, types, ty) {
            living[at] = owned;
            arguments[at] = Some(lasting::argument(ty).to_owned());
        }
    }
    for (at, ty) in params.iter().enumerate() {
        if formatting::is_arguments(ty) {
            living[at] = shared(&text());
            arguments[at] = Some("::usecrate_runtime::private::formatting!({})".to_owned());
        }
        if let Some(target) = plain::target(ty) {
            arguments[at] = plain::argument(ctx, target);
        }
        if joined::is(ty) {
            arguments[at] = Some("{}.get()".to_owned());
        }
    }
    let text_too: Vec<bool> = (open.params.iter().zip(&params))
        .map(|(ty, put_in)| {
            takes_text(ty, &put.unsized_, combination) && lasting::target(ctx, types, put_in).is_none()
        })
        .collect();
    for at in (0..params.len()).filter(|at| text_too[*at]) {
        arguments[at] = Some("{}.bytes()".to_owned());
    }
    for at in &in_place {
        match outs::target(&params[*at]) {
            Some(Ty::Slice(item)) => living[*at] = (**item).clone(),
            Some(value) => living[*at] = value.clone(),
            None => {}
        }
        arguments[*at] = Some("{}.all()".to_owned());
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
    let mut outlives = open.outlives.clone();
    outlives.extend(lifetimes::outlived(&open.params, &params, &open.bounds));
    let mut brings = |name: &String| lifetimes::brings(&put.ty(&Ty::Generic(name.clone())));
    let whole: Vec<bool> = (open
        .params
        .iter()
        .map(|ty| !generics_in(ty).iter().any(&mut brings)))
    .collect();
    let mut stays = lifetimes::stays(ctx, types, &names, &living, Some(&leaving), &outlives, &whole)?;
    // The items are the group's own: copies, which nobody else has.
    in_place.iter().for_each(|at| stays[*at] = Stay::Group);
    let nested = |stay: &Stay| matches!(stay, Stay::Nested | Stay::Parent | Stay::CallInParent);
    let wrap = match &output {
        Some(ty) if stays.iter().any(nested) => wrap.shortened(ctx, ty),
        _ => wrap,
    };
    let calls_back = |ty: &Ty| closures::kept(&chooser.callables.borrow(), ty) || held::is_in(ty);
    let wrap = match &output {
        Some(ty) if params.iter().any(calls_back) => wrap.calling_back(ctx, ty),
        _ => wrap,
    };
    let left_out = listed::left_out(chooser, &open.params, &params);
    let mut planned = Vec::new();
    for (at, (param, ty)) in function.params.iter().zip(&params).enumerate() {
        let chosen = !generics_in(&open.params[at]).is_empty();
        let boxed = closures::arrive_boxed(ctx, types, ty, &param.name)?;
        if boxed.is_some() || closures::holds(ty) {
            let callables = chooser.callables.borrow();
            let arrive = || closures::arrive(ctx, types, &callables, ty, &param.name, &mut |ty| put.ty(ty));
            let arrival = boxed.map_or_else(arrive, Ok)?;
            planned.push(PlannedParam {
                name: names::python(&param.name),
                lift: Some(arrival.lift),
                stay: Stay::Call,
                optional: false,
                default: None,
            });
            arguments[at] = Some(arrival.argument);
            continue;
        }
        let by_bytes = || outs::bytes(ctx, types, ty);
        let values = listed::arrive(ctx, ty, &param.name, left_out.contains(&at))?;
        let values = values.map_or_else(|| named::arrive(ctx, ty, &param.name), |one| Ok(Some(one)))?;
        let random = || random::arrive(ctx, ty, &param.name);
        if let Some(arrival) = values.map_or_else(random, |one| Ok(Some(one)))?.or_else(by_bytes) {
            planned.push(PlannedParam {
                name: names::python(&param.name),
                lift: Some(arrival.lift),
                stay: Stay::Call,
                optional: false,
                default: None,
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
        let foreign = out_params.contains(&(at, None));
        let lasts = arguments[at].is_some() && lasting::target(ctx, types, ty).is_some();
        let formats = formatting::is_arguments(ty);
        let spelled = given || chosen || lasts || formats || lists.contains(&at) || in_place.contains(&at);
        let mut lift = if spelled && !foreign {
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
        if lasts {
            lift = lift.as_deref().map(lasting::forever);
        }
        if text_too[at] {
            let (lent, _) = stays[at].lifetimes();
            lift = Some(format!("::usecrate_runtime::private::BytesLike<{lent}>"));
        }
        if in_place.contains(&at) {
            let (lent, _) = stays[at].lifetimes();
            lift = lift.map(|inner| outs::in_place(ty, lent, &inner));
        }
        planned.push(PlannedParam {
            name: names::python(&param.name),
            lift,
            stay: stays[at],
            optional: false,
            default: None,
        });
    }
    let crossing = Crossing {
        params: &params,
        output: output.as_ref(),
        direct: out_params.is_empty() && arguments.iter().all(Option::is_none) && wrap.is_none(),
        lent: planned.iter().all(|param| param.stay == Stay::Call),
        fluent,
    };
    let keeps_lock = lock::cannot_block(ctx, types, site, &crossing);
    let mut action = action(&site.callee, &arguments, &wrap);
    if let (Action::Expr { text }, false) = (&mut action, out_params.is_empty()) {
        *text = outs::compose(text, &out_params, success.is_some(), fallible);
    }
    let order = random::order(&params);
    if let Action::Expr { text } = &mut action {
        *text = random::renumbered(text, &order);
    }
    let mut planned: Vec<PlannedParam> = order.iter().map(|at| planned[*at].clone()).collect();
    if !matches!(site.callee, Callee::Set(_)) {
        let ordered: Vec<&Ty> = order.iter().map(|at| &params[*at]).collect();
        optional(&mut planned, &ordered, receiver, |at| {
            let room =
                in_place.contains(&order[at]) && !matches!(outs::target(ordered[at]), Some(Ty::Slice(_)));
            room || out_params.iter().any(|(out, _)| *out == order[at])
        });
        for (place, at) in order.iter().enumerate() {
            planned[place].optional |= left_out.contains(at);
        }
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
        keeps_lock,
        origin: None,
        counts: None,
        reach: Reach::default(),
        bounds: Vec::new(),
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

pub(super) fn erase_names(ty: &Ty) -> Ty {
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
        Callee::Expr(text) | Callee::Data(text) => {
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
        Callee::Set(field) if arguments.iter().all(Option::is_none) => Action::Set { field: field.clone() },
        Callee::Set(field) => {
            let all: Vec<String> = arguments
                .iter()
                .enumerate()
                .map(|(at, one)| made(at, one))
                .collect();
            let text = match all.as_slice() {
                [object, value] => format!("{{ {object}.{field} = {value}; }}"),
                _ => String::new(),
            };
            Action::Expr { text }
        }
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

/// Trailing `Option` parameters may be left out, and sources of randomness; those that are passed by keyword stand behind them.
fn optional(planned: &mut [PlannedParam], params: &[&Ty], receiver: bool, keyword: impl Fn(usize) -> bool) {
    for (at, ty) in params.iter().enumerate().rev() {
        if keyword(at) {
            continue;
        }
        let is_option = matches!(ty, Ty::Path { def, .. } if stdlib::is(def, "Option"));
        let may = is_option || random::holds(ty);
        if !may || (at == 0 && receiver) {
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
