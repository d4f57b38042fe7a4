"""`GET /manifest.json` of the edge: the schemas, so that a site's pages are checked before a crawler comes.

Names, parameters, sizes and sentences, and nothing about versions, lives or tags: what `card.toml` says to
those who write pages. Anybody may read and keep it.
"""

from __future__ import annotations

import hashlib

from ..contract import wire
from ..contract.manifest import manifest_to_json
from ..contract.problem import NotReady
from ..contract.schema import CacheLife, Manifest, Warm
from ..dataclass import replace
from .exchange import Exchange
from .http.conditional import etag_matches
from .messages import BytesBody, Response
from .respond import CORS

KEPT = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"


def public_manifest(x: Exchange, manifest: Manifest | None) -> Response:
    """Answer with the schemas; raises NotReady while there are none."""
    if manifest is None:
        raise NotReady("The templates are not known yet.")
    plain = {
        name: replace(spec, version="", cache=CacheLife(), tags=(), warm=Warm())
        for name, spec in manifest.templates.items()
    }
    body = manifest_to_json(Manifest("", plain))
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = (
        ("Content-Type", "application/json"),
        ("Cache-Control", KEPT),
        ("ETag", etag),
        (wire.REQUEST_ID, x.id),
        *wire.SECURITY,
        *CORS,
    )
    if etag_matches(x.request.headers.get("if-none-match", ""), etag):
        return Response(304, headers)
    sized = (*headers, ("Content-Length", str(len(body))))
    return Response(200, sized, None if x.request.method == "HEAD" else BytesBody(body))
