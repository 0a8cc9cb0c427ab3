"""What `help` and notebooks show of a crate."""

from __future__ import annotations

import pydoc
from collections.abc import Callable
from typing import Any

import pytest

import usecrate


@pytest.fixture(scope="module", name="semver")
def semver_fixture(build: Callable[..., Any]) -> Any:
    return usecrate.load_artifact(build("semver@1.0.28"))


def shown(value: Any) -> str:
    return pydoc.render_doc(value, renderer=pydoc.plaintext)


def test_members_are_the_classes_own(semver: Any) -> None:
    text = shown(semver.Version)
    assert "usecrate.members.Lazy" not in text
    own, inherited = text.split("inherited from", 1)
    assert " |  parse(text)" in own and " |  major\n" in own and " |  close(self)\n" in own
    assert " |  __dir__(self)\n" in own and " |  __enter__(self, /)" in inherited


def test_a_class_says_what_its_call_takes(semver: Any) -> None:
    calls = [line for line in semver.Version.__doc__.splitlines() if line.startswith("Python: ")]
    assert calls[0] == "Python: Version(major: int, minor: int, patch: int) -> Version" and len(calls) == 3
    assert f" |  {calls[0]}" in shown(semver.Version)

    class Mine(semver.Version):  # type: ignore[misc]
        """Mine."""

    assert Mine.__doc__ == "Mine."
    before = semver.Comparator.__doc__
    semver.Comparator.__doc__ = "Changed."
    assert semver.Comparator.__doc__.startswith("Changed.") and before != semver.Comparator.__doc__


def test_what_several_signatures_say_alike_is_said_once(behaviours: Any) -> None:
    docs = behaviours.callables.replace_words.__doc__
    parts = docs.split("\n\n")
    assert len(parts) == len(set(parts)) and docs.count(parts[0]) == 1
    assert [part.split(" ")[0] for part in parts[-3:]] == ["Python:", "Python:", "Rust:"]


def test_documentation_is_read_without_a_browser(semver: Any) -> None:
    assert '"1.19.0" < "1.5.0" as ASCIIbetically' in semver.Version.__doc__
    assert "`1.0` — too few numeric components" in semver.Version.parse.__doc__
    assert "<br>" not in semver.__doc__
    new = semver.Version.new.__doc__
    assert "pre: Prerelease::EMPTY," in new and "# const fn new" not in new


def test_a_line_of_documentation_in_a_notebook() -> None:
    from usecrate.rich import prose

    shown = prose("**A** `b<c>` [`Foo`] [x](https://y) [`z`][q] a[0] & <i>")
    assert shown == (
        "<b>A</b> <code>b&lt;c&gt;</code> <code>Foo</code> x <code>z</code> a[0] &amp; &lt;i&gt;"
    )
