"""A PostgreSQL of one's own, in a folder, for as long as it is needed. As in the server's own tests."""

import os
import socket
import subprocess
import time
from pathlib import Path


class Postgres:
    """A running server with an empty database; `url` is its address."""

    def __init__(self, folder: Path) -> None:
        self.data, self.log = folder / "postgres", open(folder / "postgres-log", "wb")
        # Whoever starts it as root becomes somebody else, who must get as far as the folder.
        folder.chmod(0o711)
        self.data.mkdir()
        if os.getuid() == 0:
            subprocess.run(["chown", "postgres", str(self.data)], check=True)
        with socket.socket() as it:
            it.bind(("127.0.0.1", 0))
            port = it.getsockname()[1]
        self.run("initdb", "--no-locale", "-E", "UTF8", "-U", "florin", "-A", "trust", "-D", str(self.data)).wait()
        self.process = self.run(
            "postgres", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-p", str(port), "-D", str(self.data)
        )
        self.url = f"postgres://florin@127.0.0.1:{port}/postgres"
        self.until_ready(port)

    def run(self, name: str, *arguments: str) -> subprocess.Popen:
        command = [str(programs() / name), *arguments]
        if os.getuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        return subprocess.Popen(command, cwd="/", stdout=self.log, stderr=self.log)

    def until_ready(self, port: int) -> None:
        asked = [str(programs() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        for _ in range(300):
            if subprocess.run(asked, check=False).returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"PostgreSQL does not start: {Path(self.log.name).read_text(encoding='utf-8')}")

    def stop(self) -> None:
        # Whoever still holds a connection is not waited for.
        self.process.send_signal(2)
        self.process.wait(timeout=60)
        self.log.close()


def programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise RuntimeError("PostgreSQL's server programs are needed: run `make setup`")
    return found[-1].parent
