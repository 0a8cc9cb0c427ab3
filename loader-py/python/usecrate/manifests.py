"""Reads and checks ``manifest.json``: what comes out keeps every invariant that the other modules rely on.

Nothing outside the given folder is read. Whatever is wrong is a `LoadError` that says what, where, and what
to do.
"""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import json
import os

from .errors import IntegrityError, LoadError
from .platforms import host, serves
from .version import ABI_VERSION, MANIFEST_VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, NoReturn

    from .model import Manifest

SUMS = "BLAKE3SUMS"
REBUILD = "build it again with `usecrate build --force`"

_PLAIN = frozenset(
    [
        "unit",
        "bool",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "f32",
        "f64",
        "char",
        "str",
        "bytes",
        "path",
        "duration",
        "system_time",
        "ip",
        "socket_addr",
        "ordering",
        "any",
        "io_error",
        "never",
    ]
)
_MODES = frozenset({"shared", "exclusive", "move", "clone", "new"})
_DEPTH = 64
_ARITY = {
    "option": 1,
    "list": 1,
    "set": 1,
    "range": 1,
    "bounds": 1,
    "iterable": 1,
    "items": 1,
    "iterator": 1,
    "dict": 2,
    "result": 2,
}
_NUMBERS = frozenset(["u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize", "f32", "f64"])
_FILE_MODES = frozenset(
    ["r", "w", "rw", "s", "rs", "ws", "rws", "b", "rb", "wb", "rwb", "sb", "rsb", "wsb", "rwsb"]
)
# Types that cross one way alone: into Rust, or not.
_ONE_WAY = {"callable": True, "iterable": True, "items": True, "buffer": True, "iterator": False}
_CROSSING: dict[str, Callable[[list[Any]], bool]] = {
    "callable": lambda rest: len(rest) == 3 and type(rest[0]) is list and rest[2] == "lent",
    "file": lambda rest: len(rest) == 1 and type(rest[0]) is str and rest[0] in _FILE_MODES,
    "buffer": lambda rest: len(rest) == 1 and type(rest[0]) is str and rest[0] in _NUMBERS,
}

# Key: what its value must be. A name in `_SHAPES`, `[shape]` for a list of it, `{}` for a map, or a class.
# A key that may be missing ends in "?".
_SHAPES: dict[str, dict[str, Any]] = {
    "manifest": {
        "manifest_version": int,
        "abi_version": int,
        "generator": str,
        "crate": "crate",
        "build": "build",
        "library": "library",
        "modules": ["module"],
        "types": ["type"],
        "traits": ["trait"],
        "callables": ["callable"],
        "skipped": ["skip"],
        "coverage": "coverage",
        "schemas?": dict,
        "parameters?": dict,
    },
    "crate": {
        "name": str,
        "lib": str,
        "version": str,
        "source": str,
        "origin?": str,
        "features": [str],
        "default_features": bool,
        "docs": str,
        "license?": str,
    },
    "build": {"target": str, "rustc": str, "profile": str, "key": str},
    "library": {"path": str, "size": int, "blake3": str, "sha256": str},
    "coverage": {"callables": int, "served": int},
    "module": {"path": str, "docs?": str, "entries": ["entry"]},
    "entry": {
        "name": str,
        "module?": int,
        "type?": int,
        "trait?": int,
        "function?": "function",
        "constant?": int,
        "variant?": [int],
    },
    "function": {"callables": [int]},
    "type": {
        "path": str,
        "name": str,
        "docs?": str,
        "kind": str,
        "error?": bool,
        "send": bool,
        "sync": bool,
        "clone": bool,
        "borrows": bool,
        "trivial_drop": bool,
        "fields?": ["field"],
        "default?": int,
        "variants?": ["variant"],
        "variant_of?": int,
        "constructors?": [int],
        "methods?": ["method"],
        "properties?": ["property"],
        "constants?": ["constant"],
        "specials?": dict,
        "deref?": int,
        "primary?": int,
    },
    "field": {"name": str, "type": object, "docs?": str},
    "variant": {
        "name": str,
        "discriminant?": int,
        "fields?": ["field"],
        "tuple?": bool,
        "docs?": str,
        "constructor?": int,
        "getters?": [int],
    },
    "method": {"name": str, "instance": bool, "callables": [int], "from_trait?": str},
    "property": {"name": str, "get": int, "set?": int, "docs?": str},
    "constant": {"name": str, "callable": int, "docs?": str},
    "trait": {"path": str, "name": str, "docs?": str, "methods": ["method"]},
    "callable": {
        "id": str,
        "name": str,
        "docs?": str,
        "signature": str,
        "params": ["param"],
        "result": object,
        "keeps_lock?": bool,
        "fluent?": bool,
        "deprecated?": str,
        "span?": str,
    },
    "param": {"name": str, "type": object, "optional?": bool},
    "skip": {
        "path": str,
        "name": str,
        "owners?": [int],
        "modules?": [str],
        "code": str,
        "message": str,
        "span?": str,
        "counted": bool,
    },
}
_FIELDS = {
    shape: (
        {key.rstrip("?"): kind for key, kind in keys.items()},
        frozenset(key for key in keys if not key.endswith("?")),
    )
    for shape, keys in _SHAPES.items()
}
_WORDS = {int: "an integer", str: "a string", bool: "true or false", dict: "a map", list: "a list"}


class _Invalid(Exception):
    """What is wrong: place and problem."""


def _fail(place: str, problem: str) -> NoReturn:
    raise _Invalid(f"`{place}` {problem}" if place else problem)


def read(path: str) -> Manifest:
    """Reads and checks the manifest file `path`.

    Raises
    ------
    LoadError
        It cannot be read, is malformed, or is of another version or for another platform.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise LoadError(f"cannot read the manifest `{path}`: {error.strerror or error}; {REBUILD}") from None
    sums, problem = _sums(path)
    expected = sums.get(os.path.basename(path))
    if expected is not None and expected != _blake3(data):
        raise IntegrityError(
            f"the manifest `{path}` is not the one that was built: it was truncated or edited; {REBUILD}"
        )
    manifest = parse(data, path)  # what is of another version, or no manifest at all, is best told so
    library = manifest["library"]
    if problem is None and sums.get(library["path"]) != library["blake3"]:
        problem = "does not list the library that was built"
    if problem is not None:
        raise IntegrityError(f"the artifact of `{path}` is not whole: its `{SUMS}` {problem}; {REBUILD}")
    return manifest


def _blake3(data: bytes) -> str:
    from ._native import blake3

    return blake3(data)


def _sums(path: str) -> tuple[dict[str, str], str | None]:
    """The hashes by name that lie beside a manifest, and what is wrong with the list."""
    try:
        with open(os.path.join(os.path.dirname(path), SUMS), encoding="utf-8", newline="") as file:
            text = file.read()
    except UnicodeDecodeError:
        return {}, "is not text"
    except OSError as error:
        return {}, f"cannot be read ({error.strerror or error})"
    lines = text.split("\n")
    sums = {line[66:]: line[:64] for line in lines[:-1] if line[64:66] == "  "}
    if lines[-1] or len(sums) != len(lines) - 1 or os.path.basename(path) not in sums:
        return sums, "is damaged"
    return sums, None


def parse(data: bytes, path: str = "manifest.json") -> Manifest:
    """Checks the text of a manifest; `path` is for messages.

    Raises
    ------
    LoadError
        See `read`.
    """
    try:
        raw = json.loads(data.decode("utf-8"))
    except RecursionError:
        raise LoadError(f"the manifest `{path}` is nested too deeply to be one; {REBUILD}") from None
    except UnicodeDecodeError as error:
        raise LoadError(f"the manifest `{path}` is not UTF-8 text (byte {error.start}); {REBUILD}") from None
    except ValueError as error:
        where = "is empty" if not data.strip() else f"is not complete JSON ({error})"
        raise LoadError(f"the manifest `{path}` {where}: it was truncated or edited; {REBUILD}") from None
    try:
        _check_versions(raw, path)
        _shape(raw, "manifest", "")
        _check_library(raw, path)
        _check_references(raw)
    except _Invalid as error:
        raise LoadError(f"the manifest `{path}` is malformed: {error}; {REBUILD}") from None
    checked: Manifest = raw
    return checked


def check_platform(manifest: Manifest, path: str) -> None:
    """Refuses an artifact that was built for another platform.

    Raises
    ------
    LoadError
        It was.
    """
    target = manifest["build"]["target"]
    if not serves(target):
        raise LoadError(
            f"the artifact `{os.path.dirname(path) or path}` was built for `{target}`, and this is {host()}; "
            f"build `{manifest['crate']['name']}` on this platform"
        )


def _check_versions(raw: Any, path: str) -> None:
    if not isinstance(raw, dict):
        _fail("", "it is not a map")
    for key, ours, what in (
        ("manifest_version", MANIFEST_VERSION, "manifest format"),
        ("abi_version", ABI_VERSION, "ABI"),
    ):
        found = raw.get(key)
        if type(found) is not int:
            _fail(key, "is missing or not an integer")
        if found != ours:
            generator = raw.get("generator")
            by = f" (built by usecrate {generator})" if isinstance(generator, str) else ""
            newer = "update usecrate, or " if found > ours else ""
            raise LoadError(
                f"the manifest `{path}`{by} has {what} {found}, this usecrate reads {ours}; {newer}{REBUILD}"
            )


def _check_library(raw: Any, path: str) -> None:
    library = raw["library"]
    name = library["path"]
    if not name or name.startswith(".") or any(mark in name for mark in "/\\\0:"):
        raise IntegrityError(
            f"the manifest `{path}` points outside its folder: `library.path` is `{name}`, and must be "
            f"a plain file name; do not use this artifact, {REBUILD}"
        )
    for key in ("blake3", "sha256"):
        digits = library[key]
        if len(digits) != 64 or any(digit not in "0123456789abcdef" for digit in digits):
            _fail(f"library.{key}", "is not 64 lower-case hexadecimal digits")
    if library["size"] < 0:
        _fail("library.size", "is negative")


def _shape(value: Any, kind: Any, place: str) -> None:
    """Checks `value` against an entry of `_SHAPES`."""
    if isinstance(kind, str):
        if not isinstance(value, dict):
            _fail(place, f"is {_name(value)}, expected a map")
        fields, required = _FIELDS[kind]
        for key, part in value.items():
            want = fields.get(key)
            if want is None:
                _fail(f"{place}.{key}" if place else key, "is not known")
            # The common cases first: a manifest has tens of thousands of these.
            if type(part) is not want and want is not object:
                _shape(part, want, f"{place}.{key}" if place else key)
        if not required <= value.keys():
            missing = sorted(required - value.keys())[0]
            _fail(f"{place}.{missing}" if place else missing, "is missing")
    elif isinstance(kind, list):
        if not isinstance(value, list):
            _fail(place, f"is {_name(value)}, expected a list")
        for at, part in enumerate(value):
            if type(part) is not kind[0]:
                _shape(part, kind[0], f"{place}[{at}]")
    elif type(value) is not kind:
        _fail(place, f"is {_name(value)}, expected {_WORDS.get(kind, kind)}")


def _name(value: Any) -> str:
    return "null" if value is None else _WORDS.get(type(value), type(value).__name__)


class _Counts:
    """How many there are of what is referred to by position."""

    def __init__(self, raw: Any) -> None:
        self.types = len(raw["types"])
        self.callables = len(raw["callables"])
        self.modules = len(raw["modules"])
        self.traits = len(raw["traits"])

    def within(self, place: str, index: int, what: str) -> None:
        count: int = getattr(self, what)
        if not 0 <= index < count:
            _fail(place, f"names `{what}[{index}]`, and there are {count}")

    def all(self, place: str, indexes: Iterable[int]) -> None:
        for index in indexes:
            if not 0 <= index < self.callables:
                self.within(place, index, "callables")


def _check_references(raw: Any) -> None:
    counts = _Counts(raw)
    root = raw["modules"][0]["path"] if raw["modules"] else None
    if root != raw["crate"]["lib"]:
        _fail("modules[0]", f"is not the crate's root `{raw['crate']['lib']}`")
    for at, ty in enumerate(raw["types"]):
        _check_type(f"types[{at}]", ty, counts)
    for at, callable_ in enumerate(raw["callables"]):
        place = f"callables[{at}]"
        for param in callable_["params"]:
            ref = param["type"]
            if type(ref) is list and ref and ref[0] == "out":
                if len(ref) != 3 or type(ref[2]) is not bool:
                    _fail(place, "has a malformed type `out`")
                ref = ref[1]
            _check_ref(ref, place, counts, 0)
        _check_ref(callable_["result"], place, counts, 0, inwards=False)
    for at, module in enumerate(raw["modules"]):
        for entry in module["entries"]:
            _check_entry(f"modules[{at}].{entry['name']}", entry, raw, counts)
    for at, trait in enumerate(raw["traits"]):
        for method in trait["methods"]:
            counts.all(f"traits[{at}].{method['name']}", method["callables"])
    for at, skip in enumerate(raw["skipped"]):
        for owner in skip.get("owners", ()):
            counts.within(f"skipped[{at}].owners", owner, "types")
    _unique("types", (ty["path"] for ty in raw["types"]))
    _unique("callables", (callable_["id"] for callable_ in raw["callables"]))
    _unique("modules", (module["path"] for module in raw["modules"]))


def _unique(place: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            _fail(place, f"has `{name}` twice")
        seen.add(name)


def _check_type(place: str, ty: Any, counts: _Counts) -> None:
    if ty["kind"] not in ("handle", "record", "enum"):
        _fail(f"{place}.kind", f"is `{ty['kind']}`, expected `handle`, `record` or `enum`")
    variants = ty.get("variants", ())
    for holder in (ty, *variants):
        for field in holder.get("fields", ()):
            _check_ref(field["type"], f"{place}.{field['name']}", counts, 0, inwards=False)
    counts.all(place, ty.get("constructors", ()))
    for key in ("default", "variant_of"):
        if key in ty:
            counts.within(f"{place}.{key}", ty[key], "callables")
    for method in ty.get("methods", ()):
        counts.all(f"{place}.{method['name']}", method["callables"])
    for prop in ty.get("properties", ()):
        counts.all(f"{place}.{prop['name']}", (prop[key] for key in ("get", "set") if key in prop))
    for constant in ty.get("constants", ()):
        counts.within(f"{place}.{constant['name']}", constant["callable"], "callables")
    for variant in variants:
        counts.all(f"{place}.{variant['name']}", variant.get("getters", ()))
        if "constructor" in variant:
            counts.within(f"{place}.{variant['name']}", variant["constructor"], "callables")
    for name, indexes in ty.get("specials", {}).items():
        _shape(indexes, [int], f"{place}.specials.{name}")
        counts.all(f"{place}.specials.{name}", indexes)
    for key in ("deref", "primary"):
        if key in ty:
            counts.within(f"{place}.{key}", ty[key], "types")


def _check_entry(place: str, entry: Any, raw: Any, counts: _Counts) -> None:
    if len(entry) != 2:
        _fail(place, "does not lead to exactly one thing")
    if "function" in entry:
        if not entry["function"]["callables"]:
            _fail(place, "is a function without callables")
        counts.all(place, entry["function"]["callables"])
    elif "constant" in entry:
        counts.within(place, entry["constant"], "callables")
    elif "variant" in entry:
        if len(entry["variant"]) != 2:
            _fail(place, "is not a type and a variant")
        ty, variant = entry["variant"]
        counts.within(place, ty, "types")
        if not 0 <= variant < len(raw["types"][ty].get("variants", ())):
            _fail(
                place,
                f"names variant {variant} of `{raw['types'][ty]['path']}`, which has none of that number",
            )
    else:
        for key, what in (("module", "modules"), ("type", "types"), ("trait", "traits")):
            if key in entry:
                counts.within(place, entry[key], what)


def _check_ref(ref: Any, place: str, counts: _Counts, depth: int, *, inwards: bool = True) -> None:
    """Checks the type of what crosses into Rust, or out of it."""
    if type(ref) is str:
        if ref not in _PLAIN:
            _fail(place, f"has the unknown type `{ref}`")
        return
    if depth > _DEPTH:
        _fail(place, f"has a type nested deeper than {_DEPTH} levels")
    if type(ref) is not list or not ref or type(ref[0]) is not str:
        _fail(place, "has something that is not a type")
    head, rest = ref[0], ref[1:]
    if head in ("handle", "record", "enum"):
        if len(rest) != (2 if head == "handle" else 1) or type(rest[0]) is not int:
            _fail(place, f"has a malformed type `{head}`")
        if head == "handle" and (type(rest[1]) is not str or rest[1] not in _MODES):
            _fail(place, f"takes a handle in the unknown mode `{rest[1]}`")
        counts.within(place, rest[0], "types")
        return
    if head in _ONE_WAY and _ONE_WAY[head] is not inwards:
        _fail(place, f"has the type `{head}` where it cannot stand")
    if head in ("callable", "file", "buffer"):
        if not _CROSSING[head](rest):
            _fail(place, f"has a malformed type `{head}`")
        if head == "callable":
            for part in rest[0]:
                _check_ref(part, place, counts, depth + 1, inwards=False)
            _check_ref(rest[1], place, counts, depth + 1)
        return
    if head == "array":
        if len(rest) != 2 or type(rest[1]) is not int or rest[1] < 0:
            _fail(place, "has a malformed type `array`")
        rest = rest[:1]
    elif head not in ("tuple", "union"):
        arity = _ARITY.get(head)
        if arity is None:
            _fail(place, f"has the unknown type `{head}`")
        if len(rest) != arity:
            _fail(place, f"has a malformed type `{head}`")
    for part in rest:
        _check_ref(part, place, counts, depth + 1, inwards=inwards)
