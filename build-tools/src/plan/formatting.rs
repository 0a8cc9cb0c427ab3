//! Functions that write to a `fmt::Formatter`, which nothing of Python's is: served as functions that give the text; and
//! `fmt::Arguments`, which text is.

use super::ctx::Ctx;
use super::site::{Callee, Site};
use super::stdlib;
use crate::api::{Arg, Args, DefKey, Ty};

/// The same callable as one that gives the text; `None`: it writes to no formatter, or does more than that.
pub(super) fn rewritten(ctx: &Ctx<'_>, site: &Site) -> Option<Site> {
    let Callee::Path(path) = &site.callee else {
        return None;
    };
    let params = &site.function.params;
    let mut places = params
        .iter()
        .enumerate()
        .filter(|(_, param)| is_formatter(&ctx.normal(&param.ty)));
    let (place, _) = places.next()?;
    if place == 0 && params[0].name == "self" || places.next().is_some() {
        return None;
    }
    let arguments: Vec<String> = (0..params.len())
        .map(|at| match at.cmp(&place) {
            std::cmp::Ordering::Less => format!("{{{at}}}"),
            std::cmp::Ordering::Equal => "__uc_formatter".to_owned(),
            std::cmp::Ordering::Greater => format!("{{{}}}", at - 1),
        })
        .collect();
    let call = format!("{path}({})", arguments.join(", "));
    let output = site.function.output.as_ref().map(|ty| ctx.normal(ty));
    let call = match output {
        Some(ty) if ty == result(Ty::Tuple(Vec::new())) => call,
        None => format!("{{ {call}; ::std::result::Result::Ok(()) }}"),
        Some(ty) if ty == Ty::Tuple(Vec::new()) => format!("{{ {call}; ::std::result::Result::Ok(()) }}"),
        Some(_) => return None,
    };
    let mut site = site.clone();
    site.function.params.remove(place);
    site.function.output = Some(result(super::choose::string()));
    site.callee = Callee::Expr(format!(
        "::usecrate_runtime::private::formatted(|__uc_formatter| {call})"
    ));
    Some(site)
}

/// `&mut Formatter<'_>`
fn is_formatter(ty: &Ty) -> bool {
    matches!(ty, Ty::Ref { mutable: true, ty, .. }
        if matches!(&**ty, Ty::Path { def, .. } if stdlib::is_trait(def, "Formatter")))
}

/// `fmt::Arguments<'_>`: text is all of it that there is.
pub(super) fn is_arguments(ty: &Ty) -> bool {
    matches!(ty, Ty::Path { def, .. } if stdlib::is_trait(def, "Arguments"))
}

/// `Result<T, fmt::Error>`
fn result(ty: Ty) -> Ty {
    let error = Ty::Path {
        def: DefKey("core::fmt::Error".to_owned()),
        args: Args::default(),
    };
    Ty::Path {
        def: DefKey("core::result::Result".to_owned()),
        args: Args {
            args: vec![Arg::Type(ty), Arg::Type(error)],
            ..Args::default()
        },
    }
}
