//! Numbers and identifiers.

use bigdecimal::BigDecimal;
use num_bigint::{BigInt, BigUint};
use num_complex::{Complex32, Complex64};
use num_rational::{BigRational, Ratio};
use ordered_float::{NotNan, OrderedFloat};
use rust_decimal::Decimal;
use uuid::Uuid;

crate::echoes! {
    big_int big_int_ref: BigInt;
    big_uint big_uint_ref: BigUint;
    ratio ratio_ref: Ratio<i64>;
    big_ratio big_ratio_ref: BigRational;
    complex complex_ref: Complex64;
    complex_32 complex_32_ref: Complex32;
    ordered ordered_ref: OrderedFloat<f64>;
    not_nan not_nan_ref: NotNan<f64>;
    decimal decimal_ref: Decimal;
    big_decimal big_decimal_ref: BigDecimal;
    half half_ref: half::f16;
    uuid uuid_ref: Uuid;
}

/// A record with fields of other crates' types.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Which one.
    pub id: Uuid,
    /// How much.
    pub amount: Decimal,
    /// How many.
    pub count: BigInt,
}

/// Gives back what is there.
pub fn uuids(values: Vec<Option<Uuid>>) -> Vec<Uuid> {
    values.into_iter().flatten().collect()
}

/// The greatest of them.
pub fn greatest(values: &[BigInt]) -> Option<&BigInt> {
    values.iter().max()
}

/// Gives it back.
pub fn entry(entry: Entry) -> Entry {
    entry
}
