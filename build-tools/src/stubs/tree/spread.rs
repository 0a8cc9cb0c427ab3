//! Files that are not too large: what is declared in a crowded one goes where it has its name, too, if it has one elsewhere.

use std::cmp::Reverse;

use usecrate_manifest::{Method, Target, Trait, Type};

use super::{Home, Tree};

/// How many definitions a file may have: pyright leaves those of some 15000 unread, as too complex.
pub(super) const LIMIT: usize = 12_000;

/// What can be declared elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Type(u32),
    Trait(u32),
}

impl Tree<'_> {
    /// Moves the largest first, until there are no more than `limit` definitions in a file, or nothing can move.
    pub(super) fn spread(&mut self, limit: usize) {
        let things = self.things();
        let mut sizes = vec![0; self.places.len()];
        for (size, _, home) in &things {
            sizes[home.place] += size;
        }
        for (size, thing, home) in things {
            if sizes[home.place] <= limit {
                continue;
            }
            let Some(to) = self.elsewhere(thing, &home, |place| sizes[place] + size <= limit) else {
                continue;
            };
            sizes[home.place] -= size;
            sizes[to] += size;
            self.move_home(thing, to);
        }
    }

    /// All with how many definitions they are, about, and where they are declared; the largest first.
    fn things(&self) -> Vec<(usize, Thing, Home)> {
        let mut all = Vec::new();
        for (index, found) in (0_u32..).zip(&self.manifest.types) {
            if self.class_of(index) == index {
                all.push((type_size(found), Thing::Type(index), self.home(index).clone()));
            }
        }
        for (index, found) in (0_u32..).zip(&self.manifest.traits) {
            if let Some(home) = self.trait_home(index) {
                all.push((trait_size(found), Thing::Trait(index), home.clone()));
            }
        }
        all.sort_by_key(|(size, thing, _)| (Reverse(*size), *thing));
        all
    }

    /// Another file in which it has the same name, and which has room.
    fn elsewhere(&self, thing: Thing, home: &Home, has_room: impl Fn(usize) -> bool) -> Option<usize> {
        let is_it = |target: &Target| match (thing, target) {
            (Thing::Type(index), Target::Type(found)) => index == *found,
            (Thing::Trait(index), Target::Trait(found)) => index == *found,
            _ => false,
        };
        (0..self.places.len()).find(|at| {
            let mut entries = self.manifest.modules[self.places[*at].module].entries.iter();
            *at != home.place
                && has_room(*at)
                && entries.any(|entry| entry.name == home.name && is_it(&entry.target))
        })
    }

    fn move_home(&mut self, thing: Thing, to: usize) {
        match thing {
            Thing::Type(index) => {
                // Those that share its class are declared with it.
                for at in 0..self.types.len() {
                    let shares = u32::try_from(at).is_ok_and(|at| self.class_of(at) == index);
                    if shares {
                        self.types[at].place = to;
                    }
                }
            }
            Thing::Trait(index) => {
                if let Some(home) = self.traits.get_mut(&(index as usize)) {
                    home.place = to;
                }
            }
        }
    }
}

fn type_size(ty: &Type) -> usize {
    let specials: usize = ty.specials.values().map(Vec::len).sum();
    let of_fields = 2 * (ty.properties.len() + ty.fields.len() + ty.variants.len());
    methods_size(&ty.methods) + specials + of_fields + ty.constants.len() + ty.constructors.len() + 1
}

fn trait_size(found: &Trait) -> usize {
    methods_size(&found.methods) + 1
}

fn methods_size(all: &[Method]) -> usize {
    all.iter()
        .map(|one| one.callables.len() + one.instances.len())
        .sum()
}
