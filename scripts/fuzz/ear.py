"""Where both merchants listen: takes every message, and keeps it for the comparison of the books."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Ear:
    """`url` is its address; whatever path is asked, it says 200."""

    def __init__(self) -> None:
        self.messages: list[dict] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), listener(self.messages))
        self.url = "http://127.0.0.1:%s" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def write(self, path: Path) -> None:
        """As `florin-proof merchant` writes them: a line each."""
        path.write_text("".join(json.dumps(message) + "\n" for message in list(self.messages)), encoding="utf-8")

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def listener(messages: list[dict]) -> type[BaseHTTPRequestHandler]:
    class Listener(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            heads = {name: self.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")}
            messages.append({"path": self.path, **heads, "raw": raw.decode("utf-8", "replace")})
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Listener
