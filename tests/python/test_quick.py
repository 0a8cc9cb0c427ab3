"""Which calls keep the interpreter lock, and that none of them ever waits with it."""

from __future__ import annotations

import gc
import io
import json
import os
import pathlib
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import usecrate

ROOT = pathlib.Path(__file__).resolve().parents[2]
CRATE = ROOT / "tests" / "crates" / "quick"
PAGE = (ROOT / "docs" / "lock.md").read_text(encoding="utf-8")
# Whoever waits with the lock kept waits for as long as this at least.
LONG = 8


@pytest.fixture(scope="module", name="quick")
def quick_fixture() -> Any:
    """The module, with what is declared in the crate's own folder."""
    return usecrate.import_(str(CRATE))


@pytest.fixture(scope="module", name="kept")
def kept_fixture(quick: Any) -> dict[str, bool]:
    """Whether each callable keeps the lock, by its id."""
    return {found["id"]: found.get("keeps_lock", False) for found in usecrate.manifest(quick)["callables"]}


@pytest.fixture(name="ticks")
def ticks_fixture() -> Iterator[Callable[[], int]]:
    """How often another thread came to run since the last time."""
    count = 0
    over = threading.Event()

    def tick() -> None:
        nonlocal count
        while not over.is_set():
            count += 1
            time.sleep(0.001)

    def since() -> int:
        nonlocal count
        now, count = count, 0
        return now

    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.001)
    thread = threading.Thread(target=tick)
    thread.start()
    yield since
    over.set()
    thread.join()
    sys.setswitchinterval(interval)


def test_what_is_proven_keeps_the_lock(quick: Any, kept: dict[str, bool]) -> None:
    proven = (
        "quick::add",
        "quick::LIMIT",
        "quick::Gauge.level",
        "quick::Gauge.level=",
        "quick::Gauge::new",
        "quick::Gauge::wide",
        "quick::View::number",
        "quick::Coin::value",
        "<quick::Point as PartialEq>::eq",
    )
    assert [name for name in proven if not kept[name]] == []
    unknown = ("rest", "open", "Guard::new", "Guard::view", "Point::turned")
    for name in (*(f"quick::{name}" for name in unknown), "<quick::Spot as PartialEq>::eq"):
        assert not kept[name], f"nothing is known of {name}"
    assert quick.Point(1, (2, None)) == quick.Point(2, (1, None)).turned() != quick.Point(1, (2, 3))


def test_what_is_declared_keeps_the_lock(quick: Any, kept: dict[str, bool]) -> None:
    for name in ("quick::sum", "quick::doze", "quick::Gauge::read", "quick::Gauge.name"):
        assert kept[name], f"{name} is on the list"
    assert kept["<quick::Gauge as PartialEq>::eq"]
    assert not kept["quick::limit"] and not kept["quick::Gauge::refill"], "and these are taken off it"
    assert "It keeps the interpreter lock." in quick.add.__doc__
    assert "keeps" not in quick.rest.__doc__


def test_without_a_declaration_only_what_is_proven_does(tmp_path: pathlib.Path) -> None:
    nothing = tmp_path / "nothing.toml"
    nothing.write_text("")
    m = usecrate.import_(str(CRATE), config=nothing)
    kept = {found["id"]: found.get("keeps_lock", False) for found in usecrate.manifest(m)["callables"]}
    assert kept["quick::limit"] and kept["quick::add"]
    assert not any(kept[name] for name in ("quick::sum", "quick::doze", "quick::Gauge::read"))
    assert not kept["<quick::Gauge as PartialEq>::eq"], "an impl may be written by hand"


def test_the_lock_is_kept(quick: Any, ticks: Callable[[], int]) -> None:
    ticks()
    quick.rest(200)
    assert ticks() > 20, "others run meanwhile"
    ticks()
    quick.doze(200)
    assert ticks() < 20, "nobody does"


def test_a_value_that_is_in_use_is_waited_for_without_the_lock(quick: Any, ticks: Callable[[], int]) -> None:
    gauge = quick.Gauge(1)
    calls: list[Callable[[], Any]] = [
        gauge.read,
        lambda: gauge.level,
        lambda: gauge.wide(*range(14)),
        lambda: gauge == quick.Gauge(0),
    ]
    for call in calls:
        slow = threading.Thread(target=gauge.refill, args=(300,))
        slow.start()
        time.sleep(0.05)
        ticks()
        start = time.monotonic()
        call()
        assert time.monotonic() - start > 0.1 and ticks() > 20
        slow.join()
    assert gauge.read() == gauge.level == 5


def test_many_threads_come_to_an_end(quick: Any) -> None:
    gauge = quick.Gauge(0)

    def work(call: Callable[[], Any], times: int) -> None:
        for _ in range(times):
            call()

    def back() -> None:
        quick.apply(1, lambda value: value + gauge.level)

    calls = [(lambda: gauge.refill(0), 300), (gauge.read, 3000), (back, 300), (lambda: gauge.level, 3000)]
    threads = [threading.Thread(target=work, args=call) for call in calls * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert gauge.level == 600


def test_what_is_quick_may_call_back(quick: Any, ticks: Callable[[], int]) -> None:
    def wait(value: int) -> int:
        ticks()
        time.sleep(0.1)
        return value + ticks()

    assert quick.apply(1, wait) > 10
    assert quick.apply(value=1, change=lambda value: quick.sum(value, quick.add(1, 1))) == 3
    with pytest.raises(KeyError, match="out"):
        quick.apply(1, lambda value: {}["out"])
    assert quick.sum(1, 2) == 3


def test_what_is_quick_calls_back_with_the_lock_kept(quick: Any, ticks: Callable[[], int]) -> None:
    ticks()
    assert sum(quick.apply(value, lambda value: value + 1) for value in range(100)) == 5050
    kept = ticks()
    assert sum(quick.rest(1) or 1 for _ in range(100)) == 100
    assert kept < 50 < ticks(), "who lets go of the lock hands it over"

    def raises(value: int) -> int:
        raise StopAsyncIteration(value)

    for given, error in (
        (raises, StopAsyncIteration),
        (lambda value: "text", TypeError),
        (lambda value: -1, OverflowError),
    ):
        with pytest.raises(error):
            quick.apply(1, given)
    assert quick.apply(1, lambda value: quick.apply(value, lambda value: value + 7)) == 8


def test_what_is_quick_may_be_called_back_on_another_thread(quick: Any, ticks: Callable[[], int]) -> None:
    def change(value: int) -> int:
        assert threading.current_thread() is not threading.main_thread()
        time.sleep(0.01)
        return value + 1

    assert quick.apply_elsewhere(1, change) == 2
    assert quick.apply(3, lambda value: quick.apply_elsewhere(value, change)) == 4


def test_what_a_quick_call_holds_is_refused_while_it_calls_back(quick: Any, ticks: Callable[[], int]) -> None:
    gauge, other = quick.Gauge(1), quick.Gauge(5)
    refused: list[str] = []

    def use() -> None:
        with pytest.raises(usecrate.HandleError, match="inside a callback") as caught:
            gauge.read()
        refused.append(str(caught.value))

    def level(name: str, now: int) -> int:
        assert (name, now) == ("", 1)
        use()
        thread = threading.Thread(target=use)
        thread.start()
        thread.join(60)
        # Another value may be used, and waited for.
        slow = threading.Thread(target=other.refill, args=(100,))
        slow.start()
        ticks()
        time.sleep(0.02)
        assert other.read() == 6
        slow.join(60)
        return other.ask(lambda name, level: level + 1)

    assert gauge.ask(level) == 7
    assert len(refused) == 2
    assert gauge.ask(lambda name, level: None) == 7


def test_what_is_quick_may_use_a_file_that_is_kept(quick: Any) -> None:
    class Slow(io.BytesIO):
        def write(self, data: Any) -> int:
            time.sleep(0.01)
            return super().write(data)

    file = Slow()
    log = quick.Log(file)
    others = [threading.Thread(target=quick.sum, args=(1, 2)) for _ in range(4)]
    for other in others:
        other.start()
    for text in ("one", "two"):
        log.line(text)
    for other in others:
        other.join()
    del log
    gc.collect()
    assert file.getvalue() == b"one\ntwo\n"
    assert quick.sum(1, 2) == 3


def test_a_destructor_is_not_waited_for_with_the_lock(quick: Any) -> None:
    for drop_all in (False, True):
        quick.open(False)
        guard = quick.Guard(3)
        view = guard.view()
        assert view.number() == 3
        del guard
        gc.collect()
        opener = threading.Timer(0.2, quick.open, (True,))
        opener.start()
        start = time.monotonic()
        if drop_all:
            usecrate.close(view)
        del view  # What it borrows waits for the timer, which needs the interpreter.
        gc.collect()
        assert 0.1 < time.monotonic() - start < LONG
        opener.join()
    assert quick.sum(1, 2) == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_of_fork_goes_on(quick: Any) -> None:
    gauge = quick.Gauge(1)

    def fork(value: int) -> int:
        child = os.fork()
        if child == 0:
            try:
                works = quick.sum(1, 2) == 3 and quick.add(1, 2) == 3 and quick.Gauge(4).read() == 4
                gauge.read()
            except usecrate.ForkError:
                os._exit(0 if works else 1)
            finally:
                os._exit(2)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    assert quick.apply(1, fork) == 0
    assert fork(1) == 0

    def while_inside(value: int) -> int:
        # A child that another thread forks finds this one's call inside the library, for ever.
        inside.set()
        assert forked.wait(60)
        return value

    inside, forked = threading.Event(), threading.Event()
    thread = threading.Thread(target=quick.apply, args=(1, while_inside))
    thread.start()
    assert inside.wait(60)
    child = os.fork()
    if child == 0:
        try:
            quick.sum(1, 2)
        except usecrate.ForkError:
            os._exit(0)
        finally:
            os._exit(2)
    forked.set()
    thread.join(60)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert gauge.read() == 1


def test_a_path_that_names_nothing_is_told(tool: Any, tmp_path: pathlib.Path) -> None:
    config = tmp_path / "usecrate.toml"
    for entry, hint in (("Gauge::reed", "did you mean `Gauge::read`"), ("nowhere::*", "`usecrate inspect`")):
        config.write_text(f"quick = [{json.dumps(entry)}]\n")
        done = tool("build", CRATE, "--config", config)
        assert done.returncode == 1
        assert (
            f"`{entry}` in the list `quick`: `quick` has no callable of that path that is served"
            in done.stderr
        )
        assert "[bad-config]" in done.stderr and hint in done.stderr


def test_a_local_crate_has_its_own_configuration(tool: Any, tmp_path: pathlib.Path) -> None:
    def kept(**options: Any) -> list[str]:
        manifest = usecrate.manifest(usecrate.import_(str(crate), **options))
        named = options.get("config")
        assert manifest["build"].get("config") == (named and named.read_text())
        return [found["id"] for found in manifest["callables"] if found.get("keeps_lock")]

    crate = tmp_path / "owned"
    (crate / "src").mkdir(parents=True)
    (crate / "src" / "lib.rs").write_text("pub fn one() -> u32 { 1 }\npub fn two() -> u32 { 2 }\n")
    package = '[package]\nname = "owned"\nversion = "1.0.0"\nedition = "2024"\n'
    (crate / "Cargo.toml").write_text(package + '[package.metadata.usecrate]\nquick = ["one"]\n')
    assert kept() == ["owned::one"]
    # The file wins over the table, what is named over both; and a change is a build.
    (crate / "usecrate.toml").write_text('quick = ["two"]\n')
    assert kept() == ["owned::two"]
    named = tmp_path / "named.toml"
    named.write_text('quick = ["*"]\n')
    assert kept(config=named) == ["owned::one", "owned::two"]
    named.write_text("")
    assert kept(config=named) == []
    assert kept() == ["owned::two"]
    (crate / "usecrate.toml").unlink()
    (crate / "Cargo.toml").write_text(package + "[package.metadata.usecrate]\nquik = []\n")
    with pytest.raises(usecrate.BuildError, match=r"package\.metadata\.usecrate"):
        kept()
    done = tool("build", crate)
    assert done.returncode == 1 and "quik" in done.stderr and str(crate / "Cargo.toml") in done.stderr


def test_the_example_of_the_page(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (config,) = re.findall(r"```toml[^\n]*\n(.*?)```", PAGE, re.DOTALL)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "usecrate.toml").write_text(config)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "docs/lock.md", "exec"), {})
