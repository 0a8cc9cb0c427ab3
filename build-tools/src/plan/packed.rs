//! What serde writes and reads: values of a handle type as bytes, and back, which is what pickles them; and values of any
//! type as plain data, and back.

use usecrate_manifest::Kind;

use super::build::Builder;
use super::callables::{left_open, made_up};
use super::choose::{list, shared, string};
use super::ctx::Ctx;
use super::fold::{Subst, closed};
use super::holds::is_serde;
use super::lifetimes::borrows_inside;
use super::model::TypeId;
use super::site::{Callee, Explicit, OriginKey, Site};
use super::specials::Specials;
use super::spell::Lifetimes;
use super::stand_in::dynamic;
use crate::api::{Arg, Args, DefKey, Ty};

/// Plans what writes and what reads a value; neither without the other.
pub(super) fn specials(build: &mut Builder<'_, '_>, id: TypeId, all: &mut Specials) {
    let entry = build.types.get(id).clone();
    let ty = &entry.instance.ty;
    // An error is pickled with what it says, and what borrows is no value of its own.
    if entry.kind != Kind::Handle || entry.error || borrows_inside(ty) {
        return;
    }
    let Ok(rust) = build.ctx.spell(ty, Lifetimes::Infer) else {
        return;
    };
    let matching = build.ctx.matching(ty);
    let by = |name: &str| {
        matching.iter().find(|found| {
            let trait_ = found.impl_.trait_.as_ref();
            trait_.is_some_and(|one| is_serde(&one.def) && one.def.name() == name)
        })
    };
    let (Some(writes), Some(reads)) = (by("Serialize"), by("Deserialize")) else {
        return;
    };
    let bytes = Ty::Primitive("u8".to_owned());
    let planned = [
        (
            "serialize",
            writes,
            ("self", shared(ty)),
            list(bytes.clone()),
            format!("serialized::<{rust}>"),
        ),
        (
            "deserialize",
            reads,
            ("data", shared(&Ty::Slice(Box::new(bytes)))),
            ty.clone(),
            format!("deserialized::<{rust}>"),
        ),
    ]
    .map(|(name, found, param, output, helper)| {
        let trait_ = if name == "serialize" {
            "Serialize"
        } else {
            "Deserialize"
        };
        let site = Site {
            id: format!("<{} as {trait_}>::{name}", entry.path),
            function: made_up(name, "", vec![param], Some(or_reason(output))),
            subst: Subst::default(),
            generics: vec![left_open(&found.impl_.generics, &found.subst)],
            callee: Callee::Path(format!("::usecrate_runtime::private::{helper}")),
            explicit: Explicit::All,
            of_trait: None,
            origin: None,
        };
        (format!("__{name}__"), build.plan_quietly(&site))
    });
    if planned.iter().all(|(_, shims)| shims.len() == 1) {
        build.ctx.features.borrow_mut().insert("serde".to_owned());
        all.extend(planned);
    }
}

/// `serialize`, `deserialize` of a type as functions that give and take plain data; `None`: it is neither. Python has no
/// serializer of its own, and all of them write with the same code, however many types there are.
pub(super) fn rewritten(ctx: &Ctx<'_>, site: &Site) -> Option<Site> {
    let origin = site.origin.as_ref()?;
    let OriginKey::Block {
        trait_: Some(trait_), ..
    } = &origin.key
    else {
        return None;
    };
    let written = !site.function.generics.params.is_empty();
    let ty = ctx.normal(site.subst.types.get("Self")?);
    if !written || !is_serde(&trait_.def) || !closed(&ty) || borrows_inside(&ty) {
        return None;
    }
    let rust = ctx.spell(&ty, Lifetimes::Infer).ok()?;
    let (helper, function) = match site.function.name.as_str() {
        "serialize" => (
            "plain",
            made_up(
                "serialize",
                "The value as plain data, as serde writes it: a dict, a list, text, a number.",
                vec![("self", shared(&ty))],
                Some(or_reason(dynamic())),
            ),
        ),
        "deserialize" => (
            "of_plain",
            made_up(
                "deserialize",
                "The value that is made of plain data, as serde reads it: a dict, a list, text, a number.",
                vec![("data", dynamic())],
                Some(or_reason(ty.clone())),
            ),
        ),
        _ => return None,
    };
    ctx.features.borrow_mut().insert("serde".to_owned());
    Some(Site {
        function,
        callee: Callee::Path(format!("::usecrate_runtime::private::{helper}::<{rust}>")),
        explicit: Explicit::All,
        of_trait: None,
        ..site.clone()
    })
}

/// `Result<T, String>`
fn or_reason(ty: Ty) -> Ty {
    Ty::Path {
        def: DefKey("core::result::Result".to_owned()),
        args: Args {
            args: vec![Arg::Type(ty), Arg::Type(string())],
            ..Args::default()
        },
    }
}
