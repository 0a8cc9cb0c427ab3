//! Values of parameters that may be left out: the table `[defaults]`. Whether a value fits is seen when the library has said
//! what it takes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::names::{Names, Unusable, matches};
use crate::nearest::nearest;
use crate::plan::model::{Plan, PlannedDefault};

const TABLE: &str = "`[defaults]`";

/// Gives parameters their values.
pub(super) fn give(
    plan: &mut Plan,
    names: &Names,
    defaults: &BTreeMap<String, BTreeMap<String, Value>>,
) -> Result<(), Unusable> {
    for (entry, values) in defaults {
        let found = names.shims(|name| matches(entry, name));
        if found.is_empty() {
            return Err(names.unknown(TABLE, entry, entry));
        }
        for (name, value) in values {
            let mut given = false;
            for id in &found {
                let params = plan.shims[*id].params.iter_mut();
                for param in params.filter(|param| param.name == *name && name != "self") {
                    param.default = Some(PlannedDefault {
                        entry: entry.clone(),
                        value: value.clone(),
                    });
                    given = true;
                }
            }
            if !given {
                let params = found.iter().flat_map(|id| &plan.shims[*id].params);
                let known: BTreeSet<&str> = params.map(|param| param.name.as_str()).collect();
                return Err(Unusable {
                    table: TABLE,
                    entry: entry.clone(),
                    problem: format!("it has no parameter `{name}`"),
                    near: nearest(name, known.into_iter()),
                });
            }
        }
    }
    Ok(())
}
