//! The plan's names and docs, the library's types, one numbering: the parts of the manifest.

use std::collections::BTreeMap;
use std::fmt::Display;

use usecrate_manifest::{
    Callable, Constant, Entry, Field, Function, Instance, Kind, Method, Module, Param, Property, Target,
    Trait, Type, TypeInstance, TypeRef, Variant,
};

use super::DescribeError;
use super::answer::{Served, ServedCallable, ServedType, ServedVariant, flag};
use crate::generate::Numbers;
use crate::plan::model::{
    Fluent, Plan, PlannedField, PlannedMethod, PlannedTarget, PlannedType, PlannedVariant, Shape, Shim,
    ShimId,
};

pub(super) struct Join<'a> {
    plan: &'a Plan,
    numbers: &'a Numbers,
    served: &'a Served,
}

impl<'a> Join<'a> {
    pub(super) fn new(plan: &'a Plan, numbers: &'a Numbers, served: &'a Served) -> Self {
        Self {
            plan,
            numbers,
            served,
        }
    }

    /// Types in the order of their numbers.
    pub(super) fn types(&self) -> Result<Vec<Type>, DescribeError> {
        let ids: Vec<_> = self.numbers.types().collect();
        agree("types", self.served.types.len(), ids.len())?;
        let pairs = ids.into_iter().zip(&self.served.types).enumerate();
        pairs
            .map(|(at, (id, served))| self.ty(&format!("types[{at}]"), &self.plan.types[id], served))
            .collect()
    }

    fn ty(&self, place: &str, ty: &PlannedType, served: &ServedType) -> Result<Type, DescribeError> {
        agree(place, &served.name, &ty.path)?;
        agree(&format!("{place}.kind"), word(served.kind), word(ty.kind))?;
        let has = |bit| served.flags & bit != 0;
        let mut methods = self.methods(&ty.methods);
        methods.sort_by(|a, b| a.name.cmp(&b.name));
        let properties = ty.properties.iter().filter_map(|property| {
            Some(Property {
                name: property.name.clone(),
                get: self.numbers.shim(property.get)?,
                set: property.set.and_then(|id| self.numbers.shim(id)),
                lend: property.lend.and_then(|id| self.numbers.shim(id)),
                docs: property.docs.clone(),
            })
        });
        let constants = ty.constants.iter().filter_map(|(name, id, docs)| {
            Some(Constant {
                name: name.clone(),
                callable: self.numbers.shim(*id)?,
                docs: docs.clone(),
            })
        });
        let instances = ty.instances.iter().filter_map(|(key, id)| {
            Some(TypeInstance {
                key: key.clone(),
                ty: self.numbers.ty(*id)?,
            })
        });
        let specials = ty
            .specials
            .iter()
            .map(|(name, ids)| (name.clone(), self.shims(ids)));
        Ok(Type {
            path: ty.path.clone(),
            name: ty.name.clone(),
            docs: ty.docs.clone(),
            kind: ty.kind,
            error: ty.error,
            send: has(flag::SEND),
            sync: has(flag::SYNC),
            clone: has(flag::CLONE),
            borrows: has(flag::BORROWS),
            trivial_drop: has(flag::TRIVIAL_DROP),
            fields: fields(place, &ty.fields, &served.fields)?,
            default: ty.default.and_then(|id| self.numbers.shim(id)),
            variants: self.variants(place, ty, served)?,
            variant_of: ty.variant_of.and_then(|id| self.numbers.shim(id)),
            constructors: self.shims(&ty.constructors),
            methods,
            properties: properties.collect(),
            constants: constants.collect(),
            specials: specials
                .filter(|(_, ids)| !ids.is_empty())
                .collect::<BTreeMap<_, _>>(),
            deref: ty.deref.and_then(|id| self.numbers.ty(id)),
            primary: ty.primary.and_then(|id| self.numbers.ty(id)),
            instances: instances.collect(),
        })
    }

    fn variants(
        &self,
        place: &str,
        ty: &PlannedType,
        served: &ServedType,
    ) -> Result<Vec<Variant>, DescribeError> {
        if ty.kind == Kind::Handle {
            // Its variants are known to the plan alone; a field is what its getter gives.
            let all = ty.variants.iter().map(|planned| {
                let variant = self.variant(planned, Vec::new());
                let given = variant
                    .getters
                    .iter()
                    .filter_map(|getter| self.served.callables.get(*getter as usize));
                let fields = planned.fields.iter().zip(given).map(|(field, getter)| Field {
                    name: field.name.clone(),
                    ty: getter.result.clone(),
                    docs: field.docs.clone(),
                });
                Variant {
                    fields: fields.collect(),
                    ..variant
                }
            });
            return Ok(all.collect());
        }
        agree(
            &format!("{place}.variants"),
            served.variants.len(),
            ty.variants.len(),
        )?;
        let pairs = ty.variants.iter().zip(&served.variants);
        let join = |(planned, served): (&PlannedVariant, &ServedVariant)| {
            let place = format!("{place}.{}", planned.name);
            agree(&place, plain(&served.name), plain(&planned.rust_name))?;
            let fields = fields(&place, &planned.fields, &served.fields)?;
            let mut variant = self.variant(planned, fields);
            variant.discriminant = variant.discriminant.or(served.discriminant);
            Ok(variant)
        };
        pairs.map(join).collect()
    }

    fn variant(&self, planned: &PlannedVariant, fields: Vec<Field>) -> Variant {
        let getters = self.shims(&planned.getters);
        Variant {
            name: planned.name.clone(),
            discriminant: planned.discriminant,
            fields,
            tuple: planned.shape == Shape::Tuple,
            docs: planned.docs.clone(),
            constructor: planned.constructor.and_then(|id| self.numbers.shim(id)),
            // They go by position: with one missing, the others would read the wrong fields.
            getters: if getters.len() == planned.getters.len() {
                getters
            } else {
                Vec::new()
            },
        }
    }

    /// Callables in the order of their numbers.
    pub(super) fn callables(&self) -> Result<Vec<Callable>, DescribeError> {
        let ids: Vec<_> = self.numbers.shims().collect();
        agree("callables", self.served.callables.len(), ids.len())?;
        let pairs = ids.into_iter().zip(&self.served.callables).enumerate();
        pairs
            .map(|(at, (id, served))| callable(&format!("callables[{at}]"), &self.plan.shims[id], served))
            .collect()
    }

    /// Public modules, the root first, as in the plan.
    pub(super) fn modules(&self) -> Vec<Module> {
        let module = |module: &crate::plan::model::PlannedModule| {
            let entries = module.entries.iter().filter_map(|(name, target)| {
                Some(Entry {
                    name: name.clone(),
                    target: self.target(name, target)?,
                })
            });
            let mut entries: Vec<_> = entries.collect();
            entries.sort_by(|a, b| a.name.cmp(&b.name));
            Module {
                path: module.path.clone(),
                docs: module.docs.clone(),
                entries,
            }
        };
        self.plan.modules.iter().map(module).collect()
    }

    /// What a name leads to, unless all of that was dropped.
    fn target(&self, name: &str, target: &PlannedTarget) -> Option<Target> {
        Some(match target {
            PlannedTarget::Module(at) => Target::Module(u32::try_from(*at).ok()?),
            PlannedTarget::Type(id) => Target::Type(self.numbers.ty(*id)?),
            PlannedTarget::Trait(at) => Target::Trait(u32::try_from(*at).ok()?),
            PlannedTarget::Constant(id) => Target::Constant(self.numbers.shim(*id)?),
            PlannedTarget::Variant(id, at) => {
                Target::Variant(self.numbers.ty(*id)?, u32::try_from(*at).ok()?)
            }
            PlannedTarget::Function(ids) => {
                let function = self.function(name, ids);
                if function.callables.is_empty() && function.instances.is_empty() {
                    return None;
                }
                Target::Function(function)
            }
        })
    }

    /// Traits, all of them: names lead to them by position.
    pub(super) fn traits(&self) -> Vec<Trait> {
        let traits = self.plan.traits.iter().map(|planned| {
            let mut methods = self.methods(&planned.methods);
            methods.sort_by(|a, b| a.name.cmp(&b.name));
            Trait {
                path: planned.path.clone(),
                name: planned.name.clone(),
                docs: planned.docs.clone(),
                methods,
                plain: planned.plain,
            }
        });
        traits.collect()
    }

    fn methods(&self, planned: &[PlannedMethod]) -> Vec<Method> {
        let methods = planned.iter().map(|method| {
            let Function { callables, instances } = self.function(&method.name, &method.shims);
            Method {
                name: method.name.clone(),
                instance: method.instance,
                callables,
                instances,
                from_trait: method.from_trait.clone(),
            }
        });
        methods
            .filter(|method| !method.callables.is_empty() || !method.instances.is_empty())
            .collect()
    }

    /// What a function's name alone leads to, and what its subscripts do.
    fn function(&self, name: &str, ids: &[ShimId]) -> Function {
        let reach = |id: &ShimId| &self.plan.shims[*id].reach;
        let named = |id: &ShimId| reach(id).name.as_deref() == Some(name);
        let bare = ids.iter().copied().filter(|id| reach(id).bare || named(id));
        let bare: Vec<ShimId> = bare.collect();
        let mut instances: Vec<Instance> = Vec::new();
        for id in ids.iter().filter(|id| !named(id)) {
            let Some(number) = self.numbers.shim(*id) else {
                continue;
            };
            for key in &reach(id).keys {
                match instances.iter_mut().find(|one| one.key == *key) {
                    Some(have) => have.callables.push(number),
                    None => instances.push(Instance {
                        key: key.clone(),
                        callables: vec![number],
                    }),
                }
            }
        }
        Function {
            callables: self.shims(&bare),
            instances,
        }
    }

    fn shims(&self, ids: &[ShimId]) -> Vec<u32> {
        ids.iter().filter_map(|id| self.numbers.shim(*id)).collect()
    }
}

fn callable(place: &str, shim: &Shim, served: &ServedCallable) -> Result<Callable, DescribeError> {
    agree(place, &served.id, &shim.id)?;
    agree(&format!("{place}.params"), served.params.len(), shim.params.len())?;
    let params = shim.params.iter().zip(&served.params).map(|(planned, ty)| Param {
        name: planned.name.clone(),
        ty: ty.clone(),
        optional: match ty {
            TypeRef::Out(_, has_default) => *has_default,
            ty => planned.optional && takes_nil(ty),
        },
        default: None,
    });
    Ok(Callable {
        id: shim.id.clone(),
        name: shim.name.clone(),
        docs: shim.docs.clone(),
        signature: shim.signature.clone(),
        params: params.collect(),
        result: served.result.clone(),
        keeps_lock: shim.keeps_lock,
        fluent: shim.fluent != Fluent::No,
        deprecated: shim.deprecated.clone(),
        span: shim.span.clone(),
    })
}

/// A parameter that is left out is sent as nil.
fn takes_nil(ty: &TypeRef) -> bool {
    matches!(
        ty,
        TypeRef::Option(_) | TypeRef::Plain("unit" | "any" | "dynamic")
    )
}

fn fields(
    place: &str,
    planned: &[PlannedField],
    served: &[(String, TypeRef)],
) -> Result<Vec<Field>, DescribeError> {
    agree(&format!("{place}.fields"), served.len(), planned.len())?;
    let join = |(planned, (name, ty)): (&PlannedField, &(String, TypeRef))| {
        agree(
            &format!("{place}.{}", planned.name),
            plain(name),
            plain(&planned.rust_name),
        )?;
        Ok(Field {
            name: planned.name.clone(),
            ty: ty.clone(),
            docs: planned.docs.clone(),
        })
    };
    planned.iter().zip(served).map(join).collect()
}

fn agree<T: Display + PartialEq>(place: &str, found: T, expected: T) -> Result<(), DescribeError> {
    if found == expected {
        return Ok(());
    }
    Err(DescribeError::Disagree {
        place: place.to_owned(),
        found: found.to_string(),
        expected: expected.to_string(),
    })
}

fn plain(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Handle => "handle",
        Kind::Record => "record",
        Kind::Enum => "enum",
    }
}
