"""The native extension: verifies and loads libraries, calls their symbol, holds handles.

It knows the ABI (`docs/abi.md`), the type language of the manifest, and what is loaded, nothing of classes or
builds.
Types are given as the manifest has them: a word (`"u8"`) or a list (`["list", "u8"]`).
Exceptions that it raises itself come from `usecrate.errors`.
"""

from __future__ import annotations

import os
from _thread import RLock
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, Generic, ParamSpec, final

from typing_extensions import Self, TypeVar

from .artifact import Wanted
from .loaded import Loaded
from .model import Callable as CallableModel
from .model import Entries, Instance, Manifest, TypeInstance
from .model import Loaded as LoadedPart
from .model import Module as ModuleModel

TypeRef = str | list[Any]
_P = ParamSpec("_P")
_T = TypeVar("_T", covariant=True, default=Any)

class Handle:
    """Base of every class whose values stay in Rust. It cannot be instantiated from Python.

    Slots: library, type index, slot, generation, process; no `__dict__`; has `__weakref__`. Freed by its
    deallocator, which checks process and interpreter shutdown. `with` always drops."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...

class Raised(RuntimeError):
    """Base of the exception classes of a crate's own error types: holds what Rust gave.

    Deallocated like a handle, for the value that it holds."""

    @property
    def _value(self) -> Handle | None:
        """The handle of the error, made when it is asked for; None where there is no value in Rust."""

    _message: str | None
    """What Rust said, or None."""

    @property
    def _rust_type(self) -> str | None:
        """The Rust type of an error that was raised, or None."""

class HandleIterator(Handle):
    """Base of the classes whose values are iterators in Rust: `define_next` says what gives the next item."""

    def __iter__(self) -> Any: ...
    def __next__(self) -> Any: ...

class HandleBuffer(Handle):
    """Base of the classes whose values are bytes: `memoryview` of one sees what `__bytes__` gives."""

@final
class Iterator(Generic[_T]):
    """What Rust gives one by one, in batches that grow. It cannot be instantiated from Python.

    Freed like a handle; `close` or `with` drops the Rust value early."""

    def __iter__(self) -> Self: ...
    def __next__(self) -> _T: ...
    def __length_hint__(self) -> int: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...
    def close(self) -> None: ...

def fetched(value: object) -> int:
    """How many items an iterator of either sort has fetched ahead of their turn."""

def close(value: object) -> None:
    """Drops the Rust value behind a handle or iterator (or an exception that holds one) now; idempotent.

    Raises
    ------
    usecrate.HandleError
        Something borrows it, or another thread uses it.
    """

def asdict(value: object, /) -> Any:
    """Plain data for a record or an enum's value, all the way down; of a function, one that gives such data
    (`usecrate.asdict`)."""

def buffers(function: Callable[_P, object], /) -> Callable[_P, Any]:
    """The same function, but giving its bytes and its lists of numbers of fixed width as views of memory
    (`usecrate.buffers`).

    Raises
    ------
    TypeError
        It is no function or method of a Rust crate.
    """

def blake3(data: bytes) -> str:
    """The BLAKE3 hash, in hexadecimal digits."""

TARGET: str
"""The target triple that the extension was built for."""

def read_manifest(path: str) -> Manifest:
    """Reads and checks the manifest file `path`, against the hashes beside it.

    Raises
    ------
    usecrate.LoadError
        It cannot be read, is malformed, or is of another version.
    usecrate.IntegrityError
        It is not what was built.
    """

def parse_manifest(data: bytes, path: str) -> Manifest:
    """Checks the text of a manifest; `path` is for messages.

    Raises
    ------
    usecrate.LoadError
        It is malformed, or of another version.
    """

def plain_manifest(manifest: Manifest) -> Manifest:
    """All of a manifest as dicts and lists, made anew."""

def read_json(text: str) -> Any:
    """What a JSON text says.

    Raises
    ------
    ValueError
        It is none.
    """

def type_text(manifest: Manifest, ty: TypeRef) -> str:
    """The type as Python spells it: ``list[int]``, ``Version | None``."""

def signature(
    manifest: Manifest, callable: CallableModel, *, name: str | None = None, skip_self: bool = False
) -> str:
    """The signature as Python spells it: ``parse(text: str) -> Version``."""

def taken(callable: CallableModel) -> str:
    """Which handles a call takes by value, and what becomes of them: ``clones `self`, moves `other` ``."""

def doc_text(manifest: Manifest, callable: CallableModel) -> str | None:
    """The docstring of a callable: its documentation, what it does to its arguments, its types."""

def is_closed(value: object) -> bool: ...
def field_of(
    value: Any,
    owner: object,
    get: Callable[..., Any],
    lend: Callable[..., Any],
    set: Callable[..., Any] | None = None,
) -> Any:
    """Makes `value` the field of `owner` that `get` gives to be looked at, and `lend` to be written to.

    It is given back. With `set`, what `lend` gives is a copy, and `set` puts another value in its place."""

def move(value: Handle) -> Handle:
    """The value of a handle, to be moved by the call that takes it by value, also where it would be cloned.

    The handle given is closed at once. If no call takes the value before the new handle goes, it gets it
    back."""

@final
class Library:
    """A loaded library. Never unloaded."""

    def __new__(
        cls, path: str, *, blake3: str, size: int, name: str, loaded: LoadedPart | None = None
    ) -> Library:
        """Verifies size and BLAKE3 of the file, loads exactly the bytes that were hashed, and speaks `init`.

        Of a file that is not `loaded` whole, Linux hashes and loads that part alone.

        Raises
        ------
        usecrate.IntegrityError
            The file is missing, of another size, or its hash differs.
        usecrate.LoadError
            The system cannot load it, it has no `usecrate_call`, or it speaks another ABI.
        """

    name: str
    """The crate's name, for messages."""
    path: str

    def describe(self) -> Any:
        """The library's own description (`docs/abi.md`), as plain lists."""

    def count(self) -> int:
        """How many handles live in the library."""

    def define_by(self, definer: Callable[[int], type], manifest: Any) -> None:
        """Says what makes and defines the class of a type, by its index, when a value of it is first met; and
        the manifest, which says what objects have to have that implement a trait."""

    def define_error_variants(
        self, index: int, number: Callable[[Any], int], classes: Sequence[type]
    ) -> None:
        """A raised error of type `index` is of one of `classes`: of that with the number that `number`
        gives."""

    def define_handle(
        self,
        index: int,
        cls: type,
        *,
        exception: type | None = None,
        trivial_drop: bool = False,
        late_drop: bool = False,
    ) -> None:
        """Values of type `index` become instances of `cls` (a subclass of `Handle`).

        With `exception`, they become instances of that class below `Raised`; as an argument an instance of
        it is taken wherever the handle is.

        Raises
        ------
        ValueError
            Type `index` is defined already. (The same holds for `define_record` and `define_enum`.)
        """

    def define_record(
        self, index: int, cls: type, fields: Sequence[tuple[str, TypeRef]], *, exception: bool = False
    ) -> None:
        """Values of type `index` become instances of `cls`, made without calling `__init__`, each field
        set as an attribute. As input: an instance, or a dict (missing fields come from `cls._default_()`
        when that exists, else `TypeError` names them; unknown ones are a `TypeError`)."""

    def define_enum(
        self,
        index: int,
        cls: type,
        variants: Sequence[tuple[str, object, Sequence[tuple[str, TypeRef]]]],
        *,
        data: bool,
        exception: bool = False,
    ) -> None:
        """Variant `i` is `variants[i]`: name, what stands for it, fields.

        Without `data`, the object stands for the variant and is returned as it is (an `enum.Enum`
        member). With `data` the object is the variant's class, instantiated like a record. As input: such
        an object, `"Variant"`, or `{"Variant": payload}` (payload: the only field's value, a list of
        them, or a dict)."""

    def define_next(
        self,
        index: int,
        callable: int,
        *,
        name: str,
        qualname: str,
        module: str,
        doc: str | None,
        params: Sequence[tuple[str, TypeRef, bool] | tuple[str, TypeRef, bool, Any]],
        result: TypeRef,
        fluent: bool = False,
        keeps_lock: bool = False,
    ) -> None:
        """Callable `callable` gives the next item of a value of type `index`, whose class is below
        `HandleIterator`: an option; or, where it takes a number besides the receiver, a list of at most so
        many."""

    def function(
        self,
        index: int,
        *,
        name: str,
        qualname: str,
        module: str,
        doc: str | None,
        params: Sequence[tuple[str, TypeRef, bool] | tuple[str, TypeRef, bool, Any]],
        result: TypeRef,
        fluent: bool = False,
        keeps_lock: bool = False,
        wrap: Callable[[Any], Any] | None = None,
    ) -> Callable[..., Any]:
        """A C-level function that calls callable `index`: prepared once, no dictionary and no name
        look-up per call.

        `params` are `(name, type, optional)`; an optional one left out is sent as nil, one with a fourth
        part, its default value, as that. All may be passed by keyword, those of type `out` alone so. `doc`
        becomes `__doc__`; `__text_signature__`, `__name__`, `__qualname__`, `__module__` are set. `fluent`: a
        nil result, or a new handle where the receiver was moved, is the receiver itself (the first
        argument). `wrap` is applied to the result."""

    def method(self, cls: type, index: int, **spec: Any) -> Any:
        """The same as a descriptor for `cls`: the first parameter is the instance."""

    def overload(
        self,
        functions: Sequence[Any],
        *,
        name: str,
        qualname: str,
        module: str,
        doc: str | None,
        subscripts: tuple[Opened, list[Instance]] | None = None,
    ) -> Function:
        """A callable that takes the first of `functions` (made by `function`) whose parameters the
        arguments fit, decided before Rust runs. If none fits: one `TypeError` that lists them with the
        reason for each. It is a descriptor: found on a class, it binds the instance like a function.
        `subscripts`: what makes the functions that they lead to, and the manifest's list of them."""

@final
class Function:
    """A function of a Rust crate that has several signatures, or takes subscripts: ``f["u32"]``."""

    __name__: str
    __qualname__: str
    __subscripts__: list[str]

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def __getitem__(self, key: object, /) -> Any:
        """The instance for these Rust types."""

    def __get__(self, instance: object, owner: type | None = None, /) -> Any: ...

def type_instance(instances: list[TypeInstance], key: object, whole: str, path: str) -> int:
    """The number of the type that a key names, in a class's list of instances; `whole` is the class.

    Raises
    ------
    KeyError
        There is none; the message lists the keys that there are.
    TypeError
        It is no key.
    """

locks: list[RLock]
"""Held around forks, those made first first: see `forks`."""

@final
class Opened:
    """An artifact in this process, as far as modules and functions need it; `loaded` is the rest."""

    path: str
    manifest: Manifest
    library: Library
    name: str
    lock: RLock

    @property
    def loaded(self) -> Loaded:
        """Its classes, and all else that is known of it."""

    def class_of(self, index: int) -> type:
        """The class of type `index`."""

    def callable(self, index: int) -> CallableModel:
        """The manifest's callable of that number."""

    def spec(
        self, index: int, *, qualname: str = "", module: str = "", fluent: bool = False
    ) -> dict[str, Any]:
        """What `Library.function` asks about callable `index`."""

    def function(
        self,
        indexes: Sequence[int],
        *,
        name: str,
        qualname: str,
        module: str,
        fluent: bool = False,
        instances: list[Instance] | None = None,
    ) -> Any:
        """One callable for all of `indexes`, tried in order; a receiver is the first parameter. `instances`:
        what its subscripts lead to."""

class Module(ModuleType):
    """A module of a Rust crate. Its names are the crate's public ones; each is made when it is first used."""

    __version__: str
    __all__: list[str]

    def __getattr__(self, name: str) -> Any: ...

@final
class ModuleInfo:
    """What a module handle knows of itself; it is the module's `__usecrate__`."""

    opened: Opened
    index: int
    entries: Entries
    kept: dict[int, Any]
    """Constants that are handles, by the callable that reads them."""

    @property
    def loaded(self) -> Loaded:
        """All that is known of the artifact."""

    @property
    def module(self) -> ModuleModel:
        """The manifest's module."""

    def names(self) -> list[str]:
        """The public names, each once."""

    def function(self, public: str, indexes: list[int], instances: list[Instance] | None = None) -> Any:
        """The function of a public name: the same in every module that has it."""

def module_and_name(path: str) -> tuple[str, str]:
    """Python module and name of a Rust path: ``a::engine::Engine<T>`` is ``("a.engine", "Engine")``.

    A path that does not begin with a name (``<T as Trait>::method``) has no module."""

def module_at(opened: Opened, index: int) -> Module:
    """The one handle of a module."""

def manifest_path(path: str | os.PathLike[str]) -> str:
    """The manifest of an artifact's folder, or the file itself."""

@final
class Registry:
    """What is loaded in this process, by artifact root and crate."""

    def __new__(cls, package: str) -> Registry:
        """One for the package of that name; `usecrate` has `registry`, tests have others."""

    def get(self, root: str, wanted: Wanted) -> Opened | None:
        """The loaded artifact of that crate from that root.

        Raises
        ------
        usecrate.VersionConflictError
            It is of another version, or has other features, than is wanted.
        """

    def load(self, path: str, manifest: Manifest, root: str, *, replace: bool = False) -> Opened:
        """Loads the artifact of a manifest, or gives the one that is loaded already.

        With `replace`, another build of the same crate takes the place of the loaded one; objects of that
        keep their library.

        Raises
        ------
        usecrate.VersionConflictError
            Another version, or other features, are loaded from this root.
        usecrate.IntegrityError, usecrate.LoadError
            See `usecrate.load_artifact`.
        """

    def all(self) -> list[Opened]:
        """All that is loaded, in the order of loading."""

    def load_artifact(self, path: str | os.PathLike[str]) -> Module:
        """See `usecrate.load_artifact`."""

def tell_copyreg(copyreg: ModuleType) -> None:
    """Says there that functions of Rust crates are pickled by `usecrate.pickling`."""

registry: Registry
"""That of this process."""

def set_error_hook(hook: Callable[[Any, Any, str, str, str | None, list[str]], BaseException]) -> None:
    """`hook(library, value, type, message, debug, sources)` makes the exception for a Rust `Err`, in the
    place of `usecrate.exceptions.hook`; `value` is decoded."""

def held_objects() -> int:
    """How many Python objects libraries hold: callables while they are lent, files, iterators, exceptions on
    their way."""

def after_fork_child() -> None:
    """Tells every loaded library that this process is a child. What `os.register_at_fork` calls does it."""
