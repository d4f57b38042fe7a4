"""`python -m emblazon_origin.server`: the origin alone, configured by the environment."""

from __future__ import annotations

import logging
import os
import sys

from emblazon_origin.errors import EmblazonError
from emblazon_origin.home import find_home
from emblazon_origin.observability.logs import set_up_logging
from emblazon_origin.server.app import default_renderer, run
from emblazon_origin.server.config import OriginConfig, misspelt
from emblazon_origin.server.origin_server import OriginServer
from emblazon_origin.workers.job import RendererSpec

log = logging.getLogger(__name__)


def main() -> int:
    """Run the origin; returns the exit code: 0 after draining, 2 for wrong settings."""
    try:
        config = OriginConfig.from_env()
        config.check_exposure()
        set_up_logging(config.log_format, config.log_level)
        for name, meant in misspelt(os.environ):
            log.warning("unknown setting", extra={"variable": name, "meant": meant})
        home = find_home()
        run(config, OriginServer(config, _renderer(config), watched=home.watched))
    except EmblazonError as error:
        print(f"emblazon: {error}", file=sys.stderr)
        return 2
    return 0


def _renderer(config: OriginConfig) -> RendererSpec:
    """Return the renderer; tests name another factory in EMBLAZON_RENDERER."""
    named = os.environ.get("EMBLAZON_RENDERER")
    return RendererSpec(named, {}) if named else default_renderer(config)


if __name__ == "__main__":
    sys.exit(main())
