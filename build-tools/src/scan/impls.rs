//! Which impls matter, and their stable order.

use rustdoc_types as rd;

use crate::api::{Impl, TraitRef, Ty};

/// The standard library's traits that every type, or nearly every one, has through a blanket impl.
const STD_BLANKETS: &[&str] = &[
    "Any",
    "Borrow",
    "BorrowMut",
    "CloneToUninit",
    "From",
    "Into",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
];

/// Whether a blanket impl of this trait of the standard library is left out.
pub(super) fn is_std_blanket(name: &str) -> bool {
    let name = name.rsplit("::").next().unwrap_or(name);
    STD_BLANKETS.contains(&name)
}

/// The definition that an impl is for, looking through references and pointers.
pub(super) fn head(ty: &rd::Type) -> Option<rd::Id> {
    match ty {
        rd::Type::ResolvedPath(path) => Some(path.id),
        rd::Type::BorrowedRef { type_, .. } | rd::Type::RawPointer { type_, .. } => head(type_),
        _ => None,
    }
}

/// Whether some bound, inline or in a where clause, is by a trait that `test` accepts.
pub(super) fn bounded_by(generics: &rd::Generics, test: &dyn Fn(rd::Id) -> bool) -> bool {
    let accepts = |bounds: &[rd::GenericBound]| {
        bounds.iter().any(|bound| match bound {
            rd::GenericBound::TraitBound { trait_, .. } => test(trait_.id),
            rd::GenericBound::Outlives(_) | rd::GenericBound::Use(_) => false,
        })
    };
    let inline = generics.params.iter().any(|param| match &param.kind {
        rd::GenericParamDefKind::Type { bounds, .. } => accepts(bounds),
        rd::GenericParamDefKind::Lifetime { .. } | rd::GenericParamDefKind::Const { .. } => false,
    });
    inline
        || generics.where_predicates.iter().any(|predicate| match predicate {
            rd::WherePredicate::BoundPredicate { bounds, .. } => accepts(bounds),
            rd::WherePredicate::LifetimePredicate { .. } | rd::WherePredicate::EqPredicate { .. } => false,
        })
}

/// Sorts impls, the scanned crate's first, and removes what two documents both describe.
pub(super) fn settle(impls: &mut Vec<Impl>, own: &str) {
    // The text of an impl is its identity: equal text from two documents is one impl.
    type Order = (bool, String, Ty, Option<TraitRef>, bool, String);
    let mut keyed: Vec<(Order, Impl)> = std::mem::take(impls)
        .into_iter()
        .map(|impl_| {
            let text = format!(
                "{:?}",
                (&impl_.generics, &impl_.methods, &impl_.types, &impl_.consts)
            );
            let order = (
                impl_.krate != own,
                impl_.krate.clone(),
                impl_.self_ty.clone(),
                impl_.trait_.clone(),
                impl_.negative,
                text,
            );
            (order, impl_)
        })
        .collect();
    keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
    keyed.dedup_by(|(one, _), (other, _)| {
        (&one.2, &one.3, one.4, &one.5) == (&other.2, &other.3, other.4, &other.5)
    });
    *impls = keyed.into_iter().map(|(_, impl_)| impl_).collect();
}
