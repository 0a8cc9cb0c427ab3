//! The wire form of each type: one macro call per type.

use usecrate_manifest::Kind;

use super::names;
use super::text::{literal, parse, print_type};
use crate::plan::model::{PlannedField, PlannedType, PlannedVariant, Shape, TypeId};

/// The macro call that gives a type its wire form.
pub(super) fn declaration(id: TypeId, number: u32, ty: &PlannedType) -> Result<String, String> {
    let (private, marker) = (names::private(), names::marker());
    let rust = print_type(&parse("type", &ty.rust)?);
    let head = format!("{marker}, {number}, {}", literal(&ty.path));
    let (kind, body) = match (ty.kind, ty.borrows) {
        (Kind::Handle, false) => ("handle", rust),
        (Kind::Handle, true) => ("handle_in", format!("{}, {rust}", names::family(id))),
        (Kind::Record, _) => ("record", format!("{}, {}", openness(ty), record(&rust, ty)?)),
        (Kind::Enum, _) => (
            "choice",
            format!("{}, {rust} {}", openness(ty), choices(&ty.variants)?),
        ),
    };
    Ok(format!("{private}::{kind}!({head}, {body});"))
}

/// The entry in the inventory of `artifact!`.
pub(super) fn entry(id: TypeId, ty: &PlannedType) -> Result<String, String> {
    let rust = || Ok::<_, String>(print_type(&without_lifetimes(parse("type", &ty.rust)?)));
    Ok(match (ty.kind, ty.borrows) {
        (Kind::Handle, false) => format!("handle {}", rust()?),
        (Kind::Handle, true) => format!("handle_in {}", names::family(id)),
        (Kind::Record, _) => format!("record {}", rust()?),
        (Kind::Enum, _) => format!("choice {}", rust()?),
    })
}

fn openness(ty: &PlannedType) -> &'static str {
    if ty.constructible {
        "constructible"
    } else {
        "opaque"
    }
}

fn record(rust: &str, ty: &PlannedType) -> Result<String, String> {
    Ok(match ty.shape {
        Shape::Unit => format!("{rust};"),
        Shape::Tuple => format!("{rust} ({})", fields(&ty.fields)?),
        Shape::Named => format!("{rust} {}", braced(&ty.fields)?),
    })
}

fn choices(variants: &[PlannedVariant]) -> Result<String, String> {
    let plain = variants.iter().all(|variant| variant.fields.is_empty());
    let lines = variants
        .iter()
        .enumerate()
        .map(|(at, variant)| choice(at, variant, plain))
        .collect::<Result<Vec<_>, String>>()?;
    Ok(format!("{{\n    {}\n}}", lines.join(",\n    ")))
}

fn choice(at: usize, variant: &PlannedVariant, plain: bool) -> Result<String, String> {
    let name: syn::Ident = parse("variant", &variant.rust_name)?;
    Ok(match variant.shape {
        Shape::Unit if plain => format!("{at} {name} = {}", discriminant(at, variant)),
        Shape::Unit => format!("{at} {name};"),
        Shape::Tuple => format!("{at} {name} ({})", fields(&variant.fields)?),
        Shape::Named => format!("{at} {name} {}", braced(&variant.fields)?),
    })
}

/// A discriminant that does not fit into 64 bits is not known: the variant then goes by its position.
fn discriminant(at: usize, variant: &PlannedVariant) -> i64 {
    variant
        .discriminant
        .unwrap_or_else(|| i64::try_from(at).unwrap_or(i64::MAX))
}

fn braced(all: &[PlannedField]) -> Result<String, String> {
    Ok(if all.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{ {} }}", fields(all)?)
    })
}

fn fields(all: &[PlannedField]) -> Result<String, String> {
    let fields = all.iter().map(|field| {
        let name: syn::Member = parse("field", &field.rust_name)?;
        let name = match name {
            syn::Member::Named(name) => name.to_string(),
            syn::Member::Unnamed(index) => index.index.to_string(),
        };
        let rust = print_type(&parse("type", &field.rust)?);
        Ok(format!("{name}: {rust}"))
    });
    Ok(fields.collect::<Result<Vec<_>, String>>()?.join(", "))
}

/// The inventory holds types without a group: every lifetime of the group is `'static` there.
fn without_lifetimes(mut ty: syn::Type) -> syn::Type {
    struct Static;
    impl syn::visit_mut::VisitMut for Static {
        fn visit_lifetime_mut(&mut self, lifetime: &mut syn::Lifetime) {
            if lifetime.ident == "h" {
                *lifetime = syn::Lifetime::new("'static", lifetime.span());
            }
        }
    }
    syn::visit_mut::visit_type_mut(&mut Static, &mut ty);
    ty
}
