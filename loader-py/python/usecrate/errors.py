"""The exception tree. Imports nothing of the package.

::

    UsecrateError
    ├── BuildError                      the build tool is missing, or a build failed
    ├── LoadError                       an artifact cannot be used
    │   └── IntegrityError              its files are not what was built
    ├── ArtifactNotFoundError           there is none, and none may be built
    ├── AmbiguousArtifactError          there are several
    ├── VersionConflictError            another version (or feature set) is loaded already
    ├── UnsupportedSignatureError       the crate has that name, the artifact does not; also an AttributeError
    ├── HandleError                     a Rust value cannot be used now; also a RuntimeError
    │   ├── ClosedError                 it was closed, dropped or moved
    │   ├── BorrowedError               something borrows it, or a call is using it
    │   ├── PoisonedError               a panic left it halfway through a change
    │   ├── ThreadError                 it belongs to another thread
    │   └── ForkError                   it belongs to the parent process
    ├── PanicError                      Rust panicked; also a RuntimeError
    │   ├── PanicIndexError             inside ``value[index]``; also an IndexError
    │   └── PanicKeyError               inside ``value[key]``; also a KeyError
    └── CallError                       Rust returned an ``Err``; also a RuntimeError
        ├── IoError                     an ``io::Error``; also an OSError, with a subclass per subclass of
        OSError
        └── …                           one class per error type of a crate, made when the crate is loaded

A wrong argument is a ``TypeError``, an integer that does not fit an ``OverflowError``, any other unusable
value a
``ValueError``: they are raised before Rust runs.
"""

# One package: its modules share what begins with an underscore.
# pyright: reportPrivateUsage=false

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class UsecrateError(Exception):
    """Base of everything that usecrate raises, but for wrong arguments."""


class BuildError(UsecrateError):
    """A build failed.

    Attributes
    ----------
    code
        A stable word for the kind of failure, or None.
    details
        The diagnostics of the tool that failed, or the empty string.
    hint
        What to do next, or the empty string.
    """

    def __init__(self, message: str, *, code: str | None = None, details: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.details = details
        self.hint = hint

    def __str__(self) -> str:
        text = str(self.args[0]) if self.args else ""
        if self.code:
            text += f" [{self.code}]"
        if self.details:
            text += f"\n{self.details.rstrip()}"
        if self.hint:
            text += f"\nhint: {self.hint}"
        return text

    def __reduce__(self) -> tuple[Any, ...]:
        return _build_error, (type(self), self.args, self.code, self.details, self.hint)


def _build_error(
    cls: type[BuildError], args: tuple[Any, ...], code: str | None, details: str, hint: str
) -> BuildError:
    return cls(*args, code=code, details=details, hint=hint)


class LoadError(UsecrateError):
    """An artifact cannot be used: its manifest is malformed, or it is for another platform or version."""


class IntegrityError(LoadError):
    """The files of an artifact are not those that were built."""


class ArtifactNotFoundError(UsecrateError):
    """No artifact serves the request, and none may be built."""


class AmbiguousArtifactError(UsecrateError):
    """Several artifacts serve the request."""


class VersionConflictError(UsecrateError):
    """Another version of the crate, or the same with other features, is loaded in this process."""


class UnsupportedSignatureError(UsecrateError, AttributeError):
    """The crate offers that name, and the artifact does not serve it.

    Attributes
    ----------
    path
        The Rust path of the item.
    code
        The stable code of the reason.
    reason
        The reason that the build recorded.
    """

    def __init__(self, message: str, *, path: str = "", code: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.code = code
        self.reason = reason


class HandleError(UsecrateError, RuntimeError):
    """A Rust value cannot be used now."""


class ClosedError(HandleError):
    """The value was closed, dropped or moved into a call."""


class BorrowedError(HandleError):
    """Something borrows the value, or another call is using it."""


class PoisonedError(HandleError):
    """A panic left the value halfway through a change: it can only be dropped."""


class ThreadError(HandleError):
    """The value may be used by the thread that made it alone."""


class ForkError(HandleError):
    """The value belongs to the process that made it, which this one was forked from; or another thread of
    that process was inside the library at that moment, so that this one cannot use it."""


class PanicError(UsecrateError, RuntimeError):
    """Rust panicked.

    Attributes
    ----------
    message
        What the panic said.
    location
        ``file:line:column`` in the Rust source, or None.
    backtrace
        Rust's backtrace, or None.
    """

    def __init__(self, message: str, location: str | None = None, backtrace: str | None = None) -> None:
        super().__init__(message, location, backtrace)
        self.message = message
        self.location = location
        self.backtrace = backtrace

    def __str__(self) -> str:
        return f"{self.message} (at {self.location})" if self.location else self.message


class PanicIndexError(PanicError, IndexError):
    """Rust panicked inside ``value[index]``."""


class PanicKeyError(PanicError, KeyError):
    """Rust panicked inside ``value[key]``."""


class CallError(UsecrateError, RuntimeError):
    """Rust returned an ``Err``.

    The classes of a crate's own error types are below this one. There, methods and fields of the Rust type
    come before the attributes listed here.

    Attributes
    ----------
    value
        The error as a value, where its type has no exception class; else the exception itself. Of an error
        that is a tuple: that tuple, of which the exception may be a part.
    rust_type
        The Rust type of the error.
    message
        What it says.
    debug
        What Rust's ``Debug`` says, or None.
    sources
        The messages of the errors behind it, outermost first; the same as the chain of ``__cause__``.
    """

    _message: str | None = None

    value: Any = None
    rust_type: str = ""
    message: str = ""
    debug: str | None = None
    sources: Sequence[str] = ()

    def __init__(
        self,
        message: str = "",
        *,
        value: Any = None,
        rust_type: str = "",
        debug: str | None = None,
        sources: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self._message = message
        self.value = value
        self.rust_type = rust_type
        self.message = message
        self.debug = debug
        self.sources = sources

    def __str__(self) -> str:
        return self._message or ""

    def __reduce__(self) -> tuple[Any, ...]:
        # The class of a crate's error cannot be imported by name: what arrives elsewhere is what it said.
        facts = self.__dict__
        return _call_error, (
            str(self),
            facts.get("rust_type", ""),
            facts.get("debug"),
            tuple(facts.get("sources", ())),
        )


def _call_error(message: str, rust_type: str, debug: str | None, sources: tuple[str, ...]) -> CallError:
    return CallError(message, rust_type=rust_type, debug=debug, sources=sources)


def whole(error: CallError) -> Any:
    """The value of the ``Err``: the error, or the tuple that it came in."""
    beside = error.__dict__.get("_beside")
    return error if beside is None else (*beside[0], error, *beside[1])


class IoError(OSError, CallError):
    """An ``io::Error``. ``errno`` is set where the operating system gave one.

    Attributes
    ----------
    kind
        Rust's ``io::ErrorKind``, such as ``NotFound``.
    """

    kind: str = ""

    @property
    def value(self) -> Any:
        """The error itself, or the tuple that it came in."""
        return whole(self)

    def __new__(cls, *args: Any, **facts: Any) -> IoError:
        return OSError.__new__(cls, *args)

    def __init__(self, *args: Any, **facts: Any) -> None:
        OSError.__init__(self, *args)
        for name, fact in facts.items():
            setattr(self, name, fact)

    def __str__(self) -> str:
        return self._message if self._message is not None else OSError.__str__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        left = ("value", "_value", "_beside")
        facts = {name: fact for name, fact in self.__dict__.items() if name not in left}
        return _io_error, (type(self), self.args, facts)


def _io_error(cls: type[IoError], args: tuple[Any, ...], facts: dict[str, Any]) -> IoError:
    return cls(*args, **facts)


class IoBlockingIOError(IoError, BlockingIOError):
    """``WouldBlock``."""


class IoChildProcessError(IoError, ChildProcessError):
    """There is no such child process."""


class IoConnectionError(IoError, ConnectionError):
    """A connection failed."""


class IoBrokenPipeError(IoConnectionError, BrokenPipeError):
    """``BrokenPipe``."""


class IoConnectionAbortedError(IoConnectionError, ConnectionAbortedError):
    """``ConnectionAborted``."""


class IoConnectionRefusedError(IoConnectionError, ConnectionRefusedError):
    """``ConnectionRefused``."""


class IoConnectionResetError(IoConnectionError, ConnectionResetError):
    """``ConnectionReset``."""


class IoFileExistsError(IoError, FileExistsError):
    """``AlreadyExists``."""


class IoFileNotFoundError(IoError, FileNotFoundError):
    """``NotFound``."""


class IoInterruptedError(IoError, InterruptedError):
    """``Interrupted``."""


class IoIsADirectoryError(IoError, IsADirectoryError):
    """``IsADirectory``."""


class IoNotADirectoryError(IoError, NotADirectoryError):
    """``NotADirectory``."""


class IoPermissionError(IoError, PermissionError):
    """``PermissionDenied``."""


class IoProcessLookupError(IoError, ProcessLookupError):
    """There is no such process."""


class IoTimeoutError(IoError, TimeoutError):
    """``TimedOut``."""


_BY_KIND: dict[str, type[IoError]] = {
    "WouldBlock": IoBlockingIOError,
    "BrokenPipe": IoBrokenPipeError,
    "ConnectionAborted": IoConnectionAbortedError,
    "ConnectionRefused": IoConnectionRefusedError,
    "ConnectionReset": IoConnectionResetError,
    "AlreadyExists": IoFileExistsError,
    "NotFound": IoFileNotFoundError,
    "Interrupted": IoInterruptedError,
    "IsADirectory": IoIsADirectoryError,
    "NotADirectory": IoNotADirectoryError,
    "PermissionDenied": IoPermissionError,
    "TimedOut": IoTimeoutError,
}
_BY_BASE: dict[type[OSError], type[IoError]] = {
    base: cls
    for cls in [*_BY_KIND.values(), IoChildProcessError, IoProcessLookupError]
    for base in cls.__bases__
    if issubclass(base, OSError) and not issubclass(base, IoError)
}


def io_error(kind: str, errno: int | None, message: str) -> IoError:
    """The exception for an ``io::Error``: of the class that Python has for its ``errno``, else its kind."""
    cls = _BY_KIND.get(kind, IoError)
    if errno is not None:
        cls = _BY_BASE.get(type(OSError(errno, "")), cls)
        error = cls(errno, message)
    else:
        error = cls(message)
    error._message = message
    error.message = message
    error.kind = kind
    error.rust_type = "std::io::Error"
    return error
