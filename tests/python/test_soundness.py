"""The rules that keep any use from Python sound, as seen from Python; tests/soundness has them in Rust."""

from __future__ import annotations

import copy
import gc
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import usecrate


@pytest.fixture(name="drops")
def drops_fixture(behaviours: Any) -> Any:
    """The module of destructors that tell, with nothing left over."""
    gc.collect()
    behaviours.drops.log()
    return behaviours.drops


def in_thread(work: Any) -> Any:
    """What the work gives, or raises, in a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def test_a_value_is_dropped_once_and_at_once(drops: Any) -> None:
    before = drops.living()
    guard = drops.Guard("one")
    assert drops.living() == before + 1
    usecrate.close(guard)
    usecrate.close(guard)
    assert drops.living() == before and usecrate.is_closed(guard)
    with pytest.raises(usecrate.ClosedError, match="Guard"):
        guard.name()
    with drops.Guard("two") as inside:
        assert inside.name() == "two"
    assert drops.living() == before
    del guard, inside
    drops.Guard("three")
    assert drops.living() == before and drops.log() == ["one", "two", "three"]


def test_what_borrows_keeps_its_owner_alive(drops: Any) -> None:
    guard = drops.Guard("owner")
    view = guard.view()
    del guard
    gc.collect()
    assert view.name() == "owner"
    del view
    gc.collect()
    assert drops.log() == ["view of owner", "owner"]


def test_borrowed_values_refuse_changes_moves_and_close(behaviours: Any) -> None:
    text = behaviours.borrows.Text("some words")
    part = text.part()
    for refused in (lambda: text.set("x"), text.into_content, lambda: usecrate.close(text), text.edit):
        with pytest.raises(usecrate.BorrowedError):
            refused()
    assert text.content() == part.show() == "some words"
    first = part.first(4)
    longer = behaviours.borrows.longer(first, part)
    usecrate.close(part)
    with pytest.raises(usecrate.BorrowedError):
        text.set("x")
    assert (first.show(), longer.show()) == ("some", "some words")
    usecrate.close(first)
    usecrate.close(longer)
    text.set("changed")
    assert text.content() == "changed" and text.into_content() == "changed"
    with pytest.raises(usecrate.ClosedError):
        text.content()


def test_clones_of_a_borrowing_value_hold_the_owner_too(behaviours: Any) -> None:
    text = behaviours.borrows.Text("kept")
    part = text.part()
    other = copy.copy(part)
    usecrate.close(part)
    with pytest.raises(usecrate.BorrowedError):
        text.set("x")
    assert other.show() == "kept"
    usecrate.close(other)
    text.set("x")


def test_an_exclusive_loan_shuts_readers_out(behaviours: Any) -> None:
    text = behaviours.borrows.Text("a")
    with text.edit() as editor:
        editor.append("b")
        with pytest.raises(usecrate.BorrowedError):
            text.content()
        with pytest.raises(usecrate.BorrowedError):
            text.part()
    assert text.content() == "ab"


def test_a_fluent_method_that_gives_another_value_lends_it(behaviours: Any) -> None:
    one, two = behaviours.builder.Letter(), behaviours.builder.Letter()
    two.line("two")
    picked = one.pick(two)
    assert picked is not one and picked.text() == "two"
    with pytest.raises(usecrate.BorrowedError):
        two.line("x")
    usecrate.close(picked)
    assert two.line("x") is two
    with pytest.raises((usecrate.BorrowedError, ValueError)):
        one.pick(one)


def test_move_takes_what_would_be_cloned(behaviours: Any) -> None:
    m = behaviours.moves
    stamp = m.Stamp()
    assert stamp.used() == 1 and stamp.used() == 1  # cloned each time
    assert usecrate.move(stamp).used() == 1
    with pytest.raises(usecrate.ClosedError, match="moved into"):
        stamp.used()
    other = m.Stamp()
    with pytest.raises(OverflowError):
        usecrate.move(other).used_often(300)
    assert other.used() == 1  # nothing took it: it is whole again
    moving = usecrate.move(other)
    assert usecrate.is_closed(other) and not usecrate.is_closed(moving)
    del moving
    assert not usecrate.is_closed(other)
    with pytest.raises(TypeError, match="lives in Rust"):
        usecrate.move(3)  # type: ignore[arg-type]


def test_moves_use_up_what_cannot_be_cloned(behaviours: Any) -> None:
    m = behaviours.moves
    ticket = m.Ticket(4)
    with pytest.raises(OverflowError):
        m.trade(ticket, m.Ticket(1), 256)
    assert ticket.number() == 4  # a refused call moves nothing
    with pytest.raises(usecrate.HandleError):
        m.both(ticket, ticket)
    assert ticket.number() == 4
    assert m.collect(ticket) == 4
    with pytest.raises(usecrate.ClosedError):
        ticket.number()
    with pytest.raises(usecrate.ClosedError):
        m.collect(ticket)
    stamp = m.Stamp()
    assert stamp.used() == stamp.used() == 1


def test_a_value_that_is_not_send_stays_home(behaviours: Any) -> None:
    local = behaviours.threads.Local()
    assert local.count() == 1
    with pytest.raises(usecrate.ThreadError):
        in_thread(local.count)
    assert local.count() == 2
    before = behaviours.threads.Local.living()
    box = [behaviours.threads.Local()]

    def let_go() -> None:
        box.clear()
        gc.collect()

    in_thread(let_go)
    behaviours.threads.Local().count()  # the home thread's next call carries out what was queued
    assert behaviours.threads.Local.living() == before


def test_a_value_that_is_not_sync_is_used_by_one_thread_at_a_time(behaviours: Any) -> None:
    single = behaviours.threads.Single()
    with ThreadPoolExecutor(4) as pool:
        most = max(pool.map(lambda _: single.stay(5), range(20)))
    assert most == 1 and single.calls() == 20


def test_a_value_that_is_sync_is_used_by_many_with_the_lock_released(behaviours: Any) -> None:
    shared = behaviours.threads.Shared()
    with ThreadPoolExecutor(4) as pool:
        assert max(pool.map(lambda _: shared.stay(60), range(8))) > 1
        futures = [pool.submit(shared.stay, 5) for _ in range(10)] + [pool.submit(shared.change, 5)]
        assert futures[-1].result() == 0 and all(f.result() for f in futures[:-1])


def test_the_interpreter_goes_on_while_rust_runs(behaviours: Any) -> None:
    ticks = 0
    thread = threading.Thread(target=behaviours.threads.sleep, args=(300,))
    thread.start()
    while thread.is_alive():
        ticks += 1
        time.sleep(0.005)
    assert ticks > 10
    slow = [behaviours.drops.Slow(300)]
    thread = threading.Thread(target=slow.clear)
    thread.start()
    ticks = 0
    while thread.is_alive():
        ticks += 1
        time.sleep(0.005)
    assert ticks > 10, "dropping kept the interpreter lock"


def test_many_threads_use_and_drop_at_once(behaviours: Any) -> None:
    m = behaviours.drops
    before = m.living()

    def work(number: int) -> None:
        for round_ in range(200):
            guard = m.Guard(f"{number}.{round_}")
            view = guard.view()
            assert view.name() == guard.name()
            if round_ % 3 == 0:
                del guard
            if round_ % 5 == 0:
                usecrate.close(view)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    gc.collect()
    assert m.living() == before
    m.log()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_after_fork_a_child_works_and_drops_nothing_of_its_parent(behaviours: Any, drops: Any) -> None:
    guard = drops.Guard("parent")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with pytest.raises(usecrate.ForkError):
                guard.name()
            own = drops.Guard("child")
            assert own.name() == "child" and behaviours.values.add(1, 2) == 3
            del guard
            gc.collect()
            assert drops.log() == []
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert guard.name() == "parent"


def test_handles_at_exit_do_not_crash(behaviours: Any, build: Any) -> None:
    import pathlib

    crate = pathlib.Path(__file__).parent.parent / "crates" / "behaviours"
    program = textwrap.dedent(
        """
        import sys, threading, usecrate
        m = usecrate.load_artifact(sys.argv[1])
        keep = [m.drops.Guard("at exit"), m.threads.Local(), m.drops.Slow(1)]
        view = keep[0].view()
        loop = [view]; loop.append(loop)
        threading.Thread(target=m.threads.sleep, args=(200,), daemon=True).start()
        """
    )
    command = [sys.executable, "-W", "error", "-c", program, str(build(str(crate)))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert multiprocessing.current_process().name == "MainProcess"
