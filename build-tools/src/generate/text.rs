//! The text of the bridge, item by item, and which part of the plan each line belongs to.

use std::ops::RangeInclusive;

use proc_macro2::{Literal, TokenStream};

use super::Owner;

/// The bridge's `src/lib.rs`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The text.
    pub text: String,
    /// Which lines (from 1) belong to whom, in ascending order; lines in between belong to nobody.
    pub owners: Vec<(RangeInclusive<usize>, Owner)>,
    /// Parts of the plan that are not Rust, with the parser's words: bugs of the plan. They are left out of the text.
    pub faults: Vec<(Owner, String)>,
}

impl Source {
    /// Whom a line (from 1) belongs to.
    pub fn owner(&self, line: usize) -> Option<Owner> {
        let at = self.owners.partition_point(|(lines, _)| *lines.end() < line);
        self.owners
            .get(at)
            .filter(|(lines, _)| lines.contains(&line))
            .map(|(_, owner)| *owner)
    }
}

/// Writes a [`Source`] and counts its lines.
#[derive(Default)]
pub(super) struct Writer {
    source: Source,
    lines: usize,
}

impl Writer {
    /// Adds whole lines.
    pub(super) fn push(&mut self, owner: Option<Owner>, text: &str) {
        let text = text.trim_end();
        let first = self.lines + 1;
        self.source.text.push_str(text);
        self.source.text.push('\n');
        self.lines += text.matches('\n').count() + 1;
        if let Some(owner) = owner {
            self.source.owners.push((first..=self.lines, owner));
        }
    }

    /// Adds an empty line.
    pub(super) fn gap(&mut self) {
        self.source.text.push('\n');
        self.lines += 1;
    }

    /// Adds items, or notes what is wrong with them.
    pub(super) fn push_checked(&mut self, owner: Owner, text: Result<String, String>) {
        match text {
            Ok(text) => self.push(Some(owner), &text),
            Err(problem) => self.fault(owner, problem),
        }
    }

    pub(super) fn fault(&mut self, owner: Owner, problem: String) {
        self.source.faults.push((owner, problem));
    }

    pub(super) fn finish(self) -> Source {
        self.source
    }
}

/// Parses a part of the plan.
pub(super) fn parse<T: syn::parse::Parse>(what: &str, text: &str) -> Result<T, String> {
    syn::parse_str(text).map_err(|error| format!("the {what} `{text}` is not Rust: {error}"))
}

/// Prints one item.
pub(super) fn print_item(item: TokenStream) -> Result<String, String> {
    let file: syn::File =
        syn::parse2(item).map_err(|error| format!("the generated item is not Rust: {error}"))?;
    Ok(prettyplease::unparse(&file))
}

/// Prints a type on one line.
///
/// `prettyplease` leaves the tokens of a macro call as they come, so what stands in one is printed as what it is.
pub(super) fn print_type(ty: &syn::Type) -> String {
    let alias: syn::Item = syn::parse_quote!(type T = #ty;);
    let text = prettyplease::unparse(&syn::File {
        shebang: None,
        attrs: Vec::new(),
        items: vec![alias],
    });
    let text = text.trim().trim_start_matches("type T =").trim_end_matches(';');
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A string literal.
pub(super) fn literal(text: &str) -> String {
    Literal::string(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lead_to_their_owners() {
        let mut writer = Writer::default();
        writer.push(None, "// head\n");
        writer.gap();
        writer.push(Some(Owner::Type(3)), "a\nb\n");
        writer.push(Some(Owner::Shim(0)), "c");
        let source = writer.finish();
        assert_eq!(source.text, "// head\n\na\nb\nc\n");
        let owners: Vec<_> = (0..8).map(|line| source.owner(line)).collect();
        let (ty, shim) = (Some(Owner::Type(3)), Some(Owner::Shim(0)));
        assert_eq!(owners, [None, None, None, ty, ty, shim, None, None]);
    }

    #[test]
    fn types_print_as_people_write_them() {
        let ty = parse(
            "type",
            "::std::collections::HashMap<&'h str,::std::vec::Vec<[u8;4]>>",
        )
        .unwrap();
        assert_eq!(
            print_type(&ty),
            "::std::collections::HashMap<&'h str, ::std::vec::Vec<[u8; 4]>>"
        );
    }

    #[test]
    fn what_is_not_rust_is_named() {
        let problem = parse::<syn::Type>("type", "Vec<").unwrap_err();
        assert!(problem.starts_with("the type `Vec<` is not Rust: "), "{problem}");
    }
}
