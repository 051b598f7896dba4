"""A PostgreSQL server for the tests of this folder, in a scratch folder and on a port of its own.

Run by `.ci/run`; it needs Debian's package `postgresql` (or `$POSTGRES_BIN`, the folder of `initdb` and `postgres`).
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from invocation_lint.reference.platform import database

START_SECONDS = 30
# Nothing in here outlives the tests, so nothing waits for the disk. Ten workers have a few connections each.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200"}
_NUMBERS = itertools.count(1)


def server_folder() -> Path:
    """The folder of the server's programs."""
    if given := os.environ.get("POSTGRES_BIN"):
        return Path(given)
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found and (on_path := shutil.which("initdb")):
        found = [Path(on_path)]
    assert found, "no PostgreSQL server: apt-get install postgresql"
    return found[-1].parent


def as_its_user(command: list[str]) -> list[str]:
    """The command, as the user `postgres` when root asks: the server refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server without a database of ours: `postgresql://user@127.0.0.1:port`."""
    programs = server_folder()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="postgres-") as scratch:
        folder = Path(scratch)
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
        data = str(folder / "data")
        initdb = [str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(as_its_user(initdb), check=True, stdout=subprocess.DEVNULL, cwd=folder)
        options = [f"--{name}={value}" for name, value in SETTINGS.items()]
        where = ["-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", ""]
        log = (folder / "log").open("wb")
        process = subprocess.Popen(
            as_its_user([str(programs / "postgres"), *where, *options]), stderr=log, stdout=log, cwd=folder
        )
        try:
            address = f"postgresql://postgres@127.0.0.1:{port}"
            wait_for(address, process, folder / "log")
            yield address
        finally:
            subprocess.run(
                as_its_user([str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop"]),
                check=True,
                stdout=subprocess.DEVNULL,
                cwd=folder,
            )
            process.wait(START_SECONDS)
            log.close()


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; its log when it does not."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(f"{address}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(log.read_text()) from None
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def database_url(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty database, in `DATABASE_URL` too."""
    name = f"stories{next(_NUMBERS)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = f"{server}/{name}".replace("postgresql://", "postgresql+psycopg://")
    monkeypatch.setenv("DATABASE_URL", url)
    yield url
    database.connect(url).dispose()
