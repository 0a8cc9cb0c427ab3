"""Types of other crates that are plain values in Python: there and back, by value and by reference, equal
and of the same type; and what does not fit is refused by the call itself."""

from __future__ import annotations

import array
import datetime
import decimal
import fractions
import gc
import ipaddress
import math
import pathlib
import pickle
import uuid
import zoneinfo
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import usecrate
from usecrate import _native

CRATE = str(pathlib.Path(__file__).resolve().parent.parent / "crates" / "mappings")
UTC = datetime.timezone.utc


@pytest.fixture(scope="module", name="m")
def module_fixture() -> Any:
    return usecrate.import_(CRATE)


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
INT = st.integers(-(2**63), 2**63 - 1)
FLOAT = st.floats(allow_nan=False)
BIG = st.integers() | st.integers(-(2**200), 2**200) | st.sampled_from([2**63, 2**64, -(2**63) - 1, 2**127])
OFFSETS = st.integers(-86340, 86340).map(lambda east: datetime.timezone(datetime.timedelta(seconds=east)))
INNER_YEARS = {
    "min_value": datetime.datetime(2, 1, 1),
    "max_value": datetime.datetime(9998, 12, 30),
}


def exact(moments: st.SearchStrategy[datetime.datetime]) -> st.SearchStrategy[datetime.datetime]:
    """Some of them with nanoseconds that a `datetime` does not have."""
    return moments | st.builds(usecrate.DateTime.of, moments, st.integers(1, 999))


NAIVE = exact(st.datetimes(**INNER_YEARS))
IN_UTC = exact(st.datetimes(**INNER_YEARS, timezones=st.just(UTC)))
SHIFTED = exact(st.datetimes(**INNER_YEARS, timezones=OFFSETS))
CLOCK = st.times() | st.builds(
    lambda at, left: usecrate.Time(at.hour, at.minute, at.second, at.microsecond, nanosecond=left),
    st.times(),
    st.integers(1, 999),
)
SPAN = st.timedeltas() | st.builds(usecrate.Duration, st.integers(-(10**9), 10**9), st.integers(0, 10**9 - 1))
NETWORK = st.sampled_from([(4, 32), (6, 128)]).flatmap(
    lambda row: st.builds(
        lambda address, bits: ipaddress.ip_interface(f"{address}/{bits}"),
        st.ip_addresses(v=row[0]),  # type: ignore[arg-type]
        st.integers(0, row[1]),
    )
)


def narrow(value: decimal.Decimal) -> bool:
    """rust_decimal holds 96 bits and 28 places."""
    _, digits, exponent = value.as_tuple()
    return -28 <= int(exponent) <= 0 and int("".join(map(str, digits))) < 2**96


def matrices(items: st.SearchStrategy[Any], columns: int) -> st.SearchStrategy[Any]:
    return st.lists(st.lists(items, min_size=columns, max_size=columns), min_size=1, max_size=3)


DATA = st.recursive(
    st.booleans() | INT | FLOAT | TEXT,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXT, inside, max_size=3),
    max_leaves=8,
)
ROWS: dict[str, st.SearchStrategy[Any]] = {
    "arrays.array_1": st.lists(FLOAT, max_size=5),
    "arrays.array_2": st.integers(1, 3).flatmap(lambda columns: matrices(FLOAT, columns)),
    "arrays.array_3": st.lists(matrices(st.integers(-(2**31), 2**31 - 1), 2), min_size=1, max_size=1),
    "arrays.array_d": matrices(st.integers(0, 255), 3) | st.lists(st.integers(0, 255), min_size=1),
    "arrays.words": matrices(TEXT, 2),
    "data.toml": DATA,
    "data.toml_table": st.dictionaries(TEXT, DATA, max_size=3),
    "data.number": INT | st.integers(0, 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False),
    "data.yaml": DATA | st.none() | st.lists(st.none()),
    "collections.hash_map": st.dictionaries(TEXT, st.lists(INT, max_size=3), max_size=4),
    "collections.hash_map_std": st.dictionaries(
        st.integers(0, 255), st.none() | st.integers(0, 255), max_size=4
    ),
    "collections.hash_map_old": st.dictionaries(TEXT, INT, max_size=4),
    "collections.hash_set": st.sets(st.tuples(INT, TEXT), max_size=4),
    "collections.index_map": st.dictionaries(TEXT, FLOAT, max_size=4),
    "collections.index_set": st.sets(TEXT, max_size=4),
    "collections.small_vec": st.lists(TEXT, max_size=5),
    "collections.small_bytes": st.binary(max_size=10),
    "collections.array_vec": st.lists(st.integers(-(2**31), 2**31 - 1), max_size=3),
    "collections.tiny_vec": st.lists(st.integers(0, 65535), max_size=10),
    "collections.linked": st.dictionaries(TEXT, INT, max_size=4),
    "collections.heapless": st.lists(st.integers(0, 65535), max_size=3),
    "collections.thin_vec": st.lists(TEXT, max_size=4),
    "collections.eco_vec": st.lists(FLOAT, max_size=4),
    "collections.tiny_array": st.lists(st.integers(0, 65535), max_size=3),
    "collections.hybrid": st.binary(min_size=20, max_size=20),
    "collections.generic": st.binary(min_size=4, max_size=4),
    "collections.generic_list": st.lists(TEXT, min_size=2, max_size=2),
    "collections.either": INT | st.lists(TEXT, max_size=3),
    "collections.either_or_none": st.none() | st.integers(0, 255) | TEXT,
    "collections.nested": st.dictionaries(
        TEXT, st.lists(st.dictionaries(st.integers(0, 2**32 - 1), st.booleans(), max_size=2), max_size=3)
    ),
    "numbers.big_int": BIG,
    "numbers.big_uint": BIG.map(abs),
    "numbers.ratio": st.fractions(max_denominator=10**9).filter(lambda x: abs(x.numerator) < 2**62),
    "numbers.big_ratio": st.fractions(),
    "numbers.complex": st.complex_numbers(allow_nan=False),
    "numbers.complex_32": st.complex_numbers(allow_nan=False, width=64),
    "numbers.ordered": FLOAT,
    "numbers.not_nan": FLOAT,
    "numbers.decimal": st.decimals(allow_nan=False, allow_infinity=False, places=6).filter(narrow),
    "numbers.big_decimal": st.decimals(allow_nan=False, allow_infinity=False),
    "numbers.half": st.floats(width=16, allow_nan=False),
    "numbers.uuid": st.uuids(),
    "text.net": NETWORK,
    "text.version": st.builds("{}.{}.{}-rc.{}".format, *[st.integers(0, 99)] * 4),
    "text.smol": TEXT,
    "text.compact": TEXT,
    "text.eco": TEXT,
    "text.heapless": st.text("abcé", max_size=4),
    "text.bytes": st.binary(max_size=9),
    "text.short": st.text("abcé", max_size=4),
    "text.path": st.text("abc/é.", min_size=1, max_size=9).map(pathlib.Path),
    "times.chrono_date": st.dates(),
    "times.chrono_time": CLOCK,
    "times.chrono_naive": NAIVE,
    "times.chrono_utc": IN_UTC,
    "times.chrono_fixed": SHIFTED,
    "times.chrono_delta": SPAN,
    "times.time_date": st.dates(),
    "times.time_time": CLOCK,
    "times.time_naive": NAIVE,
    "times.time_offset": SHIFTED,
    "times.time_utc": IN_UTC,
    "times.time_delta": SPAN,
    "times.jiff_date": st.dates(),
    "times.jiff_time": CLOCK,
    "times.jiff_naive": NAIVE,
    "times.jiff_stamp": IN_UTC,
    "times.jiff_zoned": SHIFTED,
    "times.jiff_delta": SPAN,
    "times.chrono_zone": OFFSETS,
    "times.time_zone": OFFSETS,
    "times.jiff_zone": OFFSETS,
}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("suffix", ["", "_ref"])
def test_values_come_back_as_they_were(m: Any, name: str, suffix: str) -> None:
    module, function = name.split(".")
    echo = getattr(getattr(m, module), function + suffix)

    @given(ROWS[name])
    def check(value: Any) -> None:
        back = echo(value)
        expected = value
        if name == "text.net" and value.ip == value.network.network_address:
            expected = value.network
        if isinstance(back, memoryview):
            back = back.tolist()
        assert back == expected
        assert isinstance(back, type(expected)) or isinstance(expected, type(back))
        if isinstance(value, datetime.datetime):
            assert back.utcoffset() == value.utcoffset()

    check()


def test_maps_keep_the_order_that_their_types_keep(m: Any) -> None:
    names = [f"k{number}" for number in range(50)]
    assert list(m.collections.index_map(dict.fromkeys(names, 0.0))) == names
    # A set's order is Python's own; what was there first is still there.
    assert m.collections.index_set(names) == set(names)


def test_one_of_two_types_is_told_by_its_value(m: Any) -> None:
    node = m.collections.Node(3)
    number, same = m.collections.node_or_id(node)
    assert (number, type(same), same.id()) == (3, m.collections.Node, 3)
    assert m.collections.node_or_id(7) == (7, 7)
    with pytest.raises(TypeError, match=r"must be mappings\.collections\.Node or int, not str"):
        m.collections.node_or_id("7")
    with pytest.raises(OverflowError):
        m.collections.node_or_id(-1)


def test_handles_are_keys_of_maps(m: Any) -> None:
    graph = m.collections.Graph()
    nodes = [m.collections.Node(number) for number in range(3)]
    graph.extend({node: float(at) for at, node in enumerate(nodes)})
    assert {node.id(): cost for node, cost in graph.costs().items()} == {0: 0.0, 1: 1.0, 2: 2.0}
    weights = graph.weights()
    assert [node.id() for node in weights] == [0, 1, 2]
    # The keys borrow the graph.
    with pytest.raises(usecrate.BorrowedError):
        graph.extend({})
    del weights
    gc.collect()
    graph.extend({})
    assert graph.by_id() == {0: 0.0, 1: 1.0, 2: 2.0}


def test_what_rust_changes_in_place_is_given_back(m: Any) -> None:
    assert m.collections.insert("k") == {"k": 0.0}
    assert list(m.collections.insert("k", into={"z": 1.0})) == ["z", "k"]


def test_two_versions_of_a_crate_are_mapped_at_once(m: Any) -> None:
    assert m.collections.hash_map({"a": [1]}) == {"a": [1]}
    assert m.collections.hash_map_old({"a": 1}) == {"a": 1}


def test_values_of_other_crates_nest_and_are_fields(m: Any) -> None:
    one, two = uuid.uuid4(), uuid.uuid4()
    assert m.numbers.uuids([one, None, str(two)]) == [one, two]
    assert m.numbers.greatest([3, 2**100, -1]) == 2**100
    assert m.numbers.greatest([]) is None
    entry = m.numbers.entry(m.numbers.Entry(id=one, amount=decimal.Decimal("1.10"), count=2**80))
    assert entry == m.numbers.Entry(id=one, amount=decimal.Decimal("1.10"), count=2**80)
    assert str(entry.amount) == "1.10"
    assert m.numbers.entry({"id": one, "amount": 7, "count": 1}).amount == 7


def test_what_is_natural_is_taken_too(m: Any) -> None:
    assert m.text.url("https://example.org/a b") == "https://example.org/a%20b"
    assert m.text.wanted(">=1.2, <2") == ">=1.2, <2"
    assert m.text.net("10.0.0.0/8") == ipaddress.ip_network("10.0.0.0/8")
    assert m.text.net(ipaddress.ip_address("10.0.0.1")) == ipaddress.ip_network("10.0.0.1/32")
    assert m.numbers.complex(2) == 2 + 0j
    assert m.numbers.ratio(7) == fractions.Fraction(7)
    assert m.numbers.big_decimal(10**6000) == decimal.Decimal(10**6000)
    assert math.isnan(m.numbers.ordered(math.nan))
    noon = datetime.datetime(2024, 7, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    assert m.times.chrono_utc(noon) == noon


def test_a_zone_keeps_its_name(m: Any) -> None:
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    for month in (1, 7):
        moment = datetime.datetime(2024, month, 1, 12, tzinfo=berlin)
        back = m.times.jiff_zoned(moment)
        assert back == moment
        assert back.tzinfo is berlin
        assert back.hour == 12


def test_zones_are_arguments(m: Any) -> None:
    noon = datetime.datetime(2024, 7, 1, 12, tzinfo=UTC)
    east = datetime.timezone(datetime.timedelta(hours=2))
    moved, same = m.times.in_zone(noon, east, UTC)
    assert moved == same == noon
    assert (moved.hour, moved.utcoffset()) == (14, datetime.timedelta(hours=2))
    with pytest.raises(ValueError, match=r"out of the range of `chrono::Utc`"):
        m.times.in_zone(noon, UTC, east)
    with pytest.raises(ValueError, match="must be a zone with one offset, not Europe/Berlin"):
        m.times.chrono_zone(zoneinfo.ZoneInfo("Europe/Berlin"))


def test_arrays_are_views_of_their_shape(m: Any) -> None:
    zeros = m.arrays.zeros(100, 300)
    assert (zeros.shape, zeros.format, zeros.nbytes) == ((100, 300), "f", 120_000)
    assert zeros[99, 299] == 0.0
    assert m.arrays.zeros(3, 0) == [[], [], []]
    assert m.arrays.zeros(0, 3) == []
    rows = memoryview(array.array("d", range(6))).cast("B").cast("d", (2, 3))
    assert m.arrays.row_sums(rows).tolist() == [3.0, 12.0]
    assert m.arrays.row_sums([[1, 2], [3.5, 4]]).tolist() == [3.0, 7.5]
    assert m.arrays.dot(array.array("d", [1, 2]), [3, 4]) == 11.0
    assert m.arrays.transposed([[1, 2, 3], [4, 5, 6]]).tolist() == [[1, 4], [2, 5], [3, 6]]
    assert m.arrays.array_2([[], []]) == [[], []]
    matrix = m.arrays.Matrix(rows)
    assert matrix.rows().tolist() == matrix.view().tolist() == rows.tolist()
    assert matrix.row(1).tolist() == [3.0, 4.0, 5.0]


def test_arrays_of_numpy_are_taken_however_they_lie_in_memory(m: Any) -> None:
    numpy = pytest.importorskip("numpy")
    rows = numpy.arange(12.0).reshape(3, 4)
    for view in (rows, rows.T, rows[:, ::2], rows[::-1]):
        assert numpy.array_equal(numpy.asarray(m.arrays.array_2(view)), view)
        assert numpy.allclose(m.arrays.row_sums(view), view.sum(axis=1))
    assert m.arrays.array_d(numpy.ones((2, 2, 2, 2), "u1")).shape == (2, 2, 2, 2)


def test_data_is_plain_whatever_format_it_is_of(m: Any) -> None:
    toml, yaml = m.data.read("d = 1979-05-27T07:32:00Z\nx = [1]", "1: a\nt: !tag 3\n")
    assert toml == {"d": "1979-05-27T07:32:00Z", "x": [1]}
    assert yaml == {"1": "a", "t": {"!tag": 3}}


def test_moments_are_datetimes_that_are_exact() -> None:
    plain = datetime.datetime(2024, 1, 1, 1, 2, 3, 4)
    exact = usecrate.DateTime.of(plain, 5)
    assert exact.nanosecond == 5
    assert exact != plain and exact > plain and plain < exact
    assert usecrate.DateTime.of(plain, 0) == plain
    assert hash(usecrate.DateTime.of(plain, 0)) == hash(plain)
    assert pickle.loads(pickle.dumps(exact)) == exact
    assert exact + datetime.timedelta(1) == plain + datetime.timedelta(1)
    clock = usecrate.Time(1, 2, 3, 4, nanosecond=5)
    assert pickle.loads(pickle.dumps(clock)) == clock != datetime.time(1, 2, 3, 4)
    assert clock > datetime.time(1, 2, 3, 4)
    assert exact != "text" and clock != 1
    for one in (exact, clock):
        with pytest.raises(TypeError, match="not supported between"):
            _ = one < "text"
    assert eval(repr(exact), {"usecrate": usecrate, "datetime": datetime}) == exact
    assert eval(repr(clock), {"usecrate": usecrate}) == clock
    with pytest.raises(ValueError, match="0 to 999"):
        usecrate.DateTime.of(plain, 1000)


REFUSED = [
    ("arrays.array_2", [1, 2], ValueError, "expected an array of 2 dimensions, not 1"),
    ("arrays.array_2", [[1], [1, 2]], ValueError, "must have lists of one length in dimension 1"),
    ("arrays.array_2", 3, TypeError, "must be nested lists, or a buffer"),
    ("arrays.array_1", [None], TypeError, "must be float, not None"),
    ("arrays.array_1", array.array("i", [1]), TypeError, "convert it first"),
    ("data.toml", None, ValueError, "TOML has no value for None"),
    ("data.toml", {"x": [2**63]}, OverflowError, "i64"),
    ("data.toml_table", [1], TypeError, "must be dict of str"),
    ("data.yaml", b"x", TypeError, "must be plain data"),
    ("collections.array_vec", [1, 2, 3, 4], ValueError, "at most 3 items, not 4"),
    ("collections.heapless", [1, 2, 3, 4], ValueError, "at most 3 items, not 4"),
    ("collections.tiny_array", [1, 2, 3, 4], ValueError, "at most 3 items, not 4"),
    ("collections.hybrid", bytes(19), ValueError, "expected 20 bytes, not 19"),
    ("collections.generic", bytes(5), ValueError, "expected 4 bytes, not 5"),
    ("collections.generic_list", ["a"], ValueError, "expected 2 items, not 1"),
    ("data.number", math.inf, ValueError, "JSON has no value for infinity"),
    ("data.number", "1", TypeError, "a number"),
    ("text.heapless", "123456789", ValueError, "out of the range of `heapless::String`"),
    ("collections.index_map", [1], TypeError, "must be dict of str to float"),
    ("numbers.big_uint", -1, OverflowError, "BigUint"),
    ("numbers.big_int", "1", TypeError, "must be int, not str"),
    ("numbers.not_nan", math.nan, ValueError, "NaN"),
    ("numbers.decimal", decimal.Decimal(10**40), ValueError, "overflow"),
    ("numbers.decimal", decimal.Decimal("0." + "1" * 40), ValueError, "precision"),
    ("numbers.decimal", decimal.Decimal("NaN"), ValueError, "must be a finite number"),
    ("numbers.decimal", 1.5, TypeError, "must be decimal.Decimal or int, not float"),
    ("numbers.ratio", fractions.Fraction(2**70), ValueError, "integer"),
    ("numbers.uuid", 3, TypeError, "must be uuid.UUID or str, not int"),
    ("numbers.uuid", "x", ValueError, "must be the text of a UUID, not 'x'"),
    ("numbers.complex", "1", TypeError, "must be complex, float or int"),
    ("text.version", "1.2", ValueError, "unexpected end of input"),
    ("text.url", "nowhere", ValueError, "relative URL without a base"),
    ("text.short", "123456789", ValueError, "capacity"),
    ("text.net_v4", "::/0", ValueError, "invalid"),
    ("times.chrono_utc", datetime.datetime(2024, 1, 1), ValueError, "must be a datetime with a time zone"),
    ("times.chrono_naive", datetime.datetime(2024, 1, 1, tzinfo=UTC), ValueError, "without a time zone"),
    ("times.chrono_date", datetime.datetime(2024, 1, 1), TypeError, "must be datetime.date"),
    ("times.time_time", datetime.time(1, tzinfo=UTC), ValueError, "without a time zone"),
    ("times.jiff_delta", 3, TypeError, "must be datetime.timedelta"),
]


@pytest.mark.parametrize(("name", "value", "error", "words"), REFUSED)
@pytest.mark.parametrize("suffix", ["", "_ref"])
def test_what_does_not_fit_is_refused(
    m: Any, name: str, suffix: str, value: Any, error: type[Exception], words: str
) -> None:
    module, function = name.split(".")
    with pytest.raises(error, match=words):
        getattr(getattr(m, module), function + suffix)(value)


def test_arrays_with_a_length_in_their_type_are_bytes_wherever_they_stand(m: Any) -> None:
    assert m.collections.blocks([b"abcd", bytearray(b"efgh")]) == b"abcdefgh"
    assert m.collections.fill(block=b"abcd") == b"dcba"
    assert m.collections.fill() == bytes(4)
    with pytest.raises(ValueError, match="expected 4 bytes, not 3"):
        m.collections.blocks([bytes(4), bytes(3)])


def test_types_over_numbers_that_are_types_have_classes(m: Any) -> None:
    hasher = m.lengths.Hasher24()
    hasher.update(3)
    core = hasher.decompose()
    assert core.output() == bytes(range(3, 27))
    assert m.lengths.Hasher24.compose(core).decompose().output() == bytes(range(3, 27))


def test_what_python_cannot_hold_is_an_error_that_says_so(m: Any) -> None:
    with pytest.raises(ValueError, match="year 12000 is out of range"):
        m.times.year_12000()
    with pytest.raises(ValueError, match="out of the range of datetime: the years 1 to 9999"):
        m.times.before_years()
    with pytest.raises(ValueError, match="leap second"):
        m.times.leap_second()


ITERATORS = [
    ("each_around_midnight", lambda item: item),
    ("numbered_around_midnight", lambda item: item[1]),
    ("named_around_midnight", lambda item: item.time),
    ("keyed_around_midnight", lambda item: item["time"]),
    ("Times", lambda item: item),
    ("Ticks", lambda item: item),
    ("NamedTicks", lambda item: item.time),
]


@pytest.mark.parametrize(("name", "part"), ITERATORS)
def test_an_item_that_python_cannot_hold_costs_none_of_the_others(m: Any, name: str, part: Any) -> None:
    items = iter(getattr(m.times, name)())
    assert part(next(items)) == datetime.time(23, 59, 59)
    assert part(next(items)) == datetime.time(23, 59, 59, 999_000)
    with pytest.raises(ValueError, match="leap second"):
        next(items)
    assert part(next(items)) == datetime.time(0)
    assert next(items, None) is None


def test_items_that_python_may_not_hold_are_fetched_ahead(m: Any) -> None:
    days = iter(m.times.days())
    next(days)
    with pytest.raises(ValueError, match="year 12000"):
        next(days)
    assert _native.fetched(days) == 1


def test_an_item_that_the_loader_cannot_make_costs_none_of_the_others(m: Any) -> None:
    days = iter(m.times.days())
    assert next(days) == datetime.date(1970, 1, 1)
    with pytest.raises(ValueError, match="year 12000 is out of range"):
        next(days)
    assert next(days) == datetime.date(1970, 1, 1)
    assert next(days, None) is None


def test_documentation_names_the_classes(m: Any) -> None:
    assert "uuid(value: uuid.UUID) -> uuid.UUID" in m.numbers.uuid.__doc__
    assert "chrono_utc(value: datetime.datetime) -> datetime.datetime" in m.times.chrono_utc.__doc__
    assert "big_int(value: int) -> int" in m.numbers.big_int.__doc__
