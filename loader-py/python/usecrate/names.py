"""Words for messages and listings: types as Python spells them, signatures, nearest names.

It knows the manifest's shape, nothing of what is loaded.
"""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .model import Callable, Manifest, Param, Skip, TypeRef

_WORDS = {
    "unit": "None",
    "bool": "bool",
    "f32": "float",
    "f64": "float",
    "char": "str",
    "str": "str",
    "bytes": "bytes",
    "path": "pathlib.Path",
    "duration": "datetime.timedelta",
    "system_time": "datetime.datetime",
    "ip": "ipaddress.IPv4Address | ipaddress.IPv6Address",
    "socket_addr": "tuple[str, int]",
    "ordering": "int",
    "any": "Any",
    "io_error": "usecrate.IoError",
    "never": "NoReturn",
    "range": "range",
    "bounds": "slice",
}


def type_text(manifest: Manifest, ref: TypeRef) -> str:
    """The type as Python spells it: ``list[int]``, ``Version | None``."""
    if isinstance(ref, str):
        return _WORDS.get(ref, "int")
    head, rest = ref[0], ref[1:]
    if head in ("handle", "record", "enum"):
        return manifest["types"][rest[0]]["name"]
    if head == "option":
        inner = type_text(manifest, rest[0])
        held = rest[0][1] if rest[0][0] == "result" else rest[0]
        if held in ("unit", "any") or held[0] == "option":
            return f"tuple[{inner}] | None"
        return f"{inner} | None"
    if head == "result":
        return type_text(manifest, rest[0])
    if head == "array":
        return "bytes" if rest[0] == "u8" else f"list[{type_text(manifest, rest[0])}]"
    if head in ("range", "bounds"):
        return _WORDS[head]
    if head == "file":
        return "binary file"
    if head == "buffer":
        return f"writable buffer of {rest[0]}"
    if head == "out":
        return type_text(manifest, rest[0])
    if head == "callable":
        given = ", ".join(type_text(manifest, part) for part in rest[0])
        return f"Callable[[{given}], {type_text(manifest, rest[1])}]"
    if head in ("iterable", "items", "iterator"):
        head = "Iterator" if head == "iterator" else "Iterable"
    parts = [type_text(manifest, part) for part in rest]
    if head == "union":
        return " | ".join(dict.fromkeys(parts))
    if head == "tuple":
        return f"tuple[{', '.join(parts) or '()'}]"
    return f"{head}[{', '.join(parts)}]"


def signature(
    manifest: Manifest, callable_: Callable, *, name: str | None = None, skip_self: bool = False
) -> str:
    """The signature as Python spells it: ``parse(text: str) -> Version``."""
    params: Sequence[Param] = callable_["params"]
    if skip_self and params and params[0]["name"] == "self":
        params = params[1:]
    words = []
    named: list[str] = []  # passed by keyword alone: the initial values of what Rust leaves in them
    for param in params:
        if param["name"] == "self":
            words.append("self")
            continue
        text = f"{param['name']}: {type_text(manifest, param['type'])}"
        out = isinstance(param["type"], list) and param["type"][0] == "out"
        (named if out else words).append(f"{text} = None" if param.get("optional") else text)
    if named:
        words += ["*", *named]
    return f"{name or callable_['name']}({', '.join(words)}) -> {type_text(manifest, callable_['result'])}"


def taken(callable_: Callable) -> str:
    """Which handles a call takes by value, and what becomes of them: ``clones `self`, moves `other` ``."""
    words = {"clone": "clones", "move": "moves"}
    return ", ".join(
        f"{words[param['type'][2]]} `{param['name']}`"
        for param in callable_["params"]
        if isinstance(param["type"], list) and param["type"][0] == "handle" and param["type"][2] in words
    )


def doc_text(manifest: Manifest, callable_: Callable) -> str | None:
    """The docstring of a callable: its documentation, what it does to its arguments, its types."""
    by_value = taken(callable_)
    parts = [
        callable_.get("docs", "").strip(),
        f"The call {by_value}." if by_value else "",
        "It keeps the interpreter lock." if callable_.get("keeps_lock") else "",
        f"Python: {signature(manifest, callable_)}" if callable_["signature"] else "",
        f"Rust: {callable_['signature']}" if callable_["signature"] else "",
    ]
    if deprecated := callable_.get("deprecated"):
        parts.insert(1, f"Deprecated: {deprecated}")
    return "\n\n".join(part for part in parts if part) or None


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence's end that names what is spelled alike, or nothing."""
    if name.startswith("__"):  # Python's own machinery asks for these: answer quickly
        return ""
    import difflib

    known = sorted({entry for entry in known if not entry.startswith("__")})
    lower = {entry.lower().replace("_", ""): entry for entry in known}
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    same = lower.get(name.lower().replace("_", ""))
    if same and same not in close:
        close.insert(0, same)
    if close:
        return "; did you mean " + " or ".join(f"`{entry}`" for entry in close[:3]) + "?"
    return "; `dir()` lists what there is" if known else ""


def skip_text(skip: Skip) -> str:
    """Why an item is not served, as a whole sentence."""
    where = f" ({span})" if (span := skip.get("span")) else ""
    return f"`{skip['path']}`{where} is not served: {skip['message']} [{skip['code']}]"


def module_and_name(path: str) -> tuple[str, str]:
    """Python module and name of a Rust path: ``a::engine::Engine<T>`` is ``("a.engine", "Engine")``.

    A path that does not begin with a name (``<T as Trait>::method``) has no module.
    """
    if path.startswith("<"):
        return "", path.rpartition("::")[2]
    head, _, _ = path.partition("<")
    module, _, name = head.rstrip(":").rpartition("::")
    return module.replace("::", "."), name
