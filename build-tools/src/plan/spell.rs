//! Types as Rust text, for the bridge and for people.

use super::ctx::Ctx;
use super::names;
use super::stdlib::{self, StdClass};
use super::types::has_lifetimes;
use super::wire::type_args;
use super::{
    closures, digits, handed, held, hosts, joined, likenesses, listed, mappings, named, random, streams,
};
use crate::api::{Arg, Args, Bound, DefKey, GenericParam, Param, TraitRef, Ty};

/// The pseudo primitive that stands for `BytesLike`: bytes or text, for parameters bounded by `AsRef<[u8]>`.
pub(super) const BYTES_LIKE: &str = "@bytes";

/// How lifetimes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lifetimes {
    /// Each one as given: `'h`, `'static`.
    All(&'static str),
    /// `'_`, left to inference.
    Infer,
    /// As they are written in the crate.
    Written,
    /// To lift an argument: references as the first says, what a handle's type carries as the second.
    Lift(&'static str, &'static str),
}

/// A type that cannot be named in the bridge, and which part is to blame.
#[derive(Debug, Clone)]
pub(super) struct Unnameable(pub(super) String);

impl Ctx<'_> {
    /// A definition's absolute path.
    pub(super) fn spell_def(&self, def: &DefKey) -> Result<String, Unnameable> {
        if let Some(path) = stdlib::path(def) {
            return Ok(path.to_owned());
        }
        let unnameable = || Unnameable(format!("`{}` has no public path", def.0));
        let path = self
            .def(def)
            .and_then(|def| def.paths.first())
            .ok_or_else(unnameable)?;
        if stdlib::is_std(def) {
            // Only paths through `std` are public for certain.
            return if path.starts_with("std::") {
                Ok(format!("::{path}"))
            } else {
                Err(unnameable())
            };
        }
        let first = path.split("::").next().unwrap_or_default();
        if first == self.api.name {
            return Ok(format!("::{path}"));
        }
        // Of several versions of a crate each has a name of its own.
        let several = def
            .krate()
            .split_once('@')
            .is_some_and(|(library, _)| library == first);
        let local = if several {
            mappings::local_name(def.krate())
        } else {
            first.to_owned()
        };
        let spelled = format!("::{local}{}", &path[first.len()..]);
        self.dependencies.borrow_mut().insert(local);
        Ok(spelled)
    }

    /// A type as the bridge writes it.
    pub(super) fn spell(&self, ty: &Ty, mode: Lifetimes) -> Result<String, Unnameable> {
        Ok(match ty {
            Ty::Path { .. } if held::parts(ty).is_some() => self.spell_callable(ty, mode)?,
            Ty::Path { def, args } => {
                let path = self.spell_def(def)?;
                let std = stdlib::is_std(def);
                let mut args = args.clone();
                while args.args.last().is_some_and(|arg| {
                    matches!(arg, Arg::Const(text) if !is_literal(text))
                        && is_default(self, def, args.args.len() - 1, arg)
                }) {
                    args.args.pop();
                }
                // What a handle's type carries belongs to its group.
                let mode = match mode {
                    Lifetimes::Lift(_, carried) if !std || stdlib::class(def) == Some(StdClass::Handle) => {
                        Lifetimes::All(carried)
                    }
                    other => other,
                };
                format!("{path}{}", self.spell_args(&args, mode, std)?)
            }
            Ty::Primitive(name) if name == BYTES_LIKE => {
                let lifetime = reference(mode).unwrap_or("'_");
                format!("::usecrate_runtime::private::BytesLike<{lifetime}>")
            }
            Ty::Primitive(name) if name == "never" => "!".to_owned(),
            Ty::Primitive(_) if closures::holds(ty) => {
                return Err(Unnameable("the type of a callable cannot be named".to_owned()));
            }
            Ty::Primitive(name) => match (streams::modes(ty), hosts::number(ty)) {
                (Some(modes), _) => streams::spelled(modes),
                (_, Some(number)) => hosts::spelled(number),
                _ if random::is(ty) => random::spelled(ty).unwrap_or_default(),
                _ => format!("::core::primitive::{name}"),
            },
            Ty::Tuple(parts) => {
                let parts = parts
                    .iter()
                    .map(|part| self.spell(part, mode))
                    .collect::<Result<Vec<_>, _>>()?;
                if parts.len() == 1 {
                    format!("({},)", parts[0])
                } else {
                    format!("({})", parts.join(", "))
                }
            }
            Ty::Slice(ty) => format!("[{}]", self.spell(ty, mode)?),
            Ty::Array { ty, len } => {
                if !len.chars().all(|c| c.is_ascii_digit() || c == '_') {
                    return Err(Unnameable(format!("the array length `{len}` is no number")));
                }
                format!("[{}; {len}]", self.spell(ty, mode)?)
            }
            Ty::Ref {
                mutable,
                ty,
                lifetime,
            } => {
                let written = lifetime.as_deref().filter(|name| *name != "'_");
                let lifetime = match mode {
                    _ if written == Some(held::LENT) => None,
                    Lifetimes::Written => written,
                    _ => reference(mode),
                };
                let lifetime = lifetime.map(|name| format!("{name} ")).unwrap_or_default();
                let inner = self.spell(ty, mode)?;
                let inner = match **ty {
                    Ty::Dyn { .. } => format!("({inner})"),
                    _ => inner,
                };
                format!("&{lifetime}{}{inner}", if *mutable { "mut " } else { "" })
            }
            Ty::Dyn { traits, lifetime } if super::objects::has_class(traits) => {
                let mut parts = traits
                    .iter()
                    .map(|one| self.spell_bound(one, mode))
                    .collect::<Result<Vec<_>, _>>()?;
                if let Some(written) = lifetime {
                    parts.push(match mode {
                        Lifetimes::All(name) | Lifetimes::Lift(_, name) => name.to_owned(),
                        Lifetimes::Infer => "'_".to_owned(),
                        Lifetimes::Written => written.clone(),
                    });
                }
                format!("dyn {}", parts.join(" + "))
            }
            Ty::FnPointer {
                params,
                output,
                unsafe_: false,
            } => {
                format!("fn{}", self.spell_call(params, output.as_deref(), mode)?)
            }
            Ty::Infer => "_".to_owned(),
            Ty::Generic(_)
            | Ty::RawPointer { .. }
            | Ty::FnPointer { unsafe_: true, .. }
            | Ty::Dyn { .. }
            | Ty::Impl(_)
            | Ty::Projection { .. } => {
                return Err(Unnameable(format!("`{}` cannot be named", self.show(ty))));
            }
        })
    }

    /// A boxed callable. What its own type names is not lent for the call.
    fn spell_callable(&self, ty: &Ty, mode: Lifetimes) -> Result<String, Unnameable> {
        let (params, output) = held::parts(ty).unwrap_or((&[], &Ty::Infer));
        let call = self.spell_call(params, Some(output), mode)?;
        Ok(format!(
            "::std::boxed::Box<dyn ::std::ops::Fn{call} + ::std::marker::Send + ::std::marker::Sync>"
        ))
    }

    /// What a callable is passed and gives: `(A) -> B`.
    fn spell_call(&self, params: &[Ty], output: Option<&Ty>, mode: Lifetimes) -> Result<String, Unnameable> {
        let mode = match mode {
            Lifetimes::Lift(_, carried) => Lifetimes::All(carried),
            other => other,
        };
        let params = params.iter().map(|ty| self.spell_lent(ty, mode));
        let params = params.collect::<Result<Vec<_>, _>>()?.join(", ");
        let output = output.map(|ty| self.spell_lent(ty, mode)).transpose()?;
        let output = output.map(|output| format!(" -> {output}")).unwrap_or_default();
        Ok(format!("({params}){output}"))
    }

    /// What a boxed callable is passed or gives. An elided lifetime would be one that is lent to it: where lifetimes are inferred,
    /// so is the type that has one.
    fn spell_lent(&self, ty: &Ty, mode: Lifetimes) -> Result<String, Unnameable> {
        match ty {
            Ty::Ref {
                lifetime,
                mutable,
                ty,
            } if lifetime.as_deref() == Some(held::LENT) => {
                let inner = self.spell_lent(ty, mode)?;
                Ok(format!("&{}{inner}", if *mutable { "mut " } else { "" }))
            }
            ty if mode == Lifetimes::Infer && has_lifetimes(ty) => Ok("_".to_owned()),
            ty => self.spell(ty, mode),
        }
    }

    /// `std`: of a type of the standard library, whose `Cow<'static, T>` is made of what Python passes.
    fn spell_args(&self, args: &Args, mode: Lifetimes, std: bool) -> Result<String, Unnameable> {
        let mut parts = Vec::new();
        for arg in &args.args {
            parts.push(match arg {
                Arg::Lifetime(name) => match mode {
                    _ if name == held::LENT => "'_".to_owned(),
                    Lifetimes::Written => name.clone(),
                    Lifetimes::All(_) | Lifetimes::Lift(..) if std && name == "'static" => name.clone(),
                    Lifetimes::All(name) | Lifetimes::Lift(name, _) => name.to_owned(),
                    Lifetimes::Infer => "'_".to_owned(),
                },
                Arg::Type(ty) => self.spell(ty, mode)?,
                Arg::Const(text) => {
                    if !is_literal(text) {
                        return Err(Unnameable(format!(
                            "the constant argument `{text}` is no literal"
                        )));
                    }
                    text.clone()
                }
                Arg::Infer => "_".to_owned(),
            });
        }
        Ok(if parts.is_empty() {
            String::new()
        } else {
            format!("<{}>", parts.join(", "))
        })
    }

    /// A type as an expression or pattern begins with it: `::url::Host::<_>`.
    pub(super) fn spell_expression(&self, ty: &Ty) -> Result<String, Unnameable> {
        let Ty::Path { def, args } = ty else {
            return self.spell(ty, Lifetimes::Infer);
        };
        Ok(format!("{}{}", self.spell_def(def)?, self.turbofish(args)?))
    }

    /// A variant of an enum in the same way: `::url::Host::Domain::<_>`. The arguments stand behind the variant, where
    /// lifetimes may be left out: before it, none is right in a pattern, neither written (E0109) nor left out (E0107).
    pub(super) fn spell_variant(&self, ty: &Ty, variant: &str) -> Result<String, Unnameable> {
        let variant = names::raw(variant);
        let Ty::Path { def, args } = ty else {
            return Ok(format!("{}::{variant}", self.spell(ty, Lifetimes::Infer)?));
        };
        let mut args = args.clone();
        args.args.retain(|arg| !matches!(arg, Arg::Lifetime(_)));
        Ok(format!(
            "{}::{variant}{}",
            self.spell_def(def)?,
            self.turbofish(&args)?
        ))
    }

    /// Arguments behind a path in an expression; none if all are lifetimes.
    fn turbofish(&self, args: &Args) -> Result<String, Unnameable> {
        if args.args.iter().all(|arg| matches!(arg, Arg::Lifetime(_))) {
            return Ok(String::new());
        }
        Ok(format!("::{}", self.spell_args(args, Lifetimes::Infer, false)?))
    }

    /// A trait as part of a path: `::digest::Digest`, its arguments left to inference where they are not closed.
    pub(super) fn spell_trait(&self, one: &TraitRef) -> Result<String, Unnameable> {
        let path = match stdlib::is_std(&one.def)
            .then(|| stdlib::trait_path(one.def.name()))
            .flatten()
        {
            Some(path) => path.to_owned(),
            None => self.spell_def(&one.def)?,
        };
        let mut args = one.args.clone();
        args.bindings.clear();
        args.constraints.clear();
        for arg in &mut args.args {
            if let Arg::Type(ty) = arg {
                if self.spell(ty, Lifetimes::Infer).is_err() {
                    *arg = Arg::Infer;
                }
            }
        }
        Ok(format!(
            "{path}{}",
            self.spell_args(&args, Lifetimes::Infer, false)?
        ))
    }

    /// A trait of an object: its arguments and associated types are all said.
    fn spell_bound(&self, one: &TraitRef, mode: Lifetimes) -> Result<String, Unnameable> {
        if let (true, Some((params, output))) = (closures::is_trait(&one.def), handed::parts(one)) {
            let call = self.spell_call(params, output, mode)?;
            return Ok(format!("::std::ops::{}{call}", one.def.name()));
        }
        if let Some(name) = likenesses::spelled(self, one) {
            return Ok(name);
        }
        let path = match stdlib::trait_path(one.def.name()).filter(|_| stdlib::is_std(&one.def)) {
            Some(path) => path.to_owned(),
            None => self.spell_def(&one.def)?,
        };
        let args = self.spell_args(&one.args, Lifetimes::Infer, false)?;
        let mut parts: Vec<String> = args
            .strip_prefix('<')
            .and_then(|inner| inner.strip_suffix('>'))
            .map(str::to_owned)
            .into_iter()
            .collect();
        for (name, ty) in &one.args.bindings {
            parts.push(format!("{name} = {}", self.spell(ty, Lifetimes::Infer)?));
        }
        Ok(if parts.is_empty() {
            path
        } else {
            format!("{path}<{}>", parts.join(", "))
        })
    }

    /// A type for people: last segments only.
    pub(super) fn show(&self, ty: &Ty) -> String {
        match ty {
            Ty::Path { .. } if held::parts(ty).is_some() => "impl Fn".to_owned(),
            Ty::Path { args, .. } if joined::is(ty) => type_args(args)
                .next()
                .map_or_else(String::new, |ty| self.show(ty)),
            Ty::Path { .. } if listed::is(ty) => {
                listed::parts(ty).map_or_else(String::new, |(one, _)| format!("[{}]", self.show(one)))
            }
            Ty::Path { .. } if named::is(ty) => {
                named::one(ty).map_or_else(String::new, |one| format!("{{{}}}", self.show(one)))
            }
            Ty::Path { def, args } => {
                digits::shown(ty).unwrap_or_else(|| format!("{}{}", def.name(), self.show_args(args)))
            }
            Ty::Generic(name) => name.clone(),
            Ty::Primitive(name) if name == BYTES_LIKE => "impl AsRef<[u8]>".to_owned(),
            Ty::Primitive(name) if name == "never" => "!".to_owned(),
            Ty::Primitive(_) if closures::holds(ty) => "impl Fn".to_owned(),
            Ty::Primitive(_) if hosts::holds(ty) => "an object".to_owned(),
            Ty::Primitive(_) if random::is(ty) => random::shown(ty).unwrap_or_default().to_owned(),
            Ty::Primitive(name) => streams::modes(ty).map_or_else(|| name.clone(), streams::shown),
            Ty::Tuple(parts) => {
                let all: Vec<_> = parts.iter().map(|part| self.show(part)).collect();
                if all.len() == 1 {
                    format!("({},)", all[0])
                } else {
                    format!("({})", all.join(", "))
                }
            }
            Ty::Slice(ty) => format!("[{}]", self.show(ty)),
            Ty::Array { ty, len } => format!("[{}; {len}]", self.show(ty)),
            Ty::Ref {
                lifetime,
                mutable,
                ty,
            } => {
                let named = lifetime
                    .as_ref()
                    .filter(|name| !name.starts_with("'_") && *name != held::LENT);
                let lifetime = named.map(|name| format!("{name} ")).unwrap_or_default();
                format!(
                    "&{lifetime}{}{}",
                    if *mutable { "mut " } else { "" },
                    self.show(ty)
                )
            }
            Ty::RawPointer { mutable, ty } => {
                format!("*{} {}", if *mutable { "mut" } else { "const" }, self.show(ty))
            }
            Ty::FnPointer { params, output, .. } => {
                let params: Vec<_> = params.iter().map(|part| self.show(part)).collect();
                let output = output
                    .as_ref()
                    .map(|ty| format!(" -> {}", self.show(ty)))
                    .unwrap_or_default();
                format!("fn({}){output}", params.join(", "))
            }
            Ty::Dyn { traits, .. } => {
                format!(
                    "dyn {}",
                    traits
                        .iter()
                        .map(|one| self.show_trait(one))
                        .collect::<Vec<_>>()
                        .join(" + ")
                )
            }
            Ty::Impl(bounds) => format!("impl {}", self.show_bounds(bounds)),
            Ty::Projection {
                self_ty,
                trait_,
                name,
                ..
            } => match trait_ {
                Some(_) if matches!(**self_ty, Ty::Generic(_)) => format!("{}::{name}", self.show(self_ty)),
                Some(trait_) => format!("<{} as {}>::{name}", self.show(self_ty), self.show_trait(trait_)),
                None => format!("{}::{name}", self.show(self_ty)),
            },
            Ty::Infer => "_".to_owned(),
        }
    }

    fn show_args(&self, args: &Args) -> String {
        let mut parts: Vec<String> = args
            .args
            .iter()
            .map(|arg| match arg {
                // Names that were given to elided ones mean nothing to people.
                Arg::Lifetime(name) if name.starts_with("'_") || name == held::LENT => "'_".to_owned(),
                Arg::Lifetime(name) => name.clone(),
                Arg::Type(ty) => self.show(ty),
                Arg::Const(text) => text.clone(),
                Arg::Infer => "_".to_owned(),
            })
            .collect();
        parts.extend(
            args.bindings
                .iter()
                .map(|(name, ty)| format!("{name} = {}", self.show(ty))),
        );
        parts.extend(
            args.constraints
                .iter()
                .map(|(name, all)| format!("{name}: {}", self.show_bounds(all))),
        );
        if parts.is_empty() {
            String::new()
        } else {
            format!("<{}>", parts.join(", "))
        }
    }

    /// A trait for people.
    pub(super) fn show_trait(&self, one: &TraitRef) -> String {
        if let (true, [Arg::Type(Ty::Tuple(params))]) = (closures::is_trait(&one.def), &one.args.args[..]) {
            let params: Vec<_> = params.iter().map(|part| self.show(part)).collect();
            let output = one.args.bindings.iter().find(|(name, _)| name == "Output");
            let output = output.filter(|(_, ty)| *ty != Ty::Tuple(Vec::new()));
            let output = output.map(|(_, ty)| format!(" -> {}", self.show(ty)));
            let name = one.def.name();
            return format!("{name}({}){}", params.join(", "), output.unwrap_or_default());
        }
        format!("{}{}", one.def.name(), self.show_args(&one.args))
    }

    /// Bounds for people.
    pub(super) fn show_bounds(&self, bounds: &[Bound]) -> String {
        let all = bounds.iter().filter_map(|bound| match bound {
            Bound::Trait { trait_, maybe, .. } => Some(format!(
                "{}{}",
                if *maybe { "?" } else { "" },
                self.show_trait(trait_)
            )),
            Bound::Outlives(name) => Some(name.clone()),
            Bound::Use => None,
        });
        all.collect::<Vec<_>>().join(" + ")
    }

    /// A signature for people.
    pub(super) fn show_signature(&self, name: &str, params: &[Param], output: Option<&Ty>) -> String {
        let params: Vec<_> = params
            .iter()
            .map(|param| {
                let receiver = param.name == "self";
                match &param.ty {
                    Ty::Generic(name) if receiver && name == "Self" => "self".to_owned(),
                    Ty::Ref {
                        lifetime: None,
                        mutable,
                        ty,
                    } if receiver && **ty == Ty::Generic("Self".to_owned()) => {
                        if *mutable { "&mut self" } else { "&self" }.to_owned()
                    }
                    ty => format!("{}: {}", param.name, self.show(ty)),
                }
            })
            .collect();
        let output = output
            .map(|ty| format!(" -> {}", self.show(ty)))
            .unwrap_or_default();
        format!("fn {name}({}){output}", params.join(", "))
    }
}

/// A constant that means the same everywhere.
pub(super) fn is_literal(text: &str) -> bool {
    matches!(text, "true" | "false")
        || text
            .trim_start_matches('-')
            .starts_with(|c: char| c.is_ascii_digit())
        || (text.starts_with('\'') && text.ends_with('\''))
}

/// The argument at that place is the parameter's default.
pub(super) fn is_default(ctx: &Ctx<'_>, def: &DefKey, at: usize, arg: &Arg) -> bool {
    let param = ctx.def(def).and_then(|def| def.generics.params.get(at));
    matches!((param, arg), (Some(GenericParam::Const { default: Some(default), .. }), Arg::Const(text))
        if default == text)
}

fn reference(mode: Lifetimes) -> Option<&'static str> {
    match mode {
        Lifetimes::All(name) | Lifetimes::Lift(name, _) => Some(name),
        Lifetimes::Infer | Lifetimes::Written => None,
    }
}
