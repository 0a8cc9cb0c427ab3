"""Direct calls by the independent client, against a real artifact."""

from __future__ import annotations

import array
import ctypes
import os
import pathlib
import threading
from collections.abc import Callable
from typing import Any

import msgpack
import pytest
from client import (
    ARGUMENT,
    COUNT,
    DIRECT,
    DONE,
    ERR,
    HANDLE,
    LATER,
    LEAVES,
    NULL_ARGUMENT,
    OK,
    PANIC,
    PROMPT_DROP,
    REQUEST,
    Answer,
    Library,
    Refused,
    Response,
    forge,
    handle_parts,
)
from direct import WORD, Direct, buffer, letter_of, place, result_letter_of

BEHAVIOURS = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "behaviours")
B = "behaviours::"
ECHO = "behaviours::echoes::echo_"


@pytest.fixture(scope="module")
def fixture(library: Callable[..., str]) -> Library:
    return Library(os.environ.get("USECRATE_ASAN_LIBRARY") or library(BEHAVIOURS))


def find(library: Library, name: str) -> Direct:
    direct = Direct.of(library, name)
    assert direct, f"{name} takes no direct calls"
    return direct


def answer(direct: Direct, *arguments: Any) -> Answer:
    """What a call gives that has an answer."""
    outcome = direct(*arguments)
    assert outcome.code == DONE and outcome.answer
    return outcome.answer


def refused(direct: Direct, *arguments: Any) -> str:
    """The code of a refused handle."""
    status, payload = answer(direct, *arguments)
    assert status == HANDLE, payload
    return str(payload[0])


@pytest.mark.parametrize(
    ("name", "letter", "values"),
    [
        ("bool", "b", [False, True]),
        ("u8", "u", [0, 255]),
        ("u16", "u", [0, 65535]),
        ("u32", "u", [0, 2**32 - 1]),
        ("u64", "u", [0, 2**63, 2**64 - 1]),
        ("usize", "u", [0, 7]),
        ("i8", "i", [-128, -1, 127]),
        ("i16", "i", [-(2**15), 2**15 - 1]),
        ("i32", "i", [-(2**31), 2**31 - 1]),
        ("i64", "i", [-(2**63), -1, 2**63 - 1]),
        ("isize", "i", [-5, 5]),
        ("f64", "f", [0.1, -0.0, float("inf"), 5e-324]),
        ("f32", "f", [0.5, -2.0, float("-inf")]),
    ],
)
def test_a_word_there_and_a_word_back(fixture: Library, name: str, letter: str, values: list[Any]) -> None:
    direct = find(fixture, ECHO + name)
    assert (direct.letters, direct.result) == (letter, letter)
    for value in values:
        outcome = direct(value)
        assert outcome == (WORD, None, value) and type(outcome.value) is type(value)
        assert fixture.call(ECHO + name, value) == value, "the message says the same"


@pytest.mark.parametrize(
    ("name", "letter", "value", "gives"),
    [
        ("string", "s", "grüße", "grüße"),
        ("str", "s", "", ""),
        ("bytes", "y", b"\0\xff", b"\0\xff"),
        ("slice", "y", bytes(range(256)) * 300, bytes(range(256)) * 300),
        ("union", "y", b"text", b"text"),
        ("list_i16", "m", array.array("h", [1, -2]), [1, -2]),
        ("list_u32", "m", array.array("I", [1, 2**32 - 1]), [1, 2**32 - 1]),
        ("list_f32", "m", array.array("f", [0.5]), [0.5]),
        ("slice_f64", "m", array.array("d", [0.1, 2.0]), [0.1, 2.0]),
        ("deque", "m", array.array("H", [3, 1]), [3, 1]),
        ("ordered_set", "m", array.array("q", [3, -1, 3]), [-1, 3]),
        ("list_u64", "m", b"", []),
    ],
)
def test_memory_goes_and_a_message_comes_back(
    fixture: Library, name: str, letter: str, value: Any, gives: Any
) -> None:
    direct = find(fixture, ECHO + name)
    assert (direct.letters, direct.result) == (letter, None)
    assert answer(direct, value) == (OK, gives)


def test_other_results(fixture: Library) -> None:
    assert find(fixture, B + "errors::parse")("17") == (WORD, None, 17)
    assert find(fixture, B + "drops::living")().code == WORD
    nothing = find(fixture, B + "borrows::Text::set")
    text = fixture.call(B + "borrows::Text::new", "old")
    assert (nothing.letters, nothing.result) == ("hs", "n")
    assert nothing(text, "new") == (WORD, None, None)
    assert fixture.call(B + "borrows::Text::content", text) == "new"
    fixture.drop(text)
    # f32 is rounded to, as the nearest there is.
    assert find(fixture, ECHO + "f32")(0.1).value == ctypes.c_float(0.1).value


@pytest.mark.parametrize(
    "name",
    [
        *("echoes::echo_" + it for it in ("unit", "u128", "i128", "char", "nonzero", "option", "tuple")),
        *("echoes::echo_" + it for it in ("list_bool", "list_string", "array_u8", "record", "colour")),
        *("echoes::echo_" + it for it in ("path", "duration", "any", "dict", "range")),
        "buffers::double",
        "moves::Ticket::punch",
        "values::joined",
    ],
)
def test_some_take_none(fixture: Library, name: str) -> None:
    assert Direct.of(fixture, B + name) is None


def test_letters_are_those_of_the_types(fixture: Library) -> None:
    some = 0
    for callable_ in fixture.callables:
        letters = [letter_of(type_) for type_ in callable_.params]
        direct = Direct.of(fixture, callable_.id)
        if direct is None:
            assert callable_.params, "no words are always there"
            continue
        some += 1
        assert list(direct.letters) == letters, callable_
        if direct.result is not None:
            assert direct.result == result_letter_of(callable_.result), callable_
    assert some > 50


def test_errors_and_panics_are_answers(fixture: Library) -> None:
    fail = find(fixture, B + "errors::fail")
    assert (fail.letters, fail.result) == ("u", "u")
    assert fail(50) == (WORD, None, 50)
    for how in (0, 1, 101):
        both = answer(fail, how), fixture.refusal(B + "errors::fail", how)
        assert [outcome.status for outcome in both] == [ERR, ERR]
        assert both[0].payload[1:] == both[1].payload[1:]
        for outcome in both:
            fixture.drop(outcome.payload[0])
    complain = find(fixture, B + "errors::complain")
    assert complain.result == "n"
    assert answer(complain, "it")[1][2] == "it is wrong"
    status, payload = answer(find(fixture, B + "panics::panic"), "these words")
    assert (status, payload[0]) == (PANIC, "these words") and "panics.rs" in payload[1]
    # One response serves the entry and the symbol in turn.
    assert fixture.call(B + "add", 1, 2) == 3
    assert fail(50) == (WORD, None, 50)
    assert fixture.call(B + "errors::fail", 50) == 50


def test_arguments_are_checked(fixture: Library) -> None:
    for name, word in (("u8", 256), ("u32", 2**32), ("i8", 128), ("i8", -129), ("i32", 2**31)):
        outcome = answer(find(fixture, ECHO + name), word)
        assert (outcome.status, *outcome.payload[:2]) == (ARGUMENT, "range", 0)
    add = find(fixture, B + "add")
    assert answer(add, 1, 2**31).payload[:2] == ["range", 1]
    assert answer(add, 2**31, 2**31).payload[:2] == ["range", 0]
    half = answer(find(fixture, ECHO + "list_u32"), b"7 bytes")
    assert (half.status, *half.payload[:2]) == (ARGUMENT, "value", 0)


def test_memory_need_not_be_aligned_or_there_when_it_is_empty(fixture: Library) -> None:
    numbers = array.array("d", [1.5, 2.5, 3.5])
    memory = ctypes.create_string_buffer(b"?" * 8 + numbers.tobytes())
    total = find(fixture, B + "values::total")
    assert total.letters == "m"
    for offset in range(1, 8):
        ctypes.memmove(ctypes.addressof(memory) + offset, numbers.tobytes(), 24)
        assert total.enter([ctypes.addressof(memory) + offset, 24]).value == 7.5
    for address in (0, 1, 2**64 - 1):
        assert total.enter([address, 0]) == (WORD, None, 0.0)
        assert find(fixture, B + "values::sum").enter([address, 0]) == (WORD, None, 0)
        assert find(fixture, ECHO + "str").enter([address, 0]).answer == (OK, "")


def test_handles_are_lent_and_cloned(fixture: Library) -> None:
    before = fixture.count()
    guard = fixture.call(B + "drops::Guard::new", "lent")
    name, view = find(fixture, B + "drops::Guard::name"), find(fixture, B + "drops::Guard::view")
    assert (name.letters, name.result, view.letters, view.result) == ("h", None, "h", None)
    assert answer(name, guard) == (OK, "lent")
    made = answer(view, guard).payload
    assert fixture.drop(guard) is False, "what came of a direct call holds what it borrows"
    assert answer(find(fixture, B + "drops::View::name"), made) == (OK, "lent")
    assert refused(name, guard) == "closed"
    assert fixture.drop(made) is True
    stamp = fixture.call(B + "moves::Stamp::new")
    used = find(fixture, B + "moves::Stamp::used")
    assert [used(stamp).value, used(stamp).value] == [1, 1], "a clone is taken"
    fixture.drop(stamp)
    assert fixture.count() == before


def test_handles_are_checked(fixture: Library) -> None:
    number = find(fixture, B + "moves::Ticket::number")
    ticket = fixture.call(B + "moves::Ticket::new", 5)
    type_, slot, generation = handle_parts(ticket)
    assert number(ticket).value == 5
    for forged in (
        forge(type_, slot, generation + 1),
        forge(type_, slot + 1_000_000, generation),
        forge(2**32 - 1, 2**32 - 1, 2**64 - 1),
        forge(0, 0, 0),
        forge(type_ + 1, slot, generation),
    ):
        assert refused(number, forged) in ("closed", "type")
    other = fixture.call(B + "drops::Guard::new", "other")
    assert refused(number, other) == "type"
    fixture.drop(ticket)
    tenant = fixture.call(B + "moves::Ticket::new", 6)
    assert refused(number, ticket) == "closed"
    assert number(tenant).value == 6
    for handle in (other, tenant):
        fixture.drop(handle)


def test_borrow_states_and_poison(fixture: Library) -> None:
    text = fixture.call(B + "borrows::Text::new", "some words")
    change = find(fixture, B + "borrows::Text::set")
    part = answer(find(fixture, B + "borrows::Text::part"), text).payload
    assert refused(change, text, "x") == "borrowed"
    assert answer(find(fixture, B + "borrows::Text::content"), text) == (OK, "some words")
    fixture.drop(part)
    assert change(text, "x").code == WORD
    fixture.drop(text)
    counter = fixture.call(B + "panics::Counter::new")
    count, value = find(fixture, B + "panics::Counter::count"), find(fixture, B + "panics::Counter::value")
    assert count(counter, False).value == 1
    assert answer(find(fixture, B + "panics::Counter::look"), counter).status == PANIC
    assert value(counter).value == 1, "a shared loan poisons nothing"
    assert answer(count, counter, True).status == PANIC
    assert refused(value, counter) == "poisoned"
    fixture.drop(counter)
    assert refused(value, counter) == "closed"


def test_a_value_that_is_not_send_stays_with_its_thread(fixture: Library) -> None:
    local = fixture.call(B + "threads::Local::new")
    count = find(fixture, B + "threads::Local::count")
    assert count(local).value == 1
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(refused(count, local)))
    thread.start()
    thread.join()
    assert answers == ["thread"]
    fixture.drop(local)


def test_prompt_calls_wait_for_nothing(fixture: Library) -> None:
    add, before = find(fixture, B + "add"), fixture.count()
    assert add(1, 2, prompt=True) == (WORD, None, 3)
    outcome = add(1, 2**40, prompt=True)
    assert outcome.code == DONE and outcome.answer and outcome.answer.status == ARGUMENT
    guard = fixture.call(B + "drops::Guard::new", "prompt")
    assert fixture.prompt(PROMPT_DROP, guard)[0] == LEAVES
    assert add(1, 2, prompt=True) == (LATER, None, None), "a value waits to be dropped"
    assert add(1, 2) == (WORD, None, 3), "any call that may wait drops it"
    assert add(1, 2, prompt=True) == (WORD, None, 3)
    assert fixture.count() == before


def test_nothing_is_done_without_a_place_for_the_outcome(fixture: Library) -> None:
    add = find(fixture, B + "add")
    words = (ctypes.c_uint64 * 2)(1, 2)
    result = ctypes.c_uint64(7)
    response = ctypes.byref(fixture._response)
    nowhere = ctypes.POINTER(ctypes.c_uint64)()
    host = (ctypes.c_void_p * 3)()
    for arguments in (
        (2**32 - 1, 0, words, None, response, ctypes.byref(result)),
        (len(fixture.callables), 0, words, None, response, ctypes.byref(result)),
        (add.index, 0, words, None, ctypes.POINTER(Response)(), ctypes.byref(result)),
        (add.index, 0, words, None, response, nowhere),
        (add.index, 0, words, ctypes.addressof(host), response, ctypes.byref(result)),
    ):
        assert add.entry(*arguments) == NULL_ARGUMENT
        assert result.value == 7
    none = find(fixture, B + "drops::living")
    assert none.entry(none.index, 0, nowhere, None, response, ctypes.byref(result)) == WORD


def test_the_question_is_checked(fixture: Library) -> None:
    add, none = fixture.find(B + "add").index, fixture.find(ECHO + "option").index

    def asked(*words: Any, buffers: Any = None) -> list[Any]:
        memory = [place()] if buffers is None else buffers
        before = [bytes(it) for it in memory]
        with pytest.raises(Refused) as error:
            fixture.ask(DIRECT, *words, buffers=memory)
        assert [bytes(it) for it in memory] == before, "nothing was written"
        return [error.value.status, error.value.payload[0]]

    assert asked(add, buffer(), buffers=[bytes(place())]) == [ARGUMENT, "type"]
    for length in (0, 4, 7, 9, 16):
        assert asked(add, buffer(), buffers=[place(length)]) == [ARGUMENT, "value"]
    assert asked(add, buffer(1)) == [REQUEST, "malformed"]
    assert asked(add, b"12345678") == [ARGUMENT, "type"]
    for index in (len(fixture.callables), -1, 2**64 - 1):
        assert asked(index, buffer()) == [REQUEST, "callable"]
    assert asked("add", buffer()) == [REQUEST, "malformed"]
    for words in ((), (add,), (add, buffer(), 1)):
        assert asked(*words) == [REQUEST, "arity"]
    payload = fixture.ask(DIRECT, none, buffer(), buffers=[place()])
    assert payload is None
    behind = fixture.answer(msgpack.packb([DIRECT, add, buffer()]) + b"\0", [place()])
    assert (behind.status, behind.payload[0]) == (REQUEST, "malformed")
    assert isinstance(fixture.ask(COUNT), int)
