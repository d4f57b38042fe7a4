"""What one `POST /purge` asks for, read strictly."""

from __future__ import annotations

from ...contract.problem import BadRequest
from ...contract.schema import Manifest
from ...dataclass import dataclass

MAX_NAMES = 500
MAX_NAME = 200  # characters of a template's name or a tag
MEMBERS = ("urls", "templates", "tags", "all", "soft", "exact")


@dataclass(frozen=True, slots=True)
class PurgeOrder:
    """What one call asks for."""

    urls: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    everything: bool = False
    soft: bool = False
    exact: bool = False  # of a URL that size and format alone

    @property
    def names(self) -> list[str]:
        """The epochs to raise, without those of single URLs.

        A tag may be a template's and that of single cards (`_tag`).
        """
        names = ["all"] if self.everything else []
        names += [f"template:{name}" for name in self.templates]
        return names + [f"{kind}:{tag}" for tag in self.tags for kind in ("tag", "label")]

    def unknown_to(self, *manifests: Manifest | None) -> PurgeOrder:
        """The templates and tags that no manifest names; nothing where there is no manifest."""
        known = [spec for manifest in manifests if manifest for spec in manifest.templates.values()]
        if not known:
            return PurgeOrder()
        names, tags = {spec.name for spec in known}, {tag for spec in known for tag in spec.tags}
        return PurgeOrder(
            templates=tuple(name for name in self.templates if name not in names),
            tags=tuple(tag for tag in self.tags if tag not in tags),
        )

    def names_without(self, unknown: PurgeOrder) -> list[str]:
        """The epochs to raise, without those that no card can have; any card may have any `_tag`."""
        none = {f"template:{name}" for name in unknown.templates} | {f"tag:{tag}" for tag in unknown.tags}
        return [name for name in self.names if name not in none]


def parse_order(members: dict[str, object]) -> PurgeOrder:
    """Check the body of a purge; raises BadRequest naming the member at fault."""
    for name in members:
        if name not in MEMBERS:
            raise BadRequest(f"{name[:64]!r} is not known; use {', '.join(MEMBERS)}.", param=name[:64])
    order = PurgeOrder(
        urls=_names(members, "urls"),
        templates=_names(members, "templates"),
        tags=_names(members, "tags"),
        everything=_flag(members, "all"),
        soft=_flag(members, "soft"),
        exact=_flag(members, "exact"),
    )
    if not (order.urls or order.templates or order.tags or order.everything):
        raise BadRequest("Nothing to purge: give urls, templates, tags or all.")
    return order


def _names(members: dict[str, object], name: str) -> tuple[str, ...]:
    values = members.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise BadRequest(f"{name!r} takes an array of strings.", param=name)
    if len(values) > MAX_NAMES:
        raise BadRequest(f"{name!r} takes at most {MAX_NAMES} strings at once.", param=name)
    for value in values:
        _check_name(value, name)
    return tuple(dict.fromkeys(values))


def _check_name(value: str, name: str) -> None:
    if name != "urls" and len(value) > MAX_NAME:
        raise BadRequest(f"{name!r} has one longer than {MAX_NAME} characters.", param=name)
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise BadRequest(f"{name!r} has a lone surrogate.", param=name)


def _flag(members: dict[str, object], name: str) -> bool:
    value = members.get(name, False)
    if not isinstance(value, bool):
        raise BadRequest(f"{name!r} takes true or false.", param=name)
    return value
