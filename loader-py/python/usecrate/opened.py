"""What this process has open: artifacts, one version per crate and root, and the modules of each.

All that loading an artifact and calling its first function run is here, in the one file: each file that is
imported costs a tenth of a millisecond. For the same reason it does without `__future__`. What else there is
of an artifact is in `wrap` and `loaded`, which are imported when they are asked for.
"""

# One package: its modules share what begins with an underscore. What comes from a manifest or is made from
# one has no type that a checker could know.
# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

import os
from _thread import RLock  # `threading` would cost more than the rest of this module

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Any

    from .artifact import Wanted
    from .errors import VersionConflictError
    from .loaded import Loaded
    from .model import Callable as CallableModel
    from .model import Entries, Manifest
    from .model import Module as ModuleModel
else:
    ModuleType = type(os)  # `types` would cost more than the rest of this module

MANIFEST = "manifest.json"

# Held around forks, those made first first: see `forks`.
locks: "list[RLock]" = []


def new_lock() -> "RLock":
    """A lock that is held around forks. Those made first are taken first, also outside of forks."""
    lock = RLock()
    locks.append(lock)
    return lock


def _before_fork() -> None:
    from . import forks

    forks.hold()


def _after_fork() -> None:
    from . import forks

    forks.let_go()


def _after_fork_in_child() -> None:
    _after_fork()
    _native.after_fork_child()


def _first_error(*facts: "Any") -> BaseException:
    """The error hook until the first error: most processes see none, and need not load what makes them."""
    from .exceptions import hook

    _native.set_error_hook(hook)
    return hook(*facts)


_native.set_error_hook(_first_error)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child)


class Opened:
    """An artifact in this process, as far as modules and functions need it; `loaded` is the rest."""

    __slots__ = ("_loaded", "functions", "library", "lock", "manifest", "modules", "name", "path")

    def __init__(self, path: str, manifest: "Manifest", library: "_native.Library") -> None:
        self.path = path
        self.manifest = manifest
        self.library = library
        self.name = manifest["crate"]["lib"]
        self.lock = new_lock()
        self.modules: dict[int, Module] = {}
        self.functions: dict[tuple[str, tuple[int, ...]], Any] = {}
        self._loaded: Loaded | None = None
        library.define_by(self.class_of)

    @property
    def loaded(self) -> "Loaded":
        """Its classes, and all else that is known of it."""
        if self._loaded is None:
            from .wrap import whole

            with self.lock:
                if self._loaded is None:
                    self._loaded = whole(self)
        return self._loaded

    def class_of(self, index: int) -> type:
        """The class of type `index`."""
        return self.loaded.class_of(index)

    def callable(self, index: int) -> "CallableModel":
        """The manifest's callable of that number."""
        return self.manifest["callables"][index]

    def spec(
        self, index: int, *, qualname: str = "", module: str = "", fluent: bool = False
    ) -> "dict[str, Any]":
        """What the native extension asks about callable `index`."""
        found = self.callable(index)
        return {
            "name": found["name"],
            "qualname": qualname or found["name"],
            "module": module or self.name,
            "doc": _native.doc_text(self.manifest, found),
            "params": [
                (param["name"], param["type"], param.get("optional", False)) for param in found["params"]
            ],
            "result": found["result"],
            "fluent": fluent or found.get("fluent", False),
            "keeps_lock": found.get("keeps_lock", False),
        }

    def function(
        self, indexes: "Sequence[int]", *, name: str, qualname: str, module: str, fluent: bool = False
    ) -> "Any":
        """One callable for all of `indexes`, tried in order; a receiver is the first parameter."""
        parts = []
        for index in indexes:
            spec = self.spec(index, qualname=qualname, module=module, fluent=fluent)
            spec["name"] = name
            parts.append(self.library.function(index, **spec))
        if len(parts) == 1:
            return parts[0]
        docs = self.loaded.docs(indexes)
        return self.library.overload(parts, name=name, qualname=qualname, module=module, doc=docs)


def module_and_name(path: str) -> tuple[str, str]:
    """Python module and name of a Rust path: ``a::engine::Engine<T>`` is ``("a.engine", "Engine")``.

    A path that does not begin with a name (``<T as Trait>::method``) has no module.
    """
    if path.startswith("<"):
        return "", path.rpartition("::")[2]
    head, _, _ = path.partition("<")
    module, _, name = head.rstrip(":").rpartition("::")
    return module.replace("::", "."), name


class Module(ModuleType):
    """A module of a Rust crate. Its names are the crate's public ones; each is made when it is first used."""

    __version__: str
    __all__: "list[str]"

    def __init__(self, opened: Opened, index: int) -> None:
        found: ModuleModel = opened.manifest["modules"][index]
        crate = opened.manifest["crate"]
        docs = found.get("docs") or (crate["docs"] if index == 0 else "")
        super().__init__(found["path"].replace("::", "."), docs or None)
        self.__dict__.update(
            __version__=crate["version"], __usecrate__=ModuleInfo(opened, index, found["entries"])
        )

    def __getattr__(self, name: str) -> "Any":
        info: ModuleInfo | None = self.__dict__.get("__usecrate__")
        if info is None:
            raise AttributeError(name)
        entry = info.entries.named(name)
        if entry is not None and "function" in entry:
            value = self.__dict__[name] = info.function(name, entry["function"]["callables"])
            return value
        from .wrap import attribute

        return attribute(self, info, name, entry)

    def __dir__(self) -> "list[str]":
        own = [name for name in self.__dict__ if name.startswith("__")]
        return sorted({*self.__all__, *own, "__all__"})

    def __repr__(self) -> str:
        info: ModuleInfo = self.__dict__["__usecrate__"]
        crate = info.opened.manifest["crate"]
        return f"<usecrate module '{self.__name__}' of {crate['name']} {crate['version']}>"

    def __reduce__(self) -> "tuple[Callable[[str, str], Module], tuple[str, str]]":
        from .wrap import reopen

        info: ModuleInfo = self.__dict__["__usecrate__"]
        return reopen, (info.opened.path, info.module["path"])


class ModuleInfo:
    """What a module handle knows of itself."""

    __slots__ = ("entries", "index", "kept", "opened")

    def __init__(self, opened: Opened, index: int, entries: "Entries") -> None:
        self.opened = opened
        self.index = index
        self.entries = entries
        self.kept: dict[int, Any] = {}

    @property
    def loaded(self) -> "Loaded":
        """All that is known of the artifact."""
        return self.opened.loaded

    @property
    def module(self) -> "ModuleModel":
        """The manifest's module."""
        return self.opened.manifest["modules"][self.index]

    def names(self) -> "list[str]":
        """The public names, each once."""
        return list(dict.fromkeys(self.entries.names()))

    def function(self, public: str, indexes: "list[int]") -> "Any":
        """The function of a public name: the same in every module that has it."""
        key = (public, tuple(indexes))
        made = self.opened.functions.get(key)
        if made is None:
            module, _ = module_and_name(self.opened.callable(indexes[0])["id"])
            made = self.opened.function(
                indexes,
                name=public,
                qualname=public,
                module=module or self.module["path"].replace("::", "."),
            )
            made = self.opened.functions.setdefault(key, made)
        return made


def module_at(opened: Opened, index: int) -> Module:
    """The one handle of a module."""
    return opened.modules.get(index) or opened.modules.setdefault(index, Module(opened, index))


class Registry:
    """What is loaded in this process, by artifact root and crate."""

    def __init__(self) -> None:
        self._lock = new_lock()
        self._by_root: dict[tuple[str, str], Opened] = {}
        self._by_path: dict[tuple[str, str], Opened] = {}

    def get(self, root: str, wanted: "Wanted") -> Opened | None:
        """The loaded artifact of that crate from that root.

        Raises
        ------
        VersionConflictError
            It is of another version, or has other features, than is wanted.
        """
        opened = self._by_root.get((root, wanted.package.replace("-", "_")))
        if opened is not None and not wanted.fits(opened.manifest):
            raise _conflict(opened, str(wanted))
        return opened

    def load(self, path: str, manifest: "Manifest", root: str, *, replace: bool = False) -> Opened:
        """Loads the artifact of a manifest, or gives the one that is loaded already.

        With `replace`, another build of the same crate takes the place of the loaded one; objects of that
        keep
        their library.

        Raises
        ------
        VersionConflictError
            Another version, or other features, are loaded from this root.
        IntegrityError, LoadError
            See `usecrate.load_artifact`.
        """
        with self._lock:
            crate = manifest["crate"]
            key = (root, crate["name"].replace("-", "_"))
            same = (os.path.dirname(path), manifest["library"]["blake3"])
            opened = self._by_path.get(same)
            other = self._by_root.get(key)
            if (
                other is not None
                and other is not opened
                and not replace
                and not same_build(other.manifest, manifest)
            ):
                raise _conflict(other, f"{crate['name']}@{crate['version']}{features_text(manifest)}")
            if opened is None:
                opened = self._by_path[same] = _open(path, manifest)
            self._by_root[key] = opened
            return opened


def same_build(left: "Manifest", right: "Manifest") -> bool:
    """Whether two artifacts of a crate are of one version with the same features."""
    return all(
        left["crate"].get(key) == right["crate"].get(key)
        for key in ("version", "features", "default_features")
    )


def _conflict(opened: Opened, wanted: str) -> "VersionConflictError":
    from .errors import VersionConflictError

    crate = opened.manifest["crate"]
    return VersionConflictError(
        f"`{crate['name']}` {crate['version']}{features_text(opened.manifest)} is loaded in this process, "
        f"and `{wanted}` is asked for: one process uses one version of a crate per artifact folder; "
        "ask for the same one everywhere, or use another process or another `artifact_dir`"
    )


def _open(path: str, manifest: "Manifest") -> Opened:
    if manifest["build"]["target"] != _native.TARGET:  # what the extension itself is built for
        from .manifests import check_platform

        check_platform(manifest, path)
    about = manifest["library"]
    file = os.path.join(os.path.dirname(path), about["path"])
    name = manifest["crate"]["name"]
    library = _native.Library(file, blake3=about["blake3"], size=about["size"], name=name)
    return Opened(path, manifest, library)


def features_text(manifest: "Manifest") -> str:
    """What to say of an artifact's features, where there is something to say."""
    crate = manifest["crate"]
    text = f" with features {', '.join(crate['features'])}" if crate["features"] else ""
    return text if crate["default_features"] else f"{text} without default features"


registry = Registry()


def manifest_path(path: str) -> str:
    """The manifest of an artifact's folder, or the file itself."""
    path = _native.real_path(path) or os.path.realpath(path)
    return os.path.join(path, MANIFEST) if os.path.isdir(path) else path


def load_artifact(path: "str | os.PathLike[str]") -> Module:
    """Loads the artifact at `path`, its folder or its `manifest.json`, as an artifact root of its own.

    Raises
    ------
    LoadError
        It is not an artifact, is of another version, or for another platform.
    IntegrityError
        Its library is not the one that was built.
    """
    found = manifest_path(os.fspath(path))
    if not os.path.isfile(found):
        from .errors import LoadError

        raise LoadError(
            f"there is no artifact at `{os.fspath(path)}`: expected a folder with a `{MANIFEST}`, "
            "as `usecrate build` prints"
        )
    manifest = _native.read_manifest(found)
    return module_at(registry.load(found, manifest, os.path.dirname(found), replace=True), 0)
