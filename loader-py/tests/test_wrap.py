"""From a manifest to modules, functions, classes, records and exceptions, over the stand-in."""

from __future__ import annotations

import copy
import enum
import inspect
import pickle
import pydoc
import sys
import threading
from typing import Any

import pytest


def test_module_says_what_it_is(demo: Any, uc: Any) -> None:
    assert (demo.__name__, demo.__version__, demo.__doc__) == ("demo", "1.2.3", "A demo.")
    assert isinstance(demo, uc.Module)
    assert "Version" in demo.__all__
    assert set(demo.__all__) <= set(dir(demo))
    assert demo.kinds.__name__ == "demo.kinds"
    assert demo.kinds is demo.kinds
    assert "demo-crate 1.2.3" in repr(demo)
    assert not hasattr(demo, "__path__")


def test_functions_take_keywords_and_defaults(demo: Any) -> None:
    assert demo.add(2) == 2
    assert demo.add(b=3, a=2) == 5
    assert demo.add.__module__ == "demo"
    assert list(inspect.signature(demo.add).parameters) == ["a", "b"]
    assert demo.add.__doc__.startswith("Adds.")
    assert demo.add is demo.add


def test_overload_goes_by_the_argument(demo: Any) -> None:
    assert demo.double(4) == 8
    assert demo.double("ab") == "abab"
    with pytest.raises(TypeError):
        demo.double(1.5)


def test_trait_methods_take_the_value(demo: Any) -> None:
    assert demo.Twice.twice(2) == 4
    assert demo.Twice.twice("x") == "xx"
    with pytest.raises(TypeError, match="trait"):
        demo.Twice()
    with pytest.raises(AttributeError, match="did you mean `twice`"):
        _ = demo.Twice.twise


def test_constants(demo: Any, uc: Any) -> None:
    assert demo.LIMIT == 99
    assert str(demo.START) == "0.0.1"
    # A value that can be changed is fresh each time; a Rust constant never changes.
    demo.Version.ZERO.major = 5
    assert str(demo.Version.ZERO) == "0.0.0"


def test_unknown_name_names_the_nearest(demo: Any) -> None:
    with pytest.raises(AttributeError, match="did you mean `Version`"):
        _ = demo.Versoin
    with pytest.raises(AttributeError, match="did you mean `parse`"):
        _ = demo.Version.prase
    with pytest.raises(AttributeError, match="did you mean `major`"):
        _ = demo.Version(1, 2, 3).mayor
    assert not hasattr(demo, "nope")


def test_skipped_name_gives_the_recorded_reason(demo: Any, uc: Any) -> None:
    for ask in (lambda: demo.walk, lambda: demo.Version.visit, lambda: demo.Version(1, 2, 3).visit):
        with pytest.raises(uc.UnsupportedSignatureError, match="takes a callable; pass a list") as caught:
            ask()
        assert isinstance(caught.value, AttributeError)
        assert caught.value.code == "closure"
    assert not hasattr(demo, "walk")
    assert not hasattr(demo.Version, "visit")
    assert "walk" not in dir(demo)


def test_handle_class(demo: Any, uc: Any) -> None:
    version = demo.Version.parse("1.2.3")
    assert type(version) is demo.Version
    assert isinstance(version, uc.Handle)
    assert (demo.Version.__module__, demo.Version.__qualname__) == ("demo", "Version")
    assert (version.major, version.minor, version.patch) == (1, 2, 3)
    version.patch = 9
    assert str(version) == "1.2.9"
    assert f"{version:>8}" == "   1.2.9"
    assert version.bump() is version
    assert str(demo.Version.new(1, 1, 1)) == "1.1.1"
    with pytest.raises(AttributeError):
        version.other = 1


def test_members_come_with_their_first_use(demo: Any) -> None:
    assert "parse" not in vars(demo.Version)
    assert "patch" in dir(demo.Version(1, 2, 3))
    assert "parse" in vars(demo.Version)
    assert "name" in vars(demo.Op), "a name that hides an inherited one is there from the start"


def test_property_can_be_set_first(demo: Any) -> None:
    version = demo.Version(1, 2, 3)
    assert "major" not in vars(demo.Version)
    version.major = 9
    assert str(version) == "9.2.3"
    assert "__setattr__" not in vars(demo.Version), "from now on it costs nothing"
    version.minor = 8
    assert str(version) == "9.8.3"


def test_panic_inside_an_index(part: Any, uc: Any) -> None:
    def panic(*args: object) -> None:
        raise uc.PanicError("no entry", "src/lib.rs:1:1", "trace")

    item = part("specials")._item(panic)
    with pytest.raises(IndexError) as caught:
        item(None, 3)
    assert isinstance(caught.value, uc.PanicError)
    assert caught.value.location == "src/lib.rs:1:1"
    with pytest.raises(KeyError, match="no entry"):
        item(None, "key")
    with pytest.raises(KeyError):
        part("specials")._set_item(panic)(None, "key", "value")


def test_class_call_tries_the_constructors(demo: Any) -> None:
    assert demo.Version(1, 2, 3) == demo.Version("1.2.3") == demo.Version(patch=3, minor=2, major=1)
    with pytest.raises(TypeError):
        demo.Version(1, 2)
    with pytest.raises(OverflowError):
        demo.Version(-1, 0, 0)
    with pytest.raises(demo.Error):
        demo.Version("x")
    with pytest.raises(TypeError, match=r"values come from .*`demo::pool`"):
        demo.Pool()


def test_subclass_of_a_handle_class_cannot_be_made(demo: Any) -> None:
    class Mine(demo.Version):  # type: ignore[misc, name-defined]
        __slots__ = ()

    with pytest.raises(TypeError, match="subclass"):
        Mine(1, 2, 3)


def test_operators_decline_what_does_not_fit(demo: Any) -> None:
    v = demo.Version
    one, two = v(1, 0, 0), v(2, 0, 0)
    assert one < two <= two
    assert two > one
    assert one != two
    assert (one == "1.0.0") is False
    assert (one == -1) is False
    with pytest.raises(TypeError):
        _ = one < 3
    assert str(one + 4) == "1.0.4"
    assert str(3 * v(1, 2, 3)) == "3.6.9"
    with pytest.raises(TypeError):
        _ = one + "x"
    same = one
    one += 2
    assert one is same
    assert str(one) == "3.0.0"
    assert len({v(1, 0, 0), v(1, 0, 0), v(2, 0, 0)}) == 2
    assert sorted([two, v(1, 0, 0)])[0] == v(1, 0, 0)


def test_copies(demo: Any) -> None:
    version = demo.Version(1, 2, 3)
    for twin in (copy.copy(version), copy.deepcopy(version)):
        twin.major = 7
        assert version.major == 1
    with pytest.raises(TypeError, match="cannot pickle"):
        pickle.dumps(version)
    with pytest.raises(TypeError, match="cannot copy"):
        copy.copy(demo.pool())


def test_close(demo: Any, uc: Any) -> None:
    version = demo.Version(1, 2, 3)
    with version as inner:
        assert inner is version
    assert uc.is_closed(version)
    with pytest.raises(uc.ClosedError):
        _ = version.major
    other = demo.Version(1, 2, 3)
    other.close()
    uc.close(other)
    assert uc.is_closed(other)


def test_plain_enum(demo: Any, uc: Any) -> None:
    op = demo.Op
    assert issubclass(op, enum.Enum)
    assert demo.kinds.Op is op
    assert (op.__module__, op.__qualname__) == ("demo.kinds", "Op")
    assert op.Less.value == -1
    assert op.More._value_ == 4
    assert op(4) is op("More") is op(op.More) is demo.More is demo.operator() is op.More
    assert op.Less.name() == "<", "Rust's method replaces Enum's"
    assert op.Less._name_ == "Less"
    assert uc.variant(op.Less) == "Less"
    assert list(op) == [op.Less, op.More]
    for bad in (3, "Most", True):
        with pytest.raises(ValueError, match="Less = -1, More = 4"):
            op(bad)
    with pytest.raises(TypeError):
        op(1.5)
    with pytest.raises(AttributeError):
        _ = op.Most


def test_record(demo: Any, uc: Any) -> None:
    pair = demo.Pair(left=1, right="b")
    assert pair == demo.Pair(1, "b") != demo.Pair(2, "b")
    assert demo.Pair(left=4) == demo.Pair(4, "r"), "what is left out comes from Default"
    assert repr(pair) == "Pair(left=1, right='b')"
    assert uc.asdict(pair) == {"left": 1, "right": "b"}
    pair.left = 5
    match pair:
        case demo.Pair(left, right):
            assert (left, right) == (5, "b")
        case _:
            pytest.fail("no match")
    with pytest.raises(TypeError, match="no field `lefd`"):
        demo.Pair(lefd=1)
    with pytest.raises(TypeError, match="takes 2 arguments"):
        demo.Pair(1, 2, 3)
    with pytest.raises(TypeError, match="several values for `left`"):
        demo.Pair(1, left=1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(pair)
    with pytest.raises(AttributeError):
        pair.other = 1
    assert copy.deepcopy(pair) == pair
    assert list(inspect.signature(demo.Pair).parameters) == ["left", "right"]


def test_record_field_of_a_handle_writes_through(demo: Any) -> None:
    options = demo.Options()
    assert isinstance(options.pair, demo.Pair)
    options.pair.left = 8
    assert options.pair == demo.Pair(8, "a")
    options.pair = demo.Pair(1, "z")
    assert options.pair.right == "z"
    held = copy.copy(options.pair)
    held.left = 100
    assert options.pair.left == 1
    assert repr(options.pair) == "Pair(left=1, right='z')"


def test_enum_with_data(demo: Any, uc: Any) -> None:
    circle = demo.circle()
    assert isinstance(circle, demo.Shape.Circle)
    assert isinstance(circle, demo.Shape)
    assert circle == demo.Shape.Circle(2.0) != demo.Shape.Empty()
    assert repr(circle) == "Shape.Circle(2.0)"
    assert repr(demo.Shape.Box(1.0, high=2.0)) == "Shape.Box(wide=1.0, high=2.0)"
    assert demo.Shape("Empty") == demo.Shape.Empty()
    assert uc.variant(circle) == "Circle"
    assert uc.asdict(circle) == {"Circle": 2.0}
    assert uc.asdict(demo.Shape.Box(1.0, 2.0)) == {"Box": {"wide": 1.0, "high": 2.0}}
    assert uc.asdict(demo.Shape.Empty()) == "Empty"
    match circle:
        case demo.Shape.Circle(radius):
            assert radius == 2.0
        case _:
            pytest.fail("no match")
    with pytest.raises(TypeError, match="build one of its variants"):
        demo.Shape()


def test_enum_that_is_a_handle(demo: Any, uc: Any) -> None:
    pool = demo.pool()
    assert isinstance(pool, demo.Pool.Name)
    assert not isinstance(pool, demo.Pool.Any)
    assert issubclass(demo.Pool.Name, demo.Pool)
    match pool:
        case demo.Pool.Any():
            pytest.fail("wrong variant")
        case demo.Pool.Name(name):
            assert name == "x"
    assert demo.Pool.Name("y")._0 == "y"
    assert uc.variant(demo.Pool.Any()) == "Any"
    pool.clear()
    assert isinstance(pool, demo.Pool.Any), "the variant is asked for each time: a value may change"
    with pytest.raises(AttributeError, match=r"Pool\.Any` has no field"):
        _ = pool._0


def test_error_class(demo: Any, uc: Any) -> None:
    with pytest.raises(demo.Error) as caught:
        demo.Version.parse("1.x")
    error = caught.value
    assert isinstance(error, uc.CallError)
    assert isinstance(error, RuntimeError)
    assert str(error) == "bad version 1.x"
    assert type(error) is demo.Error.Bad, "`except` asks for the class"
    assert error.text() == "1.x"
    assert error.value is error
    assert error.rust_type == "demo::Error"
    assert str(error.__cause__) == "a part is missing"
    assert str(error.__cause__.__cause__) == "the text ended"
    assert list(error.sources) == ["a part is missing", "the text ended"]
    moved = pickle.loads(pickle.dumps(error))
    assert str(moved) == str(error)
    assert moved.rust_type == "demo::Error"


def test_error_enum_and_record(demo: Any, uc: Any) -> None:
    with pytest.raises(demo.Fail.Plain):
        demo.fail(0)
    with pytest.raises(demo.Fail.Number) as caught:
        demo.fail(1)
    assert caught.value._0 == 7
    assert str(caught.value) == "failed 1"
    assert issubclass(demo.Fail, uc.CallError)
    cause = demo.Cause("words")
    assert cause.message == "words", "a field of the Rust type comes first"
    assert isinstance(cause, uc.CallError)


def test_io_error(demo: Any, uc: Any) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        demo.open(2)
    assert isinstance(caught.value, uc.IoError)
    assert isinstance(caught.value, uc.CallError)
    assert caught.value.errno == 2
    assert caught.value.kind == "NotFound"
    with pytest.raises(FileNotFoundError, match="no such thing") as caught:
        demo.open()
    assert caught.value.errno is None
    assert str(pickle.loads(pickle.dumps(caught.value))) == "no such thing"


def test_unit_error_says_something(demo: Any, uc: Any) -> None:
    with pytest.raises(uc.CallError, match=r"^`demo::nothing` failed") as caught:
        demo.nothing()
    assert type(caught.value) is uc.CallError
    assert caught.value.value is None


def test_help_and_dir_are_honest(demo: Any) -> None:
    assert "parse" in dir(demo.Version)
    assert "patch" in dir(demo.Version(1, 2, 3))
    assert "visit" not in dir(demo.Version)
    for thing in (demo, demo.Version, demo.Op, demo.Pair, demo.Shape, demo.Pool, demo.Error, demo.Twice):
        text = pydoc.render_doc(thing, renderer=pydoc.plaintext)
        assert thing.__name__ in text
        for name in dir(thing):
            getattr(thing, name, None)


def test_many_threads_make_one_of_each(demo: Any) -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    names = ["Version", "Error", "Pool", "Pair", "Options", "kinds", "Twice", "add", "Shape"]
    for name in names:
        gate = threading.Barrier(8)
        seen: list[Any] = []

        def ask(name: str = name, gate: Any = gate, seen: list[Any] = seen) -> None:
            gate.wait()
            thing = getattr(demo, name)
            seen.append(thing)
            if name == "Version":
                seen.append(thing.parse("1.2.3").bump() and thing)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(seen) == (16 if name == "Version" else 8)
        assert len({id(thing) for thing in seen}) == 1, name
    sys.setswitchinterval(interval)


def test_manifest_of_anything(demo: Any, uc: Any) -> None:
    found = uc.manifest(demo)
    assert found["crate"]["name"] == "demo-crate"
    assert uc.manifest(demo.Version) is uc.manifest(demo.Version(1, 2, 3)) is found
    with pytest.raises(TypeError):
        uc.manifest(3)
    with pytest.raises(TypeError):
        uc.variant(3)


def test_members_are_made_when_they_are_used(demo: Any) -> None:
    made = demo.Version(1, 2, 3)
    assert "bump" not in vars(demo.Version) and "major" not in vars(demo.Version)
    assert made.major == 1
    assert "major" in vars(demo.Version) and "bump" not in vars(demo.Version)
    bump = demo.Version.bump
    assert {"bump", "major", "parse"} <= set(dir(demo.Version)) & set(dir(made))
    assert demo.Version.bump is bump, "what was made stays"


def test_classes_are_made_with_their_first_value(demo: Any) -> None:
    ready = demo.__usecrate__.loaded._ready
    read = demo.__usecrate__.loaded.function(
        [_constant(demo, "START")], name="f", qualname="f", module="demo"
    )
    assert not ready, "a function needs no class"
    made = read()
    assert list(ready.values()) == [demo.Version] == [type(made)]


def _constant(demo: Any, name: str) -> int:
    return demo.__usecrate__.entries.named(name)["constant"]
