"""What pickles and copies: modules, classes and functions by reference, records, enums, errors by value,
values that stay in Rust by what serde makes of them."""

from __future__ import annotations

import copy
import copyreg
import json
import multiprocessing
import pathlib
import pickle
import re
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

import usecrate

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def there_and_back(value: Any) -> list[Any]:
    """The value by every protocol, with pickle's own second implementation, and copied deep."""
    slow = pickle._loads(pickle._dumps(value))  # type: ignore[attr-defined]
    return [slow, copy.deepcopy(value), *(pickle.loads(pickle.dumps(value, one)) for one in PROTOCOLS)]


def test_modules_classes_and_functions_are_the_same_objects(behaviours: Any) -> None:
    m = behaviours
    for one in (
        m,
        m.records,
        m.records.Point,
        m.records.Account,
        m.choices.Level,
        m.choices.Shape,
        m.choices.Shape.Circle,
        m.errors.Fault,
        m.errors.Fault.TooLarge,
        m.errors.Deep,
        m.records.moved,
        m.records.Account.new,
        m.records.Account.deposit,
    ):
        assert all(found is one for found in there_and_back(one)), one


def test_what_is_pythons_own_is_pickled_as_ever(behaviours: Any) -> None:
    class Below(behaviours.records.Account):  # type: ignore[misc]
        """A class that only this function knows."""

    assert pickle.loads(pickle.dumps([len, [].append, dict.fromkeys]))[0] is len
    with pytest.raises((pickle.PicklingError, AttributeError), match="Below"):
        pickle.dumps(Below)


def test_records_and_enums_are_copied(behaviours: Any) -> None:
    records, choices = behaviours.records, behaviours.choices
    tag = records.Tag("x", note=None)
    line = records.Line(records.Point(1, 2), records.Point(3, 4), [tag])
    values = [
        line,
        records.Pair(7, "seven"),
        choices.Level.High,
        choices.Shape.Circle(2.0),
        choices.Shape.Rectangle(width=2, height=3),
        choices.Shape.Empty(),
        {tag: (line, [choices.Level.Low])},
    ]
    for value in values:
        for found in there_and_back(value):
            assert found == value and type(found) is type(value)
    twin = copy.copy(line)
    assert twin == line and twin is not line and twin.start is line.start
    assert copy.deepcopy(line).start is not line.start
    for found in there_and_back(line):
        assert records.middle(found) == records.Point(2, 3)


def test_errors_are_of_their_class_again(behaviours: Any) -> None:
    errors = behaviours.errors
    for number in range(2):
        with pytest.raises(errors.Fault) as caught:
            errors.fail(number)
        error = caught.value
        for found in there_and_back(error):
            assert type(found) is type(error) and str(found) == str(error) and found.args == error.args
            assert (found.rust_type, found.debug) == (error.rust_type, error.debug)
            assert list(found.sources) == list(error.sources)
            assert str(found.__cause__) == str(error.__cause__)

    deep = errors.Deep(3)
    assert [found.depth for found in there_and_back(deep)] == [3] * len(there_and_back(deep))


def test_a_value_in_rust_says_why_it_is_not_pickled(behaviours: Any) -> None:
    account = behaviours.records.Account("me")
    with pytest.raises(
        TypeError,
        match=r"cannot pickle `behaviours.records.Account`: the value stays in Rust, where `serde` does not.*"
        r"build it with `features=\[\"serde\"\]`",
    ):
        pickle.dumps(account)
    assert copy.deepcopy([account])[0] == account
    with pytest.raises(TypeError, match=r"say how another one is made, `copyreg.pickle\(Account, "):
        pickle.dumps(account)
    copyreg.pickle(behaviours.records.Account, lambda it: (behaviours.records.Account, (it.owner,)))
    try:
        assert all(found.owner == "me" for found in there_and_back(account))
    finally:
        del copyreg.dispatch_table[behaviours.records.Account]


def test_another_process_has_them(behaviours: Any) -> None:
    records = behaviours.records
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        point = records.Point(1, 2)
        assert pool.submit(records.moved, point, 2.0).result(300) == records.Point(3, 2)
        with pytest.raises(behaviours.errors.Fault.Below, match="something below failed"):
            pool.submit(behaviours.errors.fail, 1).result(300)


def test_another_artifact_is_an_error_that_names_both(tmp_path: pathlib.Path, behaviours: Any) -> None:
    folder = pathlib.Path(behaviours.__dict__["__usecrate__"].opened.path).parent
    read = "import pickle, sys; print(pickle.load(sys.stdin.buffer))"
    # As it would be pickled where there is another build of the crate.
    blob = pickle.dumps(behaviours.records.Point(1, 2), 0)
    library = json.loads((folder / "manifest.json").read_text())["library"]["blake3"]
    other = blob.replace(library.encode(), b"0" * len(library))
    gone = other.replace(str(folder).encode(), str(tmp_path / "gone").encode())
    for data, says in (
        (blob, "Dot(x=1, y=2)"),
        (other, f"000000000000, and here is 0.3.1 of library {library[:12]}"),
        (gone.replace(b"V0.3.1", b"V0.9.9"), "is not here; build it here"),
    ):
        done = subprocess.run([sys.executable, "-c", read], input=data, capture_output=True, check=False)
        assert says in (done.stdout + done.stderr).decode(), done.stderr.decode()


def test_copies_of_an_artifact_keep_apart(tmp_path: pathlib.Path, behaviours: Any) -> None:
    folder = pathlib.Path(behaviours.__dict__["__usecrate__"].opened.path).parent
    copied = usecrate.load_artifact(shutil.copytree(folder, tmp_path / "copied"))
    # Whichever was loaded first, each is itself again.
    for module in (behaviours, copied):
        assert pickle.loads(pickle.dumps(module)) is module
        assert pickle.loads(pickle.dumps(module.errors.Fault)) is module.errors.Fault
        assert type(pickle.loads(pickle.dumps(module.records.Point(1, 2)))) is module.records.Point


def test_an_edited_record_is_refused(behaviours: Any) -> None:
    blob = pickle.dumps(behaviours.records.Point(1, 2), 0)
    with pytest.raises(ValueError, match="with the fields x, z, which has x, y here"):
        pickle.loads(blob.replace(b"Vy\n", b"Vz\n"))


PICKLES = pathlib.Path(__file__).resolve().parent.parent / "crates" / "pickles"


@pytest.fixture(name="pickles", scope="module")
def pickles_fixture() -> Any:
    return usecrate.import_(PICKLES, features=["serde"])


def test_values_in_rust_are_pickled_by_serde(pickles: Any) -> None:
    jar = pickles.Jar("plums")
    for found in there_and_back(jar):
        assert type(found) is pickles.Jar and found == jar and found is not jar
    again = pickle.loads(pickle.dumps({"jars": [jar, jar]}))["jars"]
    assert again[0] is again[1]
    again[0].relabel("figs")
    assert (again[0].label(), jar.label()) == ("figs", "plums")
    # What pickles is not among the class's own names: plain data is.
    assert [name for name in dir(jar) if "serialize" in name] == ["deserialize", "serialize"]


def test_what_is_no_clone_is_copied_by_serde(pickles: Any) -> None:
    even = pickles.Even(4)
    for found in (copy.copy(even), *there_and_back(even)):
        assert found == even and found is not even
    assert [box.depth() for box in there_and_back(pickles.Boxes(30))] == [30] * len(there_and_back(even))


def test_values_in_rust_are_plain_data_and_back(pickles: Any) -> None:
    jar = pickles.Jar("plums")
    data = jar.serialize()
    inside = {1: ["Empty", {"Some": 3}, {"Over": {"by": 0.5}}], 2: []}
    assert data == {"label": "plums", "inside": inside, "note": None, "weight": 2**128 - 1}
    # JSON has texts for keys.
    read = json.loads(json.dumps({**data, "label": "figs"}))
    assert pickles.Jar.deserialize(read).serialize() == {**data, "label": "figs"}
    assert pickles.Even.deserialize(4) == pickles.Even(4) and pickles.Even(4).serialize() == 4
    assert pickles.Written("x").serialize() == {"text": "x"}
    assert not hasattr(pickles.Written, "deserialize")


def test_plain_data_that_does_not_fit_says_why(pickles: Any) -> None:
    for cls, data, said in (
        (pickles.Even, 5, "5 is odd"),
        (pickles.Even, "x", 'invalid type: string "x", expected u32'),
        (pickles.Even, -4, "invalid value: integer `-4`, expected u32"),
        (pickles.Jar, {"label": 3}, "invalid type: integer `3`, expected a string"),
        (pickles.Jar, {}, "missing field `label`"),
        (pickles.Jar, {"label": "x", "inside": {"y": []}}, 'invalid type: string "y", expected u16'),
        (pickles.Boxes, 2.5, "invalid type: floating point `2.5`, expected struct Boxes"),
    ):
        with pytest.raises(usecrate.CallError, match=re.escape(said)):
            cls.deserialize(data)
    with pytest.raises(usecrate.CallError, match="more than 128 deep"):
        pickles.Boxes(100).serialize()


def test_what_is_in_itself_stays_in_rust(pickles: Any) -> None:
    m = pickles
    leaf = m.Tree(m.Id.Name("leaf"), [])
    tree = m.Tree(m.Id.Number(1), [leaf, m.Tree(m.Id.Number(2), [leaf])])
    assert m.count(tree) == 4 and [child.id for child in tree.children] == [m.Id.Name("leaf"), m.Id.Number(2)]
    other = m.Tree(m.Id.Number(7), [])
    other.children = [leaf, *tree.children]
    other.id = m.Id.Number(8)
    assert m.count(other) == 5 and leaf.id == m.Id.Name("leaf")
    data = {"id": {"Number": 1}, "children": [{"id": {"Name": "x"}, "children": []}]}
    assert m.Tree.deserialize(data).serialize() == data
    assert there_and_back(tree)[0] == tree
    deep = leaf
    for _ in range(1000):
        deep = m.Tree(m.Id.Number(0), [deep])
    assert m.count(deep) == 1001
    term = m.Term.Sum({"a": m.Term.Number(1.5), "b": m.Term.Sum({"c": m.Term.Number(2.0)})})
    assert m.total(term) == 3.5
    match term:
        case m.Term.Sum(terms):
            assert sorted(terms) == ["a", "b"] and m.total(terms["b"]) == 2.0
        case _:
            pytest.fail("it is a sum")


def test_what_is_there_for_ever_chooses_what_is_made_of_it(pickles: Any) -> None:
    assert [pickles.Kind(name).name() for name in ("a", ["b", "c"])] == ["a", "b-c"]
    assert [pickles.Kind.from_(name).name() for name in ("a", ["b", "c"])] == ["a", "b-c"]


def test_a_process_gets_values_in_rust(pickles: Any) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(pickles.Jar.label, pickles.Jar("figs")).result(300) == "figs"
        assert pool.submit(pickles.Jar, "pears").result(300) == pickles.Jar("pears")


def test_what_serde_does_in_one_way_alone_says_so(pickles: Any) -> None:
    written = pickles.Written("x")
    for make in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(
            TypeError, match=r"cannot copy or pickle `pickles.Written`: .* does not both write and"
        ):
            make(written)


def test_what_cannot_be_written_or_read_is_told(pickles: Any) -> None:
    with pytest.raises(
        pickle.PicklingError, match=r"a `pickles.Boxes` cannot be pickled: .*more than 128 deep"
    ):
        pickle.dumps(pickles.Boxes(100))
    closed = pickles.Jar("x")
    usecrate.close(closed)
    with pytest.raises(usecrate.ClosedError):
        pickle.dumps(closed)

    make, (cls, four) = pickles.Even(4).__reduce_ex__(2)
    assert make(cls, four).number() == 4
    for data, says in (
        (b"\x05", "no `pickles.Even` can be made: .*5 is odd"),
        (b"\xa1x", "invalid type: string"),
        (b"", "ends inside a value"),
        (four + b"\x00", "something behind the value"),
        (b"\x91" * 100_000, "invalid type|more than 128 deep"),
        (b"\xdd\xff\xff\xff\xff", "announces more"),
        (b"\xd4\x00\xff", "more than 128 deep|invalid type"),
    ):
        with pytest.raises(ValueError, match=says):
            make(cls, data)
    for wrong in (4, None, "x", [1]):
        with pytest.raises(TypeError):
            make(cls, wrong)
    for other in (pickles.Written, int, 3):
        with pytest.raises(ValueError, match="of which no value is made"):
            make(other, four)
    assert make(cls, bytearray(four)).number() == 4


def test_hostile_data_ends_in_a_value_or_an_error(pickles: Any) -> None:
    for value in (pickles.Jar("plums"), pickles.Boxes(9), pickles.Even(300)):
        make, (cls, data) = value.__reduce_ex__(2)
        for at in range(len(data)):
            for byte in (0x00, 0x81, 0x9F, 0xC0, 0xC1, 0xC9, 0xD4, 0xDD, 0xDF, 0xFF, data[at] ^ 1):
                try:
                    found = make(cls, data[:at] + bytes([byte]) + data[at + 1 :])
                except ValueError:
                    continue
                assert type(found) is cls


def test_a_value_of_another_build_is_an_error_that_names_both(pickles: Any) -> None:
    blob = pickle.dumps(pickles.Jar("plums"), 0)
    library = pickles.__dict__["__usecrate__"].opened.manifest["library"]["blake3"]
    other = blob.replace(library.encode(), b"0" * len(library))
    with pytest.raises(usecrate.LoadError, match=r"000000000000, and here is 0.1.0 of library"):
        pickle.loads(other)


@pytest.mark.parametrize(
    ("spec", "made"),
    [
        ("semver@1", 'm.VersionReq.parse(">=1.2, <3")'),
        ("uuid@1", 'm.Uuid.parse_str("67e55044-10b1-426f-9247-bb680e5fe0c8")'),
    ],
)
def test_crates_with_a_feature_for_it(spec: str, made: str) -> None:
    # In a process of its own: here the crate may be loaded without the feature.
    script = f"""
import pickle, usecrate
m = usecrate.import_({spec!r}, features=["serde"])
value = {made}
again = pickle.loads(pickle.dumps(value))
assert again == value and again is not value and type(again) is type(value)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
