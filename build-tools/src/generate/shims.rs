//! One function per shim: lift the arguments, call, lower the result.

use proc_macro2::TokenStream;
use quote::quote;

use super::names;
use super::text::{parse, print_item};
use crate::plan::model::{Action, Fluent, PlannedParam, Shim, ShimId};

/// The function that serves `shim`.
pub(super) fn function(id: ShimId, shim: &Shim) -> Result<String, String> {
    let (name, private, marker) = (names::shim(id), names::private(), names::marker());
    let lifts = shim
        .params
        .iter()
        .enumerate()
        .map(|(at, param)| lift(at, param))
        .collect::<Result<Vec<_>, _>>()?;
    let value = expression(shim)?;
    let answer = match shim.fluent {
        Fluent::Borrowed => {
            let receiver = names::argument(0);
            // What is lent for the call alone cannot be lent on: it can only be the receiver again.
            let kept = shim.params.first().is_some_and(|param| param.stay.keeps());
            let answer = if kept {
                quote!(answer_fluent)
            } else {
                quote!(answer_same)
            };
            quote!(#private::#answer(call, #marker, #receiver, #value))
        }
        Fluent::No | Fluent::Moved => quote!(#private::answer(call, #marker, #value)),
    };
    let docs = provenance(shim);
    let item = print_item(quote! {
        #[doc = #docs]
        fn #name<'c, 'h, 'p>(call: #private::Call<'c, 'h, 'p>) -> #private::Answer {
            #(#lifts)*
            #answer
        }
    })?;
    Ok(call_macros(&item))
}

/// The answer is printed as a function call, which `prettyplease` lays out, and made a macro call here. It ends the
/// function; the comma that the layout may leave behind the last argument goes.
fn call_macros(item: &str) -> String {
    let private = names::private();
    let mut text = item.trim_end().to_owned();
    for name in ["answer", "answer_fluent", "answer_same"] {
        text = text.replacen(
            &format!("\n    {private}::{name}("),
            &format!("\n    {private}::{name}!("),
            1,
        );
    }
    match text.strip_suffix(",\n    )\n}") {
        Some(start) => format!("{start}\n    )\n}}"),
        None => text,
    }
}

fn provenance(shim: &Shim) -> String {
    let place = shim
        .span
        .as_ref()
        .map(|span| format!(", {span}"))
        .unwrap_or_default();
    format!(" Shim for `{}`{place}.", shim.id)
}

fn lift(at: usize, param: &PlannedParam) -> Result<TokenStream, String> {
    let name = names::argument(at);
    let lift = names::lift(param.stay);
    Ok(match &param.lift {
        None => quote!(let #name = #lift(call);),
        Some(text) => {
            let ty: syn::Type = parse("type", text)?;
            quote!(let #name = #lift::<#ty>(call);)
        }
    })
}

fn expression(shim: &Shim) -> Result<TokenStream, String> {
    let argument = |at: usize| {
        let name = names::argument(at);
        // The macro takes a fluent receiver itself, to remember its address, and passes the reference on.
        if at == 0 && shim.fluent == Fluent::Borrowed {
            quote!(#name)
        } else {
            quote!(#name.take())
        }
    };
    let needs = |count: usize| {
        if shim.params.len() == count {
            Ok(())
        } else {
            Err(format!(
                "`{}` needs {count} parameters and has {}",
                shim.id,
                shim.params.len()
            ))
        }
    };
    Ok(match &shim.action {
        Action::Call { path } => {
            let callee: syn::Expr = parse("path", path)?;
            let callee = if matches!(callee, syn::Expr::Path(_)) {
                quote!(#callee)
            } else {
                quote!((#callee))
            };
            let arguments = (0..shim.params.len()).map(argument);
            quote!(#callee(#(#arguments),*))
        }
        Action::Get { field } => {
            needs(1)?;
            let (object, field): (_, syn::Member) = (argument(0), parse("field", field)?);
            quote!(&#object.#field)
        }
        Action::Set { field } => {
            needs(2)?;
            let (object, value) = (argument(0), argument(1));
            let field: syn::Member = parse("field", field)?;
            quote!({ #object.#field = #value; })
        }
        Action::Const { path } => {
            needs(0)?;
            let path: syn::Expr = parse("path", path)?;
            quote!(#path)
        }
        Action::Static { path } => {
            needs(0)?;
            let path: syn::Expr = parse("path", path)?;
            quote!(&#path)
        }
        Action::Expr { text } => {
            let filled = fill(text, shim.params.len(), |at| argument(at).to_string())?;
            let value: syn::Expr = parse("expression", &filled)?;
            quote!(#value)
        }
    })
}

/// Puts the arguments in the place of `{0}`, `{1}`…; other braces are Rust's own.
fn fill(text: &str, count: usize, argument: impl Fn(usize) -> String) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && after[digits..].starts_with('}') {
            let at: usize = after[..digits]
                .parse()
                .map_err(|_| format!("no argument `{}`", &after[..digits]))?;
            if at >= count {
                return Err(format!("`{text}` names argument {at} and there are {count}"));
            }
            filled.push_str(&argument(at));
            rest = &after[digits + 1..];
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbered_braces_are_places() {
        let fill = |text| fill(text, 2, |at| format!("<{at}>"));
        assert_eq!(fill("{ {0}.x = { {1} } }").unwrap(), "{ <0>.x = { <1> } }");
        assert_eq!(fill("f(|S { 0: a }| a, {1})").unwrap(), "f(|S { 0: a }| a, <1>)");
        assert!(fill("{2}").unwrap_err().contains("argument 2"));
    }
}
