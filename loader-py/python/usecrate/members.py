"""Methods, properties, constants and special methods: from a manifest's type onto a Python class.

Special methods are put on a class when it is made, since Python looks for them on the type. All else comes
with its first use: a name that is missing is made then, so that a crate with a thousand types, or a type with
a hundred methods, costs nothing until they are used.
"""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

import copyreg

from ._native import tell_copyreg
from .loaded import unsupported
from .names import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable as Function
    from collections.abc import Set
    from typing import Any, TypeVar

    from .loaded import Loaded
    from .model import Type

    Meta = TypeVar("Meta", bound=type)
    Maker = Function[[Loaded, type, Any], Any]


tell_copyreg(copyreg)


def picklable(meta: Meta) -> Meta:
    """Says that the classes of a metaclass are pickled by reference."""
    copyreg.pickle(meta, _reduce_class)
    return meta


def _reduce_class(cls: Any) -> Any:
    from .pickling import reduce_class

    return reduce_class(cls)


class Info:
    """What a class made from a manifest knows of itself; it is the class's `__usecrate__`."""

    __slots__ = (
        "_constructor",
        "_made",
        "_makers",
        "cls",
        "fill_extra",
        "filled",
        "index",
        "loaded",
        "names",
    )

    def __init__(self, loaded: Loaded, index: int) -> None:
        self.loaded = loaded
        self.index = index
        self.cls: Any = object
        self.filled = False
        self._made: set[str] = set()
        self._makers: dict[str, tuple[Maker, Any]] | None = None
        self.names = member_names(self.model)
        self.fill_extra: Function[[], None] | None = None
        self._constructor: Any = None

    @property
    def model(self) -> Type:
        """The manifest's type."""
        return self.loaded.type_at(self.index)

    def bind(self, cls: type) -> None:
        """Says which class this is, and makes the members now where an inherited name would hide them."""
        self.cls = cls
        meta: Any = type(cls)
        inherited = [base.__dict__ for base in (*cls.__mro__[1:], *meta.__mro__)]
        if any(name in names for name in self.names for names in inherited):
            self.fill()

    def provide(self, name: str) -> bool:
        """Makes the member of that name, or all where there is none; whether the class has it now."""
        if not self.filled:
            with self.loaded.lock:
                if name in self.makers:
                    self._make(name)
                else:
                    self.fill()
        return any(name in base.__dict__ for base in self.cls.__mro__)

    def fill(self) -> None:
        """Makes the members of the class that are not made yet."""
        if self.filled:
            return
        with self.loaded.lock:
            for name in self.makers:
                self._make(name)
            if self.filled or len(self._made) < len(self.makers):
                return
            if self.fill_extra is not None:
                self.fill_extra()
            self.filled = True
            if self.cls.__dict__.get("__setattr__") is set_attribute:
                del self.cls.__setattr__

    @property
    def makers(self) -> dict[str, tuple[Maker, Any]]:
        """How each member is made, by name."""
        if self._makers is None:
            self._makers = member_makers(self.model)
        return self._makers

    def _make(self, name: str) -> None:
        """Makes one member, unless that was done or is being done."""
        if name in self._made:
            return
        self._made.add(name)
        make, member = self.makers[name]
        try:
            made = make(self.loaded, self.cls, member)
        except BaseException:
            self._made.discard(name)
            raise
        setattr(self.cls, name, made)

    def construct(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What the class call gives."""
        if kwargs and not args and "default" in self.model and self._names_fields(kwargs.keys()):
            made = self.loaded.function(
                [self.model["default"]], name="default", qualname="default", module=""
            )()
            for name, value in kwargs.items():
                setattr(made, name, value)
            return made
        if self._constructor is None:
            self._constructor = self.constructor()
        return self._constructor(*args, **kwargs)

    def _names_fields(self, given: Set[str]) -> bool:
        """Whether a class call names fields that no constructor takes: the others are the default's then.

        Raises
        ------
        TypeError
            One is no field, and no constructor takes anything.
        """
        constructors = [self.loaded.callable(index)["params"] for index in self.model.get("constructors", ())]
        fields = [prop["name"] for prop in self.model.get("properties", ()) if "set" in prop]
        unknown = sorted(given - set(fields))
        if unknown and fields and not any(constructors):
            raise TypeError(
                f"`{self.cls.__qualname__}()` has no field `{unknown[0]}` that can be set; "
                f"it has {', '.join(fields)}"
            )
        for params in constructors:
            names = {param["name"] for param in params}
            may = {param["name"] for param in params if param.get("optional") or "default" in param}
            if names - may <= given <= names:
                return False
        return not unknown

    def constructor(self) -> Any:
        """The callable behind the class call.

        Raises
        ------
        TypeError
            There is none; the message says where values come from.
        """
        indexes = self.model.get("constructors", ())
        if not indexes:
            raise TypeError(self._no_constructor())
        cls = self.cls
        return self.loaded.function(
            indexes, name=cls.__name__, qualname=cls.__qualname__, module=cls.__module__
        )

    def _no_constructor(self) -> str:
        text = f"`{self.model['path']}` cannot be made by calling its class"
        own = [m["name"] for m in self.model.get("methods", ()) if not m["instance"]]
        givers = self.loaded.givers(self.index)
        if givers:
            more = f" and {len(givers) - 5} more" if len(givers) > 5 else ""
            return f"{text}: values come from {', '.join(f'`{giver}`' for giver in givers[:5])}{more}"
        if own:
            return f"{text}; see its functions {', '.join(own[:5])}"
        return f"{text}, and nothing that is served gives one"

    def missing(self, name: str, owner: str) -> Exception:
        """The exception for a name that the class does not have."""
        if name.startswith("_") and name not in self.names:  # mostly Python's own machinery: answer quickly
            return AttributeError(f"{owner} has no attribute `{name}`")
        skip = self.loaded.skips_of(self.index).get(name)
        if skip is not None:
            return unsupported(skip)
        spelled = self._spelled(name)
        if spelled is not None:
            hint = f"; in Python that is `{spelled}`"
        else:
            hint = nearest(name, [*self.names, *dir(self.cls)])
        error = AttributeError(f"{owner} has no attribute `{name}`{hint}")
        error.name = name
        return error

    def _spelled(self, name: str) -> str | None:
        """What Python has for a method of a std trait, if the type has that."""
        specials = self.model.get("specials", {})
        for special, instead in _SPELLED.get(name, ()):
            # What is shown need not be what it is by reference.
            shown = name == "as_ref" and special == "__str__"
            if special in specials and not (
                shown and "AsRef" not in self.loaded.callable(specials[special][0])["id"]
            ):
                return instead
        return None


# What Python has a spelling of its own for: the specials that may be served as it, each with the spelling.
_SPELLED = {
    "clone": [("__copy__", "copy.copy(x)")],
    "to_string": [("__str__", "str(x)")],
    "eq": [("__eq__", "x == y")],
    "ne": [("__eq__", "x != y")],
    "cmp": [("__cmp__", "x < y")],
    "partial_cmp": [("__partial_cmp__", "x < y")],
    "hash": [("__hash__", "hash(x)")],
    "iter": [("__iter__", "iter(x)")],
    "into_iter": [("__iter__", "iter(x)")],
    "next": [("__next__", "next(x)")],
    "as_ref": [("__bytes__", "bytes(x)"), ("__str__", "str(x)")],
}


def member_names(ty: Type) -> list[str]:
    """The names of a type's members and variants."""
    groups = ("methods", "properties", "constants", "variants", "fields")
    parts: list[Any] = [ty.get(group, ()) for group in groups]
    return [part["name"] for group in parts for part in group]


class Asked:
    """The `__getattr__` of a metaclass. Python asks it of a class that lacks a name. What asks the metaclass
    itself, as `help` does of names that are there, would take these for the metaclass's own: it is told of
    none.
    """

    __slots__ = ("_find",)

    def __init__(self, find: Function[[Any, str], Any]) -> None:
        self._find = find

    def __get__(self, cls: Any, owner: type | None = None) -> Function[..., Any]:
        from types import MethodType

        return _none if cls is None else MethodType(self._find, cls)


def _none(cls: object, name: str) -> Any:
    raise AttributeError(name)


@picklable
class Lazy(type):
    """Metaclass of the classes made from a manifest: fills the class when a name is missing; constructs."""

    __usecrate__: Info

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        info = cls.__usecrate__
        if info.cls is not cls:
            raise TypeError(
                f"`{cls.__name__}` is a subclass of the Rust type `{info.model['path']}`; Rust makes none"
            )
        return info.construct(args, kwargs)

    if TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any: ...

    else:
        __getattr__ = Asked(lambda cls, name: class_attribute(cls, name))
        __doc__ = property(
            lambda cls: class_docs(cls),
            lambda cls, docs: type.__dict__["__doc__"].__set__(cls, docs),
        )

    def __dir__(cls) -> list[str]:
        cls.__usecrate__.fill()
        return sorted(set(super().__dir__()))

    def __getitem__(cls, key: object) -> type:
        return class_instance(cls, key)

    @property
    def __signature__(cls) -> Any:
        return class_signature(cls)


def class_attribute(cls: Any, name: str) -> Any:
    """A name that the class does not have yet: fills it, or raises what says why there is none."""
    info: Info = cls.__usecrate__
    if name == "__usecrate_build__" and is_unit(info):

        def unit(value: Any) -> Any:
            return cls() if value is cls else None

        return unit
    if not name.startswith("__") and info.provide(name):
        return type.__getattribute__(cls, name)
    raise info.missing(name, f"the class `{cls.__module__}.{cls.__qualname__}`")


def is_unit(info: Info) -> bool:
    """The type has one value, written as it is (`struct Utc;`): as in Rust, its name stands for both."""
    made = map(info.loaded.callable, info.model.get("constructors", ()))
    return any(one["id"].endswith(" {}") and not one["params"] for one in made)


def instance_attribute(self: Any, name: str) -> Any:
    """The same for a name that an instance does not have (`__getattr__`)."""
    cls = type(self)
    info: Info = cls.__usecrate__
    if not name.startswith("__") and info.provide(name):
        try:
            return object.__getattribute__(self, name)
        except AttributeError:
            if name in info.makers:  # its own; that of a variant's field is told below
                raise
    owner = f"{cls.__module__}.{cls.__qualname__}"
    variant_of = getattr(cls, "__usecrate_variant_of__", None)
    if variant_of is not None and any(
        name in base.__dict__ for base in cls.__mro__
    ):  # a field of another variant
        variant = info.loaded.variants_of(info.index)[variant_of(self)]["name"]
        raise AttributeError(f"`{owner}.{variant}` has no field `{name}`")
    raise info.missing(name, f"`{owner}`")


def set_attribute(self: Any, name: str, value: Any) -> None:
    """`__setattr__` until the class is filled: the property may not be there yet."""
    type(self).__usecrate__.fill()
    object.__setattr__(self, name, value)


def instance_dir(self: Any) -> list[str]:
    """`__dir__` of an instance."""
    type(self).__usecrate__.fill()
    return sorted(object.__dir__(self))


def bare(*unnamed: Function[..., Any], **functions: Function[..., Any]) -> None:
    """Takes the annotations off functions that classes of crates are given, where `help` shows them, by the
    names that they have there, if these are said."""
    for function in (*unnamed, *functions.values()):
        function.__annotations__ = {}
    for name, function in functions.items():
        function.__name__ = function.__qualname__ = name


bare(__getattr__=instance_attribute, __dir__=instance_dir, __setattr__=set_attribute)


def class_instance(cls: Any, key: object) -> type:
    """The class of another instance of a generic type: `Graph["String", "f64"]`."""
    info: Info = cls.__usecrate__
    instances = info.model.get("instances")
    name = f"{cls.__module__}.{cls.__qualname__}"
    if instances is None:
        raise TypeError(f"the class `{name}` takes no subscript: there is one instance of it alone")
    from ._native import type_instance

    return info.loaded.class_of(type_instance(instances, key, name, info.model["path"]))


def class_signature(cls: Any) -> Any:
    """What `inspect.signature` of the class says: that of its only constructor, else that it takes any."""
    from .hints import ANYTHING, callable_signature

    info: Info = cls.__usecrate__
    constructors = info.model.get("constructors", ())
    if len(constructors) != 1:
        return ANYTHING
    return callable_signature(info.loaded, info.loaded.callable(constructors[0]))


def class_docs(cls: Any) -> str | None:
    """A class's documentation. Several signatures of its call, which `help` does not show, stand below."""
    docs: str | None = cls.__dict__.get("__doc__")
    info: Info = cls.__usecrate__
    constructors = info.model.get("constructors", ())
    if info.cls is not cls or docs is None or len(constructors) < 2:
        return docs
    from ._native import signature

    manifest, name = info.loaded.manifest, info.model["name"]
    calls = (signature(manifest, info.loaded.callable(index), name=name) for index in constructors)
    return "\n\n".join([docs.rstrip(), *(f"Python: {call}" for call in dict.fromkeys(calls))])


class ClassConstant:
    """A constant of a class: read when it is asked for, and kept where nobody can change the value."""

    __slots__ = ("_index", "_loaded", "_value")
    _value: Any

    def __init__(self, loaded: Loaded, index: int) -> None:
        self._loaded = loaded
        self._index = index

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        from ._native import Handle, is_closed

        try:
            value = self._value
        except AttributeError:
            pass
        else:
            if not isinstance(value, Handle) or not is_closed(value):
                return value
        value = self._loaded.read_constant(self._index)
        if self._loaded.is_lasting(value, self._loaded.callable(self._index)["result"]):
            self._value = value
        return value


def member_makers(ty: Type) -> dict[str, tuple[Maker, Any]]:
    """How each method, property and constant of a type is made: by what, from what."""
    makers: dict[str, tuple[Maker, Any]] = {}
    makers.update((constant["name"], (make_constant, constant)) for constant in ty.get("constants", ()))
    makers.update((prop["name"], (make_property, prop)) for prop in ty.get("properties", ()))
    makers.update(
        (method["name"], (make_method, method))
        for method in ty.get("methods", ())
        if method["callables"] or "instances" in method
    )
    return makers


def make_constant(loaded: Loaded, cls: type, constant: Any) -> Any:
    """What reads a constant of the class."""
    return ClassConstant(loaded, constant["callable"])


def make_method(loaded: Loaded, cls: type, method: Any) -> Any:
    """A method, or a function that needs no instance."""
    name, indexes, instances = method["name"], method["callables"], method.get("instances")
    if method["instance"]:
        return loaded.method(cls, indexes, name=name, instances=instances)
    qualname = f"{cls.__qualname__}.{name}"
    return staticmethod(
        loaded.function(indexes, name=name, qualname=qualname, module=cls.__module__, instances=instances)
    )


def make_property(loaded: Loaded, cls: type, prop: Any) -> Any:
    """A property that reads and, where the field can be set, writes."""
    qualname = f"{cls.__qualname__}.{prop['name']}"
    get = loaded.function([prop["get"]], name=prop["name"], qualname=qualname, module=cls.__module__)
    put = None
    if "set" in prop:
        put = loaded.function([prop["set"]], name=prop["name"], qualname=qualname, module=cls.__module__)
        result = loaded.callable(prop["get"])["result"]
        if isinstance(result, list) and result[0] == "record" and not loaded.type_at(result[1]).get("error"):
            from .records import write_through

            return property(write_through(loaded.class_of(result[1]), get, put), put, doc=prop.get("docs"))
    if "lend" in prop:
        lend = loaded.function([prop["lend"]], name=prop["name"], qualname=qualname, module=cls.__module__)
        lent: Any = loaded.callable(prop["lend"])["result"]
        get = _part(get, lend, None if lent[2] == "exclusive" else put)
    return property(get, put, doc=prop.get("docs") or None)


def _part(get: Any, lend: Any, put: Any) -> Any:
    """A field that stays in Rust: looked at, and lent when it is written to; or copied, and put back."""
    from ._native import field_of

    def part(self: Any) -> Any:
        return field_of(get(self), self, get, lend, put)

    return part
