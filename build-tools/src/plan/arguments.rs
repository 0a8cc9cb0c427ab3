//! Arguments as they stand between `<` and `>` in Rust source: `&graph::DiGraph<String, f64>, _, 3`.

use syn::{Expr, GenericArgument, Lit, Type};

use super::ctx::Ctx;
use super::fold::closed;
use super::paths;
use crate::api::{Arg, Args, Ty};

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Argument {
    /// As it is written, with single spaces.
    pub(super) text: String,
    /// What it is.
    pub(super) value: Value,
}

/// What an argument is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// `_`
    Infer,
    /// A type, normal.
    Type(Ty),
    /// A constant, as Rust text.
    Const(String),
}

/// Why arguments mean nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// What is wrong.
    pub(super) problem: String,
    /// What may be meant.
    pub(super) near: Vec<String>,
}

impl Wrong {
    fn new(problem: String) -> Self {
        let near = Vec::new();
        Self { problem, near }
    }
}

/// Reads what is between `<` and `>`.
pub(super) fn read(ctx: &Ctx<'_>, text: &str) -> Result<Vec<Argument>, Wrong> {
    let parts = split(text).into_iter();
    parts.map(|part| argument(ctx, part)).collect()
}

/// The parts between the outermost commas.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut before) = (0_i32, 0, ' ');
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' if before != '-' => depth -= 1,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        before = c;
    }
    parts.push(&text[start..]);
    let parts = parts.into_iter().map(str::trim);
    parts.filter(|part| !part.is_empty()).collect()
}

fn argument(ctx: &Ctx<'_>, text: &str) -> Result<Argument, Wrong> {
    let unreadable = |error: syn::Error| Wrong::new(format!("`{text}` is no Rust type or constant: {error}"));
    let value = match syn::parse_str::<GenericArgument>(text).map_err(unreadable)? {
        GenericArgument::Type(Type::Infer(_)) => Value::Infer,
        GenericArgument::Type(found) => {
            let ty = ctx.normal(&ty(ctx, &found, text)?);
            if !closed(&ty) {
                return Err(Wrong::new(format!(
                    "`{text}` leaves something open: `{}`",
                    ctx.show(&ty)
                )));
            }
            Value::Type(ty)
        }
        GenericArgument::Const(found) => Value::Const(constant(&found, text)?),
        _ => return Err(Wrong::new(format!("`{text}` is no type and no constant"))),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(Argument { text, value })
}

fn constant(found: &Expr, text: &str) -> Result<String, Wrong> {
    let literal = |lit: &Lit| match lit {
        Lit::Int(number) => Some(number.base10_digits().to_owned()),
        Lit::Bool(flag) => Some(flag.value.to_string()),
        Lit::Char(c) => Some(format!("{:?}", c.value())),
        _ => None,
    };
    let value = match found {
        Expr::Lit(one) => literal(&one.lit),
        Expr::Unary(one) => match (&one.op, &*one.expr) {
            (syn::UnOp::Neg(_), Expr::Lit(one)) => literal(&one.lit).map(|number| format!("-{number}")),
            _ => None,
        },
        _ => None,
    };
    value.ok_or_else(|| {
        Wrong::new(format!(
            "`{text}` is no literal: a constant is written as a number, `true`, `false` or `'c'`"
        ))
    })
}

/// A type; `text` is the argument that it is in.
fn ty(ctx: &Ctx<'_>, found: &Type, text: &str) -> Result<Ty, Wrong> {
    let inner = |one: &Type| ty(ctx, one, text);
    Ok(match found {
        Type::Path(one) if one.qself.is_none() => path(ctx, &one.path, text)?,
        Type::Reference(one) => Ty::Ref {
            lifetime: one.lifetime.as_ref().map(ToString::to_string),
            mutable: one.mutability.is_some(),
            ty: Box::new(inner(&one.elem)?),
        },
        Type::Tuple(one) => Ty::Tuple(one.elems.iter().map(inner).collect::<Result<_, _>>()?),
        Type::Slice(one) => Ty::Slice(Box::new(inner(&one.elem)?)),
        Type::Array(one) => Ty::Array {
            ty: Box::new(inner(&one.elem)?),
            len: constant(&one.len, text)?,
        },
        Type::Paren(one) => inner(&one.elem)?,
        Type::Group(one) => inner(&one.elem)?,
        _ => {
            let problem = format!("`{text}` holds a type that cannot be asked for by name");
            return Err(Wrong::new(problem));
        }
    })
}

fn path(ctx: &Ctx<'_>, found: &syn::Path, text: &str) -> Result<Ty, Wrong> {
    let names: Vec<String> = found.segments.iter().map(|one| one.ident.to_string()).collect();
    let written = names.join("::");
    let arguments = found.segments.last().map(|one| &one.arguments);
    let bare = matches!(arguments, None | Some(syn::PathArguments::None));
    if let (Some(primitive), true) = (paths::primitive(&written), bare) {
        return Ok(primitive);
    }
    let Some(def) = paths::of_type(ctx, &written) else {
        return Err(Wrong {
            problem: format!("there is no type `{written}`"),
            near: paths::near_types(ctx, &written),
        });
    };
    let args = match arguments {
        Some(syn::PathArguments::AngleBracketed(list)) => {
            let all = list.args.iter().map(|one| generic(ctx, one, text));
            all.collect::<Result<Vec<_>, _>>()?
        }
        _ => Vec::new(),
    };
    Ok(Ty::Path {
        def,
        args: Args {
            args,
            ..Args::default()
        },
    })
}

fn generic(ctx: &Ctx<'_>, found: &GenericArgument, text: &str) -> Result<Arg, Wrong> {
    match found {
        GenericArgument::Lifetime(name) => Ok(Arg::Lifetime(name.to_string())),
        GenericArgument::Type(one) => ty(ctx, one, text).map(Arg::Type),
        GenericArgument::Const(one) => constant(one, text).map(Arg::Const),
        _ => Err(Wrong::new(format!("`{text}` is no type and no constant"))),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn parts_stand_between_the_outermost_commas() {
        assert_eq!(split("usize,  String"), ["usize", "String"]);
        assert_eq!(
            split("Map<String, f64>, _, (f64,)"),
            ["Map<String, f64>", "_", "(f64,)"]
        );
        assert_eq!(split("[(u8, u8); 3]"), ["[(u8, u8); 3]"]);
        assert_eq!(split("()"), ["()"]);
        assert!(split(" ").is_empty());
    }
}
