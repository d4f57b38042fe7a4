"""`dataclass`, `field` and `replace` as the standard library has them, for what an isolate loads at start.

`dataclasses` imports `inspect` and compiles seven methods for each class: half of the edge's start-up. Here
`__init__` alone is compiled, at its first call; the other methods are closures over the class's fields. Type
checkers see the standard library's, and so does whoever asks at run time: `__dataclass_fields__` is made when
it is first read, so that `dataclasses.replace`, `fields` and `asdict` work. Classes have `slots=True`, and
none is the base of another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter

TYPE_CHECKING = False  # `typing` is not loaded for it
if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace

__all__ = ["compile_constructors", "dataclass", "field", "replace"]

_MISSING = object()
_waiting: list[Callable[[], object]] = []  # compile one class's `__init__` each


class _Default:
    """What `field(…)` in a class body says."""

    __slots__ = ("compare", "default", "factory", "init", "repr")

    def __init__(
        self,
        *,
        default: object = _MISSING,
        default_factory: Callable[[], object] | None = None,
        init: bool = True,
        repr: bool = True,
        compare: bool = True,
    ) -> None:
        self.default, self.factory = default, default_factory
        self.init, self.repr, self.compare = init, repr, compare


class _Fields:
    """`__dataclass_fields__`, made by the standard library when something asks for it."""

    def __init__(self, fields: Mapping[str, _Default]) -> None:
        self._fields = fields

    def __get__(self, _instance: object, owner: type) -> object:
        import dataclasses

        members = []
        for name, given in self._fields.items():
            options = {"init": given.init, "repr": given.repr, "compare": given.compare}
            if given.factory is not None:
                options["default_factory"] = given.factory  # type: ignore[assignment]
            elif given.default is not _MISSING:
                options["default"] = given.default  # type: ignore[assignment]
            members.append((name, owner.__annotations__[name], dataclasses.field(**options)))  # type: ignore[call-overload]
        made = dataclasses.make_dataclass(owner.__name__, members).__dataclass_fields__  # type: ignore[attr-defined]
        owner.__dataclass_fields__ = made  # type: ignore[attr-defined]  # in place of this: once for each class
        return made


def _dataclass(*, frozen: bool = False, slots: bool) -> Callable[[type], type]:
    """Return the decorator; `slots=True` has to be said, since a reader knows what it means."""
    if not slots:
        raise TypeError("slots=True is the only way here")
    return lambda cls: _with_methods(_with_slots(cls), frozen)


def _with_slots(cls: type) -> type:
    fields = {name: _default(cls.__dict__.get(name, _MISSING)) for name in cls.__annotations__}
    members = {name: value for name, value in cls.__dict__.items() if name not in fields}
    del members["__dict__"], members["__weakref__"]
    members |= {
        "__slots__": tuple(fields),
        "__match_args__": tuple(name for name, given in fields.items() if given.init),
        "__dataclass_fields__": _Fields(fields),
    }
    return type(cls)(cls.__name__, cls.__bases__, members)


def _default(value: object) -> _Default:
    return value if isinstance(value, _Default) else _Default(default=value)


def _with_methods(cls: type, frozen: bool) -> type:
    fields = cls.__dict__["__dataclass_fields__"]._fields
    values = _reader([name for name, given in fields.items() if given.init])
    compared = _reader([name for name, given in fields.items() if given.compare])
    shown = [name for name, given in fields.items() if given.repr]

    def show(self: object) -> str:
        return f"{cls.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def equals(self: object, other: object) -> bool:
        return compared(self) == compared(other) if other.__class__ is cls else NotImplemented

    def digest(self: object) -> int:
        return hash(compared(self))

    def reduce(self: object) -> tuple[type, tuple[object, ...]]:
        return cls, values(self)

    def compile_init() -> Callable[..., None]:
        compiled = _init(cls, fields)
        cls.__init__ = compiled  # type: ignore[misc]
        return compiled

    def first(self: object, *values: object, **named: object) -> None:
        compile_init()(self, *values, **named)

    methods: dict[str, object] = {"__init__": first, "__repr__": show, "__eq__": equals, "__reduce__": reduce}
    methods["__hash__"] = digest if frozen else None
    if frozen:
        methods |= {"__setattr__": _refuse_assignment, "__delattr__": _refuse_deletion}
    for name, method in methods.items():
        if name not in cls.__dict__ or name == "__hash__":
            setattr(cls, name, method)
    _waiting.append(compile_init)
    return cls


def compile_constructors() -> None:
    """Compile every `__init__` now: for a host whose start is free, and whose requests are not."""
    while _waiting:
        _waiting.pop()()


def _reader(names: list[str]) -> Callable[[object], tuple[object, ...]]:
    """Return what reads these attributes of an object as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda owner: tuple(getattr(owner, name) for name in names)


def _init(cls: type, fields: Mapping[str, _Default]) -> Callable[..., None]:
    """Compile `__init__`: as quick as one written by hand, and with its messages for wrong arguments."""
    known: dict[str, object] = {"missing": _MISSING}
    parameters, lines = ["self"], []
    for name, given in fields.items():
        known[f"set_{name}"] = getattr(cls, name).__set__  # past the lock of frozen classes
        value = name
        if given.factory is not None:
            known[f"new_{name}"] = given.factory
            parameters.append(f"{name}=missing")
            value = f"new_{name}() if {name} is missing else {name}"
        elif given.default is not _MISSING:
            known[f"default_{name}"] = given.default
            parameters.append(f"{name}=default_{name}")
        elif given.init:
            parameters.append(name)
        else:
            continue
        lines.append(f" set_{name}(self, {value})")
    if "__post_init__" in cls.__dict__:
        lines.append(" self.__post_init__()")
    source = f"def __init__({', '.join(parameters)}):\n" + ("\n".join(lines) or " pass")
    made: dict[str, Callable[..., None]] = {}
    exec(source, known, made)  # noqa: S102 - made of names in our own source
    return made["__init__"]


def _refuse_assignment(self: object, name: str, _value: object) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deletion(self: object, name: str) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _replace(owner: object, /, **changes: object) -> object:
    """Return a copy of a frozen object with some fields changed."""
    values = {name: getattr(owner, name) for name in type(owner).__match_args__}  # type: ignore[attr-defined]
    return type(owner)(**values | changes)


if not TYPE_CHECKING:
    dataclass, field, replace = _dataclass, _Default, _replace
