"""Direct calls against a library that answers by hand.

What goes as words arrives as it is, and whatever is unusual gives what a message gives.
"""

from __future__ import annotations

import array
import gc
import itertools
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from usecrate import _native, errors

#: A callable that takes direct calls, and one that shows its arguments alike, but takes none.
DIRECT, PLAIN = 60, 70


class Wire(bytes):
    """What is MessagePack already."""


def packed(value: Any) -> bytes:
    """A few values in MessagePack."""
    if isinstance(value, Wire):
        return bytes(value)
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return b"\xd3" + value.to_bytes(8, "big", signed=True)
    if isinstance(value, str):
        return bytes([0xD9, len(value.encode())]) + value.encode()
    return bytes([0x90 | len(value)]) + b"".join(map(packed, value))


def bits(number: float) -> int:
    return int(struct.unpack("=q", struct.pack("=d", number))[0])


def shown(text: str | bytes) -> str:
    return (text.encode() if isinstance(text, str) else text).hex()


class Prepared:
    """Prepares callables, and knows how they were called."""

    def __init__(self, echo: Any) -> None:
        self.echo = echo
        params = [("n", "i64", False), ("l", "str", False), ("r", "str", False)]
        params += [(name, "i64", False) for name in ("code", "word", "milliseconds")]
        params += [("answer", "bytes", False)]
        self._prepare = echo.function(54, "prepare", params, "unit")
        self._ways = echo.function(55, "ways", [], "str")

    def ways(self) -> str:
        """How calls came since the last time."""
        return str(self._ways())

    def __call__(
        self,
        letters: str,
        types: list[Any],
        result: Any = "str",
        *,
        letter: str = "",
        code: int = 0,
        word: int = 0,
        milliseconds: int = 0,
        answer: Any = None,
        index: int = DIRECT,
        **more: Any,
    ) -> Any:
        """A function that is called directly, if the library's letters are those of the types."""
        content = b"" if answer is None else packed(answer)
        self._prepare(index, letters, letter, code, word, milliseconds, content)
        params = [("abcdefghijklmnopqrst"[at], type_, False) for at, type_ in enumerate(types)]
        return self.echo.function(index, "f", params, result, **more)

    def plain(self, types: list[Any], result: Any = "str", **more: Any) -> Any:
        """The same without direct calls."""
        return self("", types, result, index=PLAIN, **more)


@pytest.fixture
def prepare(echo: Any) -> Prepared:
    prepared = Prepared(echo)
    prepared.ways()
    return prepared


def outcome(call: Callable[..., Any], *arguments: Any, **keywords: Any) -> tuple[Any, ...]:
    """What a call gives, or raises."""
    try:
        value = call(*arguments, **keywords)
    except Exception as error:
        return type(error), str(error), getattr(error, "__notes__", None)
    return type(value), repr(value)


class IntSub(int):
    pass


class FloatSub(float):
    pass


class StrSub(str):
    pass


class BytesSub(bytes):
    pass


class Index:
    def __index__(self) -> int:
        return 7


class Floats:
    def __float__(self) -> float:
        return 0.5


class Raising:
    def __index__(self) -> int:
        raise LookupError("mine")

    __float__ = __index__


def read_only(values: Any) -> memoryview:
    return memoryview(values).toreadonly()


WORDS = {
    "bool": "b",
    "str": "s",
    "bytes": "y",
    "f32": "f",
    "f64": "f",
    **{f"i{size}": "i" for size in ("8", "16", "32", "64", "size")},
    **{f"u{size}": "u" for size in ("8", "16", "32", "64", "size")},
}
UNION = ["union", "bytes", "str"]

ARRIVES = [
    ("bool", True, "true"),
    ("bool", False, "false"),
    *((f"i{bits_}", -(2 ** (bits_ - 1)), str(-(2 ** (bits_ - 1)))) for bits_ in (8, 16, 32, 64)),
    *((f"i{bits_}", 2 ** (bits_ - 1) - 1, str(2 ** (bits_ - 1) - 1)) for bits_ in (8, 16, 32, 64)),
    *((f"u{bits_}", 2**bits_ - 1, str(2**bits_ - 1)) for bits_ in (8, 16, 32)),
    ("isize", -1, "-1"),
    ("usize", 0, "0"),
    ("u64", 2**63 - 1, str(2**63 - 1)),
    ("f64", 0.1, "0.1"),
    ("f64", float("-inf"), "-inf"),
    ("f32", 0.5, "0.5"),
    ("f32", 0.1, repr(struct.unpack("f", struct.pack("f", 0.1))[0])),
    ("str", "", ""),
    ("str", "grüße", shown("grüße")),
    ("str", "\0" * 3000, "00" * 3000),
    ("bytes", b"", ""),
    ("bytes", b"\0\xff", "00ff"),
    ("bytes", bytes(5000), "00" * 5000),
    ("bytes", BytesSub(b"sub"), shown(b"sub")),
    ("bytes", memoryview(b"view"), shown(b"view")),
    ("bytes", memoryview(b"abcdef")[2:4], shown(b"cd")),
    ("bytes", memoryview(bytes(6)).cast("B", [2, 3]), "00" * 6),
    ("bytes", read_only(bytearray(b"bytearray")), shown(b"bytearray")),
    ("bytes", read_only(array.array("H", [1, 2])), shown(array.array("H", [1, 2]).tobytes())),
    (UNION, b"bytes", shown("bytes")),
    (UNION, "text", shown("text")),
    (UNION, read_only(bytearray(b"view")), shown("view")),
    (["list", "i64"], read_only(array.array("q", [1, -1])), shown(array.array("q", [1, -1]).tobytes())),
    (["list", "f64"], read_only(array.array("d")), ""),
    (["list", "u16"], memoryview(bytes(4)).cast("H"), "00" * 4),
    (["list", "i8"], memoryview(b"\1\2").cast("b"), "0102"),
]


def letter_of(type_: Any) -> str:
    if isinstance(type_, str):
        return WORDS[type_]
    return "y" if type_ == UNION else "h" if type_[0] == "handle" else "m"


@pytest.mark.parametrize(("type_", "value", "arrives"), ARRIVES)
def test_arguments_arrive(prepare: Prepared, type_: Any, value: Any, arrives: str) -> None:
    for quick in (False, True):
        direct = prepare(letter_of(type_), [type_], keeps_lock=quick)
        plain = prepare.plain([type_], keeps_lock=quick)
        assert direct(value) == arrives
        assert prepare.ways() == ("prompt-direct" if quick else "direct")
        assert plain(value) == arrives
        assert prepare.ways() == ("prompt message" if quick else "message")


UNUSUAL = [
    *(("i64", value) for value in (True, IntSub(5), Index(), Raising(), 2**63, -(2**63) - 1, 2**200)),
    *(("i64", value) for value in (5.0, "5", None, b"5")),
    *(("u8", value) for value in (256, -1, True, IntSub(255), IntSub(256), Index(), 2**70)),
    *(("u64", value) for value in (2**63, 2**64 - 1, 2**64, -1)),
    *(("i8", value) for value in (128, -129, 2**64)),
    *(("f64", value) for value in (1, 2**60 + 1, 2**2000, True, FloatSub(1.5), Floats(), Index(), Raising())),
    *(("f64", value) for value in ("x", None, b"1")),
    *(("f32", value) for value in (1e300, -1e300, 1, FloatSub(0.5), Floats(), "x")),
    *(("bool", value) for value in (1, 0, None, "", IntSub(1))),
    *(("str", value) for value in (StrSub("sub"), StrSub("é"), "\ud800", "a\udfffb", b"x", None, 1)),
    *(("bytes", value) for value in (bytearray(b"abc"), bytearray(5000), memoryview(bytearray(b"abc")))),
    *(("bytes", value) for value in (memoryview(b"abcdef")[::2], array.array("d", [1.0]), "text", [1], None)),
    *((UNION, value) for value in (bytearray(b"x"), StrSub("sub"), "\ud800", memoryview(b"abc")[::-1], 1)),
    *((["list", "i64"], value) for value in ([1, 2], (1,), range(3), [], "12", b"", bytes(8), 1, None)),
    (["list", "i64"], array.array("q", [1, 2])),
    (["list", "i64"], array.array("q", range(500))),
    (["list", "i64"], read_only(array.array("i", [1, 2]))),
    (["list", "i64"], read_only(array.array("d", [1.0]))),
    (["list", "i64"], read_only(array.array("q", range(10)))[::2]),
    (["list", "i64"], memoryview(bytes(32)).cast("q", [2, 2])),
    (["list", "i64"], memoryview(bytes(32)).cast("q")[::-1]),
    (["list", "f32"], read_only(array.array("d", [1.0]))),
]


@pytest.mark.parametrize(("type_", "value"), UNUSUAL)
def test_what_is_unusual_goes_by_message(prepare: Prepared, type_: Any, value: Any) -> None:
    for quick in (False, True):
        direct = prepare(letter_of(type_), [type_], keeps_lock=quick)
        plain = prepare.plain([type_], keeps_lock=quick)
        found = outcome(direct, value)
        way = prepare.ways()
        assert found == outcome(plain, value)
        assert way == prepare.ways(), "not directly"


def test_an_unusual_argument_behind_others(prepare: Prepared) -> None:
    types = ["i64", ["list", "i64"], "bytes", "str"]
    direct, plain = prepare("imys", types), prepare.plain(types)
    view, content = read_only(array.array("q", [5])), b"x" * 2000
    before = sys.getrefcount(view), sys.getrefcount(content)
    for last in ("text", StrSub("sub"), "\ud800", None):
        found = outcome(direct, 1, view, content, last)
        assert found == outcome(plain, 1, view, content, last)
    assert prepare.ways() == "direct message message message"
    assert (sys.getrefcount(view), sys.getrefcount(content)) == before
    view.release()


def test_so_many_views_and_no_more(prepare: Prepared) -> None:
    for count, way in ((1, "direct"), (2, "direct"), (3, "message")):
        direct = prepare("y" * count, ["bytes"] * count)
        views = [read_only(bytearray(str(at), "ascii")) for at in range(count)]
        assert direct(*views) == "; ".join(shown(str(at)) for at in range(count))
        assert prepare.ways() == way
        for view in views:
            view.release()


@pytest.mark.parametrize(
    ("letters", "way"),
    [
        ("", "direct"),
        ("i" * 16, "direct"),
        ("s" * 8, "direct"),
        ("s" * 7 + "i", "direct"),
        ("s" * 9, "message"),
    ],
)
def test_many_arguments(prepare: Prepared, letters: str, way: str) -> None:
    direct = prepare(letters, [{"i": "i64", "s": "str"}[letter] for letter in letters])
    values = [at if letter == "i" else str(at) for at, letter in enumerate(letters)]
    wanted = [str(value) if isinstance(value, int) else shown(value) for value in values]
    assert direct(*values) == "; ".join(wanted)
    assert prepare.ways() == way


def test_how_arguments_are_passed(prepare: Prepared) -> None:
    direct, plain = prepare("ii", ["i64", "i64"]), prepare.plain(["i64", "i64"])
    for arguments, keywords, way in (
        ((1, 2), {}, "direct"),
        ((1,), {"b": 2}, "message"),
        ((), {"b": 2, "a": 1}, "message"),
        ((1,), {}, ""),
        ((1, 2, 3), {}, ""),
        ((1, 2), {"b": 2}, ""),
        ((1, 2), {"c": 2}, ""),
    ):
        found = outcome(direct, *arguments, **keywords)
        assert prepare.ways() == way
        assert found == outcome(plain, *arguments, **keywords)
        prepare.ways()


@pytest.mark.parametrize(
    ("letters", "types"),
    [
        ("u", ["i64"]),
        ("i", ["u64"]),
        ("f", ["i64"]),
        ("y", ["str"]),
        ("s", ["bytes"]),
        ("m", ["bytes"]),
        ("y", [["list", "i64"]]),
        ("ii", ["i64"]),
        ("", ["i64"]),
        ("i", []),
        ("i?", ["i64", "i64"]),
        ("i", [["option", "i64"]]),
        ("h", [["handle", 0, "move"]]),
    ],
)
def test_words_that_the_manifest_does_not_know(prepare: Prepared, letters: str, types: list[Any]) -> None:
    direct = prepare(letters, types)
    direct(*[[1] if type_ == ["list", "i64"] else sample(prepare, type_) for type_ in types])
    assert prepare.ways() == "message"


def sample(prepare: Prepared, type_: Any) -> Any:
    """A value of a type."""
    if type_ in ("str", "bytes"):
        return "x" if type_ == "str" else b"x"
    if type_ not in ("i64", "u64") and type_[0] == "handle":
        return prepare.echo.new(1)
    return 1


def test_optional_parameters_are_asked_by_message(prepare: Prepared, echo: Any) -> None:
    prepare("ii", ["i64", "i64"])
    function = echo.function(DIRECT, "f", [("a", "i64", False), ("b", ["option", "i64"], True)], "str")
    assert function(1) == "1; nil"
    assert prepare.ways() == "message"


@pytest.mark.parametrize(
    ("letter", "type_", "word", "value"),
    [
        ("n", "unit", 0, None),
        ("b", "bool", 0, False),
        ("b", "bool", 1, True),
        ("i", "i64", -(2**63), -(2**63)),
        ("i", "i8", -5, -5),
        ("u", "u64", -1, 2**64 - 1),
        ("u", "u8", 255, 255),
        ("u", "usize", 2**62, 2**62),
        ("f", "f64", bits(0.1), 0.1),
        ("f", "f32", bits(-2.5), -2.5),
    ],
)
def test_results_that_are_words(prepare: Prepared, letter: str, type_: str, word: int, value: Any) -> None:
    for result, quick in itertools.product((type_, ["result", type_, "str"]), (False, True)):
        given = {"letter": letter, "code": 3, "word": word, "keeps_lock": quick}
        direct, plain = prepare("i", ["i64"], result, **given), prepare.plain(["i64"], result, **given)
        assert outcome(direct, 1) == (type(value), repr(value))
        assert prepare.ways() == ("prompt-direct" if quick else "direct")
        assert outcome(plain, 1) == outcome(direct, 1)
        prepare.ways()


@pytest.mark.parametrize(
    ("letter", "type_"), [("i", "u64"), ("u", "i64"), ("b", "unit"), ("n", "str"), ("x", "i8")]
)
def test_a_word_that_the_manifest_does_not_know(prepare: Prepared, letter: str, type_: str) -> None:
    answer = [0, "text" if type_ == "str" else None if type_ == "unit" else 5]
    direct = prepare("i", ["i64"], type_, letter=letter, code=3, answer=answer)
    assert direct(1) == answer[1]
    assert prepare.ways() == "message"


ANSWERS = [
    ("i64", [0, 5]),
    ("str", [0, "text"]),
    (["list", "i64"], [0, [1, 2, 3]]),
    (["result", "i64", "str"], [1, ["value", "echo::Error", "it failed", None, ["the cause"]]]),
    ("i64", [2, ["boom", "src/lib.rs:1:2", "0: here"]]),
    ("i64", [3, ["range", 0, "does not fit"]]),
    ("i64", [3, ["type", 1, "is another"]]),
    ("i64", [3, ["value", None, "not that"]]),
    ("i64", [4, ["borrowed", 0, "something borrows it"]]),
    ("i64", [4, ["closed", 1, "is gone"]]),
    ("i64", [4, ["busy", None, "is in use"]]),
    ("i64", [5, ["malformed", "no sense"]]),
    ("i64", [5, ["callable", "has no direct calls"]]),
    ("i64", [6, [12345]]),
    ("i64", [0, "no number"]),
    ("i64", [9, 9]),
    ("i64", [1]),
]


@pytest.mark.parametrize(("type_", "answer"), ANSWERS)
def test_answers_are_those_of_messages(prepare: Prepared, echo: Any, type_: Any, answer: Any) -> None:
    operations = echo.function(51, "operations", [], "bytes")
    counter = echo.new(1)
    before = sys.getrefcount(counter)
    letters = ("", "i") if type_ in ("i64", ["result", "i64", "str"]) else ("",)
    for letter, code, quick in itertools.product(letters, (0, 2), (False, True)):
        more = {"letter": letter, "code": code, "answer": answer, "keeps_lock": quick}
        types = ["i64", ["handle", 0, "shared"]]
        direct, plain = prepare("ih", types, type_, **more), prepare.plain(types, type_, **more)
        operations()
        found = outcome(direct, 1, counter)
        assert operations() == (b"\6" if code == 2 else b""), "what is left is let go of"
        assert prepare.ways() == ("prompt-direct" if quick else "direct")
        assert found == outcome(plain, 1, counter)
        prepare.ways()
    gc.collect()
    assert sys.getrefcount(counter) == before


@pytest.mark.parametrize("may_fail", [False, True])
@pytest.mark.parametrize("letter", ["", "i"])
def test_what_would_wait_is_sent_again(prepare: Prepared, letter: str, may_fail: bool) -> None:
    result = "str" if not letter else ["result", "i64", "str"] if may_fail else "i64"
    function = prepare("iy", ["i64", "bytes"], result, letter=letter, code=10, word=7, keeps_lock=True)
    view = read_only(bytearray(b"view"))
    assert function(1, view) == (7 if letter else "1; " + shown("view"))
    assert prepare.ways() == "prompt-direct prompt message"
    view.release()


def test_what_waits_for_a_word_is_let_go(prepare: Prepared, echo: Any) -> None:
    operations = echo.function(51, "operations", [], "bytes")
    for result in ("i64", ["result", "i64", "str"]):
        function = prepare("i", ["i64"], result, letter="i", code=4, word=9, keeps_lock=True)
        operations()
        assert function(1) == 9
        assert operations() == b"\6"
    assert prepare.ways() == "prompt-direct prompt-direct"


def test_a_code_that_nobody_knows_is_no_result(prepare: Prepared) -> None:
    for code in (5, 9, -1):
        function = prepare("i", ["i64"], "i64", letter="i", code=code, word=9)
        with pytest.raises(errors.UsecrateError):
            function(1)
    # A word where the library has said that there is none.
    with pytest.raises(errors.UsecrateError):
        prepare("i", ["i64"], "str", code=3)(1)


def test_handles(prepare: Prepared, echo: Any) -> None:
    class Sub(echo.Counter):  # type: ignore[misc, name-defined]
        __slots__ = ()

    Other = type("Other", (_native.Handle,), {"__slots__": ()})
    echo.library.define_handle(1, Other)
    echo.library.define_handle(2, Sub)
    start = [("start", "i64", False)]
    other, sub = (echo.function(3, "new", start, ["handle", at, "new"])(1) for at in (1, 2))
    take = echo.function(6, "take", [("value", ["handle", 0, "move"], False)], "i64")
    closed, moved = echo.new(1), echo.new(2)
    echo.native.close(closed)
    take(moved)
    for mode in ("shared", "exclusive", "clone"):
        types = [["handle", 0, mode]]
        direct, plain = prepare("h", types), prepare.plain(types)
        counter = echo.new(1)
        assert direct(counter) == plain(counter)
        assert prepare.ways() == "direct message"
        assert not echo.native.is_closed(counter)
        for value in (closed, moved, other, None, 1, object(), echo.Counter, sub):
            found = outcome(direct, value)
            assert found == outcome(plain, value), (mode, value)
            assert found[0] is not str
        assert prepare.ways() == "", "none of them is sent"


def test_a_handle_that_is_moved_where_a_clone_would_do(prepare: Prepared, echo: Any) -> None:
    types = [["handle", 0, "clone"]]
    for function in (prepare("h", types), prepare.plain(types)):
        counter = echo.new(1)
        assert function(echo.native.move(counter)).startswith("moved ")
        assert echo.native.is_closed(counter)
    assert prepare.ways() == "message message"


def test_methods(prepare: Prepared, echo: Any) -> None:
    prepare("hi", [["handle", 0, "exclusive"], "i64"])
    receiver = ("self", ["handle", 0, "exclusive"], False)
    echo.method(DIRECT, "show", [receiver, ("n", "i64", False)], "str")
    prepare("h", [["handle", 0, "exclusive"]], letter="n", code=3, index=DIRECT + 1)
    echo.method(DIRECT + 1, "same", [receiver], "unit", fluent=True)
    prepare("h", [["handle", 0, "exclusive"]], letter="i", code=3, word=4, index=DIRECT + 2)
    echo.method(DIRECT + 2, "wrapped", [receiver], "i64", wrap=lambda value: ("made", value))
    counter = echo.new(1)
    assert counter.show(5).endswith("; 5")
    assert prepare.ways() == "direct"
    assert counter.same() is counter
    assert counter.wrapped() == ("made", 4)
    echo.native.close(counter)
    with pytest.raises(errors.ClosedError):
        counter.show(5)


def test_exceptions_that_hold_handles(prepare: Prepared, echo: Any) -> None:
    class Failure(_native.Raised):  # type: ignore[misc, name-defined]
        pass

    held = type("Held", (_native.Handle,), {"__slots__": ()})
    echo.library.define_handle(9, held, exception=Failure)
    error = echo.function(3, "new", [("start", "i64", False)], ["handle", 9, "new"])(1)
    types = [["handle", 9, "shared"]]
    direct, plain = prepare("h", types), prepare.plain(types)
    for value in (error, Failure()):
        assert outcome(direct, value) == outcome(plain, value)
    assert "direct" not in prepare.ways()


#: A handle that names nothing any more.
GONE = Wire(b"\xd8\1" + (9).to_bytes(4, "little") + b"\xff\xff\xff\0" + bytes(8))


@pytest.mark.parametrize("message", ["", "it failed", "\0", "grüße", "x" * 62, "x" * 63, "x" * 64, "x" * 150])
@pytest.mark.parametrize("late", [False, True])
def test_what_an_error_says_is_the_same_whenever_it_is_asked(
    prepare: Prepared, echo: Any, message: str, late: bool
) -> None:
    class Failure(_native.Raised):  # type: ignore[misc, name-defined]
        pass

    held = type("Held", (_native.Handle,), {"__slots__": ()})
    echo.library.define_handle(9, held, exception=Failure, trivial_drop=True, late_drop=late)
    answer = [1, [GONE, "echo::Failure", message, None, []]]
    fail = prepare("i", ["i64"], ["result", "i64", ["handle", 9, "new"]], letter="i", answer=answer)

    def caught() -> Any:
        with pytest.raises(Failure) as failed:
            fail(1)
        return failed.value

    assert prepare.ways() == ""
    error = caught()
    assert prepare.ways() == "direct"
    assert type(error) is Failure and error._rust_type == "echo::Failure"
    assert (error._message, error.args, error._message) == (message, (message,), message)
    assert error._message is error.args[0]
    assert (caught().args, BaseException.__reduce__(error)[1]) == ((message,), (message,))
    error = caught()
    error.args = ["other"]
    assert (error.args, error._message) == (("other",), message)
    error = caught()
    error._message = "other"
    assert (error.args, error._message) == ((message,), "other")
    error = caught()
    with pytest.raises(TypeError, match="may not be deleted"):
        del error.args
    with pytest.raises(TypeError, match="not iterable"):
        error.args = 1
    assert error.args == (message,)
    for _ in range(40):
        caught()


class Running:
    """A call in another thread, which is inside Rust in the body."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.thread = threading.Thread(target=call)

    def __enter__(self) -> None:
        self.thread.start()
        time.sleep(0.15)

    def __exit__(self, *_: object) -> None:
        self.thread.join()


def test_memory_is_held_as_long_as_it_is_lent(prepare: Prepared) -> None:
    direct = prepare("yi", ["bytes", "i64"], milliseconds=400)
    data = bytearray(b"content")
    view = memoryview(data).toreadonly()
    before = sys.getrefcount(view)
    found = []
    with Running(lambda: found.append(direct(view, 1))):
        with pytest.raises(BufferError):
            view.release()
        with pytest.raises(BufferError):
            data.append(1)
    assert found == [shown("content") + "; 1"]
    assert sys.getrefcount(view) == before
    view.release()
    data.append(1)


def test_memory_that_is_filled_is_not_lent(prepare: Prepared, echo: Any) -> None:
    params = [("milliseconds", "i64", False), ("buffer", ["buffer", "u8"], False)]
    fill = echo.function(47, "fill", params, ["list", "i64"])
    data = bytearray(4000)
    view = memoryview(data).toreadonly()
    for quick in (False, True):
        direct = prepare("yy", ["bytes", "bytes"], keeps_lock=quick)
        plain = prepare.plain(["bytes", "bytes"], keeps_lock=quick)
        with Running(lambda: fill(400, data)):
            found = outcome(direct, b"", view[100:200])
            assert found == outcome(plain, b"", view[100:200])
            assert "lent to Rust" in found[1]
            assert outcome(direct, view[5:], b"") == outcome(plain, view[5:], b"")
        assert prepare.ways() == ""
        assert direct(b"", view) == "; " + shown(data)
        prepare.ways()


def test_memory_that_a_direct_call_reads_is_not_filled(prepare: Prepared, echo: Any) -> None:
    params = [("milliseconds", "i64", False), ("buffer", ["buffer", "u8"], False)]
    fill = echo.function(47, "fill", params, ["list", "i64"])
    data = bytearray(10)
    direct = prepare("y", ["bytes"], milliseconds=400)
    with (
        Running(lambda: direct(memoryview(data).toreadonly())),
        pytest.raises(BufferError, match="lent to Rust"),
    ):
        fill(0, data)
    assert fill(0, data) == [1]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="no `__buffer__`")
def test_memory_is_lent_before_others_are_asked_for_theirs(prepare: Prepared, echo: Any) -> None:
    params = [("milliseconds", "i64", False), ("buffer", ["buffer", "u8"], False)]
    fill = echo.function(47, "fill", params, ["list", "i64"])

    class Filling:
        """Has others fill memory before it gives its own."""

        def __init__(self, data: bytearray) -> None:
            self.data = data
            self.found: list[Any] = []

        def __buffer__(self, _flags: int, /) -> memoryview:
            self.thread = threading.Thread(target=lambda: self.found.append(outcome(fill, 300, self.data)))
            self.thread.start()
            time.sleep(0.1)
            return memoryview(b"own")

    for quick in (False, True):
        direct = prepare("yy", ["bytes", "bytes"], keeps_lock=quick)
        filling = Filling(bytearray(2000))
        assert direct(read_only(filling.data), filling) == "00" * 2000 + "; " + shown("own")
        assert prepare.ways() == ("prompt-direct" if quick else "direct")
        filling.thread.join()
        assert filling.found[0][0] is BufferError, "it was filled while it was lent"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="no `__buffer__`")
@pytest.mark.parametrize("quick", [False, True])
def test_what_nothing_may_swallow_is_raised_at_once(prepare: Prepared, quick: bool) -> None:
    class Interrupted:
        """Raises once, and gives its memory from then on."""

        def __init__(self, error: BaseException) -> None:
            self.errors = [error]

        def __buffer__(self, _flags: int, /) -> memoryview:
            if self.errors:
                raise self.errors.pop()
            return memoryview(b"own")

    direct = prepare("y", ["bytes"], keeps_lock=quick)
    with pytest.raises(KeyboardInterrupt):
        direct(Interrupted(KeyboardInterrupt()))
    assert prepare.ways() == ""


def test_the_interpreter_is_let_go_of(prepare: Prepared) -> None:
    direct = prepare("i", ["i64"], "i64", letter="i", code=3, milliseconds=300)
    with Running(lambda: direct(1)):
        start = time.monotonic()
        sum(range(1000))
        assert time.monotonic() - start < 0.1


ENDINGS: list[dict[str, Any]] = [
    {},
    {"code": 2},
    {"code": 10},
    {"answer": [2, ["boom", None, None]]},
    {"answer": [3, ["range", 1, "does not fit"]]},
    {"answer": [4, ["borrowed", 3, "something borrows it"]]},
    {"answer": [5, ["malformed", "no sense"]]},
    {"code": 3, "word": 5, "letter": "i", "result": "i64"},
    {"code": 4, "word": 5, "letter": "i", "result": "i64"},
    {"code": 7, "letter": "i", "result": "i64"},
    {"answer": [2, ["boom", None, None]], "letter": "i", "result": "i64"},
]


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
def test_references_are_given_back(prepare: Prepared, echo: Any, ending: dict[str, Any], quick: bool) -> None:
    types = ["str", "bytes", ["list", "i64"], ["handle", 0, "shared"], "bytes"]
    more = {"result": "str", **ending, "keeps_lock": quick}
    direct = prepare("symhy", types, more.pop("result"), **more)
    text, content = "text" * 100, b"bytes" * 100
    numbers, view = read_only(array.array("q", [1])), read_only(bytearray(b"view"))
    values = [text, content, numbers, echo.new(1), view]
    before = [sys.getrefcount(value) for value in values]
    for _ in range(50):
        outcome(direct, *values)
    gc.collect()
    assert "direct" in prepare.ways()
    assert [sys.getrefcount(value) for value in values] == before
    numbers.release()
    view.release()


def test_nothing_leaks(prepare: Prepared) -> None:
    direct = prepare("sy", ["str", "bytes"], "i64", letter="i", code=3, word=2**40)
    raising = prepare("s", ["str"], "i64", letter="i", answer=[2, ["boom", None, None]], index=DIRECT + 1)
    view = read_only(bytearray(b"view"))

    def work() -> None:
        for _ in range(200):
            direct("text", view)
            with pytest.raises(errors.PanicError):
                raising("text")

    work()
    gc.collect()
    blocks = sys.getallocatedblocks()
    for _ in range(3):
        work()
    gc.collect()
    assert sys.getallocatedblocks() - blocks < 200


def test_threads_make_direct_calls_at_once(prepare: Prepared) -> None:
    # Asked for by all of them, and for the first time.
    for _ in range(5):
        direct = prepare("is", ["i64", "str"])
        found: list[bool] = []
        start = threading.Barrier(4)

        def work(number: int, direct: Any = direct, found: Any = found, start: Any = start) -> None:
            start.wait()
            wanted = f"{number}; {shown(str(number))}"
            found.append(all(direct(number, str(number)) == wanted for _ in range(100)))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [True] * 4
        prepare.ways()


def test_calls_inside_arguments_are_others(prepare: Prepared, echo: Any) -> None:
    direct = prepare("ii", ["i64", "i64"])

    class Asking:
        def __index__(self) -> int:
            return int(direct(1, 2).split("; ")[1])

    assert direct(5, Asking()) == "5; 2"
    assert prepare.ways() == "direct message"
