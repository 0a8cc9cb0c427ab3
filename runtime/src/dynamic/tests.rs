//! Of plain data: the laws that Rust asks for, and what Python says. Objects are asked in `tests/soundness` and end to end.

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::number::Integer;
use super::{Collection, Dynamic, Value};

fn int(value: i128) -> Dynamic {
    Dynamic(Integer::from(value).into())
}

/// 2 to that power, and so much more.
fn power(exponent: u32, more: i8) -> Dynamic {
    let mut bytes = vec![if more < 0 { 0xff } else { 0 }; exponent as usize / 8 + 2];
    bytes[0] = more.cast_unsigned();
    let place = exponent as usize / 8;
    let (sum, over) = bytes[place].overflowing_add(1 << (exponent % 8));
    bytes[place] = sum;
    if over {
        bytes[place + 1] = bytes[place + 1].wrapping_add(1);
    }
    Dynamic(Integer::from_bytes(&bytes).into())
}

fn negative(exponent: u32) -> Dynamic {
    let mut bytes = vec![0; exponent as usize / 8];
    bytes.push((0xff_u8) << (exponent % 8));
    Dynamic(Integer::from_bytes(&bytes).into())
}

fn float(value: f64) -> Dynamic {
    Dynamic(Value::Float(value))
}

fn text(value: &str) -> Dynamic {
    Dynamic(Value::Text(value.into()))
}

fn items(collection: Collection, items: &[Dynamic]) -> Dynamic {
    Dynamic(Value::Items(collection, items.into()))
}

fn dict(pairs: &[(Dynamic, Dynamic)]) -> Dynamic {
    Dynamic(Value::Dict(pairs.into()))
}

fn hash(value: &Dynamic) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Values of all kinds, near to each other and far.
fn many() -> Vec<Dynamic> {
    use Collection::{FrozenSet, List, Set, Tuple};
    let mut all = vec![
        Dynamic::default(),
        Dynamic(Value::Bool(false)),
        Dynamic(Value::Bool(true)),
        text(""),
        text("a"),
        text("b"),
        text("\u{ffff}"),
        text("\u{10000}"),
        Dynamic(Value::Bytes([].into())),
        Dynamic(Value::Bytes([1, 2].into())),
    ];
    all.extend([0, 1, -1, 2, 3, 1 << 53, (1 << 53) + 1].map(int));
    all.extend(
        [
            i128::from(i64::MAX),
            i128::from(i64::MIN),
            1 << 63,
            (1 << 63) + 1,
            -(1 << 63) - 1,
        ]
        .map(int),
    );
    all.extend([i128::MAX, i128::MIN, i128::from(u64::MAX)].map(int));
    all.extend([
        power(200, 0),
        power(200, 1),
        power(200, -1),
        power(1023, 0),
        power(1024, 0),
        power(2000, 0),
    ]);
    all.extend([negative(200), negative(1023), negative(1024), negative(64)]);
    let floats = [
        0.0,
        -0.0,
        0.5,
        1.0,
        -1.0,
        1.5,
        f64::NAN,
        -f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1e300,
    ];
    all.extend(floats.map(float));
    let floats = [
        2_f64.powi(53),
        2_f64.powi(63),
        -2_f64.powi(63),
        2_f64.powi(64),
        2_f64.powi(200),
        -2_f64.powi(200),
    ];
    all.extend(floats.map(float));
    all.extend([
        float(2_f64.powi(1023)),
        float(f64::MAX),
        float(f64::MIN_POSITIVE),
        float(5e-324),
    ]);
    let parts = [
        vec![],
        vec![int(1)],
        vec![float(1.0)],
        vec![int(1), int(2)],
        vec![int(2), int(1)],
        vec![text("a")],
    ];
    for parts in &parts {
        all.extend([List, Tuple, Set, FrozenSet].map(|collection| items(collection, parts)));
    }
    all.push(items(List, &[items(Tuple, &[int(1)]), float(f64::NAN)]));
    let (a, b) = ((text("a"), int(1)), (text("b"), float(2.0)));
    all.extend([
        dict(&[]),
        dict(std::slice::from_ref(&a)),
        dict(&[a.clone(), b.clone()]),
        dict(&[b.clone(), a.clone()]),
    ]);
    all.extend([
        dict(&[a.clone(), a.clone()]),
        dict(&[(float(1.0), b.0.clone())]),
        dict(&[(int(1), b.0)]),
    ]);
    all
}

#[test]
fn the_laws_hold_for_plain_data() {
    let all = many();
    for a in &all {
        assert_eq!(a, a);
        for b in &all {
            let order = a.cmp(b);
            assert_eq!(a == b, order.is_eq(), "{a:?} {b:?}");
            assert_eq!(order, b.cmp(a).reverse(), "{a:?} {b:?}");
            assert!(a != b || hash(a) == hash(b), "{a:?} {b:?}");
            for c in all.iter().filter(|c| order.is_le() && b <= c) {
                assert!(a <= c, "{a:?} {b:?} {c:?}");
            }
        }
    }
}

#[test]
fn what_is_different_hashes_apart() {
    // Of numbers, all that leave the same are alike.
    let others = many().into_iter().filter(|one| one.0.number().is_none());
    let mut hashes: Vec<(u64, Dynamic)> = others.map(|one| (hash(&one), one)).collect();
    hashes.sort_by_key(|(hash, _)| *hash);
    for pair in hashes.windows(2) {
        let ((a, left), (b, right)) = (&pair[0], &pair[1]);
        assert!(a != b || left == right, "{left:?} {right:?}");
    }
}

#[test]
fn numbers_are_compared_exactly() {
    let rows = [
        (int(1 << 53), float(9_007_199_254_740_992.0), Ordering::Equal),
        (
            int((1 << 53) + 1),
            float(9_007_199_254_740_992.0),
            Ordering::Greater,
        ),
        (
            int(i64::MAX.into()),
            float(9_223_372_036_854_775_808.0),
            Ordering::Less,
        ),
        (int(1 << 63), float(9_223_372_036_854_775_808.0), Ordering::Equal),
        (
            int((1 << 63) + 1),
            float(9_223_372_036_854_775_808.0),
            Ordering::Greater,
        ),
        (
            int(i64::MIN.into()),
            float(-9_223_372_036_854_775_808.0),
            Ordering::Equal,
        ),
        (
            int(-(1 << 63) - 1),
            float(-9_223_372_036_854_775_808.0),
            Ordering::Less,
        ),
        (power(200, 0), float(2_f64.powi(200)), Ordering::Equal),
        (power(200, 1), float(2_f64.powi(200)), Ordering::Greater),
        (power(200, -1), float(2_f64.powi(200)), Ordering::Less),
        (negative(200), float(-2_f64.powi(200)), Ordering::Equal),
        (power(1024, 0), float(f64::MAX), Ordering::Greater),
        (power(2000, 0), float(f64::INFINITY), Ordering::Less),
        (float(f64::INFINITY), float(f64::NAN), Ordering::Less),
        (float(0.0), float(-0.0), Ordering::Equal),
        (int(2), float(2.5), Ordering::Less),
        (int(-2), float(-2.5), Ordering::Greater),
        (Dynamic(Value::Bool(true)), float(1.0), Ordering::Equal),
    ];
    for (a, b, order) in rows {
        assert_eq!(a.cmp(&b), order, "{a:?} {b:?}");
    }
}

#[test]
fn numbers_hash_as_pythons_do() {
    // What `hash` says in CPython on 64 bits.
    let rows = [
        (int(-1), -2),
        (int(i64::MAX.into()), 3),
        (int(i64::MIN.into()), -4),
        (int((1 << 61) - 1), 0),
        (int(-(1 << 61)), -2),
        (power(200, 0), 131_072),
        (negative(200), -131_072),
        (float(0.5), 1 << 60),
        (float(-1.5), -1_152_921_504_606_846_977),
        (float(1e300), 1_224_995_262_755_759_164),
        (float(5e-324), 16_777_216),
        (float(f64::INFINITY), 314_159),
    ];
    for (value, expected) in rows {
        let number = value.0.number().expect("a number");
        assert_eq!(number.hash(), expected, "{value:?}");
    }
}

#[test]
fn integers_go_there_and_back() {
    for value in many() {
        if let Value::Big(big) = &value.0 {
            let bytes = big.to_bytes();
            assert_eq!(Dynamic(Integer::from_bytes(&bytes).into()), value);
            let (last, before) = (bytes[bytes.len() - 1], bytes[bytes.len() - 2]);
            assert!(
                !matches!((last, before), (0, 0..=0x7f) | (0xff, 0x80..)),
                "{bytes:?} is longer than need be"
            );
        }
    }
    assert_eq!(Dynamic(Integer::from_bytes(&[0xff; 40]).into()), int(-1));
    assert_eq!(Dynamic(Integer::from_bytes(&[0; 40]).into()), int(0));
}

#[test]
fn text_is_as_python_writes_it() {
    let rows = [
        (Dynamic::default(), "None"),
        (Dynamic(Value::Bool(true)), "True"),
        (int(-(1 << 100)), "-1267650600228229401496703205376"),
        (power(100, 0), "1267650600228229401496703205376"),
        (int(10_i128.pow(27)), "1000000000000000000000000000"),
        (float(1.0), "1.0"),
        (float(-0.0), "-0.0"),
        (float(1e16), "1e+16"),
        (float(1e15), "1000000000000000.0"),
        (float(1.5e-5), "1.5e-05"),
        (float(0.0001), "0.0001"),
        (float(1e300), "1e+300"),
        (float(f64::NAN), "nan"),
        (float(f64::NEG_INFINITY), "-inf"),
        (text("it's"), r#""it's""#),
        (
            text("a'\"\n\\\0é\u{a0}e\u{301}\u{200b}\u{e0001}"),
            "'a\\'\"\\n\\\\\\x00é\\xa0e\u{301}\\u200b\\U000e0001'",
        ),
        (
            Dynamic(Value::Bytes(b"a'\t\xff".as_slice().into())),
            r#"b"a'\t\xff""#,
        ),
        (items(Collection::Tuple, &[int(1)]), "(1,)"),
        (items(Collection::Tuple, &[]), "()"),
        (items(Collection::List, &[int(1), text("a")]), "[1, 'a']"),
        (items(Collection::Set, &[]), "set()"),
        (items(Collection::Set, &[int(1)]), "{1}"),
        (items(Collection::FrozenSet, &[int(1)]), "frozenset({1})"),
        (items(Collection::FrozenSet, &[]), "frozenset()"),
        (
            dict(&[(text("a"), int(1)), (int(2), Dynamic::default())]),
            "{'a': 1, 2: None}",
        ),
    ];
    for (value, expected) in rows {
        assert_eq!(format!("{value:?}"), expected);
    }
    assert_eq!(text("it's\n").to_string(), "it's\n");
    // Python refuses to write so many digits.
    assert_eq!(power(40_000, 7).to_string(), format!("0x1{}7", "0".repeat(9_999)));
    assert_eq!(
        negative(40_000).to_string(),
        format!("-0x1{}", "0".repeat(10_000))
    );
    assert_eq!(format!("[{:>6}] [{:<4}]", int(7), text("a")), "[     7] [a   ]");
}

#[cfg(feature = "serde")]
mod through_serde {
    use serde::Deserialize;
    use serde::de::value::{Error, MapDeserializer, SeqDeserializer};

    use super::*;

    #[test]
    fn what_is_deserialized_is_plain_data() {
        let list = SeqDeserializer::<_, Error>::new([1_u64, u64::MAX].into_iter());
        let expected = items(Collection::List, &[int(1), int(u64::MAX.into())]);
        assert_eq!(Dynamic::deserialize(list).expect("a list"), expected);
        let map = |keys: [&'static str; 2]| {
            let pairs = keys.into_iter().zip([1.5, 2.0]);
            Dynamic::deserialize(MapDeserializer::<_, Error>::new(pairs))
        };
        let expected = dict(&[(text("a"), float(1.5)), (text("b"), float(2.0))]);
        assert_eq!(map(["a", "b"]).expect("a map"), expected);
        assert!(map(["a", "a"]).is_err());
    }
}
