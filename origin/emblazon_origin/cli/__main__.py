"""`python -m emblazon_origin.cli`, which is `emblazon`."""

from . import main

raise SystemExit(main())
