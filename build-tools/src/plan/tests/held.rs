//! Plans with types that hold a callable.

use super::*;

/// `F: Fn(params) -> output`, and what else is asked.
fn callable(params: Vec<Ty>, output: Ty, others: &[&str]) -> Generics {
    let of = |name: &str, args: Args| Bound::Trait {
        trait_: TraitRef { def: key(name), args },
        maybe: false,
        for_: Vec::new(),
    };
    let args = Args {
        args: vec![Arg::Type(Ty::Tuple(params))],
        bindings: vec![("Output".to_owned(), output)],
        ..Args::default()
    };
    let mut bounds = vec![of("core::ops::function::FnMut", args)];
    bounds.extend(others.iter().map(|name| of(name, Args::default())));
    Generics {
        params: vec![GenericParam::Type {
            name: "F".to_owned(),
            default: None,
        }],
        bounds: vec![WhereBound {
            ty: Ty::Generic("F".to_owned()),
            bounds,
        }],
    }
}

fn over(name: &str) -> Ty {
    path(name, vec![Arg::Type(Ty::Generic("F".to_owned()))])
}

/// `Rule<F>` with `fn new(f: F) -> Self` and `fn ask(&mut self)`, for which the block asks of `F` what is said.
fn rule(generics: Generics) -> Plan {
    let new = function("new", vec![("f", Ty::Generic("F".to_owned()))], Some(me()));
    let ask = function("ask", vec![("self", reference(None, true, me()))], None);
    let bare = Generics {
        bounds: Vec::new(),
        ..generics.clone()
    };
    Sample::new()
        .opaque("Item", Generics::default())
        .opaque("Rule", bare)
        .block(over("x::Rule"), None, generics, vec![new, ask])
        .plan()
}

fn item() -> Ty {
    path("x::Item", Vec::new())
}

const BOXED: &str = "::std::boxed::Box<dyn ::std::ops::Fn(&::x::Item) -> ::core::primitive::bool \
                     + ::std::marker::Send + ::std::marker::Sync>";

#[test]
fn a_callable_in_a_type_is_boxed() {
    let plan = rule(callable(
        vec![reference(None, false, item())],
        prim("bool"),
        &["core::marker::Send"],
    ));
    let class = class(&plan, "Rule");
    assert_eq!(class.path, "x::Rule<impl Fn>");
    assert_eq!(class.rust, format!("::x::Rule<{BOXED}>"));
    assert!(!class.borrows, "what is lent to a callable is nobody's");
    let new = shim(&plan, "x::Rule<impl Fn>::new");
    let lift = new.params[0].lift.as_deref().unwrap();
    assert!(
        lift.starts_with("::usecrate_runtime::private::KeptCallable<"),
        "{lift}"
    );
    assert!(shim(&plan, "x::Rule<impl Fn>::ask").counts.is_some());
}

#[test]
fn what_no_box_is_is_not_boxed() {
    let plan = rule(callable(Vec::new(), prim("bool"), &["core::clone::Clone"]));
    assert!(
        plan.types.iter().all(|ty| ty.name != "Rule"),
        "a copy is asked for"
    );
    let changed = reference(None, true, prim("u32"));
    let plan = rule(callable(vec![changed], prim("bool"), &[]));
    assert!(
        plan.types.iter().all(|ty| ty.name != "Rule"),
        "nobody could change it"
    );
    let lent = reference(None, false, prim("str"));
    let plan = rule(callable(Vec::new(), lent, &[]));
    assert!(
        plan.types.iter().all(|ty| ty.name != "Rule"),
        "Python gives no references"
    );
}

#[test]
fn what_a_method_makes_of_a_callable_is_found() {
    let generics = callable(vec![reference(None, false, item())], prim("bool"), &[]);
    let keep_over = path(
        "x::Kept",
        vec![Arg::Type(me()), Arg::Type(Ty::Generic("F".to_owned()))],
    );
    let mut keep = function(
        "keep",
        vec![("self", me()), ("f", Ty::Generic("F".to_owned()))],
        Some(keep_over),
    );
    keep.generics = generics;
    let two = Generics {
        params: ["W", "F"]
            .map(|name| GenericParam::Type {
                name: name.to_owned(),
                default: None,
            })
            .into(),
        bounds: Vec::new(),
    };
    let plan = Sample::new()
        .opaque("Item", Generics::default())
        .opaque("Words", Generics::default())
        .opaque("Kept", two)
        .methods("Words", vec![keep])
        .plan();
    assert_eq!(class(&plan, "Kept").path, "x::Kept<Words, impl Fn>");
    assert_eq!(
        class(&plan, "Kept").rust,
        format!("::x::Kept<::x::Words, {BOXED}>")
    );
    let keep = shim(&plan, "x::Words::keep");
    assert!(matches!(&keep.action, Action::Expr { text } if text.contains(BOXED)));
}
