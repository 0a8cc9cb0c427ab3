"""The independent client's host against a real artifact: callables and files."""

from __future__ import annotations

import io
import os
import pathlib
from collections.abc import Callable

import pytest
from client import ARGUMENT, HANDLE, PANIC, REQUEST, Library
from host import FLUSH, READ, RELEASE, RETAIN, SEEK, WRITE, Host

BEHAVIOURS = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "behaviours")
C = "behaviours::callables::"
F = "behaviours::files::"
#: A table must stay as it is for the rest of the process.
HOSTS: list[Host] = []


@pytest.fixture
def host() -> Host:
    HOSTS.append(Host())
    return HOSTS[-1]


@pytest.fixture
def fixture(library: Callable[..., str], host: Host) -> Library:
    return Library(os.environ.get("USECRATE_ASAN_LIBRARY") or library(BEHAVIOURS), host)


def find(library: Library, name: str) -> str:
    """The id of the one callable with this name."""
    found = [c.id for c in library.callables if c.id == name or c.id.startswith(f"{name}<")]
    assert len(found) == 1, [c.id for c in library.callables if name.split("::")[-1] in c.id]
    return found[0]


def test_a_callable_is_called_and_stays_the_clients(fixture: Library, host: Host) -> None:
    double = host.lend(lambda x: 2 * x)
    assert fixture.call(find(fixture, C + "apply"), double, 21) == 42
    assert fixture.call(find(fixture, C + "elsewhere"), double) == 12
    assert not host.released(double)


def test_a_callable_is_called_with_words(library: Callable[..., str]) -> None:
    host = Host(direct=True)
    HOSTS.append(host)
    fixture = Library(os.environ.get("USECRATE_ASAN_LIBRARY") or library(BEHAVIOURS), host)
    assert fixture.call(find(fixture, C + "apply"), host.lend(lambda x: 2 * x), 21) == 42
    assert fixture.call(find(fixture, C + "elsewhere"), host.lend(lambda x: 2 * x)) == 12
    assert host.forms and not host.log
    error = LookupError("here")

    def bad(*_: object) -> None:
        raise error

    assert fixture.raised(find(fixture, C + "apply"), host.lend(bad), 1) is error
    assert fixture.call(find(fixture, C + "survive"), host.lend(bad)) is False
    assert error not in host.objects.values()
    error = KeyboardInterrupt()  # type: ignore[assignment]
    assert fixture.raised(find(fixture, C + "survive"), host.lend(bad)) is error
    host.gone = True
    assert fixture.refusal(find(fixture, C + "apply"), host.lend(abs), 1).status == PANIC


def test_without_a_host_it_is_refused(library: Callable[..., str], fixture: Library, host: Host) -> None:
    alone = Library(os.environ.get("USECRATE_ASAN_LIBRARY") or library(BEHAVIOURS))
    answer = alone.refusal(find(fixture, C + "apply"), host.lend(abs), 1)
    assert answer.status == REQUEST and answer.payload[0] == "callable"


def test_an_exception_leaves_the_call_as_it_was_raised(fixture: Library, host: Host) -> None:
    error = LookupError("here")

    def bad(*_: object) -> None:
        raise error

    for name, arguments in (("apply", [host.lend(bad), 1]), ("elsewhere", [host.lend(bad)])):
        assert fixture.raised(find(fixture, C + name), *arguments) is error
    # Rust caught this one: it is released, unless it is fatal.
    assert fixture.call(find(fixture, C + "survive"), host.lend(bad)) is False
    assert error not in host.objects.values()
    error = KeyboardInterrupt()  # type: ignore[assignment]
    assert fixture.raised(find(fixture, C + "survive"), host.lend(bad)) is error


def test_a_wrong_result_says_that_rust_ran(fixture: Library, host: Host) -> None:
    answer = fixture.refusal(find(fixture, C + "apply"), host.lend(str), 1)
    assert (answer.status, answer.payload[:2]) == (ARGUMENT, ["type", None])


def test_what_is_lent_to_a_callable_ends_with_it(fixture: Library, host: Host) -> None:
    tank = fixture.call(find(fixture, C + "Tank::new"), 7)
    level = find(fixture, C + "Tank::level")
    before = fixture.count()
    seen = []

    def look(lent: object) -> int:
        seen.extend([lent, fixture.call(find(fixture, C + "Tank::gauge"), lent)])
        return int(fixture.call(level, lent))

    assert fixture.call(find(fixture, C + "Tank::show"), tank, host.lend(look)) == 7
    assert fixture.refusal(level, seen[0])[0] == HANDLE
    assert fixture.refusal(level, seen[0]).payload[0] == "closed"
    assert fixture.count() == before

    def change(lent: object) -> None:
        assert fixture.refusal(level, tank).payload[0] == "busy"
        fixture.call(find(fixture, C + "Tank::set"), lent, 9)

    assert fixture.call(find(fixture, C + "Tank::change"), tank, host.lend(change)) == 9
    fixture.drop(tank)


def test_a_file_is_read_ahead_and_given_back(fixture: Library, host: Host) -> None:
    file = io.BytesIO(bytes(range(100)))
    reference = host.lend(file)
    assert fixture.call(find(fixture, F + "one_by_one"), reference, 10) == bytes(range(10))
    assert file.tell() == 10
    assert [upcall.operation for upcall in host.log[:3]] == [SEEK, READ, SEEK]
    assert host.released(reference)


def test_small_writes_arrive_together(fixture: Library, host: Host) -> None:
    file = io.BytesIO()
    fixture.call(find(fixture, F + "write_pieces"), host.lend(file), 100)
    assert file.getvalue() == b"".join(b"%d," % at for at in range(100))
    assert [upcall.operation for upcall in host.log] == [WRITE, 0]
    assert FLUSH not in {upcall.operation for upcall in host.log}


def test_the_same_reference_comes_back(fixture: Library, host: Host) -> None:
    reference = host.lend(io.BytesIO())
    assert fixture.call(find(fixture, F + "same"), reference) == reference
    assert not host.released(reference)


def test_what_rust_refers_to_comes_back_with_a_reference_of_its_own(fixture: Library, host: Host) -> None:
    file = io.BytesIO()
    reference = host.lend(file)
    writer = fixture.call(find(fixture, F + "Capitals<impl Write>::new"), reference)
    assert fixture.call(find(fixture, F + "Capitals<impl Write>::get_ref"), writer) == reference
    fixture.drop(writer)
    assert [upcall.operation for upcall in host.log] == [RETAIN, WRITE, RELEASE]
    assert not host.released(reference), "this one is the client's"


def test_a_text_file_gets_whole_characters(fixture: Library, host: Host) -> None:
    for count in (3, 20_000):
        file = io.StringIO()
        fixture.call(find(fixture, F + "count_words"), host.lend(file), count)
        assert file.getvalue() == "".join(f"{at} é, " for at in range(count))


def test_a_file_of_a_refused_call_stays_the_clients(fixture: Library, host: Host) -> None:
    reference = host.lend(io.BytesIO(b"abc"))
    assert fixture.refusal(find(fixture, F + "one_by_one"), reference, "three").status == ARGUMENT
    assert not host.released(reference)


def test_what_a_file_raises_leaves_the_call(fixture: Library, host: Host) -> None:
    class Full(io.BytesIO):
        def write(self, data: object, /) -> int:
            raise OSError(28, "no space left")

    error = fixture.raised(find(fixture, F + "write_pieces"), host.lend(Full()), 3)
    assert isinstance(error, OSError) and error.errno == 28


def test_a_host_that_is_gone(fixture: Library, host: Host) -> None:
    function = host.lend(abs)
    host.gone = True
    answer = fixture.refusal(find(fixture, C + "apply"), function, 1)
    assert answer.status == PANIC and "shutting down" in answer.payload[0]
