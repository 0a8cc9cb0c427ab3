//! Traits that take the place of those that cannot be `dyn`: what implements one implements the other.

use super::text::literal;
use crate::plan::model::PlannedLikeness;

/// The trait, and its impl for all.
pub(super) fn declaration(likeness: &PlannedLikeness) -> Result<String, String> {
    let PlannedLikeness {
        name,
        path,
        trait_,
        functions,
    } = likeness;
    let docs = literal(&format!(
        " What objects can have of `{path}`, which cannot be `dyn`."
    ));
    let heads: String = functions.iter().map(|one| format!("{};", one.head)).collect();
    let bodies = functions
        .iter()
        .map(|one| format!("{} {{ {} }}", one.head, one.call));
    let bodies: String = bodies.collect();
    let items = format!(
        "#[doc = {docs}] pub trait {name} {{ {heads} }} impl<T: {trait_}> {name} for T {{ {bodies} }}"
    );
    let file: syn::File =
        syn::parse_str(&items).map_err(|error| format!("the trait `{name}` is not Rust: {error}"))?;
    Ok(prettyplease::unparse(&file).trim_end().to_owned())
}
