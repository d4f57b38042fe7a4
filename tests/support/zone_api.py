"""A stand-in of the Cloudflare API's purge call, on loopback."""

from __future__ import annotations

import json

from local_server import LocalServer, Quiet

TOKEN = "zone-token-of-the-tests"
ZONE = "0123456789abcdef"


class ZoneAPI:
    """Takes purge calls with the right token; `failure` makes it answer with that message."""

    def __init__(self) -> None:
        self.calls: list[dict[str, object]] = []
        self.invalidations: list[dict[str, object]] = []
        self.failure = ""
        api = self

        class Handler(Quiet):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = api.answer(self.path, self.headers["Authorization"] or "", body)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self._server = LocalServer(Handler)
        self.url = f"{self._server.url}/client/v4"

    def answer(self, path: str, authorization: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
        """Return status and document as the real API does."""
        kind = path.removeprefix(f"/client/v4/zones/{ZONE}/")
        if kind not in ("purge_cache", "invalidate_cache") or authorization != f"Bearer {TOKEN}":
            return 403, _failure(10000, "Authentication error")
        if self.failure:
            return 400, _failure(1134, self.failure)
        (self.calls if kind == "purge_cache" else self.invalidations).append(body)
        return 200, {"success": True, "errors": [], "messages": [], "result": {"id": ZONE}}

    def close(self) -> None:
        self._server.close()


def _failure(code: int, message: str) -> dict[str, object]:
    return {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}
