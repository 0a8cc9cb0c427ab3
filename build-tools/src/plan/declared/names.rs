//! How entries of the configuration name what is in a plan.
//!
//! A callable is named by its path as `inspect` shows it, with or without the crate's name: `Version::parse`. A method of a
//! trait is named by its type: `Version::cmp`; a field as if it were a method. What is re-exported may be named where that is.

use std::collections::BTreeSet;

use crate::nearest::nearest;
use crate::plan::model::{Plan, PlannedTarget, PlannedType, ShimId};

/// An entry that asks for nothing there is, or for what cannot be.
#[derive(Debug, thiserror::Error)]
#[error("`{entry}` in {table}: {problem}")]
pub struct Unusable {
    /// The table or list that it is in.
    pub table: &'static str,
    /// As it is written.
    pub entry: String,
    /// What is wrong.
    pub problem: String,
    /// What may be meant.
    pub near: Vec<String>,
}

/// What each callable of a plan may be called.
pub(super) struct Names {
    lib: String,
    /// Where it is written, by its position.
    own: Vec<Vec<String>>,
    /// Where it is re-exported, without the crate's name.
    public: Vec<BTreeSet<String>>,
}

impl Names {
    pub(super) fn of(plan: &Plan) -> Self {
        let own = plan.shims.iter().map(|shim| of_id(&plan.lib, &shim.id)).collect();
        let mut public = vec![BTreeSet::new(); plan.shims.len()];
        for module in &plan.modules {
            for (name, target) in &module.entries {
                let path = within(&plan.lib, &format!("{}::{name}", module.path)).to_owned();
                match target {
                    PlannedTarget::Function(ids) => {
                        for id in ids {
                            public[*id].insert(path.clone());
                        }
                    }
                    PlannedTarget::Constant(id) => {
                        public[*id].insert(path);
                    }
                    PlannedTarget::Type(id) => {
                        for (member, shim) in members(&plan.types[*id]) {
                            public[shim].insert(format!("{path}::{member}"));
                        }
                    }
                    PlannedTarget::Module(_) | PlannedTarget::Trait(_) | PlannedTarget::Variant(..) => {}
                }
            }
        }
        Self {
            lib: plan.lib.clone(),
            own,
            public,
        }
    }

    /// The callables of which one name is meant.
    pub(super) fn shims(&self, meant: impl Fn(&str) -> bool) -> Vec<ShimId> {
        let is = |id: &ShimId| {
            let public = self.public[*id].iter();
            self.own[*id].iter().chain(public).any(|name| meant(name))
        };
        (0..self.own.len()).filter(is).collect()
    }

    /// The same, where a place in which something is re-exported counts for it alone.
    pub(super) fn beneath(&self, pattern: &str) -> Vec<ShimId> {
        let bare = within(&self.lib, pattern);
        let is = |id: &ShimId| {
            self.own[*id].iter().any(|name| covers(pattern, name)) || self.public[*id].contains(bare)
        };
        (0..self.own.len()).filter(is).collect()
    }

    /// An entry that names nothing.
    pub(super) fn unknown(&self, table: &'static str, entry: &str, pattern: &str) -> Unusable {
        let shortest = self.own.iter().filter_map(|names| names.last());
        let known: BTreeSet<&String> = shortest.chain(self.public.iter().flatten()).collect();
        Unusable {
            table,
            entry: entry.to_owned(),
            problem: format!("`{}` has no callable of that path that is served", self.lib),
            near: nearest(within(&self.lib, pattern), known.into_iter().map(String::as_str)),
        }
    }
}

/// A path without the crate's name.
pub(super) fn within<'p>(lib: &str, path: &'p str) -> &'p str {
    let rest = path.strip_prefix(lib).and_then(|rest| rest.strip_prefix("::"));
    rest.unwrap_or(path)
}

/// A `*` at the end of an entry stands for any rest.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

/// The same; what is beneath is meant, too.
pub(super) fn covers(pattern: &str, name: &str) -> bool {
    let beneath = || {
        name.strip_prefix(pattern)
            .is_some_and(|rest| rest.starts_with("::"))
    };
    matches(pattern, name) || beneath()
}

/// What a class leads to by name.
pub(super) fn members(ty: &PlannedType) -> impl Iterator<Item = (&str, ShimId)> {
    let methods = ty.methods.iter();
    let methods = methods.flat_map(|one| one.shims.iter().map(|id| (one.name.as_str(), *id)));
    let properties = ty.properties.iter();
    let properties = properties.flat_map(|one| {
        let all = [Some(one.get), one.set, one.lend].into_iter().flatten();
        all.map(|id| (one.name.as_str(), id))
    });
    let constants = ty.constants.iter().map(|(name, id, _)| (name.as_str(), *id));
    methods.chain(properties).chain(constants)
}

/// The names under which an id is known, the shortest last.
///
/// `x::A::f`, `A::f`; `<x::A as Ord>::cmp` is `A::cmp`, too; `x::A.size` and `x::A.size=` are `A::size`; what is behind a
/// function's name, the types that it is planned for, may be left out.
fn of_id(lib: &str, id: &str) -> Vec<String> {
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
    all.extend(without_types(&plain));
    let start = format!("{lib}::");
    let short: Vec<String> = all
        .iter()
        .filter_map(|name| name.strip_prefix(&start).map(str::to_owned))
        .collect();
    all.extend(short);
    all
}

/// `x::f` of `x::f<u8>`, `x::Wrap::get` of `x::Wrap<u8>::get`.
pub(super) fn without_types(path: &str) -> Option<String> {
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
