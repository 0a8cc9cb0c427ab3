//! What the configuration says of what is planned: calls that are quick, what is left out, other names, default values.
//!
//! Entries name what is there by the crate's own names ([`names`]), whatever other entries call it.

mod defaults;
mod names;
mod quick;
mod rename;
mod skip;

use std::collections::BTreeMap;

use serde_json::Value;

use self::names::Names;
pub use self::names::Unusable;
pub(super) use self::rename::{NamedClass, name_instances};
use super::model::Plan;

/// What is said.
#[derive(Debug, Default, Clone)]
pub struct Declared {
    /// Paths of callables that never block: the interpreter lock stays held.
    pub quick: Vec<String>,
    /// Paths of what is left out.
    pub skip: Vec<String>,
    /// Paths of items, with their names in Python.
    pub rename: BTreeMap<String, String>,
    /// Paths of callables, with values of parameters that may be left out.
    pub defaults: BTreeMap<String, BTreeMap<String, Value>>,
}

/// Does with a plan as it is told.
pub(super) fn apply(plan: &mut Plan, declared: &Declared) -> Result<(), Unusable> {
    let Declared {
        quick,
        skip,
        rename,
        defaults,
    } = declared;
    if quick.is_empty() && skip.is_empty() && rename.is_empty() && defaults.is_empty() {
        return Ok(());
    }
    let names = Names::of(plan);
    quick::declare(plan, &names, quick)?;
    defaults::give(plan, &names, defaults)?;
    // Those that are renamed are still found by the names that they have in Rust.
    skip::leave_out(plan, &names, skip)?;
    rename::rename(plan, rename)
}
