//! Boxes of a trait's objects, which stand for a type parameter of which nothing but that trait is asked.

use super::ctx::Ctx;
use super::holds::{self, Answer};
use super::{objects, stdlib};
use crate::api::{Arg, Args, Bound, DefKey, DefKind, Ty};

/// A trait object in a box, where nothing but its trait is asked for and the box implements that: whatever implements the
/// trait can be put in it.
pub(super) fn of(ctx: &Ctx<'_>, bounds: &[Bound]) -> Option<Ty> {
    let asked = |bound: &&Bound| match bound {
        Bound::Trait { trait_, maybe, .. } => !maybe && !stdlib::is_trait(&trait_.def, "Sized"),
        Bound::Outlives(_) | Bound::Use => false,
    };
    let mut asked = bounds.iter().filter(asked);
    let (Some(Bound::Trait { trait_, .. }), None) = (asked.next(), asked.next()) else {
        return None;
    };
    let object = Ty::Dyn {
        traits: vec![trait_.clone()],
        lifetime: None,
    };
    let found = ctx.def(&trait_.def).map(|def| &def.kind);
    let can_be = matches!(found, Some(DefKind::Trait(found)) if found.dyn_compatible);
    if !can_be || !objects::is_object(ctx, &object) {
        return None;
    }
    let args = Args {
        args: vec![Arg::Type(object)],
        ..Args::default()
    };
    let ty = Ty::Path {
        def: DefKey("alloc::boxed::Box".to_owned()),
        args,
    };
    let implements = bounds
        .iter()
        .all(|bound| holds::bounded(ctx, &ty, bound) == Answer::Yes);
    implements.then_some(ty)
}
