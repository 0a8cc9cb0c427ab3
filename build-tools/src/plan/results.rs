//! Results whose Rust type needs a step before it can be lowered: lists of handles that are borrowed become lists of
//! borrowed handles, boxes are looked into.

use usecrate_manifest::Kind;

use super::ctx::Ctx;
use super::items::{self, Items};
use super::types::{Types, has_lifetimes};
use super::wire::{Class, class, has_handle, type_args};
use super::{objects, stdlib};
use crate::api::{Arg, Args, DefKey, TraitRef, Ty};

/// An expression around a result, with `{}` for it.
#[derive(Debug, Clone, Default)]
pub(super) struct Wrap(Option<String>);

impl Wrap {
    /// There is nothing to do.
    pub(super) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// The expression around the result's.
    pub(super) fn around(&self, text: &str) -> String {
        match &self.0 {
            Some(around) => around.replace("{}", text),
            None => text.to_owned(),
        }
    }

    /// The same step around an expression of its own for the result.
    pub(super) fn of(self, make: &str) -> Self {
        Self(Some(self.around(make)))
    }

    /// An iterator may hold a callable that was passed, of which its type says nothing: a step tells.
    pub(super) fn calling_back(self, ctx: &Ctx<'_>, ty: &Ty) -> Self {
        let Some(around) = call_back(ctx, ty) else {
            return self;
        };
        Self(Some(around.replace("{}", &self.around("{}"))))
    }

    /// The items of an iterator may live longer than the group that the result joins: a step lets them.
    pub(super) fn shortened(self, ctx: &Ctx<'_>, ty: &Ty) -> Self {
        let Some(around) = shorten(ctx, ty) else {
            return self;
        };
        Self(Some(around.replace("{}", &self.around("{}"))))
    }
}

fn call_back(ctx: &Ctx<'_>, ty: &Ty) -> Option<String> {
    if items::anonymous(ctx, ty).is_some() {
        return Some("::usecrate_runtime::private::CallsBack::new({})".to_owned());
    }
    let Ty::Path { def, args } = ty else { return None };
    if !stdlib::is(def, "Option") && !stdlib::is(def, "Result") {
        return None;
    }
    let inside = call_back(ctx, type_args(args).next()?)?;
    Some(format!("{{}}.map(|all| {})", inside.replace("{}", "all")))
}

fn shorten(ctx: &Ctx<'_>, ty: &Ty) -> Option<String> {
    if let Some(items) = items::anonymous(ctx, ty) {
        let borrows = items.item.as_ref().is_none_or(has_lifetimes);
        return borrows.then(|| "::std::iter::Iterator::map({}, |item| item)".to_owned());
    }
    let Ty::Path { def, args } = ty else { return None };
    if !stdlib::is(def, "Option") && !stdlib::is(def, "Result") {
        return None;
    }
    let inside = shorten(ctx, type_args(args).next()?)?;
    Some(format!("{{}}.map(|all| {})", inside.replace("{}", "all")))
}

/// A result of a type that cannot be named as one that can: the type, and the expression that makes it, with `{}` for the
/// result.
pub(super) fn given(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> Option<(Ty, String)> {
    let Some((boxed, make)) = boxed_error(ctx, types, ty) else {
        let iterator = items::unclassed(ctx, types, ty).map(|ty| (ty, "{}".to_owned()));
        return iterator.or_else(|| objects::given(ctx, ty));
    };
    Some(match objects::given(ctx, &boxed) {
        Some((ty, around)) => (ty, around.replace("{}", &make)),
        None => (boxed, make),
    })
}

/// A `Result` whose error nothing outside of its crate can name: in a box it is as good as any.
fn boxed_error(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> Option<(Ty, String)> {
    let Ty::Path { def, args } = ty else { return None };
    let mut places = args.args.iter().enumerate().filter_map(|(at, arg)| match arg {
        Arg::Type(ty) => Some((at, ty)),
        _ => None,
    });
    let (at, error) = places.nth(1).filter(|_| stdlib::is(def, "Result"))?;
    let own = matches!(error, Ty::Path { def, .. } if !stdlib::is_std(def));
    if !own || class(ctx, types, error) != Class::Unknown {
        return None;
    }
    let object = Ty::Dyn {
        traits: vec![TraitRef {
            def: DefKey("core::error::Error".to_owned()),
            args: Args::default(),
        }],
        lifetime: None,
    };
    let mut args = args.clone();
    args.args[at] = Arg::Type(Ty::Path {
        def: DefKey("alloc::boxed::Box".to_owned()),
        args: Args {
            args: vec![Arg::Type(object)],
            ..Args::default()
        },
    });
    let make = "{}.map_err(::std::boxed::Box::<dyn ::std::error::Error + '_>::from)";
    let def = def.clone();
    Some((Ty::Path { def, args }, make.to_owned()))
}

/// The step that a result of that type needs.
pub(super) fn wrap(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> Wrap {
    let handles = |ty: &Ty| has_handle(ctx, types, ty);
    if class(ctx, types, ty) == Class::Text {
        return Wrap(Some(
            "::std::string::String::from(::std::convert::AsRef::<str>::as_ref(&{}))".to_owned(),
        ));
    }
    if let Some(items) = items::anonymous(ctx, ty) {
        return Wrap(of_items(&items, &handles).map(str::to_owned));
    }
    if let Some(around) = counted(ctx, types, ty) {
        return Wrap(Some(around));
    }
    let around = match ty {
        Ty::Ref {
            mutable: false,
            ty: inner,
            ..
        } if handles(inner) => inside(inner),
        Ty::Ref {
            mutable: true,
            ty: inner,
            ..
        } if !handles(inner) => Some("&*{}"),
        Ty::Path { def, args } if stdlib::is(def, "Option") => match type_args(args).next() {
            Some(Ty::Ref {
                mutable: false,
                ty: inner,
                ..
            }) if handles(inner) && is_list(inner) => {
                Some("{}.map(|all| all.iter().collect::<::std::vec::Vec<_>>())")
            }
            Some(Ty::Ref {
                mutable: true,
                ty: inner,
                ..
            }) if !handles(inner) => Some("{}.map(|one| &*one)"),
            _ => None,
        },
        Ty::Path { def, args } if stdlib::is(def, "Result") => match type_args(args).next() {
            Some(Ty::Ref {
                mutable: true,
                ty: inner,
                ..
            }) if !handles(inner) => Some("{}.map(|one| &*one)"),
            _ => None,
        },
        _ => None,
    };
    Wrap(around.map(str::to_owned))
}

/// `Arc<T>` and `Rc<T>` of a handle type, alone or in something: the value is borrowed from the pointer.
fn counted(ctx: &Ctx<'_>, types: &Types, ty: &Ty) -> Option<String> {
    let Ty::Path { def, args } = ty else { return None };
    let is = |names: &[&str]| names.iter().any(|name| stdlib::is(def, name));
    let inner = type_args(args).next()?;
    if is(&["Arc", "Rc"]) {
        let handle =
            matches!(class(ctx, types, inner), Class::Type(_, Kind::Handle)) && !has_lifetimes(inner);
        return handle.then(|| "::usecrate_runtime::private::Counted({})".to_owned());
    }
    let inside = counted(ctx, types, inner)?.replace("{}", "one");
    if is(&["Option", "Result"]) {
        Some(format!("{{}}.map(|one| {inside})"))
    } else if is(&["Vec", "VecDeque"]) {
        let all = "::std::iter::IntoIterator::into_iter({})";
        Some(format!(
            "{all}.map(|one| {inside}).collect::<::std::vec::Vec<_>>()"
        ))
    } else {
        None
    }
}

/// The step that an iterator needs: it is made one, its items take their own step.
fn of_items(items: &Items, handles: &dyn Fn(&Ty) -> bool) -> Option<&'static str> {
    match &items.item {
        Some(Ty::Ref {
            mutable: true, ty, ..
        }) if !handles(ty) => Some("::std::iter::IntoIterator::into_iter({}).map(|item| &*item)"),
        Some(Ty::Ref {
            mutable: false, ty, ..
        }) if handles(ty) && is_list(ty) => Some(
            "::std::iter::IntoIterator::into_iter({}).map(|all| all.iter().collect::<::std::vec::Vec<_>>())",
        ),
        _ if items.into => Some("::std::iter::IntoIterator::into_iter({})"),
        _ => None,
    }
}

fn inside(ty: &Ty) -> Option<&'static str> {
    if is_list(ty) {
        return Some("{}.iter().collect::<::std::vec::Vec<_>>()");
    }
    let Ty::Path { def, args } = ty else { return None };
    if stdlib::is(def, "Option") {
        let boxed = type_args(args).next().is_some_and(is_box);
        return Some(if boxed { "{}.as_deref()" } else { "{}.as_ref()" });
    }
    if is_box(ty) { Some("&**{}") } else { None }
}

fn is_box(ty: &Ty) -> bool {
    matches!(ty, Ty::Path { def, .. } if ["Box", "Arc", "Rc"].iter().any(|name| stdlib::is(def, name)))
}

/// A sequence whose items are looked at with `iter`.
fn is_list(ty: &Ty) -> bool {
    match ty {
        Ty::Slice(_) | Ty::Array { .. } => true,
        Ty::Path { def, args } => {
            stdlib::is(def, "Vec")
                || stdlib::is(def, "VecDeque")
                || is_box(ty) && type_args(args).any(|ty| matches!(ty, Ty::Slice(_)))
        }
        _ => false,
    }
}
