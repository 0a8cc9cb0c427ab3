//! Which calls keep the interpreter lock because somebody says that they never block: the list `quick`.
//!
//! What begins with `!` says the contrary, whatever else says or proves.

use super::names::{Names, Unusable, matches};
use crate::plan::model::Plan;

/// Marks what the entries name.
///
/// # Errors
/// The first entry that names nothing.
pub(super) fn declare(plan: &mut Plan, names: &Names, entries: &[String]) -> Result<(), Unusable> {
    let (denied, granted): (Vec<&String>, Vec<&String>) =
        entries.iter().partition(|entry| entry.starts_with('!'));
    for (all, keeps) in [(granted, true), (denied, false)] {
        for entry in all {
            let pattern = entry.trim_start_matches('!').trim();
            let found = names.shims(|name| matches(pattern, name));
            if found.is_empty() {
                return Err(names.unknown("the list `quick`", entry, pattern));
            }
            for id in found {
                plan.shims[id].keeps_lock = keeps;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::sample::{call, shim};

    fn plan(ids: &[&str]) -> Plan {
        Plan {
            lib: "x".to_owned(),
            shims: ids.iter().map(|id| shim(id, &[], call("::x::f"))).collect(),
            ..Plan::default()
        }
    }

    fn said(plan: &mut Plan, entries: &[String]) -> Result<(), Unusable> {
        let names = Names::of(plan);
        declare(plan, &names, entries)
    }

    fn kept(ids: &[&str], entries: &[&str]) -> Vec<bool> {
        let mut plan = plan(ids);
        let entries: Vec<String> = entries.iter().map(|&entry| entry.to_owned()).collect();
        said(&mut plan, &entries).unwrap();
        plan.shims.iter().map(|shim| shim.keeps_lock).collect()
    }

    const IDS: &[&str] = &[
        "x::add",
        "x::add_all<Vec<u8>>",
        "x::A::add",
        "<x::A as Ord>::cmp",
        "x::A.size",
        "x::A.size=",
        "x::Wrap<u8>::get",
        "x::deep::add",
    ];

    #[test]
    fn an_entry_names_a_callable_with_or_without_the_crate() {
        let only = |at: usize| (0..IDS.len()).map(|one| one == at).collect::<Vec<_>>();
        for (entry, at) in [
            ("x::add", 0),
            ("add", 0),
            ("add_all", 1),
            ("x::add_all<Vec<u8>>", 1),
            ("A::add", 2),
            ("A::cmp", 3),
            ("<x::A as Ord>::cmp", 3),
            ("x::A.size=", 5),
            ("Wrap::get", 6),
            ("Wrap<u8>::get", 6),
            ("deep::add", 7),
        ] {
            assert_eq!(kept(IDS, &[entry]), only(at), "{entry}");
        }
        let both = kept(IDS, &["A::size"]);
        assert_eq!((both[4], both[5]), (true, true), "a field is read and written");
    }

    #[test]
    fn a_star_stands_for_any_rest_and_an_exclamation_mark_for_the_contrary() {
        assert_eq!(kept(IDS, &["*"]), [true; 8]);
        let of_a = kept(IDS, &["x::A::*"]);
        assert_eq!(of_a, [false, false, true, true, true, true, false, false]);
        let but = kept(IDS, &["!A::cmp", "*"]);
        assert!(!but[3] && but.iter().filter(|one| **one).count() == 7);
        let mut proven = plan(IDS);
        proven.shims[0].keeps_lock = true;
        said(&mut proven, &["!add".to_owned()]).unwrap();
        assert!(!proven.shims[0].keeps_lock);
    }

    #[test]
    fn what_names_nothing_is_told_with_what_is_near() {
        for (entry, near) in [("A::ad", "A::add"), ("x::A::ad", "A::add"), ("!ad", "add")] {
            let unknown = said(&mut plan(IDS), &[entry.to_owned()]).unwrap_err();
            assert_eq!(unknown.entry, entry);
            assert_eq!(unknown.near.first().map(String::as_str), Some(near), "{entry}");
        }
        assert!(said(&mut plan(IDS), &["nowhere::*".to_owned()]).is_err());
    }
}
