//! Plans with traits that objects of Python's implement.

use super::*;
use crate::plan::model::Receiver;

fn trait_ref(name: &str) -> TraitRef {
    TraitRef {
        def: key(name),
        args: Args::default(),
    }
}

fn bound(name: &str) -> Bound {
    Bound::Trait {
        trait_: trait_ref(name),
        maybe: false,
        for_: Vec::new(),
    }
}

fn of_trait(methods: Vec<Function>, supertraits: Vec<Bound>, types: Vec<String>) -> DefKind {
    DefKind::Trait(Trait {
        methods,
        consts: Vec::new(),
        types,
        supertraits,
        unsafe_: false,
        auto: false,
        dyn_compatible: true,
    })
}

fn provided(mut function: Function) -> Function {
    function.provided = true;
    function
}

fn me_shared() -> (&'static str, Ty) {
    ("self", reference(None, false, me()))
}

fn greet() -> Function {
    let name = ("name", reference(None, false, prim("str")));
    function("greet", vec![me_shared(), name], Some(prim("u32")))
}

/// A function that takes the trait in both ways.
fn takes(sample: Sample) -> Sample {
    let generic = function("generic", vec![("it", Ty::Generic("T".to_owned()))], None);
    let object = Ty::Dyn {
        traits: vec![trait_ref("x::Greeter")],
        lifetime: None,
    };
    sample
        .function(bounded(generic, "T", "x::Greeter", Vec::new()))
        .function(function(
            "object",
            vec![("it", reference(None, false, object))],
            None,
        ))
}

fn sample(methods: Vec<Function>, supertraits: Vec<Bound>) -> Sample {
    takes(Sample::new().def(
        "Greeter",
        Generics::default(),
        of_trait(methods, supertraits, Vec::new()),
    ))
}

#[test]
fn a_trait_of_methods_is_implemented_by_objects() {
    let loud = provided(function(
        "loud",
        vec![("self", reference(None, true, me()))],
        None,
    ));
    let lent = provided(function(
        "motto",
        vec![me_shared()],
        Some(reference(None, false, prim("str"))),
    ));
    let plan = sample(vec![greet(), loud, lent], vec![bound("core::fmt::Debug")]).plan();
    let [(id, host)] = plan.hosts.iter().collect::<Vec<_>>()[..] else {
        panic!("{:?}", plan.hosts)
    };
    assert_eq!(plan.objects[0].host, Some(*id));
    let hooks: Vec<(&str, bool)> = host
        .hooks
        .iter()
        .map(|hook| (hook.name.as_str(), hook.required))
        .collect();
    // What is provided and borrows stays Rust's.
    assert_eq!(hooks, [("greet", true), ("loud", false), ("__repr__", true)]);
    assert_eq!(host.hooks[0].params, ["&'h ::core::primitive::str"]);
    let [greet, loud] = &host.impls[0].functions[..] else {
        panic!("{:?}", host.impls)
    };
    assert_eq!(
        greet.head,
        "fn greet(&self, x0: &::core::primitive::str) -> ::core::primitive::u32"
    );
    assert_eq!(
        (&greet.receiver, &loud.receiver),
        (&Receiver::Shared, &Receiver::Exclusive)
    );
    assert_eq!(
        shim(&plan, "x::generic").params[0].lift.as_deref(),
        Some(host.name.as_str())
    );
    shim(&plan, "x::object");
}

#[test]
fn a_trait_that_asks_for_more_is_not() {
    let lends = function(
        "text",
        vec![me_shared()],
        Some(reference(None, false, prim("str"))),
    );
    let makes = function("make", Vec::new(), Some(prim("u32")));
    let mut hidden = greet();
    hidden.hidden = true;
    let mut unsafe_ = greet();
    unsafe_.unsafe_ = true;
    for required in [lends, makes, hidden, unsafe_] {
        let plan = sample(vec![required.clone()], Vec::new()).plan();
        assert!(plan.hosts.is_empty(), "{required:?}");
    }
    for included in [
        "core::clone::Sealed",
        "core::iter::Iterator",
        "x::private::Sealed",
    ] {
        let plan = sample(vec![greet()], vec![bound(included)]).plan();
        assert!(plan.hosts.is_empty(), "{included}");
    }
    let of_types = takes(Sample::new().def(
        "Greeter",
        Generics::default(),
        of_trait(vec![greet()], Vec::new(), vec!["Item".to_owned()]),
    ));
    assert!(of_types.plan().hosts.is_empty());
}

#[test]
fn a_method_that_is_lent_what_borrows_may_stay_rusts() {
    let view = reference(None, false, path("x::View", vec![lifetime("'_")]));
    let looked = provided(function("looked", vec![me_shared(), ("at", view)], None));
    let plan = sample(vec![greet(), looked], Vec::new())
        .opaque("View", takes_lifetime("'a"))
        .plan();
    let host = plan.hosts.values().next().unwrap();
    let names = |host: &crate::plan::PlannedHost| -> Vec<String> {
        host.hooks.iter().map(|hook| hook.name.clone()).collect()
    };
    assert_eq!(names(host), ["greet", "looked"]);
    assert_eq!(names(host.narrow.as_deref().unwrap()), ["greet"]);
}

#[test]
fn a_trait_with_a_lifetime_is_implemented_for_all_of_them() {
    let steps = (0..40).map(|at| {
        let node = reference(Some("'ast"), false, prim("str"));
        let me = ("self", reference(None, true, me()));
        provided(function(&format!("visit_{at}"), vec![me, ("node", node)], None))
    });
    let takes = function(
        "walk",
        vec![("it", reference(None, true, Ty::Generic("V".to_owned())))],
        None,
    );
    let lifetime = vec![lifetime("'ast")];
    let mut takes = bounded(takes, "V", "x::Visit", lifetime);
    takes.generics.params.extend(takes_lifetime("'ast").params);
    let plan = Sample::new()
        .def(
            "Visit",
            takes_lifetime("'ast"),
            of_trait(steps.collect(), Vec::new(), Vec::new()),
        )
        .function(takes)
        .plan();
    let host = plan.hosts.values().next().unwrap();
    assert_eq!(host.hooks.len(), 40);
    assert_eq!(host.impls[0].head, "impl<'ast> ::x::Visit<'ast>");
    assert_eq!(
        host.impls[0].functions[0].head,
        "fn visit_0(&mut self, x0: &'ast ::core::primitive::str) -> ()"
    );
    shim(&plan, "x::walk");
}
