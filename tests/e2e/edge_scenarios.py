"""Everything that any host of the edge must do, seen from outside: HTTP in, HTTP out, a misbehaving origin.

The scenarios are the tests written for workerd. They use two fixtures: `origin`, a `MisbehavingOrigin`, and
`worker`, anything with the face of `workerd.Workerd` (`client`, `card`, `card_url`, `signed`, `purge`,
`restart`). To run them on another host, override these fixtures and put `SCENARIOS` into a module's names.
`ON_WORKERD_ONLY` are those that look into wrangler's own files or routes.
"""

from e2e import (
    test_edge_disconnects,
    test_workerd_cache,
    test_workerd_crawlers,
    test_workerd_faults,
    test_workerd_http,
)

ON_WORKERD_ONLY = frozenset(
    {
        "test_another_isolate_serves_from_kv_with_the_origin_stopped",  # reads wrangler's state folder
        "test_cron_trigger_runs",  # wrangler's route /__scheduled
    }
)

SCENARIOS = {
    name: scenario
    for module in (
        test_edge_disconnects,
        test_workerd_cache,
        test_workerd_crawlers,
        test_workerd_faults,
        test_workerd_http,
    )
    for name, scenario in vars(module).items()
    if name.startswith("test_") and callable(scenario) and name not in ON_WORKERD_ONLY
}
