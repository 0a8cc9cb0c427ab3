"""usecrate lets Python call any Rust library as if it were a Python module.

>>> import usecrate
>>> semver = usecrate.import_("semver@1")  # doctest: +SKIP

Names are loaded when they are first used, so `import usecrate` costs next to nothing. For that it
does without `__future__`, too.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

    from ._native import Function, Handle, Iterator, Module
    from .durations import Duration
    from .errors import (
        AmbiguousArtifactError,
        ArtifactNotFoundError,
        BorrowedError,
        BuildError,
        CallError,
        ClosedError,
        ForkError,
        HandleError,
        IntegrityError,
        IoError,
        LoadError,
        PanicError,
        PoisonedError,
        ThreadError,
        UnsupportedSignatureError,
        UsecrateError,
        VersionConflictError,
    )
    from .hints import typed
    from .importing import import_
    from .moments import DateTime, Time
    from .scripts import inline
    from .values import asdict, buffers, close, is_closed, manifest, move, variant
    from .version import __version__

__all__ = [
    "AmbiguousArtifactError",
    "ArtifactNotFoundError",
    "BorrowedError",
    "BuildError",
    "CallError",
    "ClosedError",
    "DateTime",
    "Duration",
    "ForkError",
    "Function",
    "Handle",
    "HandleError",
    "IntegrityError",
    "IoError",
    "Iterator",
    "LoadError",
    "Module",
    "PanicError",
    "PoisonedError",
    "ThreadError",
    "Time",
    "UnsupportedSignatureError",
    "UsecrateError",
    "VersionConflictError",
    "__version__",
    "asdict",
    "buffers",
    "close",
    "import_",
    "inline",
    "is_closed",
    "load_artifact",
    "manifest",
    "move",
    "typed",
    "variant",
]

_WHERE = {
    "DateTime": "moments",
    "Duration": "durations",
    "Function": "_native",
    "Handle": "_native",
    "Iterator": "_native",
    "Module": "_native",
    "Time": "moments",
    "__version__": "version",
    "asdict": "values",
    "buffers": "values",
    "close": "values",
    "import_": "importing",
    "inline": "scripts",
    "is_closed": "values",
    "manifest": "values",
    "move": "values",
    "typed": "hints",
    "variant": "values",
}


def load_artifact(path: "str | os.PathLike[str]") -> "Module":
    """Loads the artifact at `path`, its folder or its `manifest.json`, as an artifact root of its own.

    Raises
    ------
    LoadError
        It is not an artifact, is of another version, or for another platform.
    IntegrityError
        Its library is not the one that was built.
    """
    from ._native import registry

    return registry.load_artifact(path)


def load_ipython_extension(shell: object) -> None:
    """What `%load_ext usecrate` does: adds `%%crate`, which makes a module of the Rust source in a cell."""
    from .notebook import load

    load(shell)


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module `usecrate` has no attribute `{name}`")
    # `importlib` would cost more than what it imports.
    module = __import__(f"{__name__}.{_WHERE.get(name, 'errors')}", fromlist=["*"])
    value: object = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
