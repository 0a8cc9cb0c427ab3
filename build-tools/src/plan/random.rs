//! Sources of randomness: where Rust asks for a generator of the `rand` family, the operating system's is there by itself.
//!
//! The traits are known by the crates that define them, `rand_core` and `rand`, whichever version of them is in the graph. A
//! source is two types of the bridge for each: one that may be a callable of Python's, and one for whoever makes keys, which is
//! the system's and nothing else. Here they are pseudo primitives.

use usecrate_manifest::{Kind, SkipCode};

use super::choose::{Choice, Chooser};
use super::ctx::Ctx;
use super::model::{MARKER, PlannedMapping};
use super::wire::{Class, Reason, class};
use super::{closures, fold, mappings, stdlib};
use crate::api::{Bound, DefKey, TraitRef, Ty};

/// The pseudo primitives' names begin so; the crate of the traits follows.
const PLAIN: &str = "@random:";
const SECURE: &str = "@secure:";

/// The traits: those with a yes are kept for what nobody can guess.
const TRAITS: &[(&str, bool)] = &[
    ("RngCore", false),
    ("TryRngCore", false),
    ("Rng", false),
    ("TryRng", false),
    ("RngExt", false),
    ("CryptoRng", true),
    ("TryCryptoRng", true),
    ("CryptoRngCore", true),
];

/// What every source has, whatever its traits.
const HAS: &[&str] = &["Send", "Sync", "Sized", "Unpin", "Any"];

/// Whether a trait is one of them, and one that makes keys.
fn is_secure(def: &DefKey) -> Option<bool> {
    let krate = def.krate().split('@').next().unwrap_or_default();
    let found = TRAITS.iter().find(|(name, _)| *name == def.name());
    found
        .filter(|_| matches!(krate, "rand_core" | "rand"))
        .map(|(_, secure)| *secure)
}

/// The source that meets bounds; `None`: they ask for something else, too.
pub(super) fn of_bounds(bounds: &[Bound]) -> Option<Ty> {
    let mut found: Option<(&str, bool)> = None;
    for bound in bounds {
        let Bound::Trait {
            trait_, maybe: false, ..
        } = bound
        else {
            continue;
        };
        if stdlib::is_std(&trait_.def) && HAS.contains(&trait_.def.name()) {
            continue;
        }
        let secure = is_secure(&trait_.def)?;
        let (krate, before) = found.unwrap_or((trait_.def.krate(), false));
        // The traits of `rand` are about those of `rand_core`.
        let krate = if is_front(krate) {
            trait_.def.krate()
        } else {
            krate
        };
        found = Some((krate, before || secure));
    }
    found.map(|(krate, secure)| Ty::Primitive(format!("{}{krate}", if secure { SECURE } else { PLAIN })))
}

/// `rand`, which gives out the traits of `rand_core`.
fn is_front(krate: &str) -> bool {
    krate == "rand" || krate.starts_with("rand@")
}

/// `&mut dyn RngCore` as `&mut impl RngCore`: whatever is one becomes the other.
pub(super) fn any(ty: Ty) -> Ty {
    let Ty::Ref {
        lifetime,
        mutable: true,
        ty: inner,
    } = &ty
    else {
        return ty;
    };
    let Ty::Dyn { traits, .. } = &**inner else {
        return ty;
    };
    let bound = |trait_: &TraitRef| Bound::Trait {
        trait_: trait_.clone(),
        maybe: false,
        for_: Vec::new(),
    };
    let bounds: Vec<Bound> = traits.iter().map(bound).collect();
    if of_bounds(&bounds).is_none() {
        return ty;
    }
    Ty::Ref {
        lifetime: lifetime.clone(),
        mutable: true,
        ty: Box::new(Ty::Impl(bounds)),
    }
}

/// The crate of a source's traits, and whether it makes keys; `None`: the type is none.
fn parts(ty: &Ty) -> Option<(&str, bool)> {
    let Ty::Primitive(name) = ty else { return None };
    let plain = name.strip_prefix(PLAIN).map(|krate| (krate, false));
    plain.or_else(|| name.strip_prefix(SECURE).map(|krate| (krate, true)))
}

/// It is a source.
pub(super) fn is(ty: &Ty) -> bool {
    parts(ty).is_some()
}

/// Some part of it is one.
pub(super) fn holds(ty: &Ty) -> bool {
    fold::any(ty, &is)
}

/// For people.
pub(super) fn shown(ty: &Ty) -> Option<&'static str> {
    parts(ty).map(|_| "a source of randomness")
}

fn name(krate: &str, secure: bool) -> String {
    let word = if secure { "Secure" } else { "Random" };
    format!("__Uc{word}_{}", mappings::local_name(krate))
}

/// The type in the bridge.
pub(super) fn spelled(ty: &Ty) -> Option<String> {
    parts(ty).map(|(krate, secure)| name(krate, secure))
}

/// How a parameter that is a source, or a reference to one, arrives; `None`: it is none.
pub(super) fn arrive(ctx: &Ctx<'_>, ty: &Ty, name: &str) -> Result<Option<closures::Arrival>, Reason> {
    if !holds(ty) {
        return Ok(None);
    }
    let (before, source) = match ty {
        Ty::Ref { mutable, ty, .. } => (if *mutable { "&mut " } else { "&" }, &**ty),
        ty => ("", ty),
    };
    let (Some((krate, secure)), Some(made)) = (parts(source), spelled(source)) else {
        let message = format!(
            "parameter `{name}` is `{}`: randomness inside another type",
            ctx.show(ty)
        );
        return Err(Reason::new(SkipCode::Generic, message));
    };
    ctx.random.borrow_mut().insert(krate.to_owned());
    let lift = if secure {
        "()"
    } else {
        "::usecrate_runtime::private::RandomBytes"
    };
    Ok(Some(closures::Arrival {
        lift: lift.to_owned(),
        argument: format!("{before}{made}::new({{}})"),
    }))
}

/// The order in which Python passes parameters: those that are sources stand behind the others, and may be left out.
pub(super) fn order(params: &[Ty]) -> Vec<usize> {
    let (sources, mut all): (Vec<usize>, Vec<usize>) = (0..params.len()).partition(|at| holds(&params[*at]));
    all.extend(sources);
    all
}

/// An expression with `{0}`, `{1}` for parameters, after they were brought into another order.
pub(super) fn renumbered(text: &str, order: &[usize]) -> String {
    if order.is_sorted() {
        return text.to_owned();
    }
    let marked = (0..order.len()).fold(text.to_owned(), |text, at| {
        text.replace(&format!("{{{at}}}"), &format!("{{#{at}}}"))
    });
    let places = order.iter().enumerate();
    places.fold(marked, |text, (new, old)| {
        text.replace(&format!("{{#{old}}}"), &format!("{{{new}}}"))
    })
}

/// The types of a crate's traits, as the bridge writes them, and the crate as it names it there.
pub(super) fn planned(ctx: &Ctx<'_>, krate: &str) -> (PlannedMapping, String) {
    let local = mappings::local_name(krate);
    let (plain, secure) = (name(krate, false), name(krate, true));
    let version = version(ctx.api.packages.get(krate).map_or("", String::as_str));
    let mapping = PlannedMapping {
        path: format!("{}::RngCore", krate.split('@').next().unwrap_or(krate)),
        rust: format!("random_source!({MARKER}, {plain}, {secure}, {version}, ::{local}::);"),
    };
    (mapping, local)
}

/// What the traits look like there; `package`: `rand_core@0.9.3`.
fn version(package: &str) -> &'static str {
    let (name, version) = package.split_once('@').unwrap_or_default();
    let mut numbers = version.split('.').map_while(|part| part.parse::<u32>().ok());
    let line = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(u32::MAX));
    let old = if name == "rand" { (0, 8) } else { (0, 6) };
    match line {
        _ if line <= old => "v0_6",
        _ if line <= (0, 9) => "v0_9",
        _ => "v0_10",
    }
}

impl Chooser<'_, '_> {
    /// For a parameter that has to be a generator: the crate's own, which are lent where the parameter would take them, since
    /// their state advances; else a source.
    pub(super) fn by_random(
        &self,
        asked: &TraitRef,
        bounds: &[Bound],
        name: Option<&str>,
    ) -> Option<Vec<Choice>> {
        is_secure(&asked.def)?;
        let source = of_bounds(bounds)?;
        let mut all = self.by_implementors(asked, bounds);
        // A blanket implementation asks for one, too.
        all.retain(|choice| !is(&choice.ty));
        all.truncate(self.most.saturating_sub(1));
        let for_ever = |bound: &Bound| matches!(bound, Bound::Outlives(_));
        let lent = name.is_some_and(|name| self.alone.contains(name)) && !bounds.iter().any(for_ever);
        for choice in all.iter_mut().filter(|_| lent) {
            if matches!(
                class(self.ctx, self.types, &choice.ty),
                Class::Type(_, Kind::Handle)
            ) {
                choice.ty = Ty::Ref {
                    lifetime: None,
                    mutable: true,
                    ty: Box::new(choice.ty.clone()),
                };
            }
        }
        all.extend(Choice::of(source));
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::{renumbered, version};

    #[test]
    fn sources_stand_last() {
        assert_eq!(
            renumbered("f({0}, &mut {1}, {2})", &[0, 2, 1]),
            "f({0}, &mut {2}, {1})"
        );
        assert_eq!(renumbered("f({0})", &[0]), "f({0})");
    }

    #[test]
    fn the_traits_changed_twice() {
        assert_eq!(version("rand_core@0.5.1"), "v0_6");
        assert_eq!(version("rand_core@0.6.4"), "v0_6");
        assert_eq!(version("rand@0.8.5"), "v0_6");
        assert_eq!(version("rand_core@0.9.3"), "v0_9");
        assert_eq!(version("rand@0.9.2"), "v0_9");
        assert_eq!(version("rand_core@0.10.1"), "v0_10");
        assert_eq!(version("rand@1.0.0"), "v0_10");
        assert_eq!(version(""), "v0_10");
    }
}
