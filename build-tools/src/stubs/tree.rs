//! Where each thing is declared: the files, which of them has a class, a function or a trait, and under which name.
//!
//! A module's file lies where its name leads from the crate's root. A thing with several names is declared once, in the module that
//! its path says if it is there, unless that one is crowded; the other modules import it. A class without a public name is declared for the checker alone.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use usecrate_manifest::{Function, Kind, Manifest, Target, Type};

mod spread;
#[cfg(test)]
mod tests;

/// A module's file.
#[derive(Debug)]
pub(super) struct Place {
    /// Position in the manifest's `modules`.
    pub(super) module: usize,
    /// The names that lead there from the root.
    pub(super) path: Vec<String>,
    /// Whether it is a folder: modules lie below it.
    pub(super) package: bool,
}

impl Place {
    /// The package that a relative import in it starts from.
    fn package_path(&self) -> &[String] {
        match self.path.split_last() {
            Some((_, parent)) if !self.package => parent,
            _ => &self.path,
        }
    }

    /// Its file, below the folder of the stubs.
    pub(super) fn file(&self) -> String {
        let mut parts = self.path.clone();
        if self.package {
            parts.push("__init__.pyi".to_owned());
        } else if let Some(last) = parts.last_mut() {
            last.push_str(".pyi");
        }
        parts.join("/")
    }
}

/// Where something is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    /// Position in `places`.
    pub(super) place: usize,
    /// Its name there.
    pub(super) name: String,
    /// Whether that is a public name.
    pub(super) public: bool,
}

/// The files, and what is declared where.
#[derive(Debug)]
pub(super) struct Tree<'m> {
    pub(super) manifest: &'m Manifest,
    /// The files, the root's first.
    pub(super) places: Vec<Place>,
    /// By position in the manifest's `modules`: position in `places`.
    by_module: BTreeMap<usize, usize>,
    /// By position in the manifest's `types`.
    types: Vec<Home>,
    /// By position in the manifest's `traits`; none for one without a public name.
    traits: BTreeMap<usize, Home>,
    /// By the callables that they lead to.
    functions: BTreeMap<Vec<u32>, Home>,
    /// By the callable that reads it.
    constants: BTreeMap<u32, Home>,
}

impl<'m> Tree<'m> {
    /// That of a manifest.
    pub(super) fn new(manifest: &'m Manifest) -> Self {
        let places = places(manifest);
        let by_module = places
            .iter()
            .enumerate()
            .map(|(at, place)| (place.module, at))
            .collect();
        let mut tree = Tree {
            manifest,
            places,
            by_module,
            types: Vec::new(),
            traits: BTreeMap::new(),
            functions: BTreeMap::new(),
            constants: BTreeMap::new(),
        };
        tree.find_homes();
        tree.spread(spread::LIMIT);
        tree
    }

    fn find_homes(&mut self) {
        let mut types: BTreeMap<u32, Home> = BTreeMap::new();
        // Those of the wanted name in the module of their path first, then of that name, then any.
        for pass in 0..3 {
            for (at, place) in self.places.iter().enumerate() {
                let module = &self.manifest.modules[place.module];
                for entry in &module.entries {
                    let home = || Home {
                        place: at,
                        name: entry.name.clone(),
                        public: true,
                    };
                    let fits = |path: &str, name: &str| match pass {
                        0 => module_of(path) == module.path && entry.name == name,
                        1 => entry.name == name,
                        _ => true,
                    };
                    match &entry.target {
                        Target::Type(index) => {
                            let ty = &self.manifest.types[*index as usize];
                            if fits(&ty.path, &ty.name) {
                                types.entry(*index).or_insert_with(home);
                            }
                        }
                        Target::Trait(index) => {
                            let found = &self.manifest.traits[*index as usize];
                            if fits(&found.path, &found.name) {
                                self.traits.entry(*index as usize).or_insert_with(home);
                            }
                        }
                        Target::Function(function) => {
                            if fits(self.id_of(function), &entry.name) {
                                self.functions.entry(all_of(function)).or_insert_with(home);
                            }
                        }
                        Target::Constant(callable) => {
                            if fits(&self.manifest.callables[*callable as usize].id, &entry.name) {
                                self.constants.entry(*callable).or_insert_with(home);
                            }
                        }
                        Target::Module(_) | Target::Variant(..) => {}
                    }
                }
            }
        }
        self.types = self.hidden(types);
    }

    fn id_of(&self, function: &Function) -> &'m str {
        let first = all_of(function).first().copied();
        first.map_or("", |index| &self.manifest.callables[index as usize].id)
    }

    /// Adds those without a public name, under names that are not exported.
    fn hidden(&self, mut known: BTreeMap<u32, Home>) -> Vec<Home> {
        let mut taken: BTreeSet<(usize, String)> = self
            .places
            .iter()
            .enumerate()
            .flat_map(|(at, place)| {
                let entries = &self.manifest.modules[place.module].entries;
                entries.iter().map(move |entry| (at, entry.name.clone()))
            })
            .collect();
        let count = self.manifest.types.len();
        for (index, ty) in self.manifest.types.iter().enumerate() {
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            if known.contains_key(&number) || self.same_class(ty).is_some() {
                continue;
            }
            let place = self
                .places
                .iter()
                .position(|place| self.manifest.modules[place.module].path == module_of(&ty.path));
            let place = place.unwrap_or(0);
            let mut name = ty.name.clone();
            while !taken.insert((place, name.clone())) {
                name.push('_');
            }
            let home = Home {
                place,
                name,
                public: false,
            };
            known.insert(number, home);
        }
        (0..count)
            .map(|index| {
                let number = u32::try_from(index).unwrap_or(u32::MAX);
                known[&self.class_of(number)].clone()
            })
            .collect()
    }

    /// The type whose class a type shares: instances of a generic record are one class.
    fn same_class(&self, ty: &Type) -> Option<u32> {
        let shares = !ty.error && (ty.kind == Kind::Record || (ty.kind == Kind::Enum && has_data(ty)));
        ty.primary.filter(|_| shares)
    }

    /// The types that have the class of type `index`, which is among them.
    pub(super) fn sharing(&self, index: u32) -> impl Iterator<Item = &'m Type> {
        let all = (0_u32..).zip(&self.manifest.types);
        all.filter(move |(at, _)| self.class_of(*at) == index)
            .map(|(_, ty)| ty)
    }

    /// The type whose class type `index` has: itself, mostly.
    pub(super) fn class_of(&self, index: u32) -> u32 {
        let primary = self.same_class(&self.manifest.types[index as usize]);
        primary.unwrap_or(index)
    }

    /// Where type `index` is declared.
    pub(super) fn home(&self, index: u32) -> &Home {
        &self.types[index as usize]
    }

    /// Where trait `index` is declared.
    pub(super) fn trait_home(&self, index: u32) -> Option<&Home> {
        self.traits.get(&(index as usize))
    }

    /// Where a function is declared.
    pub(super) fn function_home(&self, function: &Function) -> Option<&Home> {
        self.functions.get(&all_of(function))
    }

    /// Where a constant is declared.
    pub(super) fn constant_home(&self, callable: u32) -> Option<&Home> {
        self.constants.get(&callable)
    }

    /// The file of a module.
    pub(super) fn place_of(&self, module: u32) -> Option<usize> {
        self.by_module.get(&(module as usize)).copied()
    }

    /// The types that are declared in a file, in the manifest's order.
    pub(super) fn types_in(&self, place: usize) -> Vec<u32> {
        (0..self.types.len())
            .filter_map(|index| u32::try_from(index).ok())
            .filter(|index| self.home(*index).place == place && self.class_of(*index) == *index)
            .collect()
    }

    /// What a relative import of `to` says in `from`.
    pub(super) fn relative(&self, from: usize, to: usize) -> String {
        let (from, to) = (self.places[from].package_path(), &self.places[to].path);
        let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        let dots = ".".repeat(1 + from.len() - common);
        format!("{dots}{}", to[common..].join("."))
    }
}

/// Whether a variant of an enum has data, or the enum is an exception, whose variants are classes.
pub(super) fn has_data(ty: &Type) -> bool {
    ty.error || ty.variants.iter().any(|variant| !variant.fields.is_empty())
}

/// The module in a Rust path.
pub(super) fn module_of(path: &str) -> &str {
    let head = path.split('<').next().unwrap_or(path).trim_end_matches(':');
    head.rsplit_once("::").map_or("", |(module, _)| module)
}

/// All callables that a function leads to.
fn all_of(function: &Function) -> Vec<u32> {
    let instances = function.instances.iter().flat_map(|one| &one.callables);
    function.callables.iter().chain(instances).copied().collect()
}

/// The files: each module under the first name that leads to it.
fn places(manifest: &Manifest) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    let mut seen = BTreeSet::from([0]);
    let mut queue: VecDeque<(usize, Vec<String>)> = VecDeque::from([(0, Vec::new())]);
    while let Some((module, path)) = queue.pop_front() {
        let mut package = path.is_empty();
        for entry in manifest.modules.get(module).map_or(&[][..], |one| &one.entries) {
            if let Target::Module(inner) = entry.target {
                if seen.insert(inner as usize) {
                    let mut inner_path = path.clone();
                    inner_path.push(entry.name.clone());
                    queue.push_back((inner as usize, inner_path));
                    package = true;
                }
            }
        }
        places.push(Place {
            module,
            path,
            package,
        });
    }
    places
}
