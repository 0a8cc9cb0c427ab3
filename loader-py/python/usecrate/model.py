"""The shape of a manifest (``manifest.json``), for type checkers alone.

At run time a manifest is what the native extension read: it reads like this, and its parts become plain data
when they are asked for.

The reference is ``docs/manifest.md``. A type reference is a word (``"u8"``) or a list (``["list", "u8"]``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import NotRequired

TypeRef = str | list[Any]


class Field(TypedDict):
    """A field of a record or of a variant."""

    name: str
    type: TypeRef
    docs: NotRequired[str]


class Variant(TypedDict):
    """A variant of an enum."""

    name: str
    discriminant: NotRequired[int]
    fields: NotRequired[list[Field]]
    tuple: NotRequired[bool]
    docs: NotRequired[str]
    constructor: NotRequired[int]
    getters: NotRequired[list[int]]


class Instance(TypedDict):
    """What a subscript of a generic function leads to."""

    key: list[str]
    callables: list[int]


class TypeInstance(TypedDict):
    """What a subscript of a class leads to."""

    key: list[str]
    type: int


class Method(TypedDict):
    """A method or associated function."""

    name: str
    instance: bool
    callables: list[int]
    instances: NotRequired[list[Instance]]
    from_trait: NotRequired[str]


class Property(TypedDict):
    """A public field of a handle."""

    name: str
    get: int
    set: NotRequired[int]
    lend: NotRequired[int]
    docs: NotRequired[str]


class Constant(TypedDict):
    """A constant of a class."""

    name: str
    callable: int
    docs: NotRequired[str]


class Type(TypedDict):
    """A type."""

    path: str
    name: str
    docs: NotRequired[str]
    kind: str
    error: NotRequired[bool]
    send: bool
    sync: bool
    clone: bool
    borrows: bool
    trivial_drop: bool
    fields: NotRequired[list[Field]]
    default: NotRequired[int]
    variants: NotRequired[list[Variant]]
    variant_of: NotRequired[int]
    constructors: NotRequired[list[int]]
    methods: NotRequired[list[Method]]
    properties: NotRequired[list[Property]]
    constants: NotRequired[list[Constant]]
    specials: NotRequired[dict[str, list[int]]]
    deref: NotRequired[int]
    primary: NotRequired[int]
    instances: NotRequired[list[TypeInstance]]


class Trait(TypedDict):
    """A trait, or a type whose values cross as plain data."""

    path: str
    name: str
    docs: NotRequired[str]
    methods: list[Method]
    plain: NotRequired[bool]


class Param(TypedDict):
    """A parameter."""

    name: str
    type: TypeRef
    optional: NotRequired[bool]
    default: NotRequired[Any]


class Callable(TypedDict):
    """Something that can be called."""

    id: str
    name: str
    docs: NotRequired[str]
    signature: str
    params: list[Param]
    result: TypeRef
    keeps_lock: NotRequired[bool]
    fluent: NotRequired[bool]
    deprecated: NotRequired[str]
    span: NotRequired[str]


class Object(TypedDict):
    """What an object has to have to implement a trait."""

    trait: str
    methods: list[Param]


class Function(TypedDict):
    """A function, or several of one name."""

    callables: list[int]
    instances: NotRequired[list[Instance]]


class Entry(TypedDict):
    """A public name: beside `name`, one of the others."""

    name: str
    module: NotRequired[int]
    type: NotRequired[int]
    trait: NotRequired[int]
    function: NotRequired[Function]
    constant: NotRequired[int]
    variant: NotRequired[list[int]]


class Entries(Protocol):
    """A module's public names."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Entry]: ...
    def named(self, name: str) -> Entry | None:
        """The one of that name, or None."""
        ...

    def names(self) -> list[str]:
        """All the names."""
        ...


class Module(TypedDict):
    """A public module."""

    path: str
    docs: NotRequired[str]
    entries: Entries


class Skip(TypedDict):
    """An item that is left out, with the reason."""

    path: str
    name: str
    owners: NotRequired[list[int]]
    modules: NotRequired[list[str]]
    code: str
    message: str
    span: NotRequired[str]
    counted: bool


class Crate(TypedDict):
    """The crate that was built."""

    name: str
    lib: str
    version: str
    source: str
    origin: NotRequired[str]
    features: list[str]
    default_features: bool
    docs: str
    license: NotRequired[str]


class Build(TypedDict):
    """What an artifact was built with and for."""

    target: str
    rustc: str
    profile: str
    key: str
    config: NotRequired[str]


class Library(TypedDict):
    """The shared library."""

    path: str
    size: int
    blake3: str
    sha256: str
    loaded: NotRequired[Loaded]


class Loaded(TypedDict):
    """What of the library is loaded: its first bytes."""

    size: int
    blake3: str


class Coverage(TypedDict):
    """How much of the crate is served."""

    callables: int
    served: int


class Partial(TypedDict):
    """A bound of a callable that does not take all types that meet it."""

    path: str
    bound: str
    missing: list[str]


class Manifest(TypedDict):
    """What an artifact is and what it serves."""

    manifest_version: int
    abi_version: int
    generator: str
    crate: Crate
    build: Build
    library: Library
    modules: list[Module]
    types: list[Type]
    traits: list[Trait]
    callables: list[Callable]
    objects: NotRequired[list[Object]]
    skipped: list[Skip]
    coverage: Coverage
    partial: NotRequired[list[Partial]]
    schemas: NotRequired[dict[str, Any]]
    parameters: NotRequired[dict[str, Any]]
