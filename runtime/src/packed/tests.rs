//! There and back, and whatever else may come back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{DEEPEST, EXT_SOME, deserialized, of_plain, plain, serialized};

fn there_and_back<T: Serialize + DeserializeOwned + PartialEq + fmt::Debug>(value: T) {
    let bytes = serialized(&value).unwrap();
    assert_eq!(deserialized::<T>(&bytes).as_ref(), Ok(&value));
    // What nobody wants is passed over, and nothing may stand behind a value, nor be missing of it.
    assert!(deserialized::<IgnoredAny>(&bytes).is_ok());
    assert!(deserialized::<T>(&[&*bytes, &[0xc0]].concat()).is_err());
    assert!(deserialized::<T>(&bytes[..bytes.len() - 1]).is_err());
}

#[test]
fn values_come_back() {
    there_and_back((true, 'x', String::from("é"), -3_i8, 300_u16, 1.5_f32, f64::MIN));
    there_and_back((i64::MIN, u64::MAX, i128::MIN, i128::MAX, u128::MAX, 7_i128));
    there_and_back(((), [1_u8; 3], vec![(1, vec!["a".to_owned()])]));
    there_and_back(BTreeMap::from([
        ((1, true), BTreeSet::from(['a'])),
        ((2, false), BTreeSet::new()),
    ]));
    there_and_back((Duration::new(3, 5), 1..4, IpAddr::from([1, 2, 3, 4])));
    there_and_back(vec![Ok(1), Err("no".to_owned())]);
    there_and_back((0..70_000).collect::<Vec<u32>>());
}

#[test]
fn options_of_what_may_be_nil_are_told_apart() {
    type Three = Option<Option<Option<()>>>;
    let all: [Three; 4] = [None, Some(None), Some(Some(None)), Some(Some(Some(())))];
    for value in all {
        there_and_back(value);
    }
    there_and_back(Some(Some(vec![Some(None), Some(Some(1)), None])));
}

#[test]
fn what_does_not_fit_is_named() {
    let refused = |bytes: &[u8]| deserialized::<(u8, String)>(bytes).unwrap_err();
    let said = "invalid type: boolean `true`, expected a tuple of size 2";
    assert_eq!(refused(&[0xc3]), said);
    assert_eq!(
        refused(&[0x92, 0xa1, b'7', 0xa0]),
        "invalid type: string \"7\", expected u8"
    );
    assert_eq!(
        refused(&[0x92, 7, 7]),
        "invalid type: integer `7`, expected a string"
    );
    assert!(refused(&[0x92, 0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0, 0xa0]).contains("floating point `0.5`"));
    assert!(deserialized::<BTreeMap<u8, u8>>(&[0x90]).is_err());
    assert!(deserialized::<u64>(&serialized(&u128::MAX).unwrap()).is_err());
    assert_eq!(deserialized::<f64>(&[7]), Ok(7.0));
}

#[test]
fn keys_of_json_are_numbers() {
    let named = BTreeMap::from([("-7", 1_u8), ("12", 2)]);
    let bytes = serialized(&named).unwrap();
    assert_eq!(deserialized(&bytes), Ok(BTreeMap::from([(-7_i8, 1_u8), (12, 2)])));
    assert_eq!(
        deserialized(&bytes),
        Ok(BTreeMap::from([(-7_i128, 1_u8), (12, 2)]))
    );
    assert!(deserialized::<BTreeMap<u8, u8>>(&bytes).is_err());
    assert!(deserialized::<Vec<u8>>(&serialized(&["7"]).unwrap()).is_err());
}

#[test]
fn plain_data_is_what_they_are() {
    let value = (
        Some(1_u8),
        vec![("a".to_owned(), -1_i64)],
        BTreeMap::from([(1_u8, None::<u8>)]),
    );
    let data = plain(&value).unwrap();
    assert_eq!(format!("{data}"), "[1, [['a', -1]], {1: None}]");
    assert_eq!(of_plain(data), Ok(value));
    assert!(of_plain::<u8>(plain("x").unwrap()).is_err());
}

/// Says that it has fewer than it has.
struct Liar;

impl Serialize for Liar {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(1))?;
        for at in 0..20 {
            map.serialize_entry(&at, &at)?;
        }
        map.end()
    }
}

#[test]
fn what_is_announced_is_not_believed() {
    let all: BTreeMap<u32, u32> = deserialized(&serialized(&Liar).unwrap()).unwrap();
    assert_eq!(all.len(), 20);
    // More items than there are bytes.
    assert!(deserialized::<Vec<u64>>(&[0xdd, 0xff, 0xff, 0xff, 0xff]).is_err());
    assert!(deserialized::<(u8, u8)>(&[0x93, 1, 2, 3]).is_err());
}

/// A list of links, each of which may be a list.
#[derive(Debug)]
struct Chain(Option<Box<Chain>>);

impl Serialize for Chain {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_newtype_struct("Chain", &self.0)
    }
}

impl<'de> Deserialize<'de> for Chain {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Link;
        impl<'de> serde::de::Visitor<'de> for Link {
            type Value = Chain;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a link")
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Chain, D::Error> {
                Option::deserialize(from).map(Chain)
            }
        }
        from.deserialize_newtype_struct("Chain", Link)
    }
}

#[test]
fn nothing_is_read_or_written_too_deep() {
    let chain = |links: u32| (0..links).fold(Chain(None), |chain, _| Chain(Some(Box::new(chain))));
    let bytes = serialized(&chain(50)).unwrap();
    assert_eq!(bytes, [0xd4, EXT_SOME as u8, 50]);
    assert_eq!(
        format!("{:?}", deserialized::<Chain>(&bytes).unwrap()),
        format!("{:?}", chain(50))
    );
    let deep = |refused: String| assert_eq!(refused, "the value nests more than 128 deep");
    deep(serialized(&chain(DEEPEST)).unwrap_err());
    deep(deserialized::<Chain>(&[0xd4, EXT_SOME as u8, 255]).unwrap_err());
    // What is no link at all is asked to be one again and again.
    deep(deserialized::<Chain>(&[1]).unwrap_err());
    deep(deserialized::<IgnoredAny>(&[0x91; 100_000]).unwrap_err());
}

#[test]
fn any_bytes_end_in_a_value_or_an_error() {
    let mut state = 1_u32;
    for _ in 0..20_000 {
        let bytes: Vec<u8> = (0..12)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        let _ = deserialized::<Vec<Option<BTreeMap<String, Result<u128, f32>>>>>(&bytes);
        let _ = deserialized::<IgnoredAny>(&bytes);
        let _ = deserialized::<Chain>(&bytes);
    }
}
