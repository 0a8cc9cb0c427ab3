//! What std implements for numbers beside what every one has: operators that take references, and what becomes what without loss.

use super::stdlib;
use crate::api::{Arg, TraitRef, Ty};

/// Operators of every number, with what sums them up.
const OF_ALL: &[&str] = &["Add", "Sub", "Mul", "Div", "Rem", "Sum", "Product"];
/// Those of integers alone.
const OF_INTEGERS: &[&str] = &["BitAnd", "BitOr", "BitXor", "Shl", "Shr"];
/// Operators without another number.
const ALONE: &[&str] = &["Neg", "Not"];

/// The number `word` has the operator or conversion `name` for `arg` as well, which is not that type itself.
pub(super) fn takes(word: &str, name: &str, arg: &Arg) -> bool {
    let Arg::Type(arg) = arg else { return false };
    let operator = name.strip_suffix("Assign").unwrap_or(name);
    let (arg, refers) = match arg {
        Ty::Ref {
            mutable: false, ty, ..
        } => (&**ty, true),
        ty => (ty, false),
    };
    let Ty::Primitive(arg) = arg else { return false };
    let operates = OF_ALL.contains(&operator) || OF_INTEGERS.contains(&operator);
    match name {
        _ if matches!(operator, "Shl" | "Shr") => is_integer(arg),
        _ if operates => refers && arg == word,
        "From" => !refers && widens(arg, word),
        "Into" => !refers && widens(word, arg),
        "TryFrom" | "TryInto" => !refers && is_integer(arg) && is_integer(word),
        _ => false,
    }
}

/// What an operator gives: a number's is a number of the same kind, and a flag's a flag.
pub(super) fn given<'t>(ty: &'t Ty, trait_: Option<&TraitRef>, name: &str) -> Option<&'t Ty> {
    let number = matches!(ty, Ty::Primitive(word) if is_integer(word) || is_float(word) || word == "bool");
    let trait_ = &trait_?.def;
    let all = OF_ALL.iter().chain(OF_INTEGERS).chain(ALONE);
    let mut operators = all.filter(|one| !matches!(**one, "Sum" | "Product"));
    let operates = name == "Output" && operators.any(|one| stdlib::is_trait(trait_, one));
    (number && operates).then_some(ty)
}

/// `From` is implemented: every value of the one is a value of the other.
fn widens(from: &str, to: &str) -> bool {
    let (Some((signed, bits)), Some((to_signed, to_bits))) = (digits(from), digits(to)) else {
        return match (from, to) {
            ("bool", _) => is_integer(to) || is_float(to),
            ("char", _) => matches!(to, "u32" | "u64" | "u128"),
            ("u8", "char") | ("f32", "f64") => true,
            ("u8" | "u16", "usize") | ("u8" | "i16", "isize") => true,
            (_, "f32" | "f64") => {
                digits(from).is_some_and(|(_, bits)| bits < if to == "f32" { 24 } else { 53 })
            }
            _ => false,
        };
    };
    match (signed, to_signed) {
        (true, false) => false,
        (false, true) => bits < to_bits,
        _ => bits <= to_bits,
    }
}

/// Whether an integer of a fixed size has a sign, and its bits.
fn digits(word: &str) -> Option<(bool, u32)> {
    let signed = word.starts_with('i');
    let bits = word.strip_prefix(['i', 'u'])?.parse().ok()?;
    Some((signed, bits))
}

fn is_integer(word: &str) -> bool {
    digits(word).is_some() || matches!(word, "usize" | "isize")
}

fn is_float(word: &str) -> bool {
    matches!(word, "f32" | "f64")
}

#[cfg(test)]
mod tests {
    use super::takes;
    use crate::api::{Arg, Ty};

    fn number(name: &str) -> Ty {
        Ty::Primitive(name.to_owned())
    }

    #[test]
    fn operators_take_references_to_the_same_number() {
        let reference = |name: &str| {
            Arg::Type(Ty::Ref {
                lifetime: Some("'a".to_owned()),
                mutable: false,
                ty: Box::new(number(name)),
            })
        };
        for name in ["Add", "MulAssign", "Sum", "BitXor"] {
            assert!(takes("u8", name, &reference("u8")), "{name}");
            assert!(!takes("u8", name, &reference("u16")), "{name}");
        }
        assert!(takes("u8", "Shl", &reference("i64")));
        assert!(!takes("f32", "PartialEq", &reference("f32")));
    }

    #[test]
    fn conversions_lose_nothing() {
        let from = |a: &str, b: &str| takes(b, "From", &Arg::Type(number(a)));
        for (a, b) in [
            ("u8", "u16"),
            ("u8", "i16"),
            ("i32", "f64"),
            ("f32", "f64"),
            ("u16", "usize"),
            ("bool", "u8"),
            ("u8", "char"),
        ] {
            assert!(from(a, b), "{a} to {b}");
            assert!(!from(b, a), "{b} to {a}");
            assert!(takes(a, "Into", &Arg::Type(number(b))), "{a} to {b}");
        }
        assert!(!from("u32", "f32"));
        assert!(!from("u32", "usize"));
        assert!(!from("i8", "u16"));
        assert!(takes("u32", "TryFrom", &Arg::Type(number("i64"))));
    }
}
