//! Which calls keep the interpreter lock because somebody says that they never block: the list `quick` of `usecrate.toml`.
//!
//! An entry is a path as `inspect` shows it, with or without the crate's name: `Version::parse`. A method of a trait is named
//! by its type: `Version::cmp`; a field as if it were a method. A `*` at the end stands for any rest. What begins with `!`
//! says the contrary, whatever else says or proves.

use super::model::Plan;
use crate::nearest::nearest;

/// An entry that names nothing.
#[derive(Debug, thiserror::Error)]
#[error("`{entry}` in the list `quick` names no callable of `{lib}` that is served")]
pub struct Unknown {
    /// As it is written.
    pub entry: String,
    /// The crate.
    pub lib: String,
    /// What is spelled alike.
    pub near: Vec<String>,
}

/// Marks what the entries name.
///
/// # Errors
/// The first entry that names nothing.
pub fn declare(plan: &mut Plan, entries: &[String]) -> Result<(), Unknown> {
    let (denied, granted): (Vec<&String>, Vec<&String>) =
        entries.iter().partition(|entry| entry.starts_with('!'));
    for (all, keeps) in [(granted, true), (denied, false)] {
        for entry in all {
            let pattern = entry.trim_start_matches('!').trim();
            let mut found = false;
            for shim in &mut plan.shims {
                if names(&plan.lib, &shim.id)
                    .iter()
                    .any(|name| matches(pattern, name))
                {
                    shim.keeps_lock = keeps;
                    found = true;
                }
            }
            if !found {
                return Err(unknown(plan, entry, pattern));
            }
        }
    }
    Ok(())
}

fn unknown(plan: &Plan, entry: &str, pattern: &str) -> Unknown {
    let known = plan
        .shims
        .iter()
        .filter_map(|shim| names(&plan.lib, &shim.id).pop());
    let mut known: Vec<String> = known.collect();
    known.sort_unstable();
    known.dedup();
    let bare = pattern
        .strip_prefix(&format!("{}::", plan.lib))
        .unwrap_or(pattern);
    Unknown {
        entry: entry.to_owned(),
        lib: plan.lib.clone(),
        near: nearest(bare, known.iter().map(String::as_str)),
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

/// The names under which an id is known, the shortest last.
///
/// `x::A::f`, `A::f`; `<x::A as Ord>::cmp` is `A::cmp`, too; `x::A.size` and `x::A.size=` are `A::size`; what is behind a
/// function's name, the types that it is planned for, may be left out.
fn names(lib: &str, id: &str) -> Vec<String> {
    let id = id.trim_end_matches('\'');
    let mut all = vec![id.to_owned()];
    let mut plain = match id.strip_prefix('<').and_then(|rest| rest.split_once(" as ")) {
        Some((ty, rest)) => match rest.rsplit_once(">::") {
            Some((_, method)) => format!("{ty}::{method}"),
            None => id.to_owned(),
        },
        None => id.to_owned(),
    };
    if let Some((ty, field)) = plain.trim_end_matches('=').rsplit_once('.') {
        if !field.contains([':', '<', ' ']) {
            plain = format!("{ty}::{field}");
        }
    }
    all.push(plain.clone());
    if let Some(bare) = without_types(&plain) {
        all.push(bare);
    }
    let start = format!("{lib}::");
    let short: Vec<String> = all
        .iter()
        .filter_map(|name| name.strip_prefix(&start).map(str::to_owned))
        .collect();
    all.extend(short);
    all
}

/// `x::f` of `x::f<u8>`, `x::Wrap::get` of `x::Wrap<u8>::get`.
fn without_types(path: &str) -> Option<String> {
    let mut depth = 0_usize;
    let mut bare = String::new();
    for c in path.chars() {
        match c {
            '<' => depth += 1,
            '>' if depth > 0 => depth -= 1,
            _ if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    (bare != path && depth == 0 && !bare.is_empty()).then_some(bare)
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

    fn kept(ids: &[&str], entries: &[&str]) -> Vec<bool> {
        let mut plan = plan(ids);
        let entries: Vec<String> = entries.iter().map(|&entry| entry.to_owned()).collect();
        declare(&mut plan, &entries).unwrap();
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
        declare(&mut proven, &["!add".to_owned()]).unwrap();
        assert!(!proven.shims[0].keeps_lock);
    }

    #[test]
    fn what_names_nothing_is_told_with_what_is_near() {
        for (entry, near) in [("A::ad", "A::add"), ("x::A::ad", "A::add"), ("!ad", "add")] {
            let unknown = declare(&mut plan(IDS), &[entry.to_owned()]).unwrap_err();
            assert_eq!(unknown.entry, entry);
            assert_eq!(unknown.near.first().map(String::as_str), Some(near), "{entry}");
        }
        assert!(declare(&mut plan(IDS), &["nowhere::*".to_owned()]).is_err());
    }
}
