//! Data of types: a record's fields, a handle's properties, an enum's variants.

use usecrate_manifest::Kind;

use super::build::Builder;
use super::callables::made_up;
use super::choose::shared;
use super::constructors::{nothing, written};
use super::fold::{Subst, erase};
use super::model::{PlannedField, PlannedMethod, PlannedProperty, PlannedVariant, Shape, ShimId, TypeId};
use super::names;
use super::site::{Callee, Explicit, Site};
use super::spell::Lifetimes;
use super::types::{Entry, has_lifetimes, of_instance};
use crate::api::{Arg, Def, DefKind, Field, Fields, GenericParam, Ty, Variant};

/// How fields are written.
pub(super) fn shape(fields: &Fields) -> Shape {
    match fields {
        Fields::Unit => Shape::Unit,
        Fields::Tuple { .. } => Shape::Tuple,
        Fields::Named { .. } => Shape::Named,
    }
}

fn planned(build: &Builder<'_, '_>, fields: &Fields, subst: &Subst) -> Vec<PlannedField> {
    super::discover::public_fields(fields)
        .into_iter()
        .filter_map(|field| {
            let ty = build.ctx.normal(&subst.apply(&field.ty));
            let rust = build.ctx.spell(&ty, Lifetimes::All("'h")).ok()?;
            Some(PlannedField {
                name: names::field(&field.name),
                rust_name: names::raw(&field.name),
                rust,
                docs: field.docs.clone(),
            })
        })
        .collect()
}

/// The fields of a record.
pub(super) fn record(build: &Builder<'_, '_>, id: TypeId) -> (Shape, Vec<PlannedField>) {
    let instance = &build.types.get(id).instance;
    match build.ctx.def(&instance.def).map(|def| (def, &def.kind)) {
        Some((def, DefKind::Struct(fields))) => (
            shape(fields),
            planned(build, fields, &of_instance(def, &instance.ty)),
        ),
        _ => (Shape::Unit, Vec::new()),
    }
}

/// The public fields of a handle. A method of the same name keeps it: the field is `name_`.
pub(super) fn properties(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    methods: &[PlannedMethod],
) -> Vec<PlannedProperty> {
    let entry = build.types.get(id).clone();
    let Some(def) = build.ctx.def(&entry.instance.def) else {
        return Vec::new();
    };
    let DefKind::Struct(fields) = &def.kind else {
        return Vec::new();
    };
    let subst = of_instance(def, &entry.instance.ty);
    let mut out = Vec::new();
    for field in super::discover::public_fields(fields) {
        let name = names::free(names::field(&field.name), &|name| {
            methods.iter().any(|method| method.name == name)
        });
        let ty = build.ctx.normal(&subst.apply(&field.ty));
        // What is borrowed exclusively is looked at through the handle.
        let (seen, callee) = match &ty {
            Ty::Ref {
                mutable: true,
                ty: inner,
                ..
            } => (
                shared(inner),
                Callee::Expr(format!("(&*{{0}}.{})", names::raw(&field.name))),
            ),
            _ => (shared(&ty), Callee::Get(names::raw(&field.name))),
        };
        let get = accessor(
            &format!("{}.{}", entry.path, field.name),
            &name,
            field,
            vec![("self", shared(&entry.instance.ty))],
            Some(seen),
            callee,
        );
        let place = super::build::Place::class(id);
        let Some(get) = build.plan(&get, &place).first().copied() else {
            continue;
        };
        let me = Ty::Ref {
            lifetime: None,
            mutable: true,
            ty: Box::new(entry.instance.ty.clone()),
        };
        let set = accessor(
            &format!("{}.{}=", entry.path, field.name),
            &name,
            field,
            vec![("self", me), ("value", ty)],
            None,
            Callee::Set(names::raw(&field.name)),
        );
        let lent = matches!(field.ty, Ty::Ref { mutable: true, .. });
        let set = if lent {
            None
        } else {
            build.plan_quietly(&set).first().copied()
        };
        let lend = lend(build, def, &entry, field, &name, set.is_some());
        out.push(PlannedProperty {
            name,
            get,
            set,
            lend,
            docs: field.docs.clone(),
        });
    }
    out
}

/// What lends a field that is a handle, so that its own fields can be set, and its methods change it where it is. One that
/// borrows would have to be lent with two lifetimes, one inside another: it is copied, and set again by whoever changed it.
fn lend(
    build: &mut Builder<'_, '_>,
    def: &Def,
    entry: &Entry,
    field: &Field,
    name: &str,
    settable: bool,
) -> Option<ShimId> {
    let me = with_lifetimes_of(def, &entry.instance.ty);
    let ty = build.ctx.normal(&of_instance(def, &me).apply(&field.ty));
    let inner = build.types.id(&erase(&ty))?;
    if build.types.get(inner).kind != Kind::Handle {
        return None;
    }
    let exclusive = |ty: &Ty| Ty::Ref {
        lifetime: None,
        mutable: true,
        ty: Box::new(ty.clone()),
    };
    let place = names::raw(&field.name);
    let (me, given, text) = if !has_lifetimes(&ty) {
        (exclusive(&me), exclusive(&ty), format!("(&mut {{0}}.{place})"))
    } else if settable && build.ctx.has_std(&erase(&ty), "Clone") {
        let text = format!("::std::clone::Clone::clone(&{{0}}.{place})");
        (shared(&me), ty, text)
    } else {
        return None;
    };
    let site = accessor(
        &format!("{}.{} lent", entry.path, field.name),
        name,
        field,
        vec![("self", me)],
        Some(given),
        Callee::Expr(text),
    );
    build.plan_quietly(&site).first().copied()
}

/// An instance with the lifetimes that its definition names: what is lent exclusively has the very same ones inside.
fn with_lifetimes_of(def: &Def, ty: &Ty) -> Ty {
    let mut ty = ty.clone();
    if let Ty::Path { args, .. } = &mut ty {
        let named = def.generics.params.iter().filter_map(|param| match param {
            GenericParam::Lifetime { name, .. } => Some(name),
            _ => None,
        });
        let places = args.args.iter_mut().filter_map(|arg| match arg {
            Arg::Lifetime(place) => Some(place),
            _ => None,
        });
        places.zip(named).for_each(|(place, name)| place.clone_from(name));
    }
    ty
}

fn accessor(
    id: &str,
    name: &str,
    field: &Field,
    params: Vec<(&str, Ty)>,
    output: Option<Ty>,
    callee: Callee,
) -> Site {
    Site {
        id: id.to_owned(),
        function: made_up(name, &field.docs, params, output),
        subst: nothing(),
        generics: Vec::new(),
        callee,
        explicit: Explicit::All,
        of_trait: None,
        origin: None,
    }
}

/// The variants of an enum and, for one that is a handle, what tells them apart.
pub(super) fn variants(build: &mut Builder<'_, '_>, id: TypeId) -> (Vec<PlannedVariant>, Option<ShimId>) {
    let entry = build.types.get(id).clone();
    let Some(def) = build.ctx.def(&entry.instance.def) else {
        return (Vec::new(), None);
    };
    let DefKind::Enum { variants, .. } = &def.kind else {
        return (Vec::new(), None);
    };
    let spell = |variant: &Variant| build.ctx.spell_variant(&entry.instance.ty, &variant.name).ok();
    let Some(spelled) = variants.iter().map(spell).collect::<Option<Vec<String>>>() else {
        return (Vec::new(), None);
    };
    let subst = of_instance(def, &entry.instance.ty);
    let handle = entry.kind == Kind::Handle;
    let plain = variants
        .iter()
        .all(|variant| matches!(variant.fields, Fields::Unit));
    let mut out = Vec::new();
    for (variant, rust) in variants.iter().zip(&spelled) {
        let mut one = PlannedVariant {
            name: names::python(&variant.name),
            rust_name: names::raw(&variant.name),
            discriminant: variant
                .discriminant
                .as_ref()
                .filter(|_| plain)
                .and_then(|text| text.parse().ok()),
            shape: shape(&variant.fields),
            fields: planned(build, &variant.fields, &subst),
            docs: variant.docs.clone(),
            constructor: None,
            getters: Vec::new(),
        };
        if handle {
            one.constructor = constructor(build, id, rust, variant, &subst);
            one.getters = getters(build, id, rust, variant, &subst);
            // The wrapper pairs getters with fields.
            if one.getters.len() != one.fields.len() {
                one.getters.clear();
            }
        }
        out.push(one);
    }
    let variant_of = if handle && !variants.is_empty() {
        teller(build, id, &spelled)
    } else {
        None
    };
    (out, variant_of)
}

fn constructor(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    rust: &str,
    variant: &Variant,
    subst: &Subst,
) -> Option<ShimId> {
    if variant.non_exhaustive {
        return None;
    }
    let entry = build.types.get(id).clone();
    let fields = super::discover::public_fields(&variant.fields);
    let all: Vec<(String, Ty)> = fields
        .into_iter()
        .map(|field| (names::field(&field.name), subst.apply(&field.ty)))
        .collect();
    let params = all.iter().map(|(name, ty)| (name.as_str(), ty.clone())).collect();
    let site = Site {
        id: format!("{}::{}", entry.path, variant.name),
        function: made_up(
            &variant.name,
            &variant.docs,
            params,
            Some(entry.instance.ty.clone()),
        ),
        subst: nothing(),
        generics: Vec::new(),
        callee: Callee::Data(written(rust, &variant.fields)),
        explicit: Explicit::All,
        of_trait: None,
        origin: None,
    };
    build.plan_quietly(&site).first().copied()
}

fn getters(
    build: &mut Builder<'_, '_>,
    id: TypeId,
    rust: &str,
    variant: &Variant,
    subst: &Subst,
) -> Vec<ShimId> {
    let entry = build.types.get(id).clone();
    let mut all = Vec::new();
    for field in super::discover::public_fields(&variant.fields) {
        let text = format!(
            "(match {{0}} {{ {rust} {{ {}: value, .. }} => value, \
             #[allow(unreachable_patterns)] _ => ::std::panic!(\"the value is another variant\") }})",
            names::raw(&field.name)
        );
        let ty = subst.apply(&field.ty);
        let path = format!("{}::{}.{}", entry.path, variant.name, field.name);
        let name = names::field(&field.name);
        let params = vec![("self", shared(&entry.instance.ty))];
        let site = accessor(&path, &name, field, params, Some(shared(&ty)), Callee::Data(text));
        all.extend(build.plan_quietly(&site).first());
    }
    all
}

/// The shim that tells a value's variant by its position.
fn teller(build: &mut Builder<'_, '_>, id: TypeId, variants: &[String]) -> Option<ShimId> {
    let entry = build.types.get(id).clone();
    let arms: Vec<String> = variants
        .iter()
        .enumerate()
        .map(|(at, rust)| format!("{rust} {{ .. }} => {at}u32, "))
        .collect();
    let text = format!(
        "match {{0}} {{ {}#[allow(unreachable_patterns)] _ => u32::MAX }}",
        arms.concat()
    );
    let site = Site {
        id: format!("{} variant", entry.path),
        function: made_up(
            "variant",
            "",
            vec![("self", shared(&entry.instance.ty))],
            Some(Ty::Primitive("u32".to_owned())),
        ),
        subst: nothing(),
        generics: Vec::new(),
        callee: Callee::Data(text),
        explicit: Explicit::All,
        of_trait: None,
        origin: None,
    };
    build.plan_quietly(&site).first().copied()
}
