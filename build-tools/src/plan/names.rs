//! Names in Python. A Rust name stays as it is, unless Python reserves it.

/// A name or path as Rust source spells it: `r#in`.
pub(super) use crate::scan::raw;

/// Python's reserved words (soft keywords are fine as names).
const RESERVED: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// The name in Python: a reserved word gets a trailing underscore, a raw identifier loses its mark.
pub(super) fn python(name: &str) -> String {
    let name = name.strip_prefix("r#").unwrap_or(name);
    if RESERVED.contains(&name) {
        format!("{name}_")
    } else {
        name.to_owned()
    }
}

/// The name of a field in Python: `_0` for an unnamed one.
pub(super) fn field(name: &str) -> String {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{name}")
    } else {
        python(name)
    }
}

/// The name with underscores appended until it is free.
pub(super) fn free(name: String, taken: &dyn Fn(&str) -> bool) -> String {
    let mut name = name;
    while taken(&name) {
        name.push('_');
    }
    name
}

/// A type's text as an identifier: `Bar<u8>` becomes `Bar_u8`.
pub(super) fn identifier(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() || c == '_' {
            out.push(c);
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    out.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_get_an_underscore() {
        assert_eq!(python("from"), "from_");
        assert_eq!(python("None"), "None_");
        assert_eq!(python("r#type"), "type");
        assert_eq!(python("match"), "match");
        assert_eq!(field("0"), "_0");
        assert_eq!(field("in"), "in_");
    }

    #[test]
    fn types_become_identifiers() {
        assert_eq!(identifier("Bar<u8, Vec<u8>>"), "Bar_u8_Vec_u8");
        assert_eq!(free("a".to_owned(), &|name| name == "a"), "a_");
    }
}
