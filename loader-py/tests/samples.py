"""A small manifest with one of everything, what its fake library does, and how to write it to disk."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import fake_native
from blake3_tree import chaining_value

VERSION, OP, PAIR, SHAPE, POOL, ERROR, CAUSE, FAIL, OPTIONS = range(9)


class Sample:
    """Collects callables while the types that use them are written."""

    def __init__(self) -> None:
        self.callables: list[dict[str, Any]] = []
        self.table: dict[int, Any] = {}

    def call(self, ident: str, run: Any, params: list[Any], result: Any = "unit", **more: Any) -> int:
        index = len(self.callables)
        name = ident.rpartition("::")[2]
        params = [{"name": n, "type": t, **({"optional": True} if o else {})} for n, t, *o in params]
        self.callables.append(
            {
                "id": ident,
                "name": name,
                "signature": f"fn {name}()",
                "params": params,
                "result": result,
                **more,
            }
        )
        self.table[index] = run
        return index


def _type(path: str, kind: str, **more: Any) -> dict[str, Any]:
    base = {"send": True, "sync": True, "clone": True, "borrows": False, "trivial_drop": False}
    return {"path": path, "name": path.rpartition("::")[2], "kind": kind, **base, **more}


def _entry(name: str, **target: Any) -> dict[str, Any]:
    return {"name": name, **target}


def _method(name: str, *indexes: int, instance: bool = True) -> dict[str, Any]:
    return {"name": name, "instance": instance, "callables": list(indexes)}


def this(index: int, mode: str = "shared") -> list[Any]:
    """A handle type."""
    return ["handle", index, mode]


def _version(s: Sample, err: Any) -> dict[str, Any]:
    me = ("self", this(VERSION))

    def parse(text: str) -> Any:
        parts = text.split(".")
        if len(parts) != 3 or not all(part.isdigit() for part in parts):
            err(text)
        return [int(part) for part in parts]

    def put(at: int) -> Any:
        return lambda v, new: v.__setitem__(at, new)

    new = s.call(
        "demo::Version::new",
        lambda *a: list(a),
        [(n, "u64") for n in ("major", "minor", "patch")],
        this(VERSION, "new"),
    )
    fail = ["result", this(VERSION, "new"), this(ERROR, "new")]
    properties = [
        {
            "name": name,
            "get": s.call(f"demo::Version::{name}", lambda v, at=at: v[at], [me], "u64"),
            "set": s.call(
                f"demo::Version::set_{name}",
                put(at),
                [("self", this(VERSION, "exclusive")), ("value", "u64")],
            ),
        }
        for at, name in enumerate(("major", "minor", "patch"))
    ]
    other = ("other", this(VERSION))
    compare = s.call("demo::Version::cmp", lambda a, b: (a > b) - (a < b), [me, other], "ordering")
    return _type(
        "demo::Version",
        "handle",
        constructors=[new, s.call("<demo::Version as FromStr>::from_str", parse, [("s", "str")], fail)],
        methods=[
            _method(
                "bump", s.call("demo::Version::bump", lambda v: v.__setitem__(2, v[2] + 1), [me], fluent=True)
            ),
            _method("new", new, instance=False),
            _method("parse", s.call("demo::Version::parse", parse, [("text", "str")], fail), instance=False),
        ],
        properties=properties,
        constants=[
            {
                "name": "ZERO",
                "callable": s.call("demo::Version::ZERO", lambda: [0, 0, 0], [], this(VERSION, "new")),
            }
        ],
        specials={
            "__str__": [s.call("<V as Display>::fmt", lambda v: ".".join(map(str, v)), [me], "str")],
            "__eq__": [s.call("<V as PartialEq>::eq", lambda a, b: a == b, [me, other], "bool")],
            "__hash__": [s.call("<V as Hash>::hash", lambda v: hash(tuple(v)) & (2**64 - 1), [me], "u64")],
            "__cmp__": [compare],
            "__add__": [
                s.call(
                    "<V as Add>::add",
                    lambda v, n: [*v[:2], v[2] + n],
                    [me, ("n", "u64")],
                    this(VERSION, "new"),
                )
            ],
            "__iadd__": [
                s.call(
                    "<V as AddAssign>::add_assign",
                    lambda v, n: v.__setitem__(0, v[0] + n),
                    [me, ("n", "u64")],
                )
            ],
            "__rmul__": [
                s.call(
                    "<u64 as Mul<V>>::mul",
                    lambda n, v: [n * p for p in v],
                    [("self", "u64"), ("rhs", this(VERSION))],
                    this(VERSION, "new"),
                )
            ],
            "__copy__": [s.call("<V as Clone>::clone", list, [me], this(VERSION, "new"))],
        },
    )


def _pool(s: Sample) -> dict[str, Any]:
    me = ("self", this(POOL))
    new = s.call("demo::Pool::Name", lambda t: [1, t], [("_0", "str")], this(POOL, "new"))
    unit = s.call("demo::Pool::Any", lambda: [0], [], this(POOL, "new"))
    field = s.call("demo::Pool::Name._0", lambda p: p[1], [me], "str")
    clear = s.call("demo::Pool::clear", lambda p: p.__setitem__(0, 0), [me])
    return _type(
        "demo::Pool",
        "handle",
        variant_of=s.call("demo::Pool::variant", lambda p: p[0], [me], "u32"),
        methods=[_method("clear", clear)],
        variants=[
            {"name": "Any", "constructor": unit},
            {
                "name": "Name",
                "tuple": True,
                "fields": [{"name": "_0", "type": "str"}],
                "constructor": new,
                "getters": [field],
            },
        ],
    )


def sample(err: type[Exception], made: Any) -> tuple[dict[str, Any], dict[int, Any]]:
    """The manifest and the fake library's table."""
    s = Sample()

    def refuse(text: str) -> None:
        raise err([1, text], "demo::Error", f"bad version {text}", ("a part is missing", "the text ended"))  # type: ignore[call-arg]

    def fail(kind: int) -> None:
        value = made(FAIL, kind, 7) if kind else made(FAIL, 0)
        raise err(value, "demo::Fail", f"failed {kind}")  # type: ignore[call-arg]

    def io(errno: int | None) -> None:
        raise err(["NotFound", errno, "no such thing"], "std::io::Error", "no such thing")  # type: ignore[call-arg]

    def nothing() -> None:
        raise err(None, "()", "`demo::nothing` failed without saying why")  # type: ignore[call-arg]

    types = [
        _version(s, refuse),
        _type(
            "demo::kinds::Op",
            "enum",
            variants=[{"name": "Less", "discriminant": -1}, {"name": "More", "discriminant": 4}],
            methods=[
                _method(
                    "name", s.call("demo::kinds::Op::name", lambda op: "<", [("self", ["enum", OP])], "str")
                )
            ],
        ),
        _type(
            "demo::Pair",
            "record",
            fields=[{"name": "left", "type": "u64"}, {"name": "right", "type": "str"}],
            default=s.call("demo::Pair::default", lambda: made(PAIR, None, 0, "r"), [], ["record", PAIR]),
        ),
        _type(
            "demo::Shape",
            "enum",
            variants=[
                {"name": "Empty"},
                {"name": "Circle", "tuple": True, "fields": [{"name": "_0", "type": "f64"}]},
                {"name": "Box", "fields": [{"name": "wide", "type": "f64"}, {"name": "high", "type": "f64"}]},
            ],
        ),
        _pool(s),
        _type(
            "demo::Error",
            "handle",
            error=True,
            methods=[
                _method("text", s.call("demo::Error::text", lambda e: e[1], [("self", this(ERROR))], "str"))
            ],
            variant_of=s.call("demo::Error::variant", lambda e: e[0], [("self", this(ERROR))], "u32"),
            variants=[{"name": "Empty"}, {"name": "Bad"}],
            specials={
                "__str__": [
                    s.call("<E as Display>::fmt", lambda e: f"bad {e[1]}", [("self", this(ERROR))], "str")
                ]
            },
        ),
        _type("demo::Cause", "record", error=True, fields=[{"name": "message", "type": "str"}]),
        _type(
            "demo::Fail",
            "enum",
            error=True,
            variants=[
                {"name": "Plain"},
                {"name": "Number", "tuple": True, "fields": [{"name": "_0", "type": "u64"}]},
            ],
        ),
        _type(
            "demo::Options",
            "handle",
            constructors=[s.call("demo::Options::new", lambda: {"pair": [1, "a"]}, [], this(OPTIONS, "new"))],
            properties=[
                {
                    "name": "pair",
                    "get": s.call(
                        "demo::Options::pair",
                        lambda o: made(PAIR, None, *o["pair"]),
                        [("self", this(OPTIONS))],
                        ["record", PAIR],
                    ),
                    "set": s.call(
                        "demo::Options::set_pair",
                        lambda o, p: o.__setitem__("pair", [p.left, p.right]),
                        [("self", this(OPTIONS)), ("value", ["record", PAIR])],
                    ),
                }
            ],
        ),
    ]
    add = s.call(
        "demo::add",
        lambda a, b: a + (b or 0),
        [("a", "u64"), ("b", ["option", "u64"], True)],
        "u64",
        docs="Adds.",
    )
    double = [
        s.call("demo::double_int", lambda a: 2 * a, [("a", "u64")], "u64"),
        s.call("demo::double_text", lambda a: a + a, [("a", "str")], "str"),
    ]
    entries = [
        _entry("Cause", type=CAUSE),
        _entry("Error", type=ERROR),
        _entry("Fail", type=FAIL),
        _entry("LIMIT", constant=s.call("demo::LIMIT", lambda: 99, [], "u8")),
        _entry("More", variant=[OP, 1]),
        _entry("Op", type=OP),
        _entry("Options", type=OPTIONS),
        _entry("Pair", type=PAIR),
        _entry("Pool", type=POOL),
        _entry("START", constant=s.call("demo::START", lambda: [0, 0, 1], [], this(VERSION, "new"))),
        _entry("Shape", type=SHAPE),
        _entry("Twice", trait=0),
        _entry("Version", type=VERSION),
        _entry("add", function={"callables": [add]}),
        _entry(
            "circle",
            function={
                "callables": [s.call("demo::circle", lambda: made(SHAPE, 1, 2.0), [], ["enum", SHAPE])]
            },
        ),
        _entry("double", function={"callables": double}),
        _entry(
            "fail",
            function={
                "callables": [
                    s.call("demo::fail", fail, [("kind", "u8")], ["result", "unit", ["enum", FAIL]])
                ]
            },
        ),
        _entry("kinds", module=1),
        _entry(
            "name",
            function={
                "callables": [
                    s.call("demo::name", lambda v: v, [("version", this(VERSION))], this(VERSION, "new"))
                ]
            },
        ),
        _entry(
            "nothing",
            function={"callables": [s.call("demo::nothing", nothing, [], ["result", "unit", "unit"])]},
        ),
        _entry(
            "open",
            function={
                "callables": [
                    s.call(
                        "demo::open", io, [("errno", ["option", "i32"], True)], ["result", "unit", "io_error"]
                    )
                ]
            },
        ),
        _entry("operator", function={"callables": [s.call("demo::operator", lambda: 1, [], ["enum", OP])]}),
        _entry(
            "pool", function={"callables": [s.call("demo::pool", lambda: [1, "x"], [], this(POOL, "new"))]}
        ),
    ]
    manifest = {
        "manifest_version": 1,
        "abi_version": 1,
        "generator": "0.1.0",
        "crate": {
            "name": "demo-crate",
            "lib": "demo",
            "version": "1.2.3",
            "source": "registry",
            "features": [],
            "default_features": True,
            "docs": "A demo.",
        },
        "build": {"target": "", "rustc": "rustc 1.95.0", "profile": "release", "key": "00ff"},
        "library": {"path": "libdemo.so", "size": 9, "blake3": "0" * 64, "sha256": "0" * 64},
        "modules": [
            {"path": "demo", "entries": entries},
            {"path": "demo::kinds", "docs": "Kinds.", "entries": [_entry("Op", type=OP)]},
        ],
        "types": types,
        "traits": [{"path": "demo::Twice", "name": "Twice", "methods": [_method("twice", *double)]}],
        "callables": s.callables,
        "objects": [
            {
                "trait": "demo::Walker",
                "methods": [
                    {"name": "step", "type": ["callable", [this(VERSION)], ["object", 0], "kept"]},
                    {"name": "rest", "type": ["option", ["callable", [], "u8", "kept"]]},
                ],
            }
        ],
        "skipped": [
            _skip("demo::walk", modules=["demo"]),
            _skip("demo::Version::visit", owners=[VERSION]),
        ],
        "coverage": {"callables": 30, "served": 28},
    }
    return manifest, s.table


def _skip(path: str, **more: Any) -> dict[str, Any]:
    name = path.rpartition("::")[2]
    message = "it takes a callable; pass a list instead"
    return {
        "path": path,
        "name": name,
        "code": "closure",
        "message": message,
        "span": "src/lib.rs:7",
        "counted": True,
        **more,
    }


def write(root: Path, manifest: dict[str, Any], *, key: str = "00ff", table: str = "demo") -> Path:
    """Writes an artifact below `root`; gives its folder."""
    crate = manifest["crate"]
    folder = root / crate["name"] / crate["version"] / key
    folder.mkdir(parents=True)
    library = f"fake:{table}"
    manifest["library"]["size"] = len(library)
    manifest["library"]["blake3"] = fake_native.blake3(library.encode())
    (folder / "libdemo.so").write_text(library)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    seal(folder)
    return folder


def seal(folder: Path) -> None:
    """Writes the hashes of an artifact's files, as the build tool does."""
    files = [file for file in sorted(folder.iterdir()) if file.name != "BLAKE3SUMS"]
    lines = [f"{fake_native.blake3(file.read_bytes())}  {file.name}\n" for file in files]
    (folder / "BLAKE3SUMS").write_text("".join(lines))


def index(manifest: dict[str, Any]) -> tuple[str, bytes]:
    """A manifest's text and its index, as the build tool writes them (`docs/manifest.md`)."""
    text, texts, nodes = "", b"", b""

    def node(kind: str, start: int, size: int) -> None:
        nonlocal nodes
        nodes += kind.encode() + struct.pack("<II", start, size)

    def plain(value: Any) -> None:
        nonlocal text, texts
        written = json.dumps(value, ensure_ascii=False)
        text += written
        kind = "d" if "." in written else "i"
        if isinstance(value, str):
            kind, written = "e" if "\\" in written else "s", written[1:-1]
        elif written[0] in "ntf":
            kind, written = written[0], ""
        node(kind, len(texts), len(written.encode()))
        texts += written.encode()

    def put(value: Any, place: tuple[Any, ...]) -> None:
        nonlocal text, texts
        entry = place[:1] == ("modules",) and place[2:3] == ("entries",) and len(place) == 4
        folded = len(place) == 2 and place[0] in ("types", "traits", "callables", "skipped")
        if entry or folded or place in (("schemas",), ("parameters",)):
            whole = json.dumps(value, ensure_ascii=False)
            node("o" if entry else "w", len(text.encode()), len(whole.encode()))
            if entry:
                node("s", len(texts), len(value["name"].encode()))
                texts += value["name"].encode()
            text += whole
        elif isinstance(value, dict | list):
            node("m" if isinstance(value, dict) else "l", 0, len(value))
            text += "{" if isinstance(value, dict) else "["
            for at, key in enumerate(value):
                text += "," if at else ""
                if isinstance(value, dict):
                    plain(key)
                    text += ":"
                    put(value[key], (*place, key))
                else:
                    put(key, (*place, at))
            text += "}" if isinstance(value, dict) else "]"
        else:
            plain(value)

    put(manifest, ())
    return text, form(text.encode(), nodes, texts)


BLOCK = 16 << 10


def form(text: bytes, nodes: bytes, texts: bytes = b"") -> bytes:
    """An index of those nodes."""
    hashes = b"".join(
        chaining_value(text[at : at + BLOCK], at // 1024, root=len(text) <= BLOCK)
        for at in range(0, len(text), BLOCK)
    )
    return b"".join([struct.pack("<I", len(text)), hashes, struct.pack("<I", len(nodes)), nodes, texts])
