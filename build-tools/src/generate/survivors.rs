//! What proving has dropped so far, and how the rest is numbered.
//!
//! Positions on the wire are dense: a shim or type that is dropped gives its number to the next one. Generation and
//! description both number through [`Numbers`], which is why they cannot disagree.

use std::collections::BTreeMap;

use crate::plan::model::{HostId, ObjectId, Plan, PlannedHost, ShimId, TypeId};

/// The part of the bridge that a line belongs to, and that can be dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The wire form of a type.
    Type(TypeId),
    /// How a trait object is taken as an argument.
    Object(ObjectId),
    /// The wire form of a type of another crate: its position in [`Plan::mappings`].
    Mapping(usize),
    /// How objects of Python's implement a trait.
    Host(HostId),
    /// The same with fewer methods.
    NarrowHost(HostId),
    /// A shim.
    Shim(ShimId),
}

/// Why something was dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// rustc's own words, one line.
    pub message: String,
    /// rustc's code, if the error has one: `E0277`.
    pub code: Option<String>,
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        self.code.as_ref().map_or(Ok(()), |code| write!(f, " [{code}]"))
    }
}

/// What is not in the bridge although it was planned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dropped {
    reasons: BTreeMap<Owner, Rejection>,
}

impl Dropped {
    /// What is left out before anything is proved.
    pub fn of(plan: &Plan) -> Self {
        let withheld = plan.withheld.iter().map(|(id, message)| {
            let message = message.clone();
            (Owner::Shim(*id), Rejection { message, code: None })
        });
        Self {
            reasons: withheld.collect(),
        }
    }

    /// Drops `owner`; says whether it was still there. The first reason stays.
    pub fn insert(&mut self, owner: Owner, reason: Rejection) -> bool {
        if self.contains(owner) {
            return false;
        }
        self.reasons.insert(owner, reason);
        true
    }

    /// Whether `owner` was dropped.
    pub fn contains(&self, owner: Owner) -> bool {
        self.reasons.contains_key(&owner)
    }

    /// Why `owner` was dropped.
    pub fn reason(&self, owner: Owner) -> Option<&Rejection> {
        self.reasons.get(&owner)
    }

    /// All of it, types first, in the order of the plan.
    pub fn iter(&self) -> impl Iterator<Item = (Owner, &Rejection)> {
        self.reasons.iter().map(|(owner, reason)| (*owner, reason))
    }

    /// The form in which a host is left, if it is, with whom its lines belong to.
    pub(super) fn host<'p>(&self, plan: &'p Plan, id: HostId) -> Option<(Owner, &'p PlannedHost)> {
        let whole = plan.hosts.get(&id)?;
        if !self.contains(Owner::Host(id)) {
            return Some((Owner::Host(id), whole));
        }
        let narrow = whole.narrow.as_deref()?;
        let owner = Owner::NarrowHost(id);
        (!self.contains(owner)).then_some((owner, narrow))
    }

    /// How many shims were dropped.
    pub fn shims(&self) -> usize {
        self.reasons
            .keys()
            .filter(|owner| matches!(owner, Owner::Shim(_)))
            .count()
    }

    /// How many types were dropped.
    pub fn types(&self) -> usize {
        self.reasons
            .keys()
            .filter(|owner| matches!(owner, Owner::Type(_)))
            .count()
    }
}

/// The numbers on the wire of what is left.
#[derive(Debug, Clone)]
pub struct Numbers {
    shims: Vec<Option<u32>>,
    types: Vec<Option<u32>>,
}

impl Numbers {
    /// Numbers what `dropped` leaves of `plan`.
    pub fn new(plan: &Plan, dropped: &Dropped) -> Self {
        Self {
            shims: dense(plan.shims.len(), |id| !dropped.contains(Owner::Shim(id))),
            types: dense(plan.types.len(), |id| !dropped.contains(Owner::Type(id))),
        }
    }

    /// The number of a shim, if it is left.
    pub fn shim(&self, id: ShimId) -> Option<u32> {
        self.shims.get(id).copied().flatten()
    }

    /// The number of a type, if it is left.
    pub fn ty(&self, id: TypeId) -> Option<u32> {
        self.types.get(id).copied().flatten()
    }

    /// The shims that are left, in the order of their numbers.
    pub fn shims(&self) -> impl Iterator<Item = ShimId> {
        left(&self.shims)
    }

    /// The types that are left, in the order of their numbers.
    pub fn types(&self) -> impl Iterator<Item = TypeId> {
        left(&self.types)
    }
}

fn dense(len: usize, keeps: impl Fn(usize) -> bool) -> Vec<Option<u32>> {
    let mut next = 0;
    (0..len)
        .map(|id| {
            keeps(id).then(|| {
                next += 1;
                next - 1
            })
        })
        .collect()
}

fn left(numbers: &[Option<u32>]) -> impl Iterator<Item = usize> {
    numbers
        .iter()
        .enumerate()
        .filter(|(_, number)| number.is_some())
        .map(|(id, _)| id)
}
