"""Safe APIs that are hard to call soundly: each is served soundly, or skipped with the compiler's reason.

`USECRATE_HOSTILE` names a folder with an artifact to use instead of building one.
"""

from __future__ import annotations

import functools
import gc
import os
import pathlib
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import usecrate

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "hostile")
FOLDER = os.environ.get("USECRATE_HOSTILE")
HOSTILE = f"'hostile', artifact_dir={FOLDER!r}" if FOLDER else repr(CRATE)


@pytest.fixture(scope="module", name="hostile")
def hostile_fixture() -> Any:
    """The module of the crate with one hostile shape per module."""
    return usecrate.import_("hostile", artifact_dir=FOLDER) if FOLDER else usecrate.import_(CRATE)


def elsewhere(work: Any) -> Any:
    """What the work gives, or raises, in a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def reason(hostile: Any, path: str) -> tuple[str, str]:
    """Why something is not served: code and message."""
    for skip in usecrate.manifest(hostile)["skipped"]:
        if skip["path"] == path:
            return skip["code"], skip["message"]
    pytest.fail(f"{path} is served")


# Interior mutability that stores a borrow.


def test_a_cell_that_stores_a_borrow_keeps_it(hostile: Any) -> None:
    shelf, other = hostile.cells.Shelf(), hostile.cells.Shelf()
    owner = hostile.Owner("one ")
    other.put(owner)
    other.note("note " * 20)
    with pytest.raises(usecrate.BorrowedError, match="Shelf::put"):
        owner.change()
    shelf.take_from(other)
    del owner, other
    gc.collect()
    assert shelf.read() == "one " * 20 + "note " * 20
    assert shelf.note("x") == "note " * 20


def test_a_lock_that_stores_a_borrow_keeps_it_for_every_thread(hostile: Any) -> None:
    board = hostile.cells.Board()

    def put() -> None:
        for _ in range(50):
            board.put(hostile.Owner("x"))
            first = board.first()
            assert first.text() == "x" * 20

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(put) for _ in range(4)]:
            done.result()
    assert board.length() == 4 * 50 * 20
    board.clear()
    assert board.length() == 0


# What borrows changes hands.


def test_what_is_swapped_keeps_its_owner(hostile: Any) -> None:
    m = hostile.swaps
    left, right = hostile.Owner("left"), hostile.Owner("right")
    a, b = m.Slot(left), m.Slot(right)
    a.exchange(b)
    assert (a.read(), b.read()) == ("right" * 20, "left" * 20)
    with pytest.raises(usecrate.BorrowedError):
        m.exchange(left, right)
    usecrate.close(b)
    with pytest.raises(usecrate.BorrowedError):
        left.change()
    del right, left
    gc.collect()
    c = m.Slot(hostile.Owner("third"))
    before = a.replace(c)
    assert (a.read(), before.read()) == ("third" * 20, "right" * 20)
    taken = a.take()
    assert a.read() is None
    del a, b, before
    gc.collect()
    assert taken.read() == "third" * 20


# Guards.


def test_a_guard_unlocks_when_it_goes_and_on_its_own_thread(hostile: Any) -> None:
    account = hostile.guards.Account()
    guard = account.open()
    assert guard.add(2) == 2
    with pytest.raises(usecrate.CallError, match="locked"):
        account.open()
    with pytest.raises(usecrate.ThreadError):
        elsewhere(functools.partial(guard.add, 1))
    # Dropped on another thread, it waits for its own: a mutex may only be unlocked there.
    holder = [guard]
    del guard
    elsewhere(holder.clear)
    gc.collect()
    with account.open() as again:
        assert again.add(3) == 5
    account.open()


def test_many_guards_at_once(hostile: Any) -> None:
    account = hostile.guards.Account()
    assert account.add_limit(1) == 1
    readers = [account.limits() for _ in range(3)]
    assert {reader.count() for reader in readers} == {1}
    with pytest.raises(usecrate.CallError, match="locked"):
        account.add_limit(2)
    del account
    gc.collect()
    assert readers.pop().count() == 1


# Guards that are forgotten.


def test_a_guard_that_is_forgotten_frees_its_owner_as_rust_does(hostile: Any) -> None:
    m = hostile.leaks
    vault = m.Vault(3)
    drain = vault.drain()
    assert drain.pop().startswith("item 2")
    with pytest.raises(usecrate.BorrowedError, match="Vault::drain"):
        vault.count()
    del drain
    assert vault.count() == 2, "what was left came back"
    m.forget(vault.drain())
    gc.collect()
    assert vault.count() == 0, "the guard never ran"
    vault = m.Vault(2)
    m.bury(vault.drain())
    gc.collect()
    assert vault.count() == 0


def test_a_guard_that_python_never_drops_holds_its_owner(hostile: Any) -> None:
    vault = hostile.leaks.Vault(2)
    ring: list[Any] = [vault.drain()]
    ring.append(ring)
    del ring
    with pytest.raises(usecrate.BorrowedError):
        vault.count()
    gc.collect()
    assert vault.count() == 2


# Builders that borrow from themselves.


def test_what_would_borrow_itself_for_good_is_refused_by_the_compiler(hostile: Any) -> None:
    for path in ("Builder::tie", "Builder::knot", "Link::point"):
        code, message = reason(hostile, f"hostile::selfish::{path}")
        assert code == "rejected" and "lifetime may not live long enough" in message
    builder = hostile.selfish.Builder("a b ")
    with pytest.raises(usecrate.UnsupportedSignatureError, match="lifetime"):
        builder.tie()
    assert builder.part("x" * 30) == 1 and builder.part("y" * 30) == 2
    gc.collect()
    assert builder.join() == "x" * 30 + "y" * 30
    assert hostile.selfish.Link(7).walk() == [7]


# Iterators over channels.


def test_nothing_is_fetched_ahead_from_a_channel(hostile: Any) -> None:
    pipe = hostile.receivers.Pipe()
    for text in "abc":
        assert pipe.send(text)
    for iterator in (iter(pipe.each()), iter(pipe.ready())):
        first = next(iterator)
        del iterator
        assert first[0] in "ab"
    assert [text[0] for text in pipe.ready()] == ["c"]
    with pytest.raises(usecrate.BorrowedError):
        waiting = iter(pipe.all())
        pipe.shut()
    del waiting
    pipe.shut()
    assert list(pipe.all()) == [] and not pipe.send("x")


def test_waiting_for_a_channel_lets_others_work(hostile: Any) -> None:
    pipe = hostile.receivers.Pipe()
    ticks: list[int] = []
    done = threading.Event()

    def tick() -> None:
        while not done.wait(0.01):
            ticks.append(1)

    thread = threading.Thread(target=tick)
    thread.start()
    worker = hostile.joins.Gate()
    pipe.send("now")
    assert next(iter(pipe.all())) == "now" * 20
    worker.open()
    done.set()
    thread.join()


# Destructors that join threads.


def test_a_destructor_that_waits_lets_others_work(hostile: Any) -> None:
    m = hostile.joins
    before = m.finished()
    gate = m.Gate()
    worker = m.Worker(gate)
    opener = threading.Timer(0.2, gate.open)
    opener.start()
    start = time.monotonic()
    del worker  # Waits for its thread, which waits for the timer, which needs the interpreter.
    gc.collect()
    assert time.monotonic() - start < 10 and m.finished() == before + 1
    opener.join()
    with m.Worker(gate) as another:
        assert another.running()
    assert m.finished() == before + 2


# Callables that come back.


def test_a_callable_that_comes_back_is_refused(hostile: Any) -> None:
    loop = hostile.callbacks.Loop(2)
    seen: list[Any] = []

    def inside(number: int) -> None:
        for again in (loop.rounds, loop.texts, lambda: loop.run(seen.append), lambda: usecrate.close(loop)):
            with pytest.raises(usecrate.BorrowedError):
                again()
        seen.append(number)

    assert loop.run(inside) == 3 and seen == [1, 2, 3]
    with pytest.raises(KeyError, match="out"):
        loop.run(lambda number: {}["out"])
    assert loop.rounds() == 4, "an exception of the callable's is no panic"


def test_what_is_lent_to_a_callable_ends_with_it(hostile: Any) -> None:
    loop = hostile.callbacks.Loop(2)
    kept: list[Any] = []
    loop.visit(kept.append)
    for owner in kept:
        with pytest.raises(usecrate.ClosedError):
            owner.text()
    kept.clear()
    slots: list[Any] = []
    loop.visit(lambda owner: slots.append(hostile.swaps.Slot(owner)))
    for slot in slots:
        with pytest.raises(usecrate.ClosedError):
            slot.read()
    loop.change(lambda owner: (owner.change(), kept.append(owner))[0])
    assert all(text.isupper() for text in loop.texts())
    with pytest.raises(usecrate.ClosedError):
        kept[0].change()
    assert loop.retain(lambda owner: owner.text().startswith("OWNER 1")) == 1


def test_what_is_lent_cannot_be_stored_beyond_it(hostile: Any) -> None:
    loop = hostile.callbacks.Loop(1)
    shelf = hostile.cells.Shelf()
    shelf.put(hostile.Owner("mine"))
    with pytest.raises(usecrate.UsecrateError):
        loop.visit(shelf.put)
    assert shelf.read() == "mine" * 20


def test_a_value_that_lends_itself(hostile: Any) -> None:
    loop = hostile.callbacks.Loop(1)

    def tapped(inner: Any) -> None:
        assert inner.run(lambda number: None) == 3
        with pytest.raises(usecrate.BorrowedError):
            loop.rounds()

    assert loop.tap(tapped) == 3


def test_callables_from_other_threads(hostile: Any) -> None:
    loop = hostile.callbacks.Loop(4)
    threads: set[int] = set()
    lock = threading.Lock()

    def length(owner: Any) -> int:
        with lock:
            threads.add(threading.get_ident())
        return len(owner.text())

    assert loop.spread(length) == sum(map(len, loop.texts()))
    assert threading.get_ident() not in threads
    with pytest.raises(ZeroDivisionError):
        loop.spread(lambda owner: 1 // 0)


def test_a_callable_that_rust_keeps_is_its_owners(hostile: Any) -> None:
    seen: list[int] = []
    kept = hostile.callbacks.Kept(seen.append)
    kept.call()
    kept.close()
    with pytest.raises(usecrate.ClosedError):
        kept.call()
    assert seen == [1]


# Pinned values.


def test_pinning_is_skipped_and_says_so(hostile: Any) -> None:
    for path in ("settle", "pinned"):
        code, message = reason(hostile, f"hostile::pins::Settled::{path}")
        assert code == "unsupported-type" and "Pin<" in message
    assert hostile.pins.Settled("x").is_home()


# Values of one thread.


def test_what_belongs_to_a_thread_stays_there(hostile: Any) -> None:
    m = hostile.affine
    root, child = m.Node("root" * 10), m.Node("child")
    root.add(child)
    look = child.parent().look()
    for use in (root.name, look.name, functools.partial(root.add, child), child.parent):
        with pytest.raises(usecrate.ThreadError):
            elsewhere(use)
    holder = [look, child.parent(), child]
    del look, child
    elsewhere(holder.clear)
    gc.collect()
    assert root.count() == 1, "what another thread dropped was dropped here"
    made = elsewhere(lambda: m.Node("there"))
    with pytest.raises(usecrate.ThreadError):
        made.name()


def test_calls_on_what_is_not_sync_take_turns(hostile: Any) -> None:
    counter = hostile.affine.Counter()
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(lambda: [counter.count() for _ in range(300)]) for _ in range(4)]:
            done.result()
    assert counter.count() == 1201


# Several exclusive views.


def test_exclusive_views_side_by_side(hostile: Any) -> None:
    whole = hostile.halves.Whole(8)
    left, right = whole.halves()
    left.fill(1)
    usecrate.close(left)
    with pytest.raises(usecrate.BorrowedError):
        whole.all()
    inner, rest = right.split()
    with pytest.raises(usecrate.BorrowedError):
        right.fill(0)
    inner.fill(2)
    inner.exchange(rest)
    with pytest.raises(usecrate.BorrowedError):
        inner.exchange(inner)
    del inner, rest
    right.exchange(hostile.halves.Whole(8).halves()[0])
    del right
    assert whole.all() == [1, 1, 1, 1, 0, 1, 2, 3]
    pieces = whole.pieces(3)
    pieces[0].fill(9)
    del whole
    gc.collect()
    pieces[2].fill(9)


# Views that change what they are views of.


def test_a_view_that_changes_another_view(hostile: Any) -> None:
    code, message = reason(hostile, "hostile::rings::Editor::session")
    assert code == "rejected" and "lifetime may not live long enough" in message
    page = hostile.rings.Page("p")
    editor = page.edit()
    assert editor.remember("r" * 30) == 1 and editor.add("+") == 21
    pen = editor.reborrow()
    with pytest.raises(usecrate.BorrowedError, match="Editor::reborrow"):
        editor.add("-")
    with pen.lend() as lent:
        lent.write("!")
        with pytest.raises(usecrate.BorrowedError, match="Pen::lend"):
            pen.write("?")
    pen.write("?")
    del page, pen, lent
    gc.collect()
    assert editor.add("") == 23 and editor.remembered() == "r" * 30


def test_nothing_is_said_at_exit(hostile: Any) -> None:
    """Views, guards and workers that live when the interpreter ends."""
    program = f"""
        import usecrate
        m = usecrate.import_({HOSTILE})
        vault = m.leaks.Vault(2); drain = vault.drain()
        whole = m.halves.Whole(4); halves = whole.halves()
        guard = m.guards.Account().open()
        gate = m.joins.Gate(); worker = m.joins.Worker(gate)
        node = m.affine.Node("x"); look = node.look()
        pipe = m.receivers.Pipe(); items = iter(pipe.ready())
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
