"""What a configuration says: what is left out, what is called otherwise, values of what is left out."""

from __future__ import annotations

import inspect
import json
import pathlib
from typing import Any

import pytest

import usecrate

CRATE = pathlib.Path(__file__).resolve().parent.parent / "crates" / "configured"


@pytest.fixture(scope="module", name="m")
def module_fixture() -> Any:
    return usecrate.import_(str(CRATE))


def unsupported(call: Any) -> str:
    with pytest.raises(usecrate.UnsupportedSignatureError) as caught:
        call()
    return str(caught.value)


def skips(m: Any) -> dict[str, tuple[str, bool]]:
    return {skip["path"]: (skip["code"], skip["counted"]) for skip in usecrate.manifest(m)["skipped"]}


def test_what_is_skipped_says_so(m: Any) -> None:
    picture = m.Picture(3)
    for call in (lambda: picture.secret, lambda: m.Ghost, lambda: m.internal, lambda: m.prelude):
        assert "the configuration leaves it out" in unsupported(call)
    # What gives a value of a type that is left out still does; nothing of it can be called.
    ghost = m.ghost()
    assert "leaves it out: `Ghost`" in unsupported(lambda: ghost.boo)
    found = skips(m)
    assert found["configured::Image::secret"] == ("configured", True)
    assert found["configured::internal::poke"] == ("configured", True)
    assert found["configured::internal::Lever::pull"] == ("configured", True)
    coverage = usecrate.manifest(m)["coverage"]
    assert coverage["callables"] > coverage["served"], "what is skipped stays in the denominator"


def test_a_place_where_something_is_re_exported_goes_alone(m: Any) -> None:
    assert m.Picture(3).columns() == 3
    assert m.shapes.merge("a", "b") == "a-b"


def test_other_names_are_all_there_are(m: Any) -> None:
    picture = m.Picture(3)
    assert type(picture).__name__ == "Picture" and repr(m.Picture).count("Picture")
    assert picture.columns() == 3 and picture.paint() == 30 == m.Paint.paint(picture)
    assert m.shapes.merge.__name__ == "merge" and m.Filter.Sharp.name == "Sharp"
    assert "names it `Picture`" in unsupported(lambda: m.Image)
    assert "names it `columns`" in unsupported(lambda: picture.width)
    assert "names it `paint`" in unsupported(lambda: picture.fill)
    assert "names it `merge`" in unsupported(lambda: m.shapes.join)
    assert skips(m)["configured::Image"] == ("renamed", False)
    assert picture.columns.__doc__ and "Python: columns(self)" in picture.columns.__doc__


def test_values_of_what_is_left_out(m: Any) -> None:
    picture = m.Picture(3)
    assert picture.resize(4) == "4 Smooth 80 None"
    assert picture.resize(4, quality=9) == "4 Smooth 9 None"
    assert picture.resize(4, "Sharp", note="x") == '4 Nearest 80 Some("x")'
    assert picture.resize(4, m.Filter.Sharp, 5, "x") == '4 Nearest 5 Some("x")'
    assert str(inspect.signature(picture.resize)) == "(wide, filter='Smooth', quality=80, note=None)"
    assert "quality: int = 80" in m.Picture.resize.__doc__
    with pytest.raises(TypeError, match="quality"):
        picture.resize(4, quality=None)
    # An option before what may be left out may be left out, too.
    assert picture.crop() == "None Point { x: 1, y: 2 }"
    assert picture.crop("a", m.Point(3, 4)) == 'Some("a") Point { x: 3, y: 4 }'
    # Of several signatures those have it that it fits.
    assert m.describe() == "7 7"


def test_the_manifest_says_them(m: Any) -> None:
    manifest = usecrate.manifest(m)
    resize = next(one for one in manifest["callables"] if one["id"] == "configured::Image::resize")
    assert [param.get("default") for param in resize["params"]] == [None, None, "Smooth", 80, None]
    schema = manifest["parameters"]["configured::Image::resize"]
    assert schema["required"] == ["self", "wide"] and schema["properties"]["quality"]["default"] == 80


def test_instances_have_names_of_their_own(m: Any) -> None:
    stack = m.ByteStack()
    stack.push(255)
    assert type(stack) is m.ByteStack is m.Stack["u8"] and m.ByteStack.__name__ == "ByteStack"
    with pytest.raises(OverflowError):
        stack.push(256)
    assert stack.wide() == [255] == stack.convert["u16"]()
    assert m.parse_u32("5") == 5 == m.parse["u32"]("5") == m.parse["u64"]("5")
    assert str(inspect.signature(m.parse_u32)) == "(text)"
    with pytest.raises(usecrate.CallError):
        m.parse_u32("-5")


@pytest.mark.parametrize(
    ("config", "problem", "hint"),
    [
        ('skip = ["Image::secrt"]', "`Image::secrt` in the list `skip`", "did you mean `Image::secret`"),
        ('rename = { "Imag" = "I" }', "`Imag` in `[rename]`", "did you mean `Image`"),
        ('rename = { "Image" = "Point" }', "`Point` is something else in `configured`", "inspect"),
        ('rename = { "Image::width" = "secret" }', "`secret` is something else", "inspect"),
        ('rename = { "Image" = "not a name" }', "`not a name` is no name in Python", "inspect"),
        ('defaults = { "Image::reize" = { quality = 1 } }', "[defaults]", "did you mean `Image::resize`"),
        (
            'defaults = { "Image::resize" = { qualty = 1 } }',
            "no parameter `qualty`",
            "did you mean `quality`",
        ),
        (
            'defaults = { "Image::resize" = { quality = 256 } }',
            "the value of `quality` is `256`, and an integer from 0 to 255 is taken",
            "inspect",
        ),
        (
            'defaults = { "Image::resize" = { filter = "Soft", quality = 1 } }',
            '`"Soft"`, and `configured::Filter` is one of `Nearest`, `Smooth`',
            "inspect",
        ),
        (
            'defaults = { "Image::resize" = { filter = "Smooth" } }',
            "`filter` may not be left out where `quality` behind it has to be passed",
            "inspect",
        ),
        (
            '[instantiate]\n"Stack" = [{ types = "u8", py_name = "Image" }]',
            "`Image` is something else in `configured`",
            "an entry is",
        ),
        ('[instantiate]\n"Stack" = [{ typs = "u8" }]', "not a valid configuration", "known are"),
    ],
)
def test_what_cannot_be_fails_the_build(
    tool: Any, tmp_path: pathlib.Path, config: str, problem: str, hint: str
) -> None:
    file = tmp_path / "usecrate.toml"
    file.write_text(config + "\n")
    done = tool("build", CRATE, "--config", file, "--profile", "dev", "--out", tmp_path, "--json")
    assert done.returncode == 1
    error = json.loads(done.stdout.splitlines()[-1])
    assert error["code"] == "bad-config", error
    assert problem in error["message"], error
    assert hint in error["hint"], error
