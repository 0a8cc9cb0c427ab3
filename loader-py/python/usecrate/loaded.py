"""All of one loaded artifact: each class and callable made of its manifest and library, on demand.

How a class is made is told from outside (`Loaded.make`), since classes and callables need each other.
"""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from ._native import doc_text, module_and_name
from .names import skip_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable as Function
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ._native import Opened
    from .model import Callable, Instance, Manifest, Method, Skip, Type, TypeRef, Variant
    from .model import Function as Function_


class Loaded:
    """An artifact in this process.

    Parameters
    ----------
    opened
        What modules and functions need of it.
    make
        Makes the class of a type and defines it to the library; called once for each type.
    """

    def __init__(self, opened: Opened, make: Function[[Loaded, int], type]) -> None:
        self.opened = opened
        self.manifest = opened.manifest
        self.library = opened.library
        self.name = opened.name
        self.lock = opened.lock
        self._make = make
        self._classes: dict[int, type] = {}
        self._ready: dict[int, type] = {}
        self._depth = 0
        self._readers: dict[int, Any] = {}
        self._skips: dict[int, dict[str, Skip]] | None = None
        self._plain: Manifest | None = None
        self.traits: dict[int, type] = {}
        # What pickles values and makes them again, by the callable's number.
        self.pickling: dict[int, Any] = {}
        self.callable = opened.callable
        self.spec = opened.spec
        self.function = opened.function

    def plain_manifest(self) -> Manifest:
        """The whole manifest as plain data; the same each time."""
        if self._plain is None:
            from .manifests import plain

            self._plain = plain(self.manifest)
        return self._plain

    def type_at(self, index: int) -> Type:
        """The manifest's type of that number."""
        return self.manifest["types"][index]

    def variants_of(self, index: int) -> list[Variant]:
        """The variants of type `index`."""
        return self.type_at(index).get("variants", [])

    def class_of(self, index: int) -> type:
        """The class of type `index`."""
        cls = self._ready.get(index)
        if cls is None:
            with self.lock:
                cls = self._classes.get(index)
                if cls is None:
                    cls = self._make_class(index)
        return cls

    def _make_class(self, index: int) -> type:
        """Makes a class and those that it needs; other threads see them when all are whole."""
        self._depth += 1
        try:
            cls = self._make(self, index)
        finally:
            self._depth -= 1
        if not self._depth:
            self._ready.update(self._classes)
        return cls

    def register(self, index: int, cls: type) -> None:
        """Says that `cls` is type `index`, before what it refers to is made: types may be recursive."""
        self._classes[index] = cls

    def method(
        self,
        cls: type,
        indexes: Sequence[int],
        *,
        name: str,
        fluent: bool = False,
        instances: list[Instance] | None = None,
    ) -> Any:
        """The same as a descriptor for `cls`, which gives the receiver."""
        qualname = f"{cls.__qualname__}.{name}"
        if len(indexes) != 1 or instances:
            return self.function(
                indexes,
                name=name,
                qualname=qualname,
                module=cls.__module__,
                fluent=fluent,
                instances=instances,
            )
        spec = self.spec(indexes[0], qualname=qualname, module=cls.__module__, fluent=fluent)
        spec["name"] = name
        return self.library.method(cls, indexes[0], **spec)

    def docs(self, indexes: Sequence[int], instances: list[Instance] | None = None) -> str | None:
        """The docstring of several callables of one name, with those that subscripts lead to."""
        named = instances or []
        shown = indexes or [index for one in named[:1] for index in one["callables"][:1]]
        # What several say alike is said once, then the signatures of all.
        by_docs: dict[str, dict[str, None]] = {}
        for index in shown:
            found = self.callable(index)
            own = found.get("docs", "").strip()
            rest = (doc_text(self.manifest, found) or "").removeprefix(own).strip()
            by_docs.setdefault(own, {}).update(dict.fromkeys(rest.split("\n\n")))
        lines: list[str] = []
        for own, parts in by_docs.items():
            lines += [own, *sorted(parts, key=lambda part: part.startswith("Rust: "))]
        lines = [line for line in lines if line]
        if named:
            keys = ", ".join(f"[{', '.join(repr(part) for part in one['key'])}]" for one in named)
            lines.append(f"Subscripts: {keys}")
        return "\n\n".join(lines) or None

    def read_constant(self, index: int) -> Any:
        """The value of a constant: what its callable gives."""
        read = self._readers.get(index)
        if read is None:
            found = self.callable(index)
            module, _ = module_and_name(found["id"])
            read = self.function([index], name=found["name"], qualname=found["name"], module=module)
            self._readers[index] = read
        return read()

    def is_lasting(self, value: Any, ref: TypeRef) -> bool:
        """Whether a constant's value can be kept and given out again: nobody can change it."""
        from ._native import Handle

        if isinstance(value, Handle):
            index = next(types_in(ref), None)
            return index is not None and not self._changes(index)
        if isinstance(value, tuple | frozenset):
            return all(self.is_lasting(part, "unit") for part in value)
        if value is None or isinstance(value, bool | int | float | str | bytes | range | slice):
            return True
        return type(value).__module__ in ("datetime", "ipaddress", "pathlib") or hasattr(
            type(value), "__members__"
        )

    def _changes(self, index: int) -> bool:
        """Whether anything served changes a value of that handle type in place."""
        ty = self.type_at(index)
        if any("set" in prop for prop in ty.get("properties", ())):
            return True
        callables = [
            i for method in ty.get("methods", ()) if method["instance"] for i in all_callables(method)
        ]
        callables += [i for special in ty.get("specials", {}).values() for i in special]
        return any(
            param["type"] == ["handle", index, mode]
            for i in callables
            for param in self.callable(i)["params"][:1]
            for mode in ("exclusive", "move")
        )

    def skips_of(self, index: int) -> dict[str, Skip]:
        """What is skipped of type `index`, by name."""
        if self._skips is None:
            self._skips = {}
            for skip in self.manifest["skipped"]:
                for owner in skip.get("owners", ()):
                    self._skips.setdefault(owner, {}).setdefault(skip["name"], skip)
        return self._skips.get(index, {})

    def givers(self, index: int) -> list[str]:
        """The ids of the callables that give a value of type `index`."""
        return [
            found["id"]
            for found in self.manifest["callables"]
            if index in types_in(_value_part(found["result"])) and not _is_copy(found, index)
        ]


def all_callables(function: Function_ | Method) -> Iterator[int]:
    """The numbers of all callables that a function or method leads to, subscripts included."""
    yield from function["callables"]
    for instance in function.get("instances", ()):
        yield from instance["callables"]


def _value_part(ref: TypeRef) -> TypeRef:
    return ref[1] if isinstance(ref, list) and ref[0] == "result" else ref


def _is_copy(found: Callable, index: int) -> bool:
    params = found["params"]
    return bool(params) and index in types_in(params[0]["type"])


def types_in(ref: TypeRef) -> Iterator[int]:
    """The numbers of the types that a type reference names."""
    if isinstance(ref, str):
        return
    if ref[0] in ("handle", "record", "enum"):
        yield ref[1]
        return
    if ref[0] == "callable":
        for part in (*ref[1], ref[2]):
            yield from types_in(part)
        return
    for part in ref[1:]:
        if not isinstance(part, int):
            yield from types_in(part)


def unsupported(skip: Skip) -> Exception:
    """The exception for a name that the crate has and the artifact does not serve."""
    from .errors import UnsupportedSignatureError

    return UnsupportedSignatureError(
        skip_text(skip), path=skip["path"], code=skip["code"], reason=skip["message"]
    )
