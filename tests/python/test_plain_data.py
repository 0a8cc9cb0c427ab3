"""A crate's own type of values: made of plain data of any shape, where Rust takes what is converted to it."""

from __future__ import annotations

from typing import Any

import pytest

import usecrate

SOURCE = """
//! Values of any kind, and what is made of them.
use std::collections::BTreeMap;

/// A value of any kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Value(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Nothing, Yes(bool), Whole(i64), Real(f64), Text(String), Many(Vec<Value>), Named(BTreeMap<String, Value>),
}

impl From<()> for Value { fn from((): ()) -> Self { Value(Kind::Nothing) } }
impl From<bool> for Value { fn from(x: bool) -> Self { Value(Kind::Yes(x)) } }
impl From<i64> for Value { fn from(x: i64) -> Self { Value(Kind::Whole(x)) } }
impl From<f64> for Value { fn from(x: f64) -> Self { Value(Kind::Real(x)) } }
impl From<String> for Value { fn from(x: String) -> Self { Value(Kind::Text(x)) } }
impl From<&[u8]> for Value { fn from(x: &[u8]) -> Self { Value(Kind::Whole(x.len() as i64)) } }
impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(x: Vec<T>) -> Self { Value(Kind::Many(x.into_iter().map(Into::into).collect())) }
}
impl<T: Into<Value>> From<BTreeMap<String, T>> for Value {
    fn from(x: BTreeMap<String, T>) -> Self {
        Value(Kind::Named(x.into_iter().map(|(name, x)| (name, x.into())).collect()))
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::Nothing => f.write_str("-"),
            Kind::Yes(x) => write!(f, "{x}"),
            Kind::Whole(x) => write!(f, "{x}"),
            Kind::Real(x) => write!(f, "{x:?}"),
            Kind::Text(x) => write!(f, "{x:?}"),
            Kind::Many(all) => { f.write_str("[")?; for x in all { write!(f, "{x},")?; } f.write_str("]") }
            Kind::Named(all) => {
                f.write_str("{")?;
                for (name, x) in all { write!(f, "{name}={x},")?; }
                f.write_str("}")
            }
        }
    }
}

/// The text of a value.
pub fn shown<V: Into<Value>>(value: V) -> String { value.into().to_string() }
/// The text of two.
pub fn both(left: impl Into<Value>, right: impl Into<Value>) -> String {
    format!("{} {}", left.into(), right.into())
}

/// Has no maps and nothing for `()`.
#[derive(Debug)]
pub struct Listed(String);
impl From<bool> for Listed { fn from(x: bool) -> Self { Listed(x.to_string()) } }
impl From<i64> for Listed { fn from(x: i64) -> Self { Listed(x.to_string()) } }
impl From<f64> for Listed { fn from(x: f64) -> Self { Listed(x.to_string()) } }
impl From<String> for Listed { fn from(x: String) -> Self { Listed(x) } }
impl From<Vec<Listed>> for Listed {
    fn from(x: Vec<Listed>) -> Self { Listed(x.into_iter().map(|one| one.0).collect::<Vec<_>>().join("+")) }
}
/// Its text.
pub fn listed(value: impl Into<Listed>) -> String { value.into().0 }
"""


@pytest.fixture(scope="module", name="m")
def values_fixture(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The module of the crate above."""
    folder = tmp_path_factory.mktemp("own_values")
    (folder / "src").mkdir()
    (folder / "Cargo.toml").write_text(
        '[package]\nname = "own_values"\nversion = "1.0.0"\nedition = "2024"\n[workspace]\n', encoding="utf-8"
    )
    (folder / "src" / "lib.rs").write_text(SOURCE, encoding="utf-8")
    return usecrate.import_(str(folder))


def test_plain_data_becomes_a_value_however_it_is_nested(m: Any) -> None:
    data = {"b": [1, 2.0, True, None, "x"], "a": {"deep": [[], {}, [{"er": -7}]]}}
    assert m.shown(data) == '{a={deep=[[],{},[{er=-7,},],],},b=[1,2.0,true,-,"x",],}'
    for given, text in ((None, "-"), (3, "3"), (2.5, "2.5"), ("é", '"é"'), (False, "false"), ([], "[]")):
        assert m.shown(given) == text
    assert m.shown("x" * 100_000) == '"' + "x" * 100_000 + '"'
    assert m.both({"a": 1}, [2]) == "{a=1,} [2,]"


def test_values_and_what_else_is_converted_are_taken_as_before(m: Any) -> None:
    value = m.Value("text")
    assert m.shown(value) == '"text"' == str(value)
    assert m.shown(b"four") == "4"
    assert m.both(value, {"x": 1}) == '"text" {x=1,}'


def test_what_is_no_plain_data_is_refused(m: Any) -> None:
    for bad in (object(), {1: 2}, {"a": object()}, [1, {"a": {b"x"}}]):
        with pytest.raises(TypeError):
            m.shown(bad)
    with pytest.raises((OverflowError, TypeError)):
        m.shown(1 << 63)
    assert m.shown((1 << 63) - 1) == str((1 << 63) - 1)


def test_kinds_that_a_type_has_not_are_refused(m: Any) -> None:
    assert m.listed([1, [True, "x"], 2.5]) == "1+true+x+2.5"
    for bad in (None, {"a": 1}, [1, None], [{"a": 1}]):
        with pytest.raises(TypeError):
            m.listed(bad)
