//! Plans with streams and callables.

use super::*;

fn io(name: &str) -> Bound {
    of(&format!("std::io::{name}"), Vec::new(), None)
}

fn of(trait_: &str, args: Vec<Arg>, output: Option<Ty>) -> Bound {
    Bound::Trait {
        trait_: TraitRef {
            def: key(trait_),
            args: Args {
                args,
                bindings: output.map(|ty| ("Output".to_owned(), ty)).into_iter().collect(),
                ..Args::default()
            },
        },
        maybe: false,
        for_: Vec::new(),
    }
}

/// `FnMut(params) -> output`
fn calls(params: Vec<Ty>, output: Ty) -> Bound {
    of(
        "core::ops::function::FnMut",
        vec![Arg::Type(Ty::Tuple(params))],
        Some(output),
    )
}

/// Type parameters with their bounds.
fn takes(all: Vec<(&str, Vec<Bound>)>) -> Generics {
    Generics {
        params: all
            .iter()
            .map(|(name, _)| GenericParam::Type {
                name: (*name).to_owned(),
                default: None,
            })
            .collect(),
        bounds: all
            .into_iter()
            .filter(|(_, bounds)| !bounds.is_empty())
            .map(|(name, bounds)| WhereBound {
                ty: generic(name),
                bounds,
            })
            .collect(),
    }
}

fn generic(name: &str) -> Ty {
    Ty::Generic(name.to_owned())
}

fn with(mut function: Function, generics: Generics) -> Function {
    function.generics = generics;
    function
}

fn boxed(ty: Ty) -> Ty {
    path("alloc::boxed::Box", vec![Arg::Type(ty)])
}

fn dynamic(bound: Bound, lifetime: Option<&str>) -> Ty {
    let Bound::Trait { trait_, .. } = bound else {
        unreachable!()
    };
    Ty::Dyn {
        traits: vec![trait_],
        lifetime: lifetime.map(str::to_owned),
    }
}

fn over(name: &str, ty: Ty) -> Ty {
    path(&format!("x::{name}"), vec![Arg::Type(ty)])
}

fn lifts(plan: &Plan, id: &str) -> Vec<Option<String>> {
    shim(plan, id)
        .params
        .iter()
        .map(|param| param.lift.clone())
        .collect()
}

fn expression(plan: &Plan, id: &str) -> String {
    match &shim(plan, id).action {
        Action::Expr { text } => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn reason(plan: &Plan, path: &str) -> (SkipCode, String) {
    plan.skipped
        .iter()
        .find(|skip| skip.path == path)
        .map(|skip| (skip.code, skip.message.clone()))
        .unwrap_or_else(|| panic!("{path} is not skipped"))
}

fn file(modes: u8) -> String {
    format!("::usecrate_runtime::private::File<{modes}>")
}

#[test]
fn a_stream_bound_takes_a_file_object_that_can_do_what_it_says() {
    let one = |name: &str, ty: Ty, bounds: Vec<Bound>| {
        let generics = takes(if bounds.is_empty() {
            vec![]
        } else {
            vec![("R", bounds)]
        });
        with(function(name, vec![("file", ty)], None), generics)
    };
    let plan = Sample::new()
        .function(one("read", generic("R"), vec![io("Read")]))
        .function(one(
            "lent",
            reference(None, true, generic("R")),
            vec![io("Write"), io("Seek")],
        ))
        .function(one("lines", Ty::Impl(vec![io("BufRead")]), vec![]))
        .function(one(
            "dynamic",
            reference(None, true, dynamic(io("Write"), None)),
            vec![],
        ))
        .function(one("boxed", boxed(dynamic(io("Read"), None)), vec![]))
        .function(one(
            "text",
            generic("R"),
            vec![of("core::fmt::Write", Vec::new(), None)],
        ))
        .plan();
    let lift = |id: &str| lifts(&plan, id)[0].clone().unwrap();
    assert_eq!(lift("x::read"), file(1));
    assert_eq!(lift("x::lent"), format!("&'c mut {}", file(6)));
    assert_eq!(lift("x::lines"), file(9));
    assert_eq!(lift("x::dynamic"), format!("&'c mut {}", file(2)));
    assert_eq!(lift("x::boxed"), format!("::std::boxed::Box<{}>", file(1)));
    assert_eq!(lift("x::text"), file(16));
}

/// `struct Reader<R>` with a block for `R: Read` and one for `R: Read + Seek`.
fn reader() -> Sample {
    let this = || over("Reader", generic("R"));
    let by_ref = || vec![("self", reference(None, true, me()))];
    Sample::new()
        .opaque("Reader", takes(vec![("R", vec![])]))
        .block(
            this(),
            None,
            takes(vec![("R", vec![io("Read")])]),
            vec![
                function("new", vec![("inner", generic("R"))], Some(me())),
                function("into_inner", vec![("self", me())], Some(generic("R"))),
                function(
                    "get_ref",
                    vec![("self", reference(None, false, me()))],
                    Some(reference(None, false, generic("R"))),
                ),
                function(
                    "get_mut",
                    vec![("self", reference(None, true, me()))],
                    Some(path(
                        "core::option::Option",
                        vec![Arg::Type(reference(None, true, generic("R")))],
                    )),
                ),
            ],
        )
        .block(
            this(),
            None,
            takes(vec![("R", vec![io("Read"), io("Seek")])]),
            vec![function("rewind", by_ref(), None)],
        )
}

#[test]
fn a_type_over_a_stream_is_served_over_file_objects() {
    let open = with(
        function(
            "open",
            vec![("inner", generic("R"))],
            Some(over("Reader", generic("R"))),
        ),
        takes(vec![("R", vec![io("Read"), io("Seek")])]),
    );
    let plan = reader().function(open).plan();
    let reader = class(&plan, "Reader");
    assert_eq!(
        (reader.path.as_str(), reader.kind, reader.rust.as_str()),
        (
            "x::Reader<impl Read>",
            Kind::Handle,
            "::x::Reader<::usecrate_runtime::private::File<1>>"
        )
    );
    let names: Vec<&str> = reader.methods.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["get_mut", "get_ref", "into_inner", "new", "rewind"]);
    assert_eq!(reader.constructors.len(), 1);
    // The function asks for more, and what it gives is of the same type.
    assert_eq!(lifts(&plan, "x::open"), [Some(file(1))]);
    // The object that was passed is given, and nothing is kept for it.
    assert_eq!(kept(shim(&plan, "x::Reader<impl Read>::get_ref")), [false]);
    assert!(expression(&plan, "x::Reader<impl Read>::get_mut").ends_with("({0}).map(|one| &*one)"));
    assert_eq!(kept(shim(&plan, "x::Reader<impl Read>::get_mut")), [false]);
    let Some((_, target)) = plan.modules[0].entries.iter().find(|(name, _)| name == "Reader") else {
        panic!("no entry");
    };
    assert!(matches!(target, PlannedTarget::Type(id) if plan.types[*id].name == "Reader"));
}

#[test]
fn what_needs_no_instance_is_reached_on_the_public_name() {
    let of_file = || over("Reader", path("std::fs::File", Vec::new()));
    let from_path = function("from_path", vec![("at", prim("u8"))], Some(of_file()));
    let plan = reader()
        .block(
            over("Reader", of_file()),
            None,
            Generics::default(),
            vec![from_path],
        )
        .block(
            of_file(),
            None,
            Generics::default(),
            vec![function("temporary", Vec::new(), Some(of_file()))],
        )
        .plan();
    let names = |name: &str| -> Vec<String> {
        let methods = &class(&plan, name).methods;
        methods.iter().map(|one| one.name.clone()).collect()
    };
    assert_eq!(
        names("Reader"),
        [
            "from_path",
            "get_mut",
            "get_ref",
            "into_inner",
            "new",
            "rewind",
            "temporary"
        ]
    );
    // A file of Rust's own is a handle, and can be looked at.
    assert_eq!(
        names("Reader_File"),
        ["get_mut", "get_ref", "into_inner", "new", "rewind", "temporary"]
    );
    let primary = |name: &str| class(&plan, name).primary.map(|id| plan.types[id].name.clone());
    assert_eq!(
        (primary("Reader"), primary("Reader_File")),
        (None, Some("Reader".to_owned()))
    );
    let Action::Call { path } = &shim(&plan, "x::Reader::from_path").action else {
        panic!("an expression");
    };
    assert_eq!(path, "<::x::Reader<::x::Reader<::std::fs::File>>>::from_path");
}

#[test]
fn a_handle_that_reads_has_the_methods_of_a_file_object() {
    let this = || over("Reader", generic("R"));
    let implements = |sample: Sample, name: &str, bounds: Vec<Bound>| {
        let Bound::Trait { trait_, .. } = io(name) else {
            unreachable!()
        };
        sample.block(this(), Some(trait_), takes(vec![("R", bounds)]), Vec::new())
    };
    let sample = implements(reader(), "Read", vec![io("Read")]);
    let sample = implements(sample, "Seek", vec![io("Read")]);
    // Only over a stream that can be written to, and `Reader` is not.
    let sample = implements(sample, "Write", vec![io("Read"), io("Write")]);
    let seek = function("seek", vec![("self", reference(None, true, me()))], None);
    let plan = sample
        .block(this(), None, takes(vec![("R", vec![io("Read")])]), vec![seek])
        .plan();
    let methods = &class(&plan, "Reader").methods;
    let found = |name: &str| methods.iter().find(|one| one.name == name);
    assert_eq!(
        found("read").unwrap().from_trait.as_deref(),
        Some("std::io::Read")
    );
    assert!(found("tell").is_some() && found("write").is_none() && found("flush").is_none());
    assert_eq!(found("seek").unwrap().from_trait, None, "its own wins");
    let read = shim(&plan, "<x::Reader<impl Read> as std::io::Read>::read");
    assert!(matches!(&read.action, Action::Call { path } if path == "::usecrate_runtime::private::io::read"));
    assert!(read.params[1].optional && read.counts.is_none());
}

#[test]
fn a_callable_becomes_a_closure_of_the_bounds_types() {
    let text = || reference(None, false, prim("str"));
    let predicate = || calls(vec![text(), prim("u8")], prim("bool"));
    let one = |name: &str, ty: Ty, bounds: Vec<Bound>| {
        let generics = takes(if bounds.is_empty() {
            vec![]
        } else {
            vec![("F", bounds)]
        });
        with(function(name, vec![("f", ty)], None), generics)
    };
    let option = path("core::option::Option", vec![Arg::Type(generic("F"))]);
    let list = path("alloc::vec::Vec", vec![Arg::Type(generic("F"))]);
    let plan = Sample::new()
        .function(one("by_value", generic("F"), vec![predicate()]))
        .function(one(
            "lent",
            reference(None, true, generic("F")),
            vec![predicate()],
        ))
        .function(one(
            "dynamic",
            reference(None, false, dynamic(predicate(), None)),
            vec![],
        ))
        .function(one("boxed", boxed(dynamic(predicate(), Some("'_"))), vec![]))
        .function(one("maybe", option, vec![predicate()]))
        .function(one("many", list, vec![predicate()]))
        .function(one(
            "kept",
            generic("F"),
            vec![predicate(), Bound::Outlives("'static".to_owned())],
        ))
        .function(one("kept_in_a_box", boxed(dynamic(predicate(), None)), vec![]))
        .plan();
    let callable = "::usecrate_runtime::private::LocalCallable<'c, (&'h ::core::primitive::str, \
                    ::core::primitive::u8), ::core::primitive::bool>";
    let closure = "move |x0: &::core::primitive::str, x1: ::core::primitive::u8| -> ::core::primitive::bool { \
                   f.invoke::<__UcMarker, _, _>((x0, x1)) }";
    let check = |id: &str, lift: String, argument: String| {
        assert_eq!(lifts(&plan, id), [Some(lift)], "{id}");
        assert_eq!(expression(&plan, id), format!("::{id}({argument})"));
        assert_eq!(kept(shim(&plan, id)), [false]);
    };
    let block = format!("{{ let f = {{0}}; {closure} }}");
    check("x::by_value", callable.to_owned(), block.clone());
    check("x::lent", callable.to_owned(), format!("&mut {block}"));
    check("x::dynamic", callable.to_owned(), format!("&{block}"));
    check(
        "x::boxed",
        callable.to_owned(),
        format!("::std::boxed::Box::new({block})"),
    );
    check(
        "x::maybe",
        format!("::std::option::Option<{callable}>"),
        format!("{{0}}.map(|f| {closure})"),
    );
    assert_eq!(reason(&plan, "x::many").0, SkipCode::Closure);
    let keeps = callable.replace("LocalCallable<'c, ", "KeptCallable<");
    let block = format!("{{ let f = {{0}}; {{ let f = f.keep(); {closure} }} }}");
    check("x::kept", keeps.clone(), block.clone());
    check(
        "x::kept_in_a_box",
        keeps,
        format!("::std::boxed::Box::new({block})"),
    );
}

#[test]
fn what_leaves_with_the_result_may_be_kept() {
    let generics = || takes(vec![("F", vec![calls(vec![], prim("u8"))])]);
    let iterator = Ty::Impl(vec![of("core::iter::traits::iterator::Iterator", vec![], None)]);
    let plan = Sample::new()
        .function(with(
            function("items", vec![("f", generic("F"))], Some(iterator)),
            generics(),
        ))
        .function(with(
            function("back", vec![("f", generic("F"))], Some(generic("F"))),
            generics(),
        ))
        .plan();
    assert_eq!(
        lifts(&plan, "x::items"),
        [Some(
            "::usecrate_runtime::private::KeptCallable<(), ::core::primitive::u8>".to_owned()
        )]
    );
    let text = expression(&plan, "x::items");
    assert!(
        text.starts_with("::usecrate_runtime::private::CallsBack::new("),
        "{text}"
    );
    assert_eq!(reason(&plan, "x::back").0, SkipCode::Closure);
}

#[test]
fn what_a_callable_gives_is_chosen_by_its_bounds_and_owned() {
    let as_text = of("core::convert::AsRef", vec![Arg::Type(prim("str"))], None);
    let gives = |name: &str, output: Ty, bounds: Vec<Bound>| {
        let generics = takes(vec![("F", vec![calls(Vec::new(), output)]), ("T", bounds)]);
        with(function(name, vec![("f", generic("F"))], None), generics)
    };
    let result = path(
        "core::result::Result",
        vec![
            Arg::Type(prim("u8")),
            Arg::Type(path("core::fmt::Error", Vec::new())),
        ],
    );
    let plan = Sample::new()
        .function(gives("text", generic("T"), vec![as_text]))
        .function(gives("anything", generic("T"), vec![]))
        .function(with(
            function("fallible", vec![("f", generic("F"))], None),
            takes(vec![("F", vec![calls(Vec::new(), result)])]),
        ))
        .function(with(
            function("borrows", vec![("f", generic("F"))], None),
            takes(vec![(
                "F",
                vec![calls(Vec::new(), reference(Some("'static"), false, prim("str")))],
            )]),
        ))
        .plan();
    let lift = |id: &str| lifts(&plan, id)[0].clone().unwrap();
    assert_eq!(
        lift("x::text"),
        "::usecrate_runtime::private::LocalCallable<'c, (), ::std::string::String>"
    );
    assert_eq!(
        lift("x::anything"),
        "::usecrate_runtime::private::LocalCallable<'c, (), ::usecrate_runtime::private::Dynamic>"
    );
    assert_eq!(
        lift("x::fallible"),
        "::usecrate_runtime::private::LocalCallable<'c, (), ::core::primitive::u8>"
    );
    assert!(expression(&plan, "x::fallible").contains("{ ::std::result::Result::Ok(f.invoke"));
    assert_eq!(reason(&plan, "x::borrows").0, SkipCode::Closure);
}

#[test]
fn a_callable_that_may_be_sent_to_other_threads_is_one_for_any() {
    let predicate = || calls(vec![prim("u8")], prim("bool"));
    let bound = |name: &str, args: Vec<Ty>| of(name, args.into_iter().map(Arg::Type).collect(), None);
    let one = |name: &str, all: Vec<(&str, Vec<Bound>)>| {
        with(function(name, vec![("f", generic("F"))], None), takes(all))
    };
    let also = |ty: Ty, bound: Bound| {
        let mut generics = takes(vec![("F", vec![predicate()])]);
        let bounds = vec![bound];
        generics.bounds.push(WhereBound { ty, bounds });
        generics
    };
    let referred = also(
        reference(None, false, generic("F")),
        bound("core::marker::Send", vec![]),
    );
    let told = also(prim("u8"), bound("core::convert::From", vec![generic("F")]));
    let plan = Sample::new()
        .function(one(
            "copied",
            vec![("F", vec![predicate(), bound("core::marker::Copy", vec![])])],
        ))
        .function(one(
            "sent",
            vec![("F", vec![predicate(), bound("core::marker::Send", vec![])])],
        ))
        .function(one(
            "shared",
            vec![("F", vec![bound("core::marker::Sync", vec![]), predicate()])],
        ))
        .function(with(function("told", vec![("f", generic("F"))], None), told))
        .function(with(
            function("referred", vec![("f", generic("F"))], None),
            referred,
        ))
        .plan();
    for (id, name) in [
        ("x::copied", "LocalCallable"),
        ("x::sent", "Callable"),
        ("x::shared", "Callable"),
        ("x::told", "Callable"),
        ("x::referred", "Callable"),
    ] {
        let types = "(::core::primitive::u8,), ::core::primitive::bool";
        let lift = format!("::usecrate_runtime::private::{name}<'c, {types}>");
        assert_eq!(lifts(&plan, id), [Some(lift)], "{id}");
    }
}

#[test]
fn a_trait_that_callables_implement_takes_one() {
    let as_text = of("core::convert::AsRef", vec![Arg::Type(prim("str"))], None);
    let replacer = || TraitRef {
        def: key("x::Replacer"),
        args: Args::default(),
    };
    let definition = Trait {
        methods: Vec::new(),
        consts: Vec::new(),
        types: Vec::new(),
        supertraits: Vec::new(),
        unsafe_: false,
        auto: false,
        dyn_compatible: true,
    };
    let text = reference(None, false, prim("str"));
    let replace = with(
        function("replace", vec![("by", generic("R"))], None),
        takes(vec![("R", vec![of("x::Replacer", Vec::new(), None)])]),
    );
    let plan = Sample::new()
        .def("Replacer", Generics::default(), DefKind::Trait(definition))
        .block(text.clone(), Some(replacer()), Generics::default(), Vec::new())
        .block(
            generic("F"),
            Some(replacer()),
            takes(vec![
                ("F", vec![calls(vec![text], generic("T"))]),
                ("T", vec![as_text]),
            ]),
            Vec::new(),
        )
        .function(replace)
        .plan();
    let all: Vec<&Shim> = plan
        .shims
        .iter()
        .filter(|shim| shim.id.starts_with("x::replace"))
        .collect();
    let lifts: Vec<_> = all
        .iter()
        .map(|shim| shim.params[0].lift.clone().unwrap())
        .collect();
    assert_eq!(
        lifts,
        [
            "&'c ::core::primitive::str",
            "::usecrate_runtime::private::Callable<'c, (&'h ::core::primitive::str,), ::std::string::String>"
        ]
    );
}

#[test]
fn a_value_to_change_is_looked_at_and_given_back() {
    let number = || reference(None, true, prim("u32"));
    let one = |name: &str, params: Vec<Ty>, output: Ty| {
        let generics = takes(vec![("F", vec![calls(params, output)])]);
        with(function(name, vec![("f", generic("F"))], None), generics)
    };
    let plan = Sample::new()
        .function(one("retain", vec![number()], prim("bool")))
        .function(one("update", vec![number()], Ty::Tuple(Vec::new())))
        .function(one("several", vec![number(), number()], prim("bool")))
        .function(one(
            "text",
            vec![number()],
            path("alloc::string::String", Vec::new()),
        ))
        .plan();
    let gives = |id: &str, given: &str| {
        let lift = lifts(&plan, id)[0].clone().unwrap();
        assert!(
            lift.ends_with(&format!(
                "(&'h ::core::primitive::u32,), ::usecrate_runtime::private::{given}>"
            )),
            "{lift}"
        );
        let text = expression(&plan, id);
        assert!(text.contains("((&*x0,)).put(x0) }"), "{text}");
    };
    gives(
        "x::retain",
        "Changing<::core::primitive::bool, ::core::primitive::u32>",
    );
    gives("x::update", "Changed<::core::primitive::u32>");
    for id in ["x::several", "x::text"] {
        assert_eq!(reason(&plan, id).0, SkipCode::Closure);
    }
}

#[test]
fn what_the_result_borrows_of_a_buffer_is_kept_with_it() {
    let bytes = || path("alloc::vec::Vec", vec![Arg::Type(prim("u8"))]);
    let into = || vec![("buffer", reference(Some("'b"), true, bytes()))];
    let lent = reference(Some("'b"), false, Ty::Slice(Box::new(prim("u8"))));
    let plan = Sample::new()
        .function(with(function("lent", into(), Some(lent)), takes_lifetime("'b")))
        .function(with(
            function("counted", into(), Some(prim("usize"))),
            takes_lifetime("'b"),
        ))
        .plan();
    let lift = |id: &str| lifts(&plan, id)[0].clone().unwrap();
    assert_eq!(
        lift("x::lent"),
        "::usecrate_runtime::private::Room<'h, ::std::vec::Vec<::core::primitive::u8>>"
    );
    assert_eq!(kept(shim(&plan, "x::lent")), [true]);
    assert_eq!(
        lift("x::counted"),
        "::usecrate_runtime::private::Initial<_, true>"
    );
}
