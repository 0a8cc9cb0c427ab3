"""Errors and panics as exceptions."""

from __future__ import annotations

import pathlib
import pickle
from typing import Any

import pytest

import usecrate


def test_an_error_enum_is_a_class_with_a_subclass_per_variant(behaviours: Any) -> None:
    m = behaviours.errors
    assert issubclass(m.Fault, usecrate.CallError) and issubclass(m.Fault, RuntimeError)
    assert m.fail(5) == 5
    with pytest.raises(m.Fault, match=r"^nothing is there$") as missing:
        m.fail(0)
    assert isinstance(missing.value, m.Fault.Missing) and missing.value.is_temporary() is True
    with pytest.raises(m.Fault.TooLarge, match="200 is more than 100") as large:
        m.fail(200)
    assert (large.value.found, large.value.limit) == (200, 100)
    with pytest.raises(m.Fault.Odd, match="7 is odd") as odd:
        m.fail(7)
    assert odd.value.value == 7
    assert not isinstance(large.value, m.Fault.Missing) and large.value.is_temporary() is False


def test_sources_are_the_cause(behaviours: Any) -> None:
    m = behaviours.errors
    with pytest.raises(m.Fault.Below) as caught:
        m.fail(1)
    assert str(caught.value) == "something below failed"
    assert isinstance(caught.value.__cause__, usecrate.CallError)
    assert str(caught.value.__cause__) == "3 levels down"


def test_other_errors_are_plain_call_errors(behaviours: Any) -> None:
    m = behaviours.errors
    with pytest.raises(usecrate.CallError, match="refuse"):
        m.refuse(True)
    assert m.refuse(False) == 1
    with pytest.raises(usecrate.CallError, match=r"^sky is wrong$") as caught:
        m.complain("sky")
    assert caught.value.value == "sky is wrong"
    with pytest.raises(usecrate.CallError) as number:
        m.code(-4)
    assert number.value.value == -4
    with pytest.raises(usecrate.CallError, match="1 levels down"):
        m.boxed()
    with pytest.raises(usecrate.CallError, match="invalid digit"):
        m.parse("x")
    assert m.parse("12") == 12


def test_an_error_among_other_values_is_raised_with_them(behaviours: Any) -> None:
    m = behaviours.errors
    assert m.Valve(False).close() is None
    with pytest.raises(m.Jam.Rusty, match=r"^it does not move$") as caught:
        m.Valve(True).close()
    error = caught.value
    valve, again = error.value
    assert again is error and type(valve) is m.Valve and error.years() == 4
    assert "Valve" in error.rust_type and error.debug == "Rusty(4)" and error.sources == ()
    valve.hit()
    assert valve.close() is None
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is m.Jam.Rusty and str(copy) == "it does not move" and copy.value is copy


def test_an_io_error_among_other_values_is_an_os_error(behaviours: Any) -> None:
    m = behaviours.errors
    with pytest.raises(PermissionError) as caught:
        m.Valve(False).close_both(m.Valve(True))
    first, second, error = caught.value.value
    assert error is caught.value and first.close() is None
    with pytest.raises(usecrate.CallError) as refused:
        second.shut()
    assert type(refused.value.value) is m.Valve
    assert isinstance(pickle.loads(pickle.dumps(error)), PermissionError)


def test_an_error_of_several_values_shows_them(behaviours: Any) -> None:
    m = behaviours.errors
    assert m.spell("fine") == 4 and m.within(7) == 7
    with pytest.raises(usecrate.CallError, match=r"^\(2, 'a mark'\)$") as caught:
        m.spell("no!")
    assert caught.value.value == (2, "a mark")
    for number, limit in ((60, 50), (200, None)):
        with pytest.raises(usecrate.CallError, match=f"^{limit}$") as passed:
            m.within(number)
        assert passed.value.value == limit


def test_an_error_that_the_crate_does_not_export(behaviours: Any) -> None:
    assert behaviours.errors.unnamed(False) == "fine"
    with pytest.raises(usecrate.CallError, match=r"^nobody knows$") as caught:
        behaviours.errors.unnamed(True)
    assert str(caught.value.__cause__) == "2 levels down"


def test_io_errors_are_os_errors(behaviours: Any, tmp_path: pathlib.Path) -> None:
    m = behaviours.errors
    with pytest.raises(FileNotFoundError) as caught:
        m.read(tmp_path / "missing")
    assert isinstance(caught.value, usecrate.IoError) and isinstance(caught.value, usecrate.CallError)
    assert caught.value.errno == 2
    with pytest.raises(IsADirectoryError):
        m.read(tmp_path)


def test_an_error_in_an_option_is_raised(behaviours: Any) -> None:
    m = behaviours.errors
    assert m.step(3) == 3 and m.step(5) is None
    assert m.step_unit(3) == (None,) and m.step_unit(5) is None
    for step in (m.step, m.step_unit):
        with pytest.raises(m.Fault.Below) as caught:
            step(1)
        assert isinstance(caught.value.__cause__, usecrate.CallError)


def test_an_error_as_a_value_is_not_raised(behaviours: Any) -> None:
    value = behaviours.errors.as_value()
    assert isinstance(value, behaviours.errors.Deep) and isinstance(value, Exception)
    assert value.depth == 9 and str(value) == "9 levels down"


def test_errors_survive_pickling(behaviours: Any) -> None:
    with pytest.raises(behaviours.errors.Fault) as caught:
        behaviours.errors.fail(0)
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is type(caught.value) and str(again) == "nothing is there"


def test_a_panic_is_an_exception(behaviours: Any) -> None:
    m = behaviours.panics
    with pytest.raises(usecrate.PanicError, match="these words") as caught:
        m.panic("these words")
    assert isinstance(caught.value, Exception) and not isinstance(caught.value, usecrate.CallError)
    assert caught.value.message == "these words" and "panics.rs" in (caught.value.location or "")
    # Names of functions are not loaded, and found all the same.
    assert "usecrate_bridge_behaviours" in (caught.value.backtrace or "")
    with pytest.raises(usecrate.PanicError):
        m.panic_any()


def test_a_panic_in_a_change_poisons(behaviours: Any) -> None:
    counter = behaviours.panics.Counter()
    assert counter.count(False) == 1
    with pytest.raises(usecrate.PanicError):
        counter.look()
    assert counter.value() == 1
    with pytest.raises(usecrate.PanicError, match="halfway at 2"):
        counter.count(halfway=True)
    with pytest.raises(usecrate.PoisonedError):
        counter.value()
    usecrate.close(counter)


def test_panics_in_debug_and_drop_do_not_end_the_process(behaviours: Any) -> None:
    shy = behaviours.panics.Shy()
    with pytest.raises(usecrate.PanicError):
        repr(shy)
    assert shy.number() == 3
    bomb = behaviours.panics.Bomb()
    assert bomb.tick() == 1
    with pytest.raises(usecrate.PanicError, match="went off"):
        usecrate.close(bomb)
    with pytest.raises(usecrate.ClosedError):
        bomb.tick()
