//! Objects of Python's as Rust traits: a struct with a share of the methods, which implements the trait.
//!
//! A provided method that Python has not is Rust's, which calls the others: of a value that has all but this one. For each
//! there is a struct of its own. Macros make these, so what is written does not grow with the square of the methods.

use std::fmt::Write as _;

use super::names;
use super::text::literal;
use crate::plan::model::{PlannedFunction, PlannedHost, Receiver};

/// The struct and its impls.
pub(super) fn declaration(host: &PlannedHost) -> Result<String, String> {
    let mut items = main(host);
    let provided: Vec<usize> = (0..host.hooks.len())
        .filter(|at| !host.hooks[*at].required)
        .collect();
    if !provided.is_empty() {
        items.push_str(&without(host));
    }
    for hook in provided {
        let _ = write!(
            items,
            "{}! {{ {} {hook} }}",
            all_but(host),
            name_without(host, hook)
        );
    }
    let file: syn::File =
        syn::parse_str(&items).map_err(|error| format!("the host `{}` is not Rust: {error}", host.name))?;
    let lifted = lifted(host)?;
    Ok(format!("{}\n{lifted}", prettyplease::unparse(&file).trim_end()))
}

/// How it is lifted: a macro call, which is printed as it is.
fn lifted(host: &PlannedHost) -> Result<String, String> {
    let mut text = format!(
        "{}::host_object!({}, {}, {}, {{\n",
        names::private(),
        names::marker(),
        literal(&host.path),
        host.name
    );
    let ty = |text: &str| super::text::parse("type", text).map(|ty| super::text::print_type(&ty));
    for hook in &host.hooks {
        let need = if hook.required { "required" } else { "provided" };
        let params: String = hook.params.iter().map(|param| format!("{param},")).collect();
        let (params, output) = (ty(&format!("({params})"))?, ty(&hook.output)?);
        let _ = writeln!(text, "    {need} {} {params} => {output};", literal(&hook.name));
    }
    text.push_str("});");
    Ok(text)
}

fn main(host: &PlannedHost) -> String {
    let (name, private, marker) = (&host.name, names::private(), names::marker());
    let docs = literal(&format!(
        " An object of Python's that implements `{}`.",
        host.path
    ));
    let mut items = format!("#[doc = {docs}] #[derive(Clone)] pub struct {name}({private}::Hooks);");
    for one in &host.impls {
        let functions: String = one
            .functions
            .iter()
            .map(|function| {
                let PlannedFunction { head, hook, body, .. } = function;
                if host.hooks[*hook].required {
                    return format!("{head} {{ let f = self.0.required({hook}); {body} }}");
                }
                let call = called(
                    &one.trait_,
                    function,
                    &to_without(host, *hook, &function.receiver),
                );
                format!(
                    "{head} {{ match self.0.get({hook}) {{ ::std::option::Option::Some(f) => {{ {body} }} \
                     ::std::option::Option::None => {call} }} }}"
                )
            })
            .collect();
        let _ = write!(items, "{} for {name} {{ {functions} }}", one.head);
    }
    for (what, hook) in &host.says {
        let said = format!(
            "out.write_str(&self.0.required({hook}).invoke::<{marker}, _, ::std::string::String>(()))"
        );
        items.push_str(&says(what, name, &said));
    }
    if host.error {
        let _ = write!(items, "impl ::std::error::Error for {name} {{}}");
    }
    items
}

/// What makes the structs that have every method but one, which is Rust's: a macro for each provided method, that is nothing
/// where it is the one, and a macro for them all.
fn without(host: &PlannedHost) -> String {
    let (mut items, mut impls) = (String::new(), String::new());
    for (at, one) in host.impls.iter().enumerate() {
        let mut functions = String::new();
        for function in &one.functions {
            let call = called(&one.trait_, function, &to_whole(&function.receiver));
            let whole = format!("{} {{ {call} }}", function.head);
            if host.hooks[function.hook].required {
                functions.push_str(&whole);
                continue;
            }
            let (macro_, hook) = (format!("{}_{at}_{}", all_but(host), function.hook), function.hook);
            let _ = write!(
                items,
                "macro_rules! {macro_} {{ ({hook}) => {{}}; ($hook:tt) => {{ {whole} }}; }}"
            );
            let _ = write!(functions, "{macro_}! {{ $hook }}");
        }
        let _ = write!(impls, "{} for $name {{ {functions} }}", one.head);
    }
    for (what, _) in &host.says {
        let said = format!("::std::fmt::{what}::fmt(&self.0, out)");
        impls.push_str(&says(what, "$name", &said));
    }
    if host.error {
        impls.push_str("impl ::std::error::Error for $name {}");
    }
    let (macro_, whole) = (all_but(host), &host.name);
    let _ = write!(
        items,
        "macro_rules! {macro_} {{ ($name:ident $hook:tt) => {{ #[derive(Clone)] struct $name({whole}); {impls} }}; }}"
    );
    items
}

/// The macro for such a struct.
fn all_but(host: &PlannedHost) -> String {
    format!(
        "__uc_without_{}",
        host.name.to_lowercase().trim_start_matches('_')
    )
}

/// The struct that lacks a method.
fn name_without(host: &PlannedHost, hook: usize) -> String {
    format!("{}Without{hook}", host.name)
}

fn says(what: &str, name: &str, said: &str) -> String {
    format!(
        "impl ::std::fmt::{what} for {name} {{ \
         fn fmt(&self, out: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {{ {said} }} }}"
    )
}

/// The same method, of another object.
fn called(trait_: &str, function: &PlannedFunction, object: &str) -> String {
    let arguments: String = (0..function.arguments).map(|at| format!(", x{at}")).collect();
    format!("{trait_}::{}({object}{arguments})", function.name)
}

/// From the whole to what lacks a method.
fn to_without(host: &PlannedHost, hook: usize, receiver: &Receiver) -> String {
    let (made, name) = (name_without(host, hook), &host.name);
    match receiver {
        Receiver::Value => format!("{made}(self)"),
        Receiver::Shared => format!("&{made}({name}::clone(self))"),
        Receiver::Exclusive => format!("&mut {made}({name}::clone(self))"),
        Receiver::Pointer(path) => format!("{path}::new({made}({name}::clone(&*self)))"),
        Receiver::SharedPointer(path) => format!("&{path}::new({made}({name}::clone(&**self)))"),
    }
}

/// And back.
fn to_whole(receiver: &Receiver) -> String {
    match receiver {
        Receiver::Value => "self.0".to_owned(),
        Receiver::Shared => "&self.0".to_owned(),
        Receiver::Exclusive => "&mut self.0".to_owned(),
        Receiver::Pointer(path) => format!("{path}::new(self.0.clone())"),
        Receiver::SharedPointer(path) => format!("&{path}::new(self.0.clone())"),
    }
}
