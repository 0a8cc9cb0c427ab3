//! Signatures, and several of one name: those that a checker could not tell apart are made one, and where a call may fit two
//! of them, the later one's result says so.

use usecrate_manifest::{Callable, TypeRef};

use super::tree::Tree;
use super::ty::{ANY, Known, Ty, builtin};
use super::types::Types;

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Param {
    pub(super) name: String,
    pub(super) ty: Ty,
    /// What it is when it is left out, if it may be.
    pub(super) default: Option<&'static str>,
}

/// What a callable is called with and gives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Signature {
    pub(super) params: Vec<Param>,
    /// Those that are passed by keyword alone.
    pub(super) named: Vec<Param>,
    pub(super) result: Ty,
    pub(super) docs: String,
    pub(super) deprecated: Option<String>,
}

impl Signature {
    fn required(&self) -> usize {
        self.params.iter().filter(|param| param.default.is_none()).count()
    }
}

/// The signature of one callable, the receiver included.
fn signature(types: Types<'_, '_>, callable: &Callable) -> Signature {
    // The initial value, which may be left out, of what Rust changes.
    let by_keyword = |ty: &TypeRef| matches!(ty, TypeRef::Out(_, true));
    let positional: Vec<_> = callable
        .params
        .iter()
        .filter(|param| !by_keyword(&param.ty))
        .collect();
    let may_miss = |param: &usecrate_manifest::Param| param.optional || param.default.is_some();
    // What stands before one that is needed is needed.
    let required = positional
        .iter()
        .rposition(|param| !may_miss(param))
        .map_or(0, |at| at + 1);
    let params = positional.iter().enumerate().map(|(at, param)| Param {
        name: param.name.clone(),
        ty: types.taken(&param.ty),
        default: (at >= required).then_some(if param.default.is_some() { "..." } else { "None" }),
    });
    let named = callable.params.iter().filter(|param| by_keyword(&param.ty));
    let named = named.map(|param| Param {
        name: param.name.clone(),
        ty: types.taken(&param.ty).or_none(),
        default: Some("None"),
    });
    Signature {
        params: params.collect(),
        named: named.collect(),
        result: types.given(&callable.result),
        docs: callable.docs.trim().to_owned(),
        deprecated: callable.deprecated.clone(),
    }
}

/// Those of several callables of one name, `skip` parameters left out, as a checker takes them.
pub(super) fn signatures(tree: &Tree<'_>, callables: &[u32], skip: usize) -> Vec<Signature> {
    let types = Types {
        tree,
        stand_ins: callables.len() == 1,
    };
    let all = callables.iter().map(|index| {
        let mut found = signature(types, &tree.manifest.callables[*index as usize]);
        found.params.drain(..skip.min(found.params.len()));
        found
    });
    resolve(Known(tree.manifest), all.collect())
}

/// Signatures that may stand beside each other.
pub(super) fn resolve(known: Known<'_>, all: Vec<Signature>) -> Vec<Signature> {
    let mut kept: Vec<Signature> = Vec::new();
    for one in all {
        add(known, &mut kept, one);
    }
    // A result that became wider may make others so.
    loop {
        let before = kept.clone();
        for later in 1..kept.len() {
            for earlier in 0..later {
                let (head, tail) = kept.split_at_mut(later);
                let (first, second) = (&head[earlier], &mut tail[0]);
                if overlap(known, first, second) && !is_result_within(known, &first.result, &second.result) {
                    second.result = Ty::union([second.result.clone(), first.result.clone()]);
                }
            }
        }
        let again = std::mem::take(&mut kept);
        for one in again {
            add(known, &mut kept, one);
        }
        if kept == before {
            return kept;
        }
    }
}

/// Adds a signature, or makes it a part of one that is there.
fn add(known: Known<'_>, kept: &mut Vec<Signature>, one: Signature) {
    for old in kept.iter_mut() {
        if covers(known, old, &one) || joins(old, &one) {
            merge(known, old, &one);
            return;
        }
    }
    kept.push(one);
}

fn is_result_within(known: Known<'_>, inner: &Ty, outer: &Ty) -> bool {
    *outer == ANY
        || (*inner != ANY
            && known.is_within(inner, outer)
            && variants_kept(inner, outer)
            && is_said(inner, outer))
}

/// A real number may be passed for a complex one; as a result beside others, checkers take it for another.
fn is_said(inner: &Ty, outer: &Ty) -> bool {
    let all = outer.parts();
    let real = |part: &&Ty| ["float", "int"].iter().any(|name| **part == builtin(name));
    let mut reals = inner.parts().iter().filter(real);
    !all.contains(&builtin("complex")) || reals.all(|part| all.contains(part))
}

/// What says which variant it is says more than the class.
fn variants_kept(inner: &Ty, outer: &Ty) -> bool {
    let all = outer.parts();
    inner.parts().iter().all(|part| match part {
        Ty::Class(index) => !all.contains(&Ty::Variants(*index)) || all.contains(part),
        _ => true,
    })
}

/// Whether all calls that fit `b` fit `a`.
fn covers(known: Known<'_>, a: &Signature, b: &Signature) -> bool {
    a.required() <= b.required()
        && a.params.len() >= b.params.len()
        && a.named.len() == b.named.len()
        && a.params
            .iter()
            .zip(&b.params)
            .all(|(a, b)| known.is_within(&b.ty, &a.ty))
}

/// Whether the two differ in the type of one parameter alone.
fn joins(a: &Signature, b: &Signature) -> bool {
    if a.params.len() != b.params.len() || a.named != b.named || a.result != b.result {
        return false;
    }
    let alike = |(a, b): &(&Param, &Param)| a.name == b.name && a.default == b.default;
    let pairs = || a.params.iter().zip(&b.params);
    a.deprecated == b.deprecated
        && pairs().all(|pair| alike(&pair))
        && pairs().filter(|(a, b)| a.ty != b.ty).count() <= 1
}

fn merge(known: Known<'_>, into: &mut Signature, from: &Signature) {
    for (param, other) in into.params.iter_mut().zip(&from.params) {
        if !known.is_within(&other.ty, &param.ty) {
            param.ty = Ty::union([param.ty.clone(), other.ty.clone()]);
        }
    }
    if !is_result_within(known, &from.result, &into.result) {
        into.result = Ty::union([into.result.clone(), from.result.clone()]);
    }
    if into.docs.is_empty() {
        into.docs.clone_from(&from.docs);
    }
}

/// Whether a call may fit both.
fn overlap(known: Known<'_>, a: &Signature, b: &Signature) -> bool {
    let needed = a.required().max(b.required());
    needed <= a.params.len().min(b.params.len())
        && a.params
            .iter()
            .zip(&b.params)
            .take(needed)
            .all(|(a, b)| known.overlap(&a.ty, &b.ty))
}
