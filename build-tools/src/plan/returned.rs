//! What a callable gives: how what Python returns becomes the value that Rust wants of it.
//!
//! Python gives what owns its data. Where nothing says which type is meant, it gives whatever the crate converts into the one
//! that is.

use usecrate_manifest::SkipCode;

use super::ctx::Ctx;
use super::fold::{erase, generics_in};
use super::spell::{BYTES_LIKE, Lifetimes, Unnameable};
use super::types::{Types, has_lifetimes};
use super::wire::{Class, Reason, check_param, class, is_bytes, is_text, type_args};
use super::{changing, choose, conversions, items, stdlib};
use crate::api::{Arg, Args, Bound, DefKey, Ty};

/// How many types a result may be made from.
const SOURCES: usize = 8;

/// A result of a callable.
pub(super) struct Given {
    step: Step,
    /// The closure gives a `Result`: what Python gives is its `Ok`.
    fallible: bool,
    /// What is made of a failure, with `{}` for it, if the `Err` can be made.
    failed: Option<&'static str>,
}

/// From what is lifted to what is wanted.
struct Step {
    /// The type to lift, as it describes itself.
    described: String,
    /// The same where lifetimes are inferred.
    lifted: String,
    /// What is made of it, with `{}` for what was lifted; nothing is.
    made: Option<String>,
}

impl Given {
    /// Of a callable `name`: `written` is its result as the bound has it, `output` the same with types in place of its parameters.
    pub(super) fn new(
        ctx: &Ctx<'_>,
        types: &Types,
        written: &Ty,
        output: &Ty,
        name: &str,
    ) -> Result<Self, Reason> {
        let making = Making { ctx, types, name };
        let Some((ok, error)) = parts_of_result(output) else {
            return Ok(Self {
                step: making.step(written, output)?,
                fallible: false,
                failed: None,
            });
        };
        let written = parts_of_result(written).map_or(written, |(ok, _)| ok);
        Ok(Self {
            step: making.step(written, ok)?,
            fallible: true,
            failed: error.and_then(|error| of_failure(ctx, error)),
        })
    }

    /// The same of a callable that is passed a value to change, as `place`: `described` and `lifted` spell that value's type.
    pub(super) fn changing(mut self, output: &Ty, place: &str, described: &str, lifted: &str) -> Self {
        self.step = Step {
            described: changing::lifted(output, &self.step.described, described),
            lifted: changing::lifted(output, &self.step.lifted, lifted),
            made: Some(format!("{{}}.put({place})")),
        };
        self
    }

    /// The type to lift.
    pub(super) fn described(&self) -> &str {
        &self.step.described
    }

    /// What the closure gives, as it is written there.
    fn output(&self) -> String {
        let ok = match self.step.made {
            Some(_) => "_",
            None => &self.step.lifted,
        };
        if self.fallible {
            // Whatever the error is, rustc knows it.
            format!("::std::result::Result<{ok}, _>")
        } else {
            ok.to_owned()
        }
    }

    /// The closure's result and body, where `arguments` are passed to the callable `f`. `kept`: Rust may keep it.
    pub(super) fn body(&self, marker: &str, arguments: &str, kept: bool) -> (String, String) {
        let lifted = match self.step.made {
            Some(_) => &self.step.lifted,
            None => "_",
        };
        let call = |method: &str| format!("f.{method}::<{marker}, _, {lifted}>({arguments})");
        let made = |value: &str| match &self.step.made {
            Some(made) => made.replace("{}", value),
            None => value.to_owned(),
        };
        let ok = "::std::result::Result::Ok";
        let body = match (self.fallible, self.failed.filter(|_| kept)) {
            (false, _) => made(&call("invoke")),
            (true, None) => format!("{ok}({})", made(&call("invoke"))),
            (true, Some(failed)) => format!(
                "match {} {{ {ok}(value) => {ok}({}), ::std::result::Result::Err(failure) => \
                 ::std::result::Result::Err({}) }}",
                call("attempt"),
                made("value"),
                failed.replace("{}", "failure"),
            ),
        };
        (self.output(), body)
    }
}

/// What is needed to find the steps of one callable.
struct Making<'m, 'a> {
    ctx: &'m Ctx<'a>,
    types: &'m Types,
    name: &'m str,
}

impl Making<'_, '_> {
    fn step(&self, written: &Ty, output: &Ty) -> Result<Step, Reason> {
        if let Ty::Path { def, args } = output {
            let inner = type_args(args).next();
            if let Some(inner) = inner.filter(|_| stdlib::is(def, "Option")) {
                let part = match written {
                    Ty::Path { args, .. } => type_args(args).next().unwrap_or(written),
                    _ => written,
                };
                let Step {
                    described,
                    lifted,
                    made,
                } = self.step(part, inner)?;
                let option = |of: String| format!("::std::option::Option<{of}>");
                return Ok(Step {
                    described: option(described),
                    lifted: option(lifted),
                    made: made.map(|made| format!("{{}}.map(|one| {})", made.replace("{}", "one"))),
                });
            }
            if let Some(inner) = inner.filter(|_| stdlib::is(def, "Cow") && has_lifetimes(output)) {
                let owned = owned_form(inner);
                return self.plain(&owned, Some("::std::borrow::Cow::Owned({})"));
            }
            if let Some(item) = boxed_items(self.ctx, output) {
                let made = "::std::boxed::Box::new(::std::iter::IntoIterator::into_iter({}))";
                return self.plain(&choose::list(item), Some(made));
            }
        }
        if let (Ty::Generic(_), Class::Type(..)) = (written, class(self.ctx, self.types, output)) {
            let sources = conversions::owned_sources(self.ctx, self.types, output);
            if !sources.is_empty() && !has_lifetimes(output) {
                return self.converted(output, sources);
            }
        }
        let output = if generics_in(written).is_empty() {
            output.clone()
        } else {
            owned(output)
        };
        self.plain(&output, None)
    }

    /// What is lifted as it is.
    fn plain(&self, ty: &Ty, made: Option<&str>) -> Result<Step, Reason> {
        self.check(ty)?;
        Ok(Step {
            described: self.spell(ty, Lifetimes::All("'h"))?,
            lifted: self.spell(ty, Lifetimes::Infer)?,
            made: made.map(str::to_owned),
        })
    }

    /// What is made from the first of several types that fits: the wanted one is the first.
    fn converted(&self, wanted: &Ty, sources: Vec<Ty>) -> Result<Step, Reason> {
        let all: Vec<Ty> = std::iter::once(wanted.clone())
            .chain(sources)
            .take(SOURCES)
            .collect();
        all.iter().try_for_each(|ty| self.check(ty))?;
        let spell = |mode: Lifetimes| -> Result<String, Reason> {
            let sources: Vec<String> = all
                .iter()
                .map(|ty| self.spell(ty, mode))
                .collect::<Result<_, _>>()?;
            let wanted = self.spell(wanted, mode)?;
            Ok(format!(
                "::usecrate_runtime::private::OneOf<{wanted}, ({},)>",
                sources.join(", ")
            ))
        };
        Ok(Step {
            described: spell(Lifetimes::All("'h"))?,
            lifted: spell(Lifetimes::Infer)?,
            made: Some("{}.get()".to_owned()),
        })
    }

    fn spell(&self, ty: &Ty, mode: Lifetimes) -> Result<String, Reason> {
        let spelled = self.ctx.spell(ty, mode);
        spelled.map_err(|Unnameable(why)| {
            Reason::new(SkipCode::Closure, format!("the callable `{}`: {why}", self.name))
        })
    }

    /// Whether a callable can give a value of that type.
    fn check(&self, ty: &Ty) -> Result<(), Reason> {
        let refuse = |why: &str| {
            let (name, shown) = (self.name, self.ctx.show(ty));
            Err(Reason::new(
                SkipCode::Closure,
                format!("the callable `{name}` gives `{shown}`, {why}"),
            ))
        };
        if has_lifetimes(ty) {
            return refuse("which borrows: what Python gives back does not live long enough");
        }
        match check_param(self.ctx, self.types, ty, "what it gives") {
            Ok(()) => Ok(()),
            Err(reason) => refuse(&format!("which Python cannot make: {}", reason.message)),
        }
    }
}

/// The `T` and the `E` of a `Result`.
pub(super) fn parts_of_result(ty: &Ty) -> Option<(&Ty, Option<&Ty>)> {
    match ty {
        Ty::Path { def, args } if stdlib::is(def, "Result") => {
            let mut all = type_args(args);
            Some((all.next()?, all.next()))
        }
        _ => None,
    }
}

/// The items of a boxed iterator that any list would do for.
fn boxed_items(ctx: &Ctx<'_>, ty: &Ty) -> Option<Ty> {
    let Ty::Path { args, .. } = ty else { return None };
    let known = |one: &DefKey| {
        let names = [
            "Iterator",
            "DoubleEndedIterator",
            "ExactSizeIterator",
            "FusedIterator",
        ];
        let marks = ["Send", "Sync", "Unpin"];
        stdlib::is_std(one) && names.iter().chain(&marks).any(|name| one.name() == *name)
    };
    let of_list =
        matches!(type_args(args).next()?, Ty::Dyn { traits, .. } if traits.iter().all(|one| known(&one.def)));
    if !of_list || !items::boxed(ctx, ty) {
        return None;
    }
    items::anonymous(ctx, ty)?.item
}

/// How an error is made of what a callable raised, if there is a way.
fn of_failure(ctx: &Ctx<'_>, error: &Ty) -> Option<&'static str> {
    const FROM: &str = "::std::convert::From::from({})";
    const OF_TEXT: &str = "::std::convert::From::from(::std::string::String::from({}))";
    const OF_IO: &str = "::std::convert::From::from(::std::io::Error::from({}))";
    let Ty::Path { def, args } = error else {
        return None;
    };
    if stdlib::is(def, "String") || is_io_error(error) {
        return Some(FROM);
    }
    if stdlib::is(def, "Box") {
        let is_error = |one: &DefKey| stdlib::is_std(one) && matches!(one.name(), "Error" | "Send" | "Sync");
        let of_errors = matches!(type_args(args).next()?, Ty::Dyn { traits, .. }
            if traits.iter().all(|one| is_error(&one.def)));
        return of_errors.then_some(FROM);
    }
    let error = erase(error);
    let sources: Vec<Ty> = ctx
        .matching(&error)
        .into_iter()
        .filter_map(|found| {
            let of = found.impl_.trait_.as_ref()?;
            let of = Some(of).filter(|of| stdlib::is_trait(&of.def, "From"))?;
            // `impl<E: Error> From<E>`: the type that every error becomes.
            let source = type_args(&of.args).next()?;
            let any = matches!(source, Ty::Generic(name)
                if found.impl_.generics.bounds.iter().any(|one| is_bound_by_error(&one.ty, name, &one.bounds)));
            Some(if any { Ty::Infer } else { ctx.normal(&found.subst.apply(source)) })
        })
        .collect();
    let has = |wanted: &dyn Fn(&Ty) -> bool| sources.iter().any(wanted);
    if has(&|ty| *ty == Ty::Infer) {
        Some(FROM)
    } else if has(&|ty| matches!(ty, Ty::Path { def, .. } if stdlib::is(def, "String"))) {
        Some(OF_TEXT)
    } else if has(&is_io_error) {
        Some(OF_IO)
    } else {
        None
    }
}

fn is_bound_by_error(ty: &Ty, name: &str, bounds: &[Bound]) -> bool {
    matches!(ty, Ty::Generic(have) if have == name)
        && bounds.iter().any(|bound| {
            matches!(bound, Bound::Trait { trait_, maybe: false, .. }
                if stdlib::is_trait(&trait_.def, "Error"))
        })
}

fn is_io_error(ty: &Ty) -> bool {
    matches!(ty, Ty::Path { def, .. }
        if stdlib::is_std(def) && def.name() == "Error" && def.0.split("::").any(|part| part == "io"))
}

/// The type that owns what a `Cow<'static, T>` holds: what Python passes does not live for ever.
pub(super) fn for_ever(ty: &Ty) -> Option<Ty> {
    let Ty::Path { def, args } = ty else { return None };
    let is_static = |arg: &Arg| matches!(arg, Arg::Lifetime(name) if name == "'static");
    (stdlib::is(def, "Cow") && args.args.iter().any(is_static))
        .then(|| type_args(args).next().map(owned_form))
        .flatten()
}

/// The type that owns what a type borrows.
fn owned_form(ty: &Ty) -> Ty {
    match ty {
        _ if is_text(ty) => choose::string(),
        Ty::Slice(item) => choose::list((**item).clone()),
        other => other.clone(),
    }
}

/// What a callable gives where any type with the bounds would do: one that owns its data.
pub(super) fn owned(ty: &Ty) -> Ty {
    match ty {
        Ty::Ref {
            mutable: false,
            ty: inner,
            ..
        } if is_text(inner) => choose::string(),
        Ty::Ref {
            mutable: false,
            ty: inner,
            ..
        } if is_bytes(inner) => choose::list(Ty::Primitive("u8".to_owned())),
        Ty::Primitive(name) if name == BYTES_LIKE => choose::list(Ty::Primitive("u8".to_owned())),
        Ty::Path { def, args } => Ty::Path {
            def: def.clone(),
            args: Args {
                args: args
                    .args
                    .iter()
                    .map(|arg| match arg {
                        Arg::Type(ty) => Arg::Type(owned(ty)),
                        other => other.clone(),
                    })
                    .collect(),
                ..args.clone()
            },
        },
        other => other.clone(),
    }
}
