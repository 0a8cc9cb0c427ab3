//! What the user asks for by name: instances of generic types and functions, `"path::item" = ["arguments"]`.

use std::collections::BTreeMap;

use super::arguments::{self, Argument, Value, Wrong};
use super::ctx::Ctx;
use super::declared::Unusable;
use super::fold::each;
use super::paths::{self, Meaning};
use super::site::{OriginKey, Site};
use crate::api::{Arg, Args, DefKey, DefKind, Function, GenericParam, Generics, Ty};

/// An instance, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The arguments as between `<` and `>`.
    pub arguments: String,
    /// Its own name in Python.
    pub py_name: Option<String>,
}

/// An instance that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// As it would be written in Rust: `Row::get<usize, String>`.
    pub(super) entry: String,
    /// Of what.
    pub(super) meaning: Meaning,
    /// With what.
    pub(super) arguments: Vec<Argument>,
    /// Its own name in Python.
    pub(super) py_name: Option<String>,
}

impl Request {
    /// The key by which it is reached.
    pub(super) fn key(&self) -> Vec<String> {
        self.arguments.iter().map(|one| one.text.clone()).collect()
    }

    /// The type that is asked for, normal.
    pub(super) fn ty(&self, ctx: &Ctx<'_>) -> Option<Ty> {
        let Meaning::Def(def) = &self.meaning else {
            return None;
        };
        if matches!(ctx.def(def)?.kind, DefKind::Function(_)) {
            return None;
        }
        let arg = |one: &Argument| match &one.value {
            Value::Infer => Arg::Infer,
            Value::Type(ty) => Arg::Type(ty.clone()),
            Value::Const(text) => Arg::Const(text.clone()),
        };
        let args = Args {
            args: self.arguments.iter().map(arg).collect(),
            ..Args::default()
        };
        Some(ctx.normal(&Ty::Path {
            def: def.clone(),
            args,
        }))
    }
}

/// Finds out what is asked for.
pub(super) fn resolve(
    ctx: &Ctx<'_>,
    wanted: &BTreeMap<String, Vec<Wanted>>,
) -> Result<Vec<Request>, Unusable> {
    let mut all: Vec<Request> = Vec::new();
    for (path, lists) in wanted {
        let unusable = |problem: String, near: Vec<String>| Unusable {
            table: "`[instantiate]`",
            entry: path.clone(),
            problem,
            near,
        };
        let Some(meaning) = paths::of_crate(ctx, path) else {
            let problem = format!("`{}` has no public item of that path", ctx.api.name);
            return Err(unusable(problem, paths::near(ctx, path)));
        };
        let room = Room::of(ctx, &meaning).map_err(|problem| unusable(problem, Vec::new()))?;
        for wanted in lists {
            let list = &wanted.arguments;
            let read = arguments::read(ctx, list);
            let arguments = read.map_err(|Wrong { problem, near }| unusable(problem, near))?;
            room.check(&arguments, list)
                .map_err(|problem| unusable(problem, Vec::new()))?;
            let request = Request {
                entry: format!("{path}<{}>", texts(&arguments).join(", ")),
                meaning: meaning.clone(),
                arguments,
                py_name: wanted.py_name.clone(),
            };
            if all.iter().all(|one| one.entry != request.entry) {
                all.push(request);
            }
        }
    }
    Ok(all)
}

fn texts(arguments: &[Argument]) -> Vec<&str> {
    arguments.iter().map(|one| one.text.as_str()).collect()
}

/// The requests that a callable is meant by.
pub(super) fn of_site<'c>(ctx: &'c Ctx<'_>, site: &Site) -> Vec<&'c Request> {
    let Some(origin) = &site.origin else {
        return Vec::new();
    };
    let meant = |request: &&Request| match (&request.meaning, &origin.key) {
        (Meaning::Def(wanted), OriginKey::Free(key)) => wanted == key,
        (Meaning::Member(wanted, name), OriginKey::Foreign { trait_, name: have }) => {
            wanted == trait_ && name == have
        }
        (
            Meaning::Member(wanted, name),
            OriginKey::Block {
                self_ty,
                trait_,
                name: have,
            },
        ) => {
            let of_trait = || trait_.as_ref().is_some_and(|one| one.def == *wanted);
            name == have && (is_of(&ctx.normal(self_ty), wanted) || of_trait())
        }
        _ => false,
    };
    ctx.requests.iter().filter(meant).collect()
}

fn is_of(ty: &Ty, wanted: &DefKey) -> bool {
    matches!(ty, Ty::Path { def, .. } if def == wanted)
}

/// How many arguments an item takes.
struct Room {
    least: usize,
    most: usize,
    names: Vec<String>,
}

impl Room {
    fn of(ctx: &Ctx<'_>, meaning: &Meaning) -> Result<Self, String> {
        let room = match meaning {
            Meaning::Def(key) => match ctx.def(key).map(|def| (&def.kind, &def.generics)) {
                Some((DefKind::Function(function), generics)) => Self::of_function(function, generics),
                Some((DefKind::Trait(_), _)) => {
                    return Err("it is a trait: name one of its functions".to_owned());
                }
                Some((_, generics)) => {
                    let default = |one: &&GenericParam| {
                        matches!(
                            one,
                            GenericParam::Type { default: Some(_), .. }
                                | GenericParam::Const { default: Some(_), .. }
                        )
                    };
                    let names = declared(generics);
                    Self {
                        least: names.len() - generics.params.iter().filter(default).count(),
                        most: names.len(),
                        names,
                    }
                }
                None => return Err("it is not known".to_owned()),
            },
            Meaning::Member(key, name) => match function(ctx, key, name) {
                Some(function) => Self::of_function(function, &function.generics),
                None => return Err("it is not known".to_owned()),
            },
        };
        if room.most == 0 {
            return Err("it is not generic: there is nothing to be given".to_owned());
        }
        Ok(room)
    }

    fn of_function(function: &Function, generics: &Generics) -> Self {
        let generics = if function.generics.params.is_empty() {
            generics
        } else {
            &function.generics
        };
        let mut names = declared(generics);
        let least = names.len();
        for param in &function.params {
            each(&param.ty, &mut |part| {
                if let Ty::Impl(_) = part {
                    names.push(format!("the type of `{}`", param.name));
                }
            });
        }
        Self {
            least,
            most: names.len(),
            names,
        }
    }

    fn check(&self, given: &[Argument], list: &str) -> Result<(), String> {
        if (self.least..=self.most).contains(&given.len()) {
            return Ok(());
        }
        Err(format!(
            "`{list}` gives {}, and it takes {} (`_` is what rustc infers)",
            given.len(),
            self.names.join(", ")
        ))
    }
}

/// The names of type and const parameters, in order.
fn declared(generics: &Generics) -> Vec<String> {
    let names = generics.params.iter().filter_map(|param| match param {
        GenericParam::Type { name, .. } | GenericParam::Const { name, .. } => Some(name.clone()),
        GenericParam::Lifetime { .. } => None,
    });
    names.collect()
}

/// A function of a type or trait.
fn function<'a>(ctx: &Ctx<'a>, key: &DefKey, name: &str) -> Option<&'a Function> {
    let of_trait = |key: &DefKey| match ctx.def(key).map(|def| &def.kind) {
        Some(DefKind::Trait(found)) => found.methods.iter().find(|one| one.name == name),
        _ => None,
    };
    let of_impls = || {
        ctx.impls(key).iter().find_map(|impl_| {
            let own = impl_.methods.iter().find(|one| one.name == name);
            own.or_else(|| impl_.trait_.as_ref().and_then(|one| of_trait(&one.def)))
        })
    };
    of_trait(key).or_else(of_impls)
}
