"""Values that are reached through others: made from whatever is bytes, found by a private trait's types, lent
through `Deref`, read into a buffer, changed in a callable; types that stand for their value, or are text."""

from __future__ import annotations

import io
import pathlib
from typing import Any

import pytest

import usecrate

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "reaches")


@pytest.fixture(name="m", scope="module")
def module_fixture() -> Any:
    """The module."""
    return usecrate.import_(CRATE)


@pytest.mark.parametrize("haystack", ["a-b-c", b"a-b-c", bytearray(b"a-b-c")])
def test_whatever_is_bytes_is_converted(m: Any, haystack: Any) -> None:
    finder = m.haystacks.Finder(ord("-"))
    assert finder.find(haystack) == 1
    assert list(finder.find_iter(haystack)) == [1, 3]
    given = m.haystacks.Input(haystack)
    assert given.haystack() == b"a-b-c"
    assert list(finder.find_iter(given.starting_at(2))) == [3]


def test_what_was_converted_lives_on(m: Any) -> None:
    found = m.haystacks.Finder(ord("x")).find_iter("".join(["x"] * 3))
    assert list(found) == [0, 1, 2]
    with pytest.raises(TypeError, match="no signature"):
        m.haystacks.Finder(1).find(5)


def test_types_of_a_private_trait_are_found_by_trying(m: Any) -> None:
    shelf = m.sealed.Shelf([("a", "Emma"), ("b", "Walden")])
    assert shelf.book("b") == "Walden" and shelf.book(0) == "Emma"
    assert shelf.book("c") is None
    assert shelf["a"] == "Emma" and shelf[1] == "Walden"
    with pytest.raises(KeyError, match="there is such a book"):
        shelf["c"]
    with pytest.raises(TypeError):
        shelf[1.5]


def test_an_associated_type_tells_a_parameter(m: Any) -> None:
    shown = m.formatted.format("a-b")
    assert str(shown) == "<a><b>" and shown.count() == 2


def test_deref_lends_for_as_long_as_the_receiver_is(m: Any) -> None:
    page = m.derefs.Page()
    with page.push("one") as added:
        assert added.count() == 1
    word = page.word(0)
    assert word.text() == "one"
    with pytest.raises(usecrate.BorrowedError, match="word"):
        page.push("two")
    word.close()
    assert page.push("two").count() == 2


def test_deref_has_what_python_spells_its_own_way(m: Any) -> None:
    page = m.derefs.Page()
    for word in ("one", "seven"):
        page.push(word).close()
    assert len(page) == page.len() == 2
    assert "seven" in page and "two" not in page


def test_deref_leads_to_what_another_crate_gives(m: Any) -> None:
    eldest = m.derefs.Family("Ada", ["Ben", "Cy"]).eldest()
    assert eldest.name() == "Ada"
    assert [child.name() for child in eldest.children()] == ["Ben", "Cy"]


def test_what_is_read_into_a_buffer_borrows_it(m: Any) -> None:
    reader = m.buffers.Reader(io.BytesIO(b"one\ntwo\n"))
    one = reader.read_into()
    two = reader.read_into(buffer=b"and ")
    assert (one.bytes(), two.bytes()) == (b"one", b"and two")
    assert reader.read_into() is None
    reader = m.buffers.Reader(io.BytesIO(b"three\nfour\n"))
    assert reader.line_into(upper=True) == "THREE"
    assert reader.line_into(upper=False, buffer="and ") == "and four"


def test_a_callable_changes_a_value(m: Any) -> None:
    counts = m.changed.Counts()
    for name, count in (("a", 1), ("b", 2), ("c", 3)):
        counts.set(name, count)
    counts.retain(lambda name, count: (count > 1, count * 10))
    assert [counts.count(name) for name in "abc"] == [None, 20, 30]
    # What it gives alone changes nothing.
    counts.retain(lambda name, count: name != "b")
    assert [counts.count(name) for name in "abc"] == [None, None, 30]
    counts.update(lambda count: count + 1)
    counts.update(lambda count: None)
    assert counts.count("c") == 31
    with pytest.raises(OverflowError):
        counts.update(lambda count: -1)
    with pytest.raises(TypeError):
        counts.retain(lambda name, count: (True, "x"))
    assert counts.count("c") == 31


def test_text_is_written_behind_what_is_there(m: Any) -> None:
    def write(word: str, out: str) -> Any:
        return (True, f"{out}{word.title()};") if word else False

    assert m.changed.rewrite("ab cd  ef", write) == "Ab;Cd;"
    with pytest.raises(usecrate.UnsupportedSignatureError, match="in place"):
        m.changed.both(lambda left, right: None)


def test_the_class_stands_for_its_one_value(m: Any) -> None:
    units = m.units
    assert units.hour(23, units.Hours(2)) == 1
    assert units.hour(23, units.Mean) == units.hour(23, units.Mean()) == 23
    assert units.mean(7, units.Mean) == 7
    for wrong in (units.Hours, int, "Mean"):
        with pytest.raises(TypeError):
            units.mean(7, wrong)


def test_what_is_text_by_reference_is_shown_as_it(m: Any) -> None:
    assert str(m.names.Name("ä")) == "ä" and repr(m.names.Name("ä")) == 'Name("ä")'
    assert str(m.names.Label("ä")) == "label ä"
    for value, spelled in ((m.names.Name("a"), "str"), (m.names.Key(1, 2), "bytes")):
        with pytest.raises(AttributeError, match=rf"in Python that is `{spelled}\(x\)`"):
            value.as_ref()
    with pytest.raises(AttributeError, match="dir"):
        m.names.Label("a").as_ref()


def test_an_impls_parameter_is_not_its_traits_of_that_name(m: Any) -> None:
    spot = m.measures.spot
    assert m.measures.Straight().distance(spot(1.5), spot(4.0)) == 2.5
    assert m.measures.Winding().distance(spot(1.5), 4.0) == 6.0


def test_what_a_trait_leaves_out_is_the_type_itself(m: Any) -> None:
    assert m.measures.spot(1.0).within(m.measures.spot(2.0))
    assert not m.measures.spot(1.0).within(other=m.measures.spot(0.0))


def test_an_entry_is_told_apart_and_has_its_parts(m: Any) -> None:
    stock = m.entries.Stock()
    stock.put("a", 1)
    match stock.entry("a"):
        case m.entries.Entry.Occupied(occupied):
            assert occupied.get() == 1
        case _:
            pytest.fail("it is there")
    del occupied
    entry = stock.entry("b")
    assert usecrate.variant(entry) == "Vacant"
    assert (entry.key, entry.place.others()) == ("b", 1)


def test_data_of_another_crate_implements_a_trait(m: Any) -> None:
    data = {"a": {"b": [1, None]}, "c": 2}
    assert m.queries.within(data, "a", "b") == [1, None]
    assert m.queries.within(data, "a", "x") is None
    assert m.queries.Queryable.part(data, "c") == 2
    assert m.queries.Queryable.parts(data, "c", "a") == [2, {"b": [1, None]}]


def test_what_has_no_name_and_is_shown_is_its_text(m: Any) -> None:
    assert m.names.quoted("it's") == "'it''s'"


def test_a_callable_that_changes_a_value_may_fail(m: Any) -> None:
    writers = m.changed.Writers()
    writers.add("loud", lambda word, out: out + word.upper())
    writers.add("none", lambda word, out: None)
    assert writers.write("loud", "a") == "<A"
    assert writers.write("none", "a") == "<"

    def fail(word: str, out: str) -> str:
        raise LookupError(word)

    writers.add("fails", fail)
    with pytest.raises(LookupError, match="a"):
        writers.write("fails", "a")
    assert m.changed.again(lambda number: (number < 9, number * 3)) == 27
    with pytest.raises(ZeroDivisionError):
        m.changed.again(lambda number: (True, number // 0))


def test_variants_that_borrow_and_are_generic(m: Any) -> None:
    line = m.lines.Line
    both, new, gap = m.lines.lines("ab")
    match both:
        case line.Context(text):
            assert text == "ab"
        case _:
            pytest.fail("another variant")
    assert isinstance(new, line.Insert) and new.text == "ab"
    assert isinstance(gap, line.Gap)
    # The name alone is text's.
    assert line.Context("x") == m.lines.lines("x")[0]
    assert [one.text for one in m.lines.lines_bytes(b"\xff")[1:2]] == [b"\xff"]


@pytest.mark.parametrize(
    ("given", "text"),
    [(5, "5"), ("a", '"a"'), (True, "true"), (1.5, "1.5")],
    ids=["int", "str", "bool", "float"],
)
def test_conversions_lead_through_others(m: Any, given: object, text: str) -> None:
    node = m.lines.Node()
    node.push(given)
    node.push(m.lines.Value(given))
    node.push(m.lines.Entry(given))
    assert node.text() == f"{text}@0 {text}@1 {text}@2"


def test_iterators_that_are_generic_over_what_they_are_of(m: Any) -> None:
    tally = m.lines.Tally([3, 2, 9, 1, 4])
    assert list(tally.rising()) == [3, 9, 4]
