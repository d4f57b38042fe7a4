"""`/manifest.json`: newer ones are understood, wrong ones are refused with the path to what is wrong."""

from __future__ import annotations

import json

import pytest

from emblazon.contract.manifest import ManifestError, manifest_from_json, manifest_to_json
from emblazon.contract.schema import Manifest


def template(*params: object, **members: object) -> dict[str, object]:
    """Members of a manifest with one template, `a`."""
    return {"templates": {"a": {"version": "1", "params": list(params)} | members}}


def test_newer_manifest_with_unknown_members_is_understood(manifest: Manifest) -> None:
    document = json.loads(manifest_to_json(manifest))
    document["later"] = {"x": 1}
    document["templates"]["article"]["later"] = True
    document["templates"]["article"]["params"][0]["later"] = []
    assert manifest_from_json(json.dumps(document)) == manifest


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"manifest": 2}, "manifest.manifest"),
        ({"renderer": 3}, "manifest.renderer"),
        ({"templates": []}, "manifest.templates"),
        ({"templates": {"Bad Name": {}}}, "templates"),
        ({"templates": {"a": {"version": "1"}}}, "templates.a.params"),
        (template({"name": "x", "type": "blob"}), "templates.a.params.x.type"),
        (template(width=True), "templates.a.width"),
        (template(safe_format="jpg if image"), "templates.a.safe_format"),
        (template(safe_format="avif"), "templates.a.safe_format"),
        (template(warm={"sizes": [[9, 9]]}), "templates.a.warm.sizes"),
        (template(warm={"formats": ["gif"]}), "templates.a.warm.formats"),
        (template(experiment={"weights": {"nite": 1}}), "templates.a.experiment.weights"),
        (template(experiment={"weights": {"base": 0}}), "templates.a.experiment.weights"),
        (template(cache={"max_age": -1}), "templates.a.cache.max_age"),
        (template(fallback={"y": 1}), "templates.a.fallback.y"),
        (template({"name": "x", "type": "color", "default": "?"}), "templates.a.params.x.default"),
    ],
)
def test_wrong_manifest_is_refused_with_the_path(change: dict[str, object], where: str) -> None:
    document = {"manifest": 1, "renderer": "r", "templates": {}} | change
    with pytest.raises(ManifestError) as caught:
        manifest_from_json(json.dumps(document))
    assert str(caught.value).startswith(f"{where}:")


def test_manifest_that_is_not_json_is_refused() -> None:
    with pytest.raises(ManifestError):
        manifest_from_json(b"<html>")
