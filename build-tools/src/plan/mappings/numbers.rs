//! Numbers, and what identifies things.

use super::Mapping;

pub(super) const ALL: &[Mapping] = &[
    Mapping::value(
        "num_bigint",
        "BigInt",
        "[], [], $::BigInt, __uc::twins::Integer,
        |value| Ok(__uc::twins::Integer::signed(value.to_signed_bytes_le())),
        |form| Ok($::BigInt::from_signed_bytes_le(form.bytes()))",
    ),
    Mapping::value(
        "num_bigint",
        "BigUint",
        "[], [], $::BigUint, __uc::twins::Integer,
        |value| Ok(__uc::twins::Integer::unsigned(value.to_bytes_le())),
        |form| Ok($::BigUint::from_bytes_le(form.magnitude(\"num_bigint::BigUint\")?))",
    ),
    // As text, which every kind of integer has.
    Mapping::value(
        "num_rational",
        "Ratio",
        "[T: ::std::clone::Clone + ::std::fmt::Display], [$::Ratio<T>: ::std::str::FromStr<Err: ::std::fmt::Display>
        + ::std::fmt::Display], $::Ratio<T>, __uc::twins::Fraction,
        |value| Ok(__uc::twins::Fraction(::std::string::ToString::to_string(value))),
        |form| __uc::twins::made(form.0.parse())",
    ),
    Mapping::value(
        "num_complex",
        "Complex",
        "[], [], $::Complex<f64>, __uc::twins::Complex,
        |value| Ok(__uc::twins::Complex(value.re, value.im)),
        |form| Ok($::Complex::new(form.0, form.1))",
    )
    .only("f64"),
    Mapping::value(
        "num_complex",
        "Complex",
        "[], [], $::Complex<f32>, __uc::twins::Complex,
        |value| Ok(__uc::twins::Complex(value.re.into(), value.im.into())),
        |form| Ok($::Complex::new(form.0 as f32, form.1 as f32))",
    )
    .only("f32"),
    Mapping::value(
        "ordered_float",
        "OrderedFloat",
        "[], [], $::OrderedFloat<f64>, f64, |value| Ok(value.0), |form| Ok($::OrderedFloat(form))",
    )
    .only("f64"),
    Mapping::value(
        "ordered_float",
        "OrderedFloat",
        "[], [], $::OrderedFloat<f32>, f32, |value| Ok(value.0), |form| Ok($::OrderedFloat(form))",
    )
    .only("f32"),
    Mapping::value(
        "ordered_float",
        "NotNan",
        "[], [], $::NotNan<f64>, f64, |value| Ok(value.into_inner()),
        |form| __uc::twins::made($::NotNan::new(form))",
    )
    .only("f64"),
    Mapping::value(
        "ordered_float",
        "NotNan",
        "[], [], $::NotNan<f32>, f32, |value| Ok(value.into_inner()),
        |form| __uc::twins::made($::NotNan::new(form))",
    )
    .only("f32"),
    Mapping::value(
        "half",
        "f16",
        "[], [], $::f16, f32, |value| Ok(value.to_f32()), |form| Ok($::f16::from_f32(form))",
    ),
    Mapping::value(
        "half",
        "bf16",
        "[], [], $::bf16, f32, |value| Ok(value.to_f32()), |form| Ok($::bf16::from_f32(form))",
    ),
    // Digits that do not fit are an error, never rounded.
    Mapping::value(
        "rust_decimal",
        "Decimal",
        "[], [], $::Decimal, __uc::twins::Decimal,
        |value| Ok(__uc::twins::Decimal(::std::string::ToString::to_string(value))),
        |form| __uc::twins::made(if form.0.contains(['e', 'E']) {
            $::Decimal::from_scientific(&form.0)
        } else {
            $::Decimal::from_str_exact(&form.0)
        })",
    ),
    Mapping::value(
        "bigdecimal",
        "BigDecimal",
        "[], [], $::BigDecimal, __uc::twins::Decimal,
        |value| Ok(__uc::twins::Decimal(::std::string::ToString::to_string(value))),
        |form| __uc::twins::made(form.0.parse())",
    ),
    Mapping::value(
        "uuid",
        "Uuid",
        "[], [], $::Uuid, __uc::twins::Uuid,
        |value| Ok(__uc::twins::Uuid(*value.as_bytes())),
        |form| Ok($::Uuid::from_bytes(form.0))",
    ),
];
