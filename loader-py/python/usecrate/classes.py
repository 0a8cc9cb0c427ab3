"""Classes for values that stay in Rust, and for the variants of those that are enums."""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from . import _native
from ._native import module_and_name
from .loaded import unsupported
from .members import (
    Asked,
    Info,
    Lazy,
    bare,
    instance_attribute,
    instance_dir,
    picklable,
    set_attribute,
)
from .specials import add_specials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .loaded import Loaded
    from .model import Trait, Type, Variant


def namespace(loaded: Loaded, ty: Type, info: Info) -> dict[str, Any]:
    """What the class of a manifest's type begins with: names, docs, and how missing names are found."""
    module, _ = module_and_name(ty["path"])
    return {
        "__module__": module or loaded.name,
        "__qualname__": ty["name"],
        "__doc__": ty.get("docs") or f"Rust: `{ty['path']}`",
        "__usecrate__": info,
        "__getattr__": instance_attribute,
        "__dir__": instance_dir,
        "_repr_html_": _html,
    }


def _html(self: Any) -> str | None:
    from .rich import value_html

    return value_html(self)


def handle_class(loaded: Loaded, index: int) -> type:
    """Makes and defines the class of a type whose values stay in Rust."""
    ty = loaded.type_at(index)
    info = Info(loaded, index)
    body = namespace(loaded, ty, info)
    body["__slots__"] = ()
    body["__setattr__"] = set_attribute
    body["__reduce_ex__"] = _reduce
    if "__repr__" not in ty.get("specials", {}):
        body["__repr__"] = _repr
    base = _primary(loaded, ty)
    cls = Lazy(ty["name"], (base,) if base else _bases(ty), body)
    loaded.register(index, cls)
    loaded.library.define_handle(index, cls, trivial_drop=ty["trivial_drop"])
    add_specials(loaded, ty, index, cls)
    if ty.get("variants"):
        add_variants(loaded, ty, cls)
    info.fill_extra = lambda: _short_forms(cls, info)
    info.bind(cls)
    if base:
        info.fill()  # or the base's members would be found first
    return cls


def _primary(loaded: Loaded, ty: Type) -> type | None:
    """The class of the instance to which the public name of a generic type leads: the base of the others."""
    if "primary" not in ty:
        return None
    primary = loaded.type_at(ty["primary"])
    alike = "primary" not in primary and _bases(primary) == _bases(ty)
    return loaded.class_of(ty["primary"]) if alike else None


def _bases(ty: Type) -> tuple[type, ...]:
    """The native classes below the class of a handle type."""
    specials = ty.get("specials", {})
    bases: list[type] = []
    if specials.get("__next__"):
        bases.append(_native.HandleIterator)
    if specials.get("__bytes__"):
        bases.append(_native.HandleBuffer)
    return tuple(bases) or (_native.Handle,)


def _reduce(self: Any, protocol: object) -> Any:
    from .pickling import reduce_handle

    return reduce_handle(self)


def _repr(self: Any) -> str:
    cls = type(self)
    state = " (closed)" if _native.is_closed(self) else ""
    return f"<{cls.__module__}.{cls.__qualname__}{state}>"


def _close(self: Any) -> None:
    """Drops the Rust value now. Closing again does nothing."""
    _native.close(self)


bare(_repr_html_=_html, __reduce_ex__=_reduce, __repr__=_repr, close=_close)


def _short_forms(cls: type, info: Info) -> None:
    """What the loader offers on values, where the crate has no such name."""
    if "close" not in info.names and "close" not in info.loaded.skips_of(info.index):
        cls.close = _close  # type: ignore[attr-defined]


# Variants. A handle's variant can change while Python holds it, so a value is an instance of the
# enum's class, and the variants' classes ask the value each time.


@picklable
class VariantMeta(type):
    """Metaclass of the class of one variant: `isinstance` asks the value, the call builds one."""

    __usecrate_variant__: tuple[Loaded, int, int]

    def __instancecheck__(cls, value: object) -> bool:
        if type.__instancecheck__(cls, value):  # an error, which is of its variant's class
            return True
        base: Any = cls.__mro__[1]
        if not isinstance(value, base):
            return False
        _, _, at = cls.__usecrate_variant__
        try:
            # Another instance of a generic enum has the same variants, and its own function that tells them.
            told: Any = type(value)
            return bool(told.__usecrate_variant_of__(value) == at)
        except ValueError:  # an error without a value in Rust
            return False

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        loaded, index, at = cls.__usecrate_variant__
        variant = loaded.variants_of(index)[at]
        if "constructor" not in variant:
            raise TypeError(
                f"the variant `{loaded.type_at(index)['path']}::{variant['name']}` cannot be built"
            )
        qualname = cls.__qualname__
        call = loaded.function(
            [variant["constructor"]], name=cls.__name__, qualname=qualname, module=cls.__module__
        )
        return call(*args, **kwargs)

    if TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any: ...

    else:
        __getattr__ = Asked(lambda cls, name: getattr(cls.__mro__[1], name))


@picklable
class LazyVariant(VariantMeta, Lazy):
    """The same below a class whose members come with their first use."""


def add_variants(loaded: Loaded, ty: Type, cls: Any) -> None:
    """Puts a subclass per variant onto the class of a handle that is an enum."""
    if "variant_of" not in ty:
        return
    index = cls.__usecrate__.index
    cls.__usecrate_variant_of__ = staticmethod(
        loaded.function(
            [ty["variant_of"]], name="variant", qualname=f"{cls.__qualname__}.variant", module=cls.__module__
        )
    )

    def build(value: object) -> object:
        return _built(cls, loaded.variants_of(index), value)

    cls.__usecrate_build__ = staticmethod(build)
    owners: dict[str, list[tuple[int, int]]] = {}
    for at, variant in enumerate(loaded.variants_of(index)):
        setattr(cls, variant["name"], _variant_class(loaded, ty, cls, index, at, variant))
        for field, getter in zip(variant.get("fields", ()), variant.get("getters", ()), strict=False):
            owners.setdefault(field["name"], []).append((at, getter))
    taken = set(cls.__usecrate__.names) - {variant["name"] for variant in loaded.variants_of(index)}
    for name, getters in owners.items():
        if name not in taken:
            setattr(cls, name, property(_field(loaded, cls, name, getters)))


def _variant_class(loaded: Loaded, ty: Type, cls: Any, index: int, at: int, variant: Variant) -> type:
    body = {
        "__module__": cls.__module__,
        "__qualname__": f"{cls.__qualname__}.{variant['name']}",
        "__doc__": variant.get("docs") or f"Rust: `{ty['path']}::{variant['name']}`",
        "__slots__": (),
        "__usecrate_variant__": (loaded, index, at),
        "__match_args__": tuple(field["name"] for field in variant.get("fields", ())),
    }
    return LazyVariant(variant["name"], (cls,), body)


def _built(cls: Any, variants: Sequence[Variant], value: Any) -> Any:
    """The variant that is meant by its class, its name or that with what it holds, or None."""
    name, *content = next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 else (value,)
    for variant in variants:
        made: Any = cls.__dict__[variant["name"]]
        fields = variant.get("fields")
        if not fields:
            if name is made or (name == variant["name"] and content in ([], [None])):
                return made()
        elif name == variant["name"] and content:
            (held,) = content
            names = {field["name"] for field in fields}
            if isinstance(held, dict) and (len(names) > 1 or held.keys() == names):
                return made(**held)
            several = len(names) > 1 and isinstance(held, list | tuple)
            return made(*held) if several else made(held)
    return None


def _field(loaded: Loaded, cls: Any, name: str, getters: list[tuple[int, int]]) -> Any:
    """Reads the field `name` of whichever variant the value is."""
    made: dict[int, Any] = {}

    def get(self: Any) -> Any:
        at = cls.__usecrate_variant_of__(self)
        for variant, getter in getters:
            if variant == at:
                if at not in made:
                    made[at] = loaded.function(
                        [getter], name=name, qualname=f"{cls.__qualname__}.{name}", module=cls.__module__
                    )
                return made[at](self)
        raise AttributeError(name)  # Python asks `instance_attribute` next, which says which variant it is

    return get


def trait_class(loaded: Loaded, index: int) -> type:
    """The namespace of a trait, or of a type whose values are plain data: methods take the value first."""
    trait = loaded.manifest["traits"][index]
    module, _ = module_and_name(trait["path"])
    body = {
        "__module__": module or loaded.name,
        "__qualname__": trait["name"],
        "__doc__": trait.get("docs") or f"Rust: {_word(trait)} `{trait['path']}`",
        "__slots__": (),
    }
    cls = TraitMeta(trait["name"], (), body)
    for method in trait["methods"]:
        instances = method.get("instances")
        if method["callables"] or instances:
            made = loaded.function(
                method["callables"],
                name=method["name"],
                qualname=f"{trait['name']}.{method['name']}",
                module=cls.__module__,
                instances=instances,
            )
            setattr(cls, method["name"], staticmethod(made))
    cls.__usecrate_trait__ = (loaded, index)
    return cls


def _word(trait: Trait) -> str:
    return "the type" if trait.get("plain") else "the trait"


@picklable
class TraitMeta(type):
    """Metaclass of a namespace, of a trait or of a type that is plain data here: it has no instances."""

    __usecrate_trait__: tuple[Loaded, int]

    def __call__(cls, *args: object, **kwargs: object) -> Any:
        loaded, index = cls.__usecrate_trait__
        if loaded.manifest["traits"][index].get("plain"):
            what = "crosses as plain data, which is passed as it is"
        else:
            what = "is a Rust trait, not a class"
        raise TypeError(f"`{cls.__name__}` {what}: call its methods, `{cls.__name__}.method(value)`")

    def __getattr__(cls, name: str) -> Any:
        from .names import nearest

        if name.startswith("__"):
            raise AttributeError(name)
        loaded, index = cls.__usecrate_trait__
        trait = loaded.manifest["traits"][index]
        for skip in loaded.manifest["skipped"]:
            if skip["name"] == name and skip["path"].startswith(f"{trait['path']}::"):
                raise unsupported(skip)
        known = [method["name"] for method in trait["methods"]]
        raise AttributeError(
            f"{_word(trait)} `{trait['path']}` has no served method `{name}`{nearest(name, known)}"
        )
