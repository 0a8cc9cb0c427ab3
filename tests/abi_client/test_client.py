"""The independent client against real artifacts."""

from __future__ import annotations

import array
import ctypes
import os
import pathlib
import random
import subprocess
import sys
import threading
import time
import uuid as python_uuid
from collections.abc import Callable

import msgpack
import pytest
from client import (
    AFTER_FORK,
    ARGUMENT,
    CALL,
    COUNT,
    DESCRIBE,
    DONE,
    DROP,
    ERR,
    EXT_BUFFER,
    HANDLE,
    INIT,
    LATER,
    LEAVES,
    NULL_ARGUMENT,
    OK,
    PANIC,
    PROMPT_CALL,
    PROMPT_DROP,
    RELEASE,
    REQUEST,
    Library,
    Refused,
    big,
    forge,
    handle_parts,
    to_int,
)

BEHAVIOURS = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "behaviours")
FUZZ = pathlib.Path(__file__).with_name("fuzz.py")


@pytest.fixture(scope="module")
def semver(library: Callable[..., str]) -> Library:
    return Library(library("semver@1.0.28"))


@pytest.fixture(scope="module")
def uuid(library: Callable[..., str]) -> Library:
    return Library(library("uuid@1.29.1", "--features", "v4,v5,v7"))


@pytest.fixture(scope="module")
def sha2(library: Callable[..., str]) -> Library:
    return Library(library("sha2@0.11.1"))


@pytest.fixture(scope="module")
def fixture(library: Callable[..., str]) -> Library:
    # The same tests run on a library that was built with AddressSanitizer: see tests/python/test_asan.py.
    return Library(os.environ.get("USECRATE_ASAN_LIBRARY") or library(BEHAVIOURS))


def id_like(library: Library, *words: str) -> str:
    """The one id that holds all the words: ids of trait methods are spelled at length."""
    found = [c.id for c in library.callables if all(word in c.id for word in words)]
    assert found, f"no callable like {words}: {[c.id for c in library.callables]}"
    return min(found, key=len)


def test_describe_is_complete_and_consistent(semver: Library) -> None:
    assert semver.callables and semver.types
    assert len({c.id for c in semver.callables}) == len(semver.callables)
    assert {t.kind for t in semver.types} <= {"handle", "record", "enum"}
    for callable_ in semver.callables:
        for type_ in [*callable_.params, callable_.result]:
            if isinstance(type_, list) and type_[0] in ("handle", "record", "enum"):
                assert 0 <= type_[1] < len(semver.types), callable_


def test_init_agrees_on_the_version(semver: Library) -> None:
    version, epoch = semver.ask(INIT, 1)
    assert version == 1 and isinstance(epoch, int)
    answer = semver.answer(msgpack.packb([INIT, 99]))
    assert answer.status == REQUEST and answer.payload[0] == "version"


def test_semver_functions_methods_and_errors(semver: Library) -> None:
    before = semver.count()
    one = semver.call("semver::Version::parse", "1.2.3-rc.1")
    two = semver.call("semver::Version::new", 2, 0, 0)
    wanted = semver.call("semver::VersionReq::parse", ">=1, <3")
    assert semver.call("semver::VersionReq::matches", wanted, two) is True
    assert semver.call("semver::VersionReq::matches", wanted, one) is False
    refused = semver.refusal("semver::Version::parse", "1.x")
    assert refused.status == ERR
    value, type_, message, debug, sources = refused.payload
    assert "semver" in type_ and type_.endswith("Error")
    assert message == "unexpected character 'x' while parsing minor version number"
    assert debug is None and sources == [], "a value that can be asked is asked"
    assert message in semver.call("<semver::Error as Debug>::fmt", value)
    semver.drop(value)
    several = [semver.call("semver::Version::new", major, 0, 0) for major in range(20)]
    assert semver.ask(DROP, *several[:5], several[0], *several[5:]) is None
    assert semver.answer(msgpack.packb([DROP, several[0]])).payload[0] == "closed"
    for handle in (one, two, wanted):
        assert semver.drop(handle) is True
    assert semver.count() == before


def test_uuid_values_of_128_bits(uuid: Library) -> None:
    known = python_uuid.UUID("67e55044-10b1-426f-9247-bb680e5fe0c8")
    value = uuid.call("uuid::Uuid::parse_str", str(known))
    assert to_int(uuid.call("uuid::Uuid::as_u128", value)) == known.int
    again = uuid.call("uuid::Uuid::from_u128", big(known.int))
    assert to_int(uuid.call("uuid::Uuid::as_u128", again)) == known.int
    small = uuid.call("uuid::Uuid::from_u128", big(7))
    assert to_int(uuid.call("uuid::Uuid::as_u128", small)) == 7
    assert uuid.call("uuid::Uuid::as_bytes", value) == known.bytes
    too_large = uuid.refusal("uuid::Uuid::from_u128", big(2**128))
    assert too_large.status == ARGUMENT and too_large.payload[:2] == ["range", 0]
    negative = uuid.refusal("uuid::Uuid::from_u128", -1)
    assert negative.status == ARGUMENT and negative.payload[:2] == ["range", 0]
    fresh = {uuid.call("uuid::Uuid::as_bytes", uuid.call("uuid::Uuid::new_v4")) for _ in range(50)}
    assert len(fresh) == 50


def test_sha2_bytes_in_the_message_and_lent(sha2: Library) -> None:
    import hashlib

    data = bytes(range(256)) * 1000
    new, update, finalize = (
        id_like(sha2, "Sha256", "Digest", word) for word in ("new", "update", "finalize")
    )
    inline = sha2.call(new)
    sha2.call(update, inline, data)
    lent = sha2.call(new)
    sha2.call(update, lent, msgpack.ExtType(EXT_BUFFER, (0).to_bytes(4, "little")), buffers=[data])
    expected = hashlib.sha256(data).digest()
    assert sha2.call(finalize, inline) == sha2.call(finalize, lent) == expected
    outside = sha2.refusal(
        update, sha2.call(new), msgpack.ExtType(EXT_BUFFER, (1).to_bytes(4, "little")), buffers=[data]
    )
    assert outside.status in (ARGUMENT, REQUEST)


def test_arguments_are_checked_before_rust_runs(fixture: Library) -> None:
    byte = "behaviours::values::byte"
    assert fixture.call(byte, 255) == 255
    for value, kind in [
        (256, "range"),
        (-1, "range"),
        ("1", "type"),
        (1.0, "type"),
        (True, "type"),
        (None, "type"),
    ]:
        answer = fixture.refusal(byte, value)
        assert (answer.status, *answer.payload[:2]) == (ARGUMENT, kind, 0), (value, answer)
        assert isinstance(answer.payload[2], str) and answer.payload[2]
    assert fixture.refusal("behaviours::values::letter", "ab").status == ARGUMENT
    assert fixture.refusal("behaviours::values::four", b"123").status == ARGUMENT
    assert fixture.call("behaviours::values::four", b"1234") == b"1234"
    assert fixture.call("behaviours::values::double", 3) == 3.0
    assert fixture.call("behaviours::values::nested", [None]) == [None]
    assert fixture.call("behaviours::values::nested", [4]) == [4]
    second = fixture.refusal("behaviours::add", 1, "2")
    assert second.payload[:2] == ["type", 1]


def test_requests_that_are_wrong(fixture: Library) -> None:
    add = fixture.find("behaviours::add").index
    cases = {
        b"": "malformed",
        b"\xc1": "malformed",
        msgpack.packb({}): "malformed",
        msgpack.packb([]): "malformed",
        msgpack.packb([CALL, add, 1, 2]) + b"\x00": "malformed",
        msgpack.packb([CALL, add, 1]): "arity",
        msgpack.packb([CALL, add, 1, 2, 3]): "arity",
        msgpack.packb([CALL, 10**6]): "callable",
        msgpack.packb([8]): "malformed",
        msgpack.packb([9]): "malformed",
        msgpack.packb([10]): "malformed",
        msgpack.packb([11]): "arity",
            msgpack.packb([12]): "operation",
        msgpack.packb([99]): "operation",
        b"\xdd\xff\xff\xff\xff": None,
        msgpack.packb([CALL, add]) [:-1] + b"\xdb\xff\xff\xff\xff": None,
    }  # fmt: skip
    for request, code in cases.items():
        answer = fixture.answer(request)
        assert answer.status == REQUEST, (request, answer)
        assert code is None or answer.payload[0] == code, (request, answer)
        assert isinstance(answer.payload[1], str) and answer.payload[1]


def test_nesting_is_bounded(fixture: Library) -> None:
    call = fixture.find("behaviours::values::lengths").index
    for depth in (65, 1_000, 100_000):
        request = b"\x93\x01" + msgpack.packb(call) + b"\x91" * depth + b"\x90"
        answer = fixture.answer(request)
        assert answer.status in (ARGUMENT, REQUEST), (depth, answer)


def test_null_pointers(fixture: Library) -> None:
    assert fixture.send(None, length=3) == NULL_ARGUMENT
    assert fixture._symbol(b"\x91\x00", 2, None, 1, None, ctypes.byref(fixture._response)) == NULL_ARGUMENT
    assert fixture._symbol(b"\x91\x00", 2, None, 0, None, None) == NULL_ARGUMENT


def test_panics_are_answers(fixture: Library) -> None:
    answer = fixture.refusal("behaviours::panics::panic", "these words")
    assert answer.status == PANIC
    message, location, backtrace = answer.payload
    assert message == "these words" and "panics.rs" in location and location.count(":") >= 2
    assert backtrace is None or "panic" in backtrace
    assert fixture.refusal("behaviours::panics::panic_any").status == PANIC


def test_a_panic_poisons_what_was_lent_exclusively(fixture: Library) -> None:
    counter = fixture.call("behaviours::panics::Counter::new")
    assert fixture.call("behaviours::panics::Counter::count", counter, False) == 1
    assert fixture.refusal("behaviours::panics::Counter::look", counter).status == PANIC
    assert fixture.call("behaviours::panics::Counter::value", counter) == 1
    assert fixture.refusal("behaviours::panics::Counter::count", counter, True).status == PANIC
    poisoned = fixture.refusal("behaviours::panics::Counter::value", counter)
    assert poisoned.status == HANDLE and poisoned.payload[0] == "poisoned"
    fixture.drop(counter)
    assert fixture.refusal("behaviours::panics::Counter::value", counter).payload[0] == "closed"


def test_the_life_of_a_handle(fixture: Library) -> None:
    before = fixture.count()
    handle = fixture.call("behaviours::drops::Guard::new", "first")
    assert fixture.count() == before + 1
    assert fixture.call("behaviours::drops::Guard::name", handle) == "first"
    assert fixture.drop(handle) is True
    with pytest.raises(Refused) as twice:
        fixture.drop(handle)
    assert twice.value.status == HANDLE and twice.value.payload[0] == "closed"
    tenant = fixture.call("behaviours::drops::Guard::new", "second")
    assert handle_parts(tenant) != handle_parts(handle)
    assert fixture.refusal("behaviours::drops::Guard::name", handle).payload[0] == "closed"
    fixture.drop(tenant)
    assert fixture.count() == before


def test_forged_handles_are_refused(fixture: Library) -> None:
    real = fixture.call("behaviours::drops::Guard::new", "real")
    type_, slot, generation = handle_parts(real)
    forged = [
        forge(type_, slot, generation + 1),
        forge(type_, slot + 1_000_000, generation),
        forge(2**32 - 1, 2**32 - 1, 2**64 - 1),
        forge(0, 0, 0),
        msgpack.ExtType(1, b"short"),
        msgpack.ExtType(1, bytes(17)),
        msgpack.ExtType(77, bytes(16)),
    ]
    for handle in forged:
        answer = fixture.refusal("behaviours::drops::Guard::name", handle)
        assert answer.status in (HANDLE, ARGUMENT, REQUEST), (handle, answer)
        with pytest.raises(Refused):
            fixture.drop(handle)
    assert fixture.call("behaviours::drops::Guard::name", real) == "real"
    # A word for another type changes nothing: what lies in the slot decides.
    disguised = forge(fixture.find("behaviours::moves::Ticket::number").params[0][1], slot, generation)
    assert fixture.refusal("behaviours::moves::Ticket::number", disguised).payload[0] == "type"
    other = fixture.call("behaviours::moves::Ticket::new", 1)
    wrong = fixture.refusal("behaviours::drops::Guard::name", other)
    assert wrong.status in (HANDLE, ARGUMENT) and wrong.payload[0] == "type"
    fixture.drop(real)
    fixture.drop(other)


def test_moves_and_what_a_failed_call_leaves(fixture: Library) -> None:
    first = fixture.call("behaviours::moves::Ticket::new", 1)
    second = fixture.call("behaviours::moves::Ticket::new", 2)
    refused = fixture.refusal("behaviours::moves::trade", first, second, 300)
    assert refused.status == ARGUMENT and refused.payload[1] == 2
    assert fixture.call("behaviours::moves::Ticket::number", first) == 1
    twice = fixture.refusal("behaviours::moves::both", first, first)
    assert twice.status == HANDLE
    assert fixture.call("behaviours::moves::Ticket::number", first) == 1
    assert fixture.call("behaviours::moves::both", first, second) == 3
    for handle in (first, second):
        assert fixture.refusal("behaviours::moves::Ticket::number", handle).payload[0] == "closed"


def test_borrowed_values_live_as_long_as_what_borrows_them(fixture: Library) -> None:
    before = fixture.count()
    text = fixture.call("behaviours::borrows::Text::new", "some words")
    part = fixture.call("behaviours::borrows::Text::part", text)
    with pytest.raises(Refused) as borrowed:
        fixture.close(text)
    assert borrowed.value.status == HANDLE and borrowed.value.payload[0] == "borrowed"
    assert fixture.refusal("behaviours::borrows::Text::set", text, "x").payload[0] == "borrowed"
    assert fixture.refusal("behaviours::borrows::Text::into_content", text).payload[0] == "borrowed"
    assert fixture.call("behaviours::borrows::Text::content", text) == "some words"
    assert fixture.drop(text) is False
    assert fixture.call("behaviours::borrows::Part::show", part) == "some words"
    assert fixture.drop(part) is True
    assert fixture.count() == before


def test_prompt_requests_wait_for_nothing(fixture: Library) -> None:
    add = fixture.find("behaviours::add").index
    assert fixture.prompt(PROMPT_CALL, add, 1, 2) == (DONE, (OK, 3))
    code, answer = fixture.prompt(PROMPT_CALL, add, 1, "2")
    assert code == DONE and answer and answer.status == ARGUMENT
    before = fixture.count()
    guard = fixture.call("behaviours::drops::Guard::new", "prompt")
    assert fixture.prompt(PROMPT_DROP, guard) == (LEAVES, (OK, True))
    assert fixture.prompt(PROMPT_CALL, add, 1, 2) == (LATER, None)
    assert fixture.refusal("behaviours::drops::Guard::name", guard).payload[0] == "closed"
    assert fixture.prompt(PROMPT_CALL, add, 1, 2) == (DONE, (OK, 3))
    assert fixture.count() == before


def test_a_value_that_is_not_send_stays_with_its_thread(fixture: Library) -> None:
    local = fixture.call("behaviours::threads::Local::new")
    assert fixture.call("behaviours::threads::Local::count", local) == 1
    index = fixture.find("behaviours::threads::Local::count").index
    answers: list[object] = []

    def elsewhere() -> None:
        other = Library.__new__(Library)
        other.__dict__.update(fixture.__dict__)
        other._response = type(fixture._response)()
        answers.append(other.answer(msgpack.packb([CALL, index, local])))
        other.release()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    (answer,) = answers
    assert answer.status == HANDLE and answer.payload[0] == "thread"  # type: ignore[attr-defined]
    assert fixture.drop(local) is True


def test_release_gives_the_memory_back(fixture: Library) -> None:
    fixture.ask(DESCRIBE)
    assert fixture._response.len > 0
    fixture.release()
    fixture.release()
    assert isinstance(fixture.ask(COUNT), int)


def test_long_bytes_of_an_answer_travel_beside_it(fixture: Library) -> None:
    reversed_, many = "behaviours::values::reversed", "behaviours::echoes::echo_list_u8s"
    long = bytes(range(256)) * 4096
    assert fixture.call(reversed_, long) == long[::-1]
    assert fixture._response.piece_count == 1 and fixture._response.len < 16
    assert fixture.call(reversed_, b"short") == b"trohs" and fixture._response.piece_count == 0

    # One is freed early: the answer and the other stay.
    both = [long[:50000], b"", long[50000:]]
    assert fixture.call(many, both) == both and fixture._response.piece_count == 2
    answer = fixture.raw_answer()
    fixture.release_piece(0)
    assert not fixture._response.pieces[0].data
    assert fixture.raw_answer() == answer and fixture.piece(1) == both[2]
    for nothing in (0, 2, -1, 2**32, 2**63 - 1):
        fixture.release_piece(nothing)
    assert fixture.piece(1) == both[2]

    # So do long text and long lists of numbers, which are aligned; what is short does not.
    text, numbers = "behaviours::echoes::echo_string", "behaviours::echoes::echo_list_f64"
    assert fixture.call(text, "é" * 20000) == ("é" * 20000).encode() and fixture._response.piece_count == 1
    assert fixture.call(text, "é") == "é" and fixture._response.piece_count == 0
    words = array.array("d", [0.5, -3.0] * 5000)
    assert fixture.call(numbers, words.tobytes()) == words.tobytes() and fixture._response.piece_count == 1
    assert (ctypes.cast(fixture._response.pieces[0].data, ctypes.c_void_p).value or 1) % 8 == 0
    assert fixture.call(numbers, [1.5]) == [1.5] and fixture._response.piece_count == 0

    # A refusal after a long result leaves nothing of it.
    assert fixture.refusal(many, 1).status == ARGUMENT
    assert fixture._response.piece_count == 0
    # What is not an index is no operation, and an empty response has no pieces.
    assert fixture.answer(msgpack.packb([RELEASE, "one"])).payload[0] == "operation"
    assert fixture.call(many, both) == both
    fixture.release()
    fixture.release_piece(0)
    assert fixture.call(many, both) == both


def test_after_fork_the_parents_handles_are_dead(library: Callable[..., str]) -> None:
    program = (
        "import os, sys; sys.path.insert(0, sys.argv[2])\n"
        "from client import Library, Refused, AFTER_FORK\n"
        "lib = Library(sys.argv[1]); guard = lib.call('behaviours::drops::Guard::new', 'parent')\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    assert lib.ask(AFTER_FORK) is None\n"
        "    answer = lib.refusal('behaviours::drops::Guard::name', guard)\n"
        "    assert (answer.status, answer.payload[0]) == (4, 'fork'), answer\n"
        "    own = lib.call('behaviours::drops::Guard::new', 'child')\n"
        "    assert lib.call('behaviours::drops::Guard::name', own) == 'child'\n"
        "    assert lib.call('behaviours::drops::log') == []\n"
        "    os._exit(0)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0\n"
        "assert lib.call('behaviours::drops::Guard::name', guard) == 'parent'\n"
    )
    if not hasattr(os, "fork"):
        return
    here = str(pathlib.Path(__file__).parent)
    subprocess.run([sys.executable, "-c", program, library(BEHAVIOURS), here], check=True, timeout=60)
    assert AFTER_FORK == 5


def test_random_bytes_are_harmless_on_a_small_stack(library: Callable[..., str]) -> None:
    """A debug build, a thread stack of 256 KiB, requests of every kind of wrongness."""
    seed = random.randrange(2**32)
    path = library(BEHAVIOURS, "--profile", "dev")
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(FUZZ), path, "--seconds", "5", "--seed", str(seed)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"seed {seed}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    assert "requests" in done.stdout and time.monotonic() - start < 120
    assert DROP == 2
