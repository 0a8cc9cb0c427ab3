//! The wire form of each type: one macro call per type.

use usecrate_manifest::Kind;

use super::names;
use super::text::{literal, parse, print_type};
use crate::plan::model::{ObjectForm, PlannedField, PlannedMapping, PlannedType, PlannedVariant, TypeId};

/// The macro call that gives a type its wire form.
pub(super) fn declaration(id: TypeId, number: u32, ty: &PlannedType) -> Result<String, String> {
    let (private, marker) = (names::private(), names::marker());
    let rust = print_type(&parse("type", &ty.rust)?);
    let head = format!("{marker}, {number}, {}", literal(&ty.path));
    let reference = match &ty.object {
        ObjectForm::Shared(object) => Some(("shared", object)),
        ObjectForm::Exclusive(object) => Some(("exclusive", object)),
        ObjectForm::None | ObjectForm::Pointer => None,
    };
    let lowered = match reference {
        Some((how, object)) => {
            let object = print_type(&parse("type", object)?);
            let family = names::family(id);
            format!("\n{private}::object_reference!({how}, {marker}, {family}, {object});")
        }
        None => String::new(),
    };
    let (kind, body) = match (ty.kind, ty.borrows) {
        (Kind::Handle, false) if ty.object == ObjectForm::Pointer => ("object_pointer", rust),
        (Kind::Handle, false) => ("handle", rust),
        (Kind::Handle, true) => ("handle_in", format!("{}, {rust}", names::family(id))),
        (Kind::Record, _) => (
            "record",
            format!("{}, {rust} {}", openness(ty), fields(&ty.fields)?),
        ),
        (Kind::Enum, _) => (
            "choice",
            format!("{}, {rust} {}", openness(ty), choices(&ty.variants)?),
        ),
    };
    Ok(format!("{private}::{kind}!({head}, {body});{lowered}"))
}

/// The macro call that gives a type of another crate its wire form.
pub(super) fn mapping(mapping: &PlannedMapping) -> String {
    format!("{}::{}", names::private(), mapping.rust)
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

fn choices(variants: &[PlannedVariant]) -> Result<String, String> {
    let plain = variants.iter().all(|variant| variant.fields.is_empty());
    let choice = |(at, variant): (usize, &PlannedVariant)| {
        let name: syn::Ident = parse("variant", &variant.rust_name)?;
        let discriminant = if plain {
            format!(" = {}", discriminant(at, variant))
        } else {
            String::new()
        };
        Ok(format!(
            "    {at} {name} {}{discriminant},\n",
            fields(&variant.fields)?
        ))
    };
    let lines: String = variants
        .iter()
        .enumerate()
        .map(choice)
        .collect::<Result<_, String>>()?;
    Ok(format!("{{\n{lines}}}"))
}

/// A discriminant that does not fit into 64 bits is not known: the variant then goes by its position.
fn discriminant(at: usize, variant: &PlannedVariant) -> i64 {
    variant
        .discriminant
        .unwrap_or_else(|| i64::try_from(at).unwrap_or(i64::MAX))
}

/// Fields of every shape are written alike, unnamed ones as `0: T`: so can Rust's patterns and expressions be.
fn fields(all: &[PlannedField]) -> Result<String, String> {
    let fields = all.iter().map(|field| {
        let name = match parse("field", &field.rust_name)? {
            syn::Member::Named(name) => name.to_string(),
            syn::Member::Unnamed(index) => index.index.to_string(),
        };
        let rust = print_type(&parse("type", &field.rust)?);
        Ok(format!("{name}: {rust}"))
    });
    let fields = fields.collect::<Result<Vec<_>, String>>()?.join(", ");
    Ok(if fields.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{ {fields} }}")
    })
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
