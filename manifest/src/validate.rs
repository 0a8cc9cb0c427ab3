//! The invariants that every valid manifest keeps: versions, indexes in range, unique names, plain file names.

use std::collections::BTreeSet;

use crate::types::Way;
use crate::{ABI_VERSION, Instance, MANIFEST_VERSION, Manifest, Target, TypeRef};

/// What is wrong with a manifest, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// Where: `callables[3].result`.
    pub place: String,
    /// What is wrong.
    pub problem: String,
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`: {}", self.place, self.problem)
    }
}

impl std::error::Error for Invalid {}

/// Checks all invariants.
///
/// # Errors
///
/// The first one that does not hold.
pub fn validate(manifest: &Manifest) -> Result<(), Invalid> {
    let check = Check { manifest };
    check.versions()?;
    check.library()?;
    check.types()?;
    check.callables()?;
    check.objects()?;
    check.modules()
}

/// All callables that a function or method leads to.
fn reached<'m>(callables: &'m [u32], instances: &'m [Instance]) -> impl Iterator<Item = &'m u32> {
    callables
        .iter()
        .chain(instances.iter().flat_map(|one| &one.callables))
}

struct Check<'m> {
    manifest: &'m Manifest,
}

fn invalid<T>(place: impl Into<String>, problem: impl Into<String>) -> Result<T, Invalid> {
    Err(Invalid {
        place: place.into(),
        problem: problem.into(),
    })
}

impl Check<'_> {
    fn versions(&self) -> Result<(), Invalid> {
        let m = self.manifest;
        if m.manifest_version != MANIFEST_VERSION {
            return invalid(
                "manifest_version",
                format!("is {}, expected {MANIFEST_VERSION}", m.manifest_version),
            );
        }
        if m.abi_version != ABI_VERSION {
            return invalid(
                "abi_version",
                format!("is {}, expected {ABI_VERSION}", m.abi_version),
            );
        }
        Ok(())
    }

    fn library(&self) -> Result<(), Invalid> {
        let library = &self.manifest.library;
        if library.path.is_empty()
            || library.path.contains(['/', '\\', '\0'])
            || library.path.starts_with('.')
        {
            return invalid(
                "library.path",
                format!("`{}` is not a plain file name", library.path),
            );
        }
        let mut hashes = vec![
            ("library.blake3", &library.blake3),
            ("library.sha256", &library.sha256),
        ];
        if let Some(loaded) = &library.loaded {
            hashes.push(("library.loaded.blake3", &loaded.blake3));
            if loaded.size > library.size {
                return invalid("library.loaded.size", "is more than the library has");
            }
        }
        for (place, hash) in hashes {
            if hash.len() != 64 || !hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                return invalid(place, "is not 64 lower-case hexadecimal digits");
            }
        }
        Ok(())
    }

    fn types(&self) -> Result<(), Invalid> {
        let mut seen = BTreeSet::new();
        for (at, ty) in self.manifest.types.iter().enumerate() {
            let place = format!("types[{at}]");
            if !seen.insert(&ty.path) {
                return invalid(place, format!("`{}` is there twice", ty.path));
            }
            let fields = ty.fields.iter().chain(ty.variants.iter().flat_map(|v| &v.fields));
            for field in fields {
                self.type_ref(&format!("{place}.{}", field.name), &field.ty, Way::Out)?;
            }
            let callables = ty
                .constructors
                .iter()
                .chain(ty.default.iter())
                .chain(ty.variant_of.iter())
                .chain(
                    ty.methods
                        .iter()
                        .flat_map(|m| reached(&m.callables, &m.instances)),
                )
                .chain(
                    ty.properties
                        .iter()
                        .flat_map(|p| std::iter::once(&p.get).chain(&p.set).chain(&p.lend)),
                )
                .chain(ty.constants.iter().map(|c| &c.callable))
                .chain(
                    ty.variants
                        .iter()
                        .flat_map(|v| v.constructor.iter().chain(&v.getters)),
                )
                .chain(ty.specials.values().flatten());
            for index in callables {
                self.callable(&place, *index)?;
            }
            let instances = ty.instances.iter().map(|one| one.ty);
            for index in ty.deref.into_iter().chain(ty.primary).chain(instances) {
                self.type_index(&place, index)?;
            }
        }
        Ok(())
    }

    fn callables(&self) -> Result<(), Invalid> {
        let mut seen = BTreeSet::new();
        for (at, callable) in self.manifest.callables.iter().enumerate() {
            let place = format!("callables[{at}]");
            if !seen.insert(&callable.id) {
                return invalid(place, format!("`{}` is there twice", callable.id));
            }
            for param in &callable.params {
                let ty = match &param.ty {
                    TypeRef::Out(inner, _) => inner,
                    other => other,
                };
                self.type_ref(&format!("{place}.{}", param.name), ty, Way::In)?;
            }
            self.type_ref(&format!("{place}.result"), &callable.result, Way::Out)?;
        }
        Ok(())
    }

    fn objects(&self) -> Result<(), Invalid> {
        for (at, object) in self.manifest.objects.iter().enumerate() {
            for method in &object.methods {
                self.type_ref(&format!("objects[{at}].{}", method.name), &method.ty, Way::In)?;
            }
        }
        Ok(())
    }

    fn modules(&self) -> Result<(), Invalid> {
        let m = self.manifest;
        if m.modules.first().is_none_or(|root| root.path != m.krate.lib) {
            return invalid("modules[0]", format!("is not the crate's root `{}`", m.krate.lib));
        }
        for (at, module) in m.modules.iter().enumerate() {
            for entry in &module.entries {
                let place = format!("modules[{at}].{}", entry.name);
                match &entry.target {
                    Target::Module(i) => self.within(&place, *i, m.modules.len(), "modules")?,
                    Target::Type(i) => self.type_index(&place, *i)?,
                    Target::Trait(i) => self.within(&place, *i, m.traits.len(), "traits")?,
                    Target::Constant(i) => self.callable(&place, *i)?,
                    Target::Function(f) => {
                        reached(&f.callables, &f.instances).try_for_each(|i| self.callable(&place, *i))?;
                    }
                    Target::Variant(ty, variant) => {
                        self.type_index(&place, *ty)?;
                        self.within(&place, *variant, m.types[*ty as usize].variants.len(), "variants")?;
                    }
                }
            }
        }
        for (at, trait_) in m.traits.iter().enumerate() {
            let methods = trait_.methods.iter();
            for index in methods.flat_map(|one| reached(&one.callables, &one.instances)) {
                self.callable(&format!("traits[{at}]"), *index)?;
            }
        }
        m.skipped
            .iter()
            .flat_map(|skip| &skip.owners)
            .try_for_each(|owner| self.type_index("skipped", *owner))
    }

    fn type_ref(&self, place: &str, ty: &TypeRef, way: Way) -> Result<(), Invalid> {
        if let Some(word) = ty.misplaced(way) {
            return invalid(place, format!("has the type `{word}` where it cannot stand"));
        }
        let mut result = Ok(());
        ty.each_type(&mut |index| {
            if result.is_ok() {
                result = self.type_index(place, index);
            }
        });
        let objects = self.manifest.objects.len();
        ty.each_object(&mut |index| {
            if result.is_ok() {
                result = self.within(place, index, objects, "objects");
            }
        });
        result
    }

    fn type_index(&self, place: &str, index: u32) -> Result<(), Invalid> {
        self.within(place, index, self.manifest.types.len(), "types")
    }

    fn callable(&self, place: &str, index: u32) -> Result<(), Invalid> {
        self.within(place, index, self.manifest.callables.len(), "callables")
    }

    fn within(&self, place: &str, index: u32, len: usize, what: &str) -> Result<(), Invalid> {
        if (index as usize) < len {
            Ok(())
        } else {
            invalid(place, format!("names `{what}[{index}]`, and there are {len}"))
        }
    }
}
