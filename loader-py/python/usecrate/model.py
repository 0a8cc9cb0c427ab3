"""The shape of a manifest (``manifest.json``), for type checkers alone: at run time it is plain parsed JSON.

The reference is ``docs/manifest.md``. A type reference is a word (``"u8"``) or a list (``["list", "u8"]``).
"""

from __future__ import annotations

from typing import Any, TypedDict

TypeRef = str | list[Any]


class Field(TypedDict, total=False):
    """A field of a record or of a variant."""

    name: str
    type: TypeRef
    docs: str


class Variant(TypedDict, total=False):
    """A variant of an enum."""

    name: str
    discriminant: int
    fields: list[Field]
    tuple: bool
    docs: str
    constructor: int
    getters: list[int]


class Method(TypedDict, total=False):
    """A method or associated function."""

    name: str
    instance: bool
    callables: list[int]
    from_trait: str


class Property(TypedDict, total=False):
    """A public field of a handle."""

    name: str
    get: int
    set: int
    docs: str


class Constant(TypedDict, total=False):
    """A constant of a class."""

    name: str
    callable: int
    docs: str


class Type(TypedDict, total=False):
    """A type."""

    path: str
    name: str
    docs: str
    kind: str
    error: bool
    send: bool
    sync: bool
    clone: bool
    borrows: bool
    trivial_drop: bool
    fields: list[Field]
    default: int
    variants: list[Variant]
    variant_of: int
    constructors: list[int]
    methods: list[Method]
    properties: list[Property]
    constants: list[Constant]
    specials: dict[str, list[int]]
    deref: int


class Trait(TypedDict, total=False):
    """A trait."""

    path: str
    name: str
    docs: str
    methods: list[Method]


class Param(TypedDict, total=False):
    """A parameter."""

    name: str
    type: TypeRef
    optional: bool


class Callable(TypedDict, total=False):
    """Something that can be called."""

    id: str
    name: str
    docs: str
    signature: str
    params: list[Param]
    result: TypeRef
    keeps_lock: bool
    fluent: bool
    deprecated: str
    span: str


class Function(TypedDict):
    """A function, or several of one name."""

    callables: list[int]


class Entry(TypedDict, total=False):
    """A public name: beside `name`, one of the others."""

    name: str
    module: int
    type: int
    trait: int
    function: Function
    constant: int
    variant: list[int]


class Module(TypedDict, total=False):
    """A public module."""

    path: str
    docs: str
    entries: list[Entry]


class Skip(TypedDict, total=False):
    """An item that is left out, with the reason."""

    path: str
    name: str
    owner: int
    modules: list[str]
    code: str
    message: str
    span: str
    counted: bool


class Crate(TypedDict, total=False):
    """The crate that was built."""

    name: str
    lib: str
    version: str
    source: str
    origin: str
    features: list[str]
    default_features: bool
    docs: str
    license: str


class Build(TypedDict):
    """What an artifact was built with and for."""

    target: str
    rustc: str
    profile: str
    key: str


class Library(TypedDict):
    """The shared library."""

    path: str
    size: int
    blake3: str
    sha256: str


class Coverage(TypedDict):
    """How much of the crate is served."""

    callables: int
    served: int


class Manifest(TypedDict, total=False):
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
    skipped: list[Skip]
    coverage: Coverage
    schemas: dict[str, Any]
