//! Plans with adaptors: types that methods make of other types.

use super::judge::a_trait;
use super::*;

fn paths(plan: &Plan) -> Vec<&str> {
    plan.types.iter().map(|ty| ty.path.as_str()).collect()
}

/// `<T>`, or `<T = default>`
fn over(default: Option<Ty>) -> Generics {
    let param = GenericParam::Type {
        name: "T".to_owned(),
        default,
    };
    Generics {
        params: vec![param],
        bounds: Vec::new(),
    }
}

fn t() -> Ty {
    Ty::Generic("T".to_owned())
}

/// Another crate's, which this one exports.
fn foreign(mut sample: Sample, name: &str) -> Sample {
    let own = key(&format!("x::{name}"));
    let mut def = sample.0.defs.remove(&own).unwrap();
    def.key = key(&format!("y::{name}"));
    let entries = &mut sample.0.modules.get_mut("x").unwrap().entries;
    let entry = entries.iter_mut().find(|one| one.name == name).unwrap();
    entry.target = Target::Def(def.key.clone());
    sample.0.defs.insert(def.key.clone(), def);
    sample
}

/// `y::Walk` with `fn step(&mut self)`, and `fn count(self)` and `fn map(self) -> Map<Self>` that it provides.
fn walks() -> Sample {
    let step = function("step", vec![("self", reference(None, true, me()))], None);
    let count = function("count", vec![("self", me())], Some(prim("usize")));
    let mapped = path("y::Map", vec![Arg::Type(me())]);
    let map = function("map", vec![("self", me())], Some(mapped));
    let mut sample = foreign(
        a_trait(Sample::new(), "Walk", vec![step.clone(), count, map]),
        "Walk",
    );
    sample = foreign(sample.opaque("Empty", Generics::default()), "Empty");
    sample = foreign(sample.opaque("Map", over(None)), "Map");
    sample = sample.opaque("Rows", Generics::default());
    let walk = TraitRef {
        def: key("y::Walk"),
        args: Args::default(),
    };
    let inner = bounded(function("", Vec::new(), None), "T", "y::Walk", Vec::new()).generics;
    for (ty, generics) in [
        (path("y::Empty", Vec::new()), Generics::default()),
        (path("x::Rows", Vec::new()), Generics::default()),
        (path("y::Map", vec![Arg::Type(t())]), inner),
    ] {
        sample = sample.block(ty, Some(walk.clone()), generics, vec![step.clone()]);
        let block = sample.0.impls.last_mut().unwrap();
        block.provided = vec!["count".to_owned(), "map".to_owned()];
    }
    sample
}

#[test]
fn another_crates_adaptors_have_less_where_they_are_over_its_own_types() {
    let plan = walks().plan();
    let has = |id: &str| plan.shims.iter().any(|shim| shim.id == id);
    assert!(has("<x::Map<Rows> as x::Walk>::step"), "{:?}", paths(&plan));
    assert!(has("<x::Map<Rows> as x::Walk>::count"));
    assert!(has("<x::Map<Empty> as x::Walk>::step"));
    assert!(!has("<x::Map<Empty> as x::Walk>::count"));
}

#[test]
fn an_open_number_is_the_default_of_its_place() {
    let mut sample = a_trait(Sample::new(), "Index", Vec::new());
    let index = TraitRef {
        def: key("x::Index"),
        args: Args::default(),
    };
    for size in ["u8", "u16", "u32"] {
        sample = sample.block(prim(size), Some(index.clone()), Generics::default(), Vec::new());
    }
    let receiver = ("self", reference(None, false, me()));
    let net = function("net", vec![receiver], Some(path("x::Net", vec![Arg::Type(t())])));
    let plan = sample
        .opaque("Net", over(Some(prim("u32"))))
        .opaque("Ring", Generics::default())
        .methods("Ring", vec![bounded(net, "T", "x::Index", Vec::new())])
        .plan();
    assert_eq!(paths(&plan), ["x::Net<u32>", "x::Ring"]);
}

#[test]
fn references_to_references_nest() {
    let both = |ty: Ty| path("x::Both", vec![Arg::Type(ty)]);
    let receiver = ("self", reference(None, false, me()));
    let shared = reference(None, false, t());
    let as_ref = function("as_ref", vec![receiver], Some(both(shared)));
    let plan = Sample::new()
        .opaque("Both", over(None))
        .block(both(t()), None, over(None), vec![as_ref])
        .function(function("both", Vec::new(), Some(both(prim("i64")))))
        .plan();
    assert_eq!(paths(&plan), ["x::Both<&i64>", "x::Both<i64>"]);
}
