"""`emblazon.dataclass` beside the standard library's `dataclasses`: same class bodies, same behaviour."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import emblazon.dataclass as light

FLAVOURS = {"light": light, "standard": dataclasses}


def card_class(flavour: Any, *, frozen: bool = True) -> Any:
    """Return a class with every kind of field that the edge has."""

    @flavour.dataclass(frozen=frozen, slots=True)
    class Card:
        title: str
        width: int = 1200
        tags: list[str] = flavour.field(default_factory=list)
        secret: str = flavour.field(default="", repr=False)
        findings: tuple[str, ...] = flavour.field(default=(), compare=False)

        @property
        def area(self) -> int:
            return self.width * 630

    return Card


@light.dataclass(frozen=True, slots=True)
class Picklable:
    """At the module's top, where pickle finds it."""

    name: str
    size: int = 3


def outcome(work: Callable[[], object]) -> object:
    """Return what a piece of work gives, or the name and text of what it raises."""
    try:
        return work()
    except (TypeError, AttributeError) as error:
        return type(error).__name__, str(error).replace("test_light_dataclass.", "").rpartition(".")[2]


WORK: dict[str, Callable[[Any, Any], object]] = {
    "repr": lambda f, new: repr(new("a", tags=["x"], secret="s")).rpartition(".")[2],
    "equal": lambda f, new: new("a") == new("a", findings=("x",)),
    "unequal": lambda f, new: new("a") == new("a", 1),
    "another type": lambda f, new: new("a") == ("a", 1200),
    "defaults": lambda f, new: (new("a").width, new("a").tags, new("a").findings),
    "each its own list": lambda f, new: new("a").tags is new("b").tags,
    "property": lambda f, new: new("a", 2).area,
    "no argument": lambda f, new: new(),
    "one too many": lambda f, new: new("a", 1, [], "", (), 6),
    "unknown name": lambda f, new: new("a", height=1),
    "assignment": lambda f, new: setattr(new("a"), "width", 1),
    "deletion": lambda f, new: delattr(new("a"), "width"),
    "replace": lambda f, new: f.replace(new("a", 5), title="b").title,
    "replace keeps": lambda f, new: f.replace(new("a", 5), title="b").width,
    "replace unknown": lambda f, new: f.replace(new("a"), height=1),
    "standard replace": lambda f, new: dataclasses.replace(new("a", 5), title="b").width,
    "asdict": lambda f, new: dataclasses.asdict(new("a", 5)),
    "fields": lambda f, new: [(x.name, x.type, x.repr, x.compare) for x in dataclasses.fields(new)],
    "is one": lambda f, new: [dataclasses.is_dataclass(x) for x in (new, new("a"))],
    "match": lambda f, new: new.__match_args__,
    "slots": lambda f, new: (new.__slots__, hasattr(new("a"), "__dict__")),
    "copy": lambda f, new: copy.deepcopy(new("a", 7, ["x"])) == new("a", 7, ["x"]),
}


@pytest.mark.parametrize("name", WORK)
@pytest.mark.parametrize("frozen", [True, False])
def test_behaves_as_the_standard_librarys(name: str, frozen: bool) -> None:
    light_one, standard = (
        outcome(lambda: WORK[name](flavour, card_class(flavour, frozen=frozen)))  # noqa: B023
        for flavour in FLAVOURS.values()
    )
    assert light_one == standard


def test_frozen_ones_are_hashed_by_what_is_compared() -> None:
    @light.dataclass(frozen=True, slots=True)
    class Key:
        name: str
        note: str = light.field(default="", compare=False)

    assert hash(Key("a", "x")) == hash(Key("a", "y"))
    assert len({Key("a"), Key("a", "y"), Key("b")}) == 2


def test_others_have_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(card_class(light, frozen=False)("a"))


def test_class_without_fields_equals_its_like() -> None:
    @light.dataclass(frozen=True, slots=True)
    class Miss:
        """Nothing was found."""

    assert Miss() == Miss()
    assert hash(Miss()) == hash(Miss())


def test_what_follows_construction_runs() -> None:
    @light.dataclass(slots=True)
    class Sum:
        parts: tuple[int, ...]
        total: int = light.field(init=False)

        def __post_init__(self) -> None:
            self.total = sum(self.parts)

    assert [Sum((1, 2)).total, Sum((3,)).total] == [3, 3]


def test_is_pickled_with_its_values() -> None:
    assert pickle.loads(pickle.dumps(Picklable("a", 5))) == Picklable("a", 5)  # noqa: S301 - our own


def test_constructors_can_be_compiled_before_their_first_call() -> None:
    @light.dataclass(frozen=True, slots=True)
    class Early:
        name: str
        size: int = 3

    light.compile_constructors()
    assert list(inspect.signature(Early).parameters) == ["name", "size"]
    assert Early("a").size == 3


def test_fields_are_made_once_for_a_class() -> None:
    card = card_class(light)
    assert dataclasses.replace(card("a"), width=2).width == 2
    assert card.__dataclass_fields__ is card.__dataclass_fields__
