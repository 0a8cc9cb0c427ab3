//! What is left out because somebody says so: the list `skip`. A type is left out with all that it has, a module with all
//! that is in it; what gives a value of such a type still does.

use usecrate_manifest::SkipCode;

use super::names::{Names, Unusable, covers, within, without_types};
use crate::plan::model::{Plan, PlannedSkip, PlannedTarget};

/// Leaves out what the entries name.
pub(super) fn leave_out(plan: &mut Plan, names: &Names, entries: &[String]) -> Result<(), Unusable> {
    for entry in entries {
        let message = format!("the configuration leaves it out: `{entry}` in its list `skip`");
        let removed = remove(plan, entry, &message);
        let mut found = names.beneath(entry);
        for path in &removed.types {
            found.extend(names.beneath(path));
        }
        if found.is_empty() && removed.skips.is_empty() {
            return Err(names.unknown("the list `skip`", entry, entry));
        }
        for skip in removed.skips {
            skip.record(&mut plan.skipped);
        }
        for id in found {
            plan.withheld.entry(id).or_insert_with(|| message.clone());
        }
    }
    Ok(())
}

/// What an entry took from modules.
struct Removed {
    skips: Vec<PlannedSkip>,
    /// The types that it names itself, wherever they are.
    types: Vec<String>,
}

/// Takes the names of types, traits, modules and variants from modules; those of callables go with these.
fn remove(plan: &mut Plan, entry: &str, message: &str) -> Removed {
    let bare = within(&plan.lib, entry);
    let mut removed = Removed {
        skips: Vec::new(),
        types: Vec::new(),
    };
    for module in &plan.modules {
        for (name, target) in &module.entries {
            let path = format!("{}::{name}", module.path);
            if let (PlannedTarget::Type(id), true) = (target, within(&plan.lib, &path) == bare) {
                let path = &plan.types[*id].path;
                removed
                    .types
                    .push(without_types(path).unwrap_or_else(|| path.clone()));
            }
        }
    }
    for module in &mut plan.modules {
        module.entries.retain(|(name, target)| {
            let path = format!("{}::{name}", module.path);
            let itself = match target {
                PlannedTarget::Function(_) | PlannedTarget::Constant(_) => return true,
                PlannedTarget::Type(id) => {
                    let path = &plan.types[*id].path;
                    let path = without_types(path).unwrap_or_else(|| path.clone());
                    removed.types.contains(&path)
                }
                PlannedTarget::Module(_) | PlannedTarget::Trait(_) | PlannedTarget::Variant(..) => false,
            };
            if !itself && !covers(bare, within(&plan.lib, &path)) {
                return true;
            }
            removed.skips.push(PlannedSkip {
                path,
                name: name.clone(),
                owners: Vec::new(),
                modules: vec![module.path.clone()],
                code: SkipCode::Configured,
                message: message.to_owned(),
                span: None,
                origin: None,
                counts: None,
            });
            false
        });
    }
    removed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::sample;

    fn skipped(entry: &str) -> Result<Plan, Unusable> {
        let mut plan = sample::plan();
        let names = Names::of(&plan);
        leave_out(&mut plan, &names, &[entry.to_owned()]).map(|()| plan)
    }

    fn withheld(plan: &Plan) -> Vec<&str> {
        plan.withheld
            .keys()
            .map(|id| plan.shims[*id].id.as_str())
            .collect()
    }

    #[test]
    fn a_type_goes_with_all_that_it_has() {
        let plan = skipped("Shop").unwrap();
        assert!(!withheld(&plan).is_empty());
        assert!(
            withheld(&plan).iter().all(|id| id.contains("x::Shop")),
            "{:?}",
            withheld(&plan)
        );
        let entries = plan.modules.iter().flat_map(|module| &module.entries);
        assert!(!entries.clone().any(|(name, _)| name == "Shop"));
        let told: Vec<_> = plan
            .skipped
            .iter()
            .map(|skip| (skip.path.as_str(), skip.code))
            .collect();
        assert!(told.contains(&("x::Shop", SkipCode::Configured)), "{told:?}");
    }

    #[test]
    fn what_is_not_there_is_told() {
        let error = skipped("Shopp").unwrap_err().to_string();
        assert!(error.contains("`Shopp` in the list `skip`"), "{error}");
    }
}
