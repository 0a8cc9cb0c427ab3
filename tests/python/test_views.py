"""What borrows from what borrows: views of views, views that change, values that store a borrow."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import usecrate


@pytest.fixture(name="views")
def views_fixture(behaviours: Any) -> Any:
    """The module of views."""
    gc.collect()
    return behaviours.views


@pytest.fixture(name="env")
def env_fixture(views: Any) -> Any:
    """An environment with two templates."""
    env = views.Environment()
    env.add_template("a", "one\ntwo\nthree")
    env.add_template("b", "four")
    return env


def test_a_view_keeps_what_it_borrows_alive(views: Any, env: Any) -> None:
    template = env.get_template("a")
    del env
    gc.collect()
    assert (template.name(), template.text()) == ("a", "one\ntwo\nthree")
    with pytest.raises(usecrate.CallError, match="no template"):
        template.env().get_template("c")


def test_views_of_views_of_views(views: Any, env: Any) -> None:
    state = env.get_template("a").state()
    assert views.states() == 1
    del env
    gc.collect()
    assert state.next_line() == "one"
    rest = state.rest()
    with pytest.raises(usecrate.BorrowedError, match="State::rest"):
        state.next_line()
    deeper = rest.next().next()
    del rest
    assert deeper.count() == 0
    with pytest.raises(usecrate.BorrowedError):
        state.next_line()
    del deeper
    assert state.next_line() == "two" and state.template().name() == "a"
    usecrate.close(state)
    assert views.states() == 0


def test_a_long_row_of_views_ends_at_once(env: Any) -> None:
    rest = env.get_template("a").state().rest()
    for _ in range(3000):
        rest = rest.next()
    assert rest.count() == 0
    del rest


def test_the_error_names_the_holder_and_how_to_let_go(env: Any) -> None:
    template = env.get_template("a")
    with pytest.raises(usecrate.BorrowedError) as raised:
        env.set_debug(True)
    message = str(raised.value)
    assert "`behaviours::views::Environment` is borrowed by what" in message
    assert "`behaviours::views::Environment::get_template` gave" in message
    assert "usecrate.close(x)" in message and "with" in message
    with pytest.raises(usecrate.BorrowedError, match="get_template"):
        usecrate.close(env)
    usecrate.close(template)
    env.set_debug(True)
    assert env.debug()


def test_the_error_names_what_still_holds(env: Any) -> None:
    template = env.get_template("a")
    first = env.first()
    del first
    with pytest.raises(usecrate.BorrowedError, match="Environment::get_template"):
        env.set_debug(True)
    del template
    env.set_debug(True)


def test_what_python_spells_otherwise_is_told(env: Any) -> None:
    with pytest.raises(AttributeError, match=r"no attribute `clone`; in Python that is `copy\.copy\(x\)`"):
        env.clone()
    # It is not where the type has none.
    with pytest.raises(AttributeError, match=r"no attribute `clone`(?!; in Python)"):
        env.get_template("a").state().clone()


@pytest.mark.parametrize("how", ["close", "with", "last reference"])
def test_every_way_to_let_go(env: Any, how: str) -> None:
    template = env.get_template("a")
    state = template.state()
    if how == "close":
        usecrate.close(state)
        usecrate.close(template)
    elif how == "with":
        with template, state:
            pass
    else:
        del template, state
    env.set_debug(True)
    assert env.debug()


def test_a_view_that_is_closed_first_stays_until_its_own_views_are_gone(env: Any) -> None:
    template = env.get_template("a")
    state = template.state()
    with pytest.raises(usecrate.BorrowedError, match=r"Template::state"):
        usecrate.close(template)
    assert template.name() == "a"
    del template
    assert state.name() == "a"
    del state
    env.set_debug(True)


def test_lists_and_options_of_views(env: Any) -> None:
    every = env.all()
    first = env.first()
    assert [one.name() for one in every] == ["a", "b"] and first.name() == "a"
    del every
    with pytest.raises(usecrate.BorrowedError):
        env.set_debug(True)
    del first
    env.set_debug(True)


def test_what_is_exchanged_stays_sound(views: Any, env: Any) -> None:
    other = views.Environment()
    other.add_template("c", "five")
    env.exchange(other)
    assert (env.names(), other.names()) == (["c"], ["a", "b"])
    template = other.get_template("a")
    del env, other
    gc.collect()
    assert template.text() == "one\ntwo\nthree"


def test_a_clone_that_stores_a_borrow(views: Any) -> None:
    registry = views.Registry()
    shared = registry.share()
    shared.add("name" * 20)
    env = views.Environment()
    env.add_template("t" * 40, "text")
    shared.enroll(env)
    with pytest.raises(usecrate.BorrowedError, match="Registry::enroll"):
        env.set_debug(True)
    del shared, env
    gc.collect()
    assert registry.names() == ["name" * 20, "t" * 40]


def test_a_view_that_changes_has_its_owner_for_itself(views: Any) -> None:
    address = views.Address("/a")
    segments = address.segments_mut()
    assert segments.push("b").push("c") is segments
    with pytest.raises(usecrate.BorrowedError, match="segments_mut"):
        address.path()
    assert segments.added() == 2
    with segments:
        segments.clear().push("d")
    assert address.path() == "/a/d", "the guard wrote when it was dropped"


def test_views_through_a_view_that_changes(views: Any) -> None:
    address = views.Address("/a")
    segments = address.segments_mut()
    seen = segments.address()
    assert seen.path() == "/a"
    with pytest.raises(usecrate.BorrowedError, match="Segments::address"):
        segments.push("b")
    del seen
    tail = segments.tail()
    with pytest.raises(usecrate.BorrowedError, match="Segments::tail"):
        segments.added()
    assert tail.add("!") == 3
    del tail
    segments.push("b")
    del segments
    assert address.path() == "/a!/b"


def test_what_several_own_is_seen_while_anyone_owns_it(behaviours: Any) -> None:
    m = behaviours.borrows
    before = m.common_gone()
    shares = m.Shares("mine")
    one, many = shares.common(), shares.many(3)
    assert shares.owners() == 5 and type(one) is m.Common is type(many[0])
    assert one.name() == ("mine", 0) and many[2].name() == ("mine", 1), "the very same value"
    assert shares.maybe(False) is None and shares.maybe(True).name() == ("mine", 2)
    assert shares.tried("7").name()[0] == "mine"
    with pytest.raises(usecrate.CallError):
        shares.tried("x")
    with pytest.raises(usecrate.BorrowedError):
        one.rename("yours")
    del many
    gc.collect()
    assert shares.owners() == 2
    usecrate.close(shares)
    assert one.name() == ("mine", 4) and m.common_gone() == before, "it outlives its first owner"
    usecrate.close(one)
    assert m.common_gone() == before + 1


def test_what_one_thread_owns_together_stays_on_it(behaviours: Any) -> None:
    m = behaviours.borrows
    before = m.common_gone()
    pinned = m.Pinned("mine")
    common = pinned.common()
    assert common.name() == ("mine", 0)
    with ThreadPoolExecutor(1) as pool, pytest.raises(usecrate.ThreadError):
        pool.submit(common.name).result()
    del pinned
    assert common.name() == ("mine", 1)
    box = [common]
    del common
    with ThreadPoolExecutor(1) as pool:
        pool.submit(box.clear).result()
    m.common_gone()  # what another thread dropped goes with the next call of its own
    assert m.common_gone() == before + 1


@pytest.mark.parametrize("way", ["open", "look"])
def test_what_a_result_does_not_borrow_keeps_nothing_of_it(views: Any, way: str) -> None:
    """A label lives on, and borrows a name of its own: the cabinet is free when the drawer is gone."""
    label, cabinet = views.Label("".join(["to", "ols"])), views.Cabinet()
    drawer = getattr(cabinet, way)(label)
    drawer.put(3)
    with pytest.raises(usecrate.BorrowedError, match=f"Cabinet::{way}"):
        cabinet.lock()
    del drawer
    assert label.text() == "tools" and cabinet.lock() == 1
    second = views.Cabinet()
    drawer = getattr(second, way)(label)
    del label
    gc.collect()
    drawer.put(4)
    usecrate.close(drawer)
    assert second.lock() == 1


def test_a_walk_lends_one_item_at_a_time(views: Any) -> None:
    """`fn next(&mut self) -> Result<Option<&T>, E>`: an item ends when the next one is asked for."""
    cabinet = views.Cabinet()
    for name in ("ape", "bee", "cat"):
        cabinet.open(views.Label(name)).put(1)
    assert [drawer.name() for drawer in cabinet.walk()] == ["cat", "bee", "ape"]
    kept = list(cabinet.walk())
    with pytest.raises(usecrate.ClosedError):
        kept[0].name()
    for drawer in cabinet.walk():
        if drawer.name() == "bee":
            break
    drawer.put(2)  # the last one stays
    usecrate.close(drawer)
    cabinet.open(views.Label("stuck")).put(1)
    with pytest.raises(views.NotFound, match="stuck"):
        list(cabinet.walk())
    walk = cabinet.walk()
    with pytest.raises(views.NotFound):
        walk.next()
    held = walk.next()
    assert held.name() == "cat"
    assert next(iter(walk)).name() == "bee"
    with pytest.raises(usecrate.ClosedError, match="was lent, and ended"):
        held.name()
    del held, walk, kept, drawer
    assert cabinet.lock() == 5
