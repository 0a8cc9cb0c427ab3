"""Generic items, reached by subscripts: what is asked for by name, what nothing that is passed decides."""

from __future__ import annotations

import array
import inspect
import json
import pathlib
import subprocess
from typing import Any

import pytest

import usecrate
from usecrate.tool import program

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "generics")


@pytest.fixture(scope="module", name="m")
def module_fixture() -> Any:
    return usecrate.import_(CRATE)


@pytest.fixture(name="data")
def data_fixture(m: Any) -> Any:
    return m.data


def refused(kind: type[Exception], call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(kind) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def row(m: Any) -> Any:
    made = m.Row()
    made.int("age", 7)
    made.text("name", "Ann")
    return made


def test_what_nothing_decides_is_told_by_a_subscript(m: Any) -> None:
    assert m.parse["u32"]("5") == 5
    assert m.parse["f64"]("5") == 5.0 and isinstance(m.parse["f64"]("5"), float)
    assert m.parse["String"]("5") == "5"
    assert m.parse["bool"]("true") is True
    with pytest.raises(usecrate.CallError, match="invalid digit"):
        m.parse["u8"]("x")
    assert m.parse["u32"] is m.parse["u32"]


def test_classes_of_python_name_types_too(m: Any) -> None:
    assert m.parse[int]("-5") == -5
    assert m.parse[float]("0.5") == 0.5
    assert m.parse[str]("a") == "a"
    assert m.parse[bool]("false") is False
    assert isinstance(m.Row.get[m.Cell](row(m), 0), m.Cell.Int)


def test_bare_it_says_which_keys_there_are(m: Any) -> None:
    message = refused(TypeError, m.parse, "5")
    assert 'parse["i64"]' in message and '["String"]' in message
    message = refused(KeyError, lambda: m.parse["u128"])
    assert "u128" in message and "i64" in message and "[instantiate]" in message
    assert '--instantiate "parse<u128>"' in message and 'instantiate=["parse<u128>"]' in message
    assert "list" in refused(TypeError, lambda: m.parse[[]])
    assert "no Rust type" in refused(KeyError, lambda: m.parse[complex])


def test_a_field_of_a_generic_record_is_shown_as_what_it_holds(m: Any) -> None:
    shown = m.data.Pair(1, "a")._repr_html_()
    assert [kind in shown for kind in (">int<", ">str<", ">i32<")] == [True, True, False]


def test_a_length_that_is_a_type_is_shown_as_a_number(m: Any) -> None:
    shown = json.dumps(usecrate.manifest(m))
    assert "generics::sealed::Seal<U12>" in shown and "UInt" not in shown and "UTerm" not in shown


def test_any_value_stands_for_what_has_no_shape(m: Any) -> None:
    assert m.nothing() is None
    assert m.words("a b") == ["a", "b"]


def test_constants_are_named_by_numbers(m: Any) -> None:
    assert m.zeros["3"]() == m.zeros[3]() == bytes(3)
    assert m.zeros[5]() == bytes(5)  # asked for
    assert "6" in refused(KeyError, lambda: m.zeros[6])
    assert m.sum([1, 2, 3]) == (3, 6)
    assert m.sum["2"]([1, 2]) == (2, 3)
    refused(ValueError, m.sum, [1] * 5)
    refused(ValueError, m.sum["2"], [1, 2, 3])


def test_methods_are_bound(m: Any) -> None:
    here = row(m)
    assert here.get["usize", "i64"](0) == 7
    assert here.get["i64"](0) == here.get["i64"]("age") == here.get[int]("age") == 7
    assert here.get["&str, String"]("name") == "Ann"
    assert m.Row.get["usize , i64"](here, 0) == 7
    assert here.get[" usize", "String "](1) == "Ann"
    with pytest.raises(m.WrongCell, match="no i64"):
        here.get["i64"](1)
    bound = here.get
    assert bound.__self__ is here and bound.__name__ == "get" and bound == here.get
    assert hash(bound) == hash(here.get) and "Row.get" in repr(bound)
    assert "A cell as what is wanted" in bound.__doc__ and "Subscripts" in bound.__doc__
    assert bound["i64"].__self__ is here
    kept = bound["i64"]
    del here, bound
    assert kept("age") == 7


def test_the_crates_own_type_for_any_value_is_meant_where_nothing_is_said(m: Any) -> None:
    here = row(m)
    assert isinstance(here.get(0), m.Cell.Int) and isinstance(here.get("name"), m.Cell.Text)
    assert here.get("name")._0 == "Ann"
    assert isinstance(here.get["Cell"](0), m.Cell.Int)


def test_types_that_are_asked_for_are_instances_of_their_class(m: Any) -> None:
    numbers = m.Stack["u8"]()
    numbers.push(3)
    assert numbers.pop() == 3
    refused(OverflowError, numbers.push, 256)
    refused(TypeError, numbers.push, "a")
    assert isinstance(numbers, m.Stack) and m.Stack["u8"] is type(numbers)
    anything = m.Stack()
    anything.push("a")
    points = m.Stack["shapes::Point"]()
    points.push(m.shapes.Point(x=1, y=2))
    assert m.Stack["Point"] is type(points) is m.Stack[m.shapes.Point]
    assert points.pop() == m.shapes.Point(x=1, y=2)
    message = refused(KeyError, lambda: m.Stack["u64"])
    assert "u8" in message and '--instantiate "Stack<u64>"' in message
    message = refused(KeyError, lambda: m.Row().get["f32", "i64"])
    assert '--instantiate "Row::get<f32, i64>"' in message
    refused(TypeError, lambda: m.Row["u8"])
    pairs = m.shapes.Pairs["String"]()
    pairs.push(("a", "b"))
    assert pairs.pop() == ("a", "b")


def test_functions_of_those_types_have_subscripts(m: Any) -> None:
    numbers = m.Stack["u8"]()
    numbers.push(3)
    assert numbers.convert["u16"]() == [3]
    assert numbers.convert() == bytes([3])


def test_what_is_asked_for_is_found_by_what_is_passed_too(m: Any) -> None:
    store = m.Store()
    assert store.put(("a", 1.5)) == 1 and store.last() == "a=1.5"
    assert store.put["(String, f64)"](("b", 2.0)) == 2 and store.last() == "b=2"
    assert store.put(()) == 3 and store.last() == ""
    assert store.put["()"](()) == store.put[None](()) - 1
    refused(TypeError, store.put["(String, f64)"], ("b", "c"))
    assert m.kept["&'static str"]("abc") == 3
    assert m.describe["u8, _"](1, [2]) == "u8:1 [2]"
    assert m.describe["_", "String"]("x", "y").endswith("'x' \"y\"")


def test_inspect_shows_them(m: Any) -> None:
    assert isinstance(m.parse, usecrate.Function) and isinstance(m.Row.get, usecrate.Function)
    assert not isinstance(m.biggest["Point"], usecrate.Function)
    assert str(inspect.signature(m.parse["u8"])) == "(text)"
    assert str(inspect.signature(row(m).get["usize", "i64"])) == "(place)"
    assert inspect.signature(m.parse) and inspect.signature(row(m).get)
    assert '["u8"]' in m.parse.__subscripts__
    assert "Reads text" in m.parse.__doc__ and "'u8'" in m.parse.__doc__
    from usecrate.listing import listing

    text = "\n".join(listing(usecrate.manifest(m)))
    assert 'def parse["u8"](text: str) -> int' in text
    assert '["u8"] is Stack_u8' in text


def test_they_give_their_results_in_other_forms(m: Any) -> None:
    numbers = m.Stack["u8"]()
    numbers.push(3)
    assert bytes(usecrate.buffers(numbers.convert)()) == b"\x03"
    assert bytes(usecrate.buffers(m.zeros[3])()) == bytes(3)


def build(tmp_path: pathlib.Path, *arguments: str) -> list[dict[str, Any]]:
    command = [program(), "build", CRATE, "--json", "--profile", "dev", "--out", str(tmp_path), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("entry", "message", "hint"),
    [
        ("pars<u8>", "has no public item", "`parse`"),
        ("Row::gett<u8>", "has no public item", "`Row::get`"),
        ("Point<u8>", "has no public item", "`shapes::Point`"),
        ("parse<u7>", "there is no type `u7`", "`u8`"),
        ("parse<HashMap<u8, u8>>", "there is no type `HashMap`", "`std::collections::HashMap`"),
        ("parse<u8, u8>", "it takes T", ""),
        ("Row::get<u8>", "it takes P, T", ""),
        ("Row<u8>", "not generic", ""),
        ("Place<u8>", "a trait", ""),
        ("parse<3 + 4>", "no Rust type", ""),
        ("parse", "no path with type arguments", "--instantiate"),
    ],
)
def test_what_names_nothing_is_told(tmp_path: pathlib.Path, entry: str, message: str, hint: str) -> None:
    error = build(tmp_path, "--instantiate", entry)[-1]
    assert error["event"] == "error" and error["code"] == "bad-config"
    assert message in error["message"] and hint in error["hint"]


def test_what_rustc_rejects_is_told_and_skipped(tmp_path: pathlib.Path) -> None:
    events = build(tmp_path, "--instantiate", "parse<shapes::Point>", "--instantiate", "nothing<u8>")
    warnings = [event["message"] for event in events if event["event"] == "warning"]
    assert any("parse<shapes::Point>" in text and "FromStr" in text for text in warnings)
    assert len([text for text in warnings if "asked for" in text]) == 1
    m = usecrate.load_artifact(events[-1]["artifact"])
    assert m.nothing["u8"]() == 0
    assert m.parse["u8"]("3") == 3 and m.zeros[5]() == bytes(5)  # of the crate's own configuration
    manifest: Any = usecrate.manifest(m)
    assert "nothing" in manifest["build"]["config"]
    skipped = [skip for skip in manifest["skipped"] if skip["path"] == "generics::parse<shapes::Point>"]
    assert skipped and "FromStr" in skipped[0]["message"]


def test_import_takes_what_is_asked_for(m: Any) -> None:
    other = usecrate.import_(CRATE, instantiate=["nothing<String>"])
    assert other.nothing["String"]() == ""
    with pytest.raises(TypeError, match="list"):
        usecrate.import_(CRATE, instantiate="nothing<String>")


def test_an_associated_type_with_a_parameter_is_worked_out(m: Any) -> None:
    assert m.Chart(7).table() == [[7, 7, 7], [7, 7, 7]]


def test_an_argument_of_a_trait_that_is_left_out_is_its_default(m: Any) -> None:
    assert m.rows(3).len() == 3


def test_records_of_one_generic_type_are_one_class(data: Any) -> None:
    assert repr(data.Pair(first=1, second=2)) == "Pair(first=1, second=2)"
    assert data.sum(data.Pair(1, 2)) == data.sum({"first": 1, "second": 2}) == 3
    words = data.words()
    assert type(words) is data.Pair and data.swap(words) == data.Pair("b", "a")
    assert data.swap(data.Pair(1, 2)) == data.Pair(2, 1)
    assert data.Pair(1, 2) < data.Pair(1, 3) and data.Pair("a", "c") > data.Pair("a", "b")
    assert data.Pair["i32"] is data.Pair["String"] is data.Pair
    assert usecrate.asdict(words) == {"first": "a", "second": "b"}
    assert "no signature" in refused(TypeError, data.swap, data.Pair(1, "x"))
    assert "`pair.first` must be int, not str" in refused(TypeError, data.sum, data.Pair("a", "b"))
    assert "misses `second`" in refused(TypeError, data.Pair, 1)


def test_enums_of_one_generic_type_are_one_class(data: Any) -> None:
    assert data.count(data.Several.Many([1, 2])) == 2 and data.count(data.Several.One(1)) == 1
    assert data.join(data.Several.Many(["a", "b"])) == data.Several.One("ab")
    assert type(data.join("Nothing")) is data.Several.Nothing
    for nothing in (data.Several.Nothing, data.Several.Nothing(), "Nothing", {"Nothing": None}):
        assert data.count(nothing) == 0 and data.join(nothing) == data.Several.Nothing()
    assert "int" in refused(TypeError, data.count, data.Several.One("a"))


def test_what_may_grow_is_made_of_its_default(data: Any) -> None:
    assert data.describe(data.Settings(width=3)) == "3 columns"
    assert data.describe(data.Settings(unit="px", width=1)) == "1 px" and data.Settings().width == 80
    assert "no field `height` that can be set; it has" in refused(TypeError, data.Settings, height=1)
    assert "must be int" in refused(TypeError, data.Settings, width="1")


def test_variants_that_stay_in_rust_are_passed_as_data(data: Any) -> None:
    for begun in (data.Event.Begun, data.Event.Begun(), "Begun", {"Begun": None}):
        assert data.tell(begun) == "begun" and data.length(begun) == 5
    assert data.tell({"Ended": 3}) == data.tell(data.Event.Ended(3)) == "ended with 3"
    for failed in ({"reason": "r", "times": 2}, ["r", 2], ("r", 2)):
        assert data.tell({"Failed": failed}) == "failed 2 times: r"
    for wrong in ("begun", "Ended", {"Begun": 1, "Ended": 2}, data.Event.Ended, data.Event, 3):
        assert "must be generics.data.Event" in refused(TypeError, data.tell, wrong)
    # Nobody would see what Rust makes of it.
    assert "must be generics.data.Event" in refused(TypeError, data.end, "Begun")
    event = data.Event.Begun()
    data.end(event)
    assert data.tell(event) == "ended with 0"


def test_what_a_method_gives_is_over_each_type_that_it_may_be(m: Any) -> None:
    tape = m.Tape([1, -2])
    assert list(tape.readings["i16"]()) == [1, -2]
    assert list(tape.readings["String"]()) == ["<1>", "<-2>"]
    with pytest.raises(KeyError, match=r"i16"):
        tape.readings["f64"]
    assert 1 in tape and 3 not in tape


def test_ranges_are_lent(m: Any) -> None:
    tape = m.Tape([1])
    marked, count = tape.mark(range(1, 4))
    assert (marked, count) == (slice(1, 4), 3) or marked == range(1, 4), marked
    assert tape.mark(range(0, 0)) is None


def test_arrays_whose_length_is_a_type_are_bytes(m: Any) -> None:
    seal = m.sealed.Seal12(b"\1\2\3\4")  # a constructor that a trait gives
    assert seal.seal(bytes(12), b"\5") == 15
    assert seal.swap(bytes(range(12))) == bytes(reversed(range(12)))
    assert "expected 12 bytes, not 3" in refused(ValueError, seal.seal, b"abc", b"")
    assert "expected 4 bytes, not 2" in refused(ValueError, m.sealed.Seal12, b"ab")


def test_conversions_from_whatever_meets_a_bound(m: Any) -> None:
    assert m.sealed.said(["a", "b"]) == "a b"


def test_lists_have_the_methods_of_traits(m: Any) -> None:
    assert m.lists.Summary.mean([1, 2.5, 4]) == 2.5
    assert m.lists.Summary.mean(array.array("d", [1, 2])) == 1.5
    assert m.lists.Summary.above([1, 2, 3], 1.5) == 2
    assert m.lists.Turned.turn(["a", 2, None]) == [None, 2, "a"]
    assert m.lists.Turned.middle([1, "b", 3]) == "b" and m.lists.Turned.middle([]) is None
    assert m.lists.Picked.pick([1, 5, 7], lambda item: item > 3) == 5
    assert "not str" in refused(TypeError, m.lists.Summary.mean, ["a"])


def test_what_a_number_becomes_is_given_back(m: Any) -> None:
    assert m.lists.Cleared.clear(2.5) == (True, 0.0)
    assert m.lists.Cleared.clear(0) == (False, 0.0)


def test_parameters_agree_with_each_other(m: Any) -> None:
    assert m.lists.between(range(2, 10)) == 6 and type(m.lists.between(range(2, 10))) is int
    assert m.lists.between((1.0, 2.0)) == 1.5
    # Those that do not are not even tried.
    skipped = usecrate.manifest(m)["skipped"]
    assert not [one for one in skipped if one["path"].startswith("generics::lists::between")]


def test_a_number_in_a_type_is_one_that_its_trait_is_implemented_with(m: Any) -> None:
    field = m.lists.Flat(1.0)
    assert m.lists.Doubled["Flat", "2"](field).at([0.0, 5.0]) == 12
    assert m.lists.Doubled["Flat", "3"](field).at([0.0, 0.0, 1.0]) == 4


def test_what_a_trait_is_asked_for_by_is_told_by_its_impls_and_a_box_holds_whoever_meets_it(m: Any) -> None:
    def over(number: int) -> Any:
        boxed = f"Box<dyn Wave<f64, {number}>>"
        return m.lists.Summed["f64", boxed, boxed, str(number)]

    field = m.lists.Flat(1.0)
    assert over(1)(field, field).height([2.0]) == 6.0
    nested = over(2)(over(2)(field, m.lists.Flat(2.0)), field)
    assert nested.height([0.0, 10.0]) == 34.0


def test_a_type_of_which_only_its_blocks_ask_for_a_trait_holds_whoever_meets_it(m: Any) -> None:
    steep, flat = m.lists.Steep(), m.lists.Flat(1.0)
    assert m.lists.Summed(steep, flat).height([1.0, 2.0]) == 6.0, "in the way that most of them implement it"
    raised = m.lists.Raised(m.lists.Raised(steep, 10.0), 20.0)
    assert raised.height([1.0, 2.0]) == 33.0
    assert m.lists.Raised(flat, 2.0).height([0.0, 3.0]) == 6.0
    assert m.lists.Raised["Box<dyn Wave<f64, 1>>"](flat, 2.0).height([3.0]) == 6.0


def test_what_is_asked_of_another_type_says_what_can_be_made(m: Any) -> None:
    assert m.lists.made["u8"]() == 7 and m.lists.made["f64"]() == 0.5
    assert "u16" not in refused(TypeError, m.lists.made)


def test_the_arguments_of_a_trait_say_what_implements_it(m: Any) -> None:
    assert m.lists.Middle(1.0, 2.0).place() == 1.5


def test_text_is_another_instance_than_numbers(m: Any) -> None:
    words, numbers = m.lists.Names["String"](), m.lists.Names["i64"]()
    words.add("one")
    numbers.add(2)
    assert words.shown() == ["one"] and numbers.shown() == ["#2"]


def test_methods_are_over_whatever_implements_a_trait_of_the_crates(m: Any) -> None:
    s = m.streams
    words = s.Words.of(["ab", "abc", "b"])
    assert list(words.search(s.All())) == ["ab", "abc", "b"]
    assert list(words.search(s.Begins("ab"))) == ["ab", "abc"]
    assert list(words.search(s.Begins("ab").not_())) == ["b"]


def test_a_stream_whose_items_are_copied_out_is_iterated(m: Any) -> None:
    lengths = m.streams.Words.of(["ab", "c"]).lengths()
    assert iter(lengths) is lengths
    assert next(lengths) == 2
    assert lengths.next() == 1
    assert list(lengths) == []


def test_what_gives_the_items_that_are_asked_for_is_taken(m: Any) -> None:
    s = m.streams
    words, others = s.Words.of(["ab", "b"]), s.Words.of(["c"])
    chain = s.Chain().add(words.search(s.Begins("a"))).add(others).add(words.search(s.All()))
    assert chain.words() == ["ab", "c", "ab", "b"]
    refused(TypeError, s.Chain().add, words.lengths())


def test_types_of_one_name_are_told_apart_by_their_modules(m: Any) -> None:
    picture, paint = m.paint.Picture(3), m.paint
    assert picture.render["dots::Color"]().build() == b"\7\7\7"
    assert picture.render["lines::Color"]().build() == "3 black lines"
    assert picture.render["generics::paint::lines::Color"]().build() == "3 black lines"
    assert picture.render[paint.dots.Color]().build() == b"\7\7\7"
    assert "lines::Color" in refused(KeyError, lambda: picture.render["Color"])


def test_what_meets_a_trait_by_another_stands_there_too(m: Any) -> None:
    assert m.paint.Picture(3).render["char"]().build() == "###"


def test_what_is_converted_from_a_reference_to_any_value(m: Any) -> None:
    assert m.lists.onwards("a", lambda item: item + "b") == ["a", "ab"]


def test_what_is_converted_says_from_which_impl(m: Any) -> None:
    colours = m.colours
    paint = colours.Paint(0.5, 0.25, 0.75)
    assert colours.Grey.from_colour(paint).light == 0.5
    assert colours.Grey.from_colour(colours.Hue(720.0)).light == 1.0
    assert colours.Grey.from_colour_unclamped(colours.Hue(720.0)).light == 2.0
    assert colours.Paint.from_colour(colours.Grey(2.0)).parts == (1.0, 1.0, 1.0)
    message = refused(TypeError, colours.Paint.from_colour, colours.Hue(1.0))
    assert "Grey" in message


def test_what_something_is_converted_to_is_told_by_a_subscript(m: Any) -> None:
    colours = m.colours
    assert colours.Grey(0.5).into_colour[colours.Paint]().parts == (0.5, 0.5, 0.5)
    assert colours.Grey(0.5).into_colour["Hue<f32>"]().degrees == 0.0
    # Where there is but one, nothing has to be said.
    assert colours.Hue(180.0).into_colour().light == 0.5


def test_what_a_part_of_a_type_says_nothing_of_is_named(m: Any) -> None:
    colours = m.colours
    assert colours.of_array["Grey<f32>"]([0.5]).light == 0.5
    assert colours.of_array[colours.Paint]([0.5, 0.25, 0.75]).parts == (0.5, 0.25, 0.75)


def test_many_of_what_a_type_is_over_are_an_instance_of_it(m: Any) -> None:
    colours = m.colours
    assert colours.Grey(0.5).lighten(0.5).light == 0.5
    many = colours.Grey.with_capacity(2)
    many.push(colours.Grey(0.5))
    many.push(colours.Grey(0.25))
    assert many.pop().light == 0.25
    assert many.light == [0.5]
