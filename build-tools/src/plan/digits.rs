//! Numbers that are types: `typenum` writes them in binary, `UInt<UInt<UTerm, B1>, B0>`, and people as `U2`.

use super::wire::type_args;
use crate::api::{DefKey, Ty};

/// What `typenum` itself calls the number, where the type is one.
pub(super) fn shown(ty: &Ty) -> Option<String> {
    let Ty::Path { def, args } = ty else { return None };
    let sign = match typenum(def)? {
        "PInt" => 'P',
        "NInt" => 'N',
        _ => return value(ty).map(|number| format!("U{number}")),
    };
    let number = value(type_args(args).next()?)?;
    Some(format!("{sign}{number}"))
}

/// The number; none that is larger than any that is written.
fn value(ty: &Ty) -> Option<u128> {
    let Ty::Path { def, args } = ty else { return None };
    match typenum(def)? {
        "UTerm" => Some(0),
        "UInt" => {
            let mut parts = type_args(args);
            let above = value(parts.next()?)?.checked_mul(2)?;
            let Ty::Path { def, .. } = parts.next()? else {
                return None;
            };
            match typenum(def)? {
                "B0" => Some(above),
                "B1" => above.checked_add(1),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The name of what that crate defines, whichever version of it.
fn typenum(def: &DefKey) -> Option<&str> {
    let krate = def.krate();
    (krate == "typenum" || krate.starts_with("typenum@")).then(|| def.name())
}

#[cfg(test)]
mod tests {
    use super::shown;
    use crate::api::{Arg, Args, DefKey, Ty};

    fn named(name: &str, args: Vec<Ty>) -> Ty {
        Ty::Path {
            def: DefKey(name.to_owned()),
            args: Args {
                args: args.into_iter().map(Arg::Type).collect(),
                ..Args::default()
            },
        }
    }

    fn number(krate: &str, bits: &str) -> Ty {
        let none = named(&format!("{krate}::uint::UTerm"), Vec::new());
        bits.chars().fold(none, |above, bit| {
            let bit = named(&format!("{krate}::bit::B{bit}"), Vec::new());
            named(&format!("{krate}::uint::UInt"), vec![above, bit])
        })
    }

    #[test]
    fn a_number_is_shown_in_decimal() {
        assert_eq!(shown(&number("typenum", "10")).as_deref(), Some("U2"));
        assert_eq!(shown(&number("typenum@1.0.0", "11000")).as_deref(), Some("U24"));
        assert_eq!(shown(&number("typenum", "")).as_deref(), Some("U0"));
        let negative = named("typenum::int::NInt", vec![number("typenum", "101")]);
        assert_eq!(shown(&negative).as_deref(), Some("N5"));
    }

    #[test]
    fn what_is_none_is_left_as_it_is() {
        assert_eq!(shown(&number("other", "10")), None);
        assert_eq!(shown(&named("typenum::bit::B1", Vec::new())), None);
        assert_eq!(
            shown(&named("typenum::uint::UInt", vec![Ty::Generic("U".to_owned())])),
            None
        );
        assert_eq!(shown(&number("typenum", &"1".repeat(129))), None);
    }
}
