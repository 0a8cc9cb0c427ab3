"""What the classes of crates have in common: the stubs of an artifact name these.

Protocols and some bases are there for the checker alone.
"""

# One package: its modules share what begins with an underscore.
# pyright: reportPrivateUsage=false

import dataclasses
import enum
from typing import Any, ClassVar, Protocol, type_check_only

from typing_extensions import Self

from . import _native
from .errors import CallError

class Class(type):
    """Metaclass of the classes of a crate."""

class Handle(_native.Handle, metaclass=Class):
    """Base of the classes whose values stay in Rust."""

    __usecrate__: ClassVar[object]
    __usecrate_variant__: ClassVar[object]
    __usecrate_variant_of__: ClassVar[object]
    __usecrate_build__: ClassVar[object]

class HandleIterator(Handle):
    """The same of iterators."""

class HandleBuffer(Handle):
    """The same of bytes."""

    def __buffer__(self, flags: int, /) -> memoryview: ...

@type_check_only
class IteratorBuffer(HandleIterator, HandleBuffer): ...

@type_check_only
class Value(metaclass=Class):
    """Base of the classes of what crosses by value."""

    __usecrate__: ClassVar[object]
    __usecrate_fields__: ClassVar[object]
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    def __init__(self, /, *args: Any, **given: Any) -> None: ...
    def __replace__(self, /, **changes: Any) -> Self: ...

@type_check_only
class Record(Value): ...

@type_check_only
class DataEnum(Value): ...

@type_check_only
class PlainEnum(enum.Enum):  # type: ignore[misc]
    __usecrate__: ClassVar[object]

@type_check_only
class Trait(metaclass=Class):
    """Namespace of the methods of a trait, or of a type whose values are plain data."""

    __usecrate_trait__: ClassVar[object]

class Error(CallError, metaclass=Class):
    """Base of the exceptions of a crate."""

    __usecrate__: ClassVar[object]
    __usecrate_fields__: ClassVar[object]
    __usecrate_variant__: ClassVar[object]
    __usecrate_variant_of__: ClassVar[object]
    __usecrate_build__: ClassVar[object]
    __usecrate_debug__: ClassVar[object]
    __usecrate_display__: ClassVar[object]
    def __init__(self, /, *args: Any, **given: Any) -> None: ...

@type_check_only
class Reader(Protocol):
    """A binary file object that is read."""

    def read(self, size: int = ..., /) -> bytes | None: ...

@type_check_only
class Writer(Protocol):
    """A binary file object that is written."""

    def write(self, data: bytes, /) -> object: ...

@type_check_only
class TextWriter(Protocol):
    """A text file object that is written."""

    def write(self, text: str, /) -> object: ...

@type_check_only
class Seekable(Protocol):
    """A file object with a position."""

    def seek(self, offset: int, whence: int = ..., /) -> object: ...

@type_check_only
class ReaderWriter(Reader, Writer, Protocol): ...

@type_check_only
class SeekableReader(Reader, Seekable, Protocol): ...

@type_check_only
class SeekableWriter(Writer, Seekable, Protocol): ...

@type_check_only
class SeekableReaderWriter(Reader, Writer, Seekable, Protocol): ...
