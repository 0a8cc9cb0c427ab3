//! Normal forms of types: aliases expanded, arguments filled in, associated types replaced by what they are.

use super::ctx::{Ctx, bind};
use super::fold::{Fold, closed};
use super::stdlib;
use crate::api::{Arg, Args, Def, DefKey, DefKind, GenericParam, Ty};

/// Fills in defaulted and elided arguments; a defaulted constructor such as `Index<D = Document>` becomes whole.
pub(super) fn fill(ctx: &Ctx<'_>, def: &DefKey, args: Args) -> Args {
    if stdlib::is(def, "Cow") && !args.args.iter().any(|arg| matches!(arg, Arg::Lifetime(_))) {
        let mut args = args;
        args.args.insert(0, Arg::Lifetime("'_".to_owned()));
        return args;
    }
    let Some(found) = ctx.def(def) else { return args };
    if found.generics.params.is_empty() {
        return args;
    }
    let subst = bind(&found.generics, &args);
    let given = args
        .args
        .iter()
        .filter(|arg| !matches!(arg, Arg::Lifetime(_)))
        .count();
    let mut at = 0;
    let filled = found.generics.params.iter().map(|param| match param {
        GenericParam::Lifetime { name, .. } => subst.lifetimes.get(name).cloned().map(Arg::Lifetime),
        GenericParam::Type { name, .. } => {
            at += 1;
            let ty = subst.types.get(name)?;
            // A default may be an alias.
            let alias = at > given && closed(ty);
            Some(Arg::Type(if alias { ctx.normal(ty) } else { ty.clone() }))
        }
        GenericParam::Const { name, .. } => subst.consts.get(name).cloned().map(Arg::Const),
    });
    match filled.collect::<Option<Vec<_>>>() {
        Some(all) => Args { args: all, ..args },
        None => args,
    }
}

/// Fills arguments without resolving anything.
pub(super) struct Fill<'c, 'a> {
    pub(super) ctx: &'c Ctx<'a>,
}

impl Fold for Fill<'_, '_> {
    fn ty(&mut self, ty: &Ty) -> Ty {
        match self.walk(ty) {
            Ty::Path { def, args } => {
                let args = fill(self.ctx, &def, args);
                Ty::Path { def, args }
            }
            other => other,
        }
    }
}

/// A hasher or an allocator that std takes where none is said.
fn is_default_argument(arg: &Arg) -> bool {
    matches!(arg, Arg::Type(Ty::Path { def, .. }) if stdlib::is_default_argument(def))
}

/// Resolves aliases and associated types, and fills in arguments.
pub(super) struct Normal<'c, 'a> {
    pub(super) ctx: &'c Ctx<'a>,
    /// How deep they are followed yet.
    pub(super) depth: usize,
}

impl Fold for Normal<'_, '_> {
    fn ty(&mut self, ty: &Ty) -> Ty {
        if self.depth == 0 {
            return ty.clone();
        }
        self.depth -= 1;
        let out = self.step(ty);
        self.depth += 1;
        out
    }
}

impl Normal<'_, '_> {
    fn step(&mut self, ty: &Ty) -> Ty {
        match self.walk(ty) {
            Ty::Path { def, args } if stdlib::result_alias(&def).is_some() => {
                let error = stdlib::result_alias(&def).unwrap_or_default();
                let ok = args.args.into_iter().find(|arg| matches!(arg, Arg::Type(_)));
                let ok = ok.unwrap_or_else(|| Arg::Type(Ty::Tuple(Vec::new())));
                let error = Ty::Path {
                    def: DefKey(error.to_owned()),
                    args: Args::default(),
                };
                let args = Args {
                    args: vec![ok, Arg::Type(error)],
                    ..Args::default()
                };
                Ty::Path {
                    def: DefKey("core::result::Result".to_owned()),
                    args,
                }
            }
            Ty::Path { def, args } if stdlib::non_zero(&def).is_some() => {
                let number = stdlib::non_zero(&def).unwrap_or_default();
                let args = Args {
                    args: vec![Arg::Type(Ty::Primitive(number))],
                    ..args
                };
                Ty::Path {
                    def: DefKey("core::num::nonzero::NonZero".to_owned()),
                    args,
                }
            }
            Ty::Path { def, args } => match self.ctx.def(&def) {
                Some(Def {
                    kind: DefKind::Alias { ty },
                    generics,
                    ..
                }) => {
                    let ty = bind(generics, &args).apply(ty);
                    self.ty(&ty)
                }
                _ => {
                    let mut args = fill(self.ctx, &def, args);
                    if stdlib::class(&def) == Some(stdlib::StdClass::Container) {
                        args.args.retain(|arg| !is_default_argument(arg));
                    }
                    Ty::Path { def, args }
                }
            },
            Ty::Projection {
                self_ty,
                trait_,
                name,
                args,
            } => {
                let found = closed(&self_ty)
                    .then(|| {
                        self.ctx
                            .project(&super::fold::erase(&self_ty), trait_.as_ref(), &name, &args)
                    })
                    .flatten();
                match found {
                    Some(found) => self.ty(&found),
                    None => Ty::Projection {
                        self_ty,
                        trait_,
                        name,
                        args,
                    },
                }
            }
            other => super::objects::meant(other),
        }
    }
}
