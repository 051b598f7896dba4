"""HTTP on loopback: a listener with a thread a connection, and answers written in one piece."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

LOOPBACK = "127.0.0.1"


class Exchange(BaseHTTPRequestHandler):
    """One connection. Headers and body leave in one packet, and Nagle's algorithm is off.

    With two packets a warm call takes 88 ms instead of 0.4 (Nagle against libcurl's delayed acknowledgement).
    """

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def __init__(self, connection: socket.socket, address: Any, listener: Listener) -> None:
        self.listener = listener
        super().__init__(connection, address, listener)  # type: ignore[arg-type]

    def handle_any(self) -> None:
        """Hand a request to the listener's function."""
        self._body: bytes | None = None
        self.listener.serve(self)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = handle_any

    def handle_expect_100(self) -> bool:
        """Let a client that asks first go on; the answer must not wait in our buffer."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def read_body(self) -> bytes:
        """The body of the request, with a length or in chunks; the same one when it is read again."""
        if self._body is None:
            chunked = "chunked" in self.headers.get("Transfer-Encoding", "").lower()
            length = int(self.headers.get("Content-Length") or 0)
            self._body = b"".join(self.read_chunks()) if chunked else self.rfile.read(length)
        return self._body

    def read_chunks(self) -> Iterator[bytes]:
        """The chunks of the request's body as they come; `trailers` has what follows the last one (lower-case names).

        ConnectionError for a body that ends before its last chunk.
        """
        while size := self._size_of_chunk():
            data = self.rfile.read(size)
            if len(data) < size:
                raise ConnectionError("the body ended within a chunk")
            yield data
            self.rfile.readline()
        self.trailers: dict[str, str] = {}
        while line := self.rfile.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            self.trailers[name.lower()] = value.strip()

    def _size_of_chunk(self) -> int:
        line = self.rfile.readline().split(b";")[0].strip()
        try:
            return int(line, 16)
        except ValueError:
            raise ConnectionError("the body ended before its last chunk") from None

    def answer(self, status: int, headers: Iterable[tuple[str, str]], body: bytes = b"") -> None:
        """Send an answer with its length, in one write. A client that has gone is no error of ours.

        To a HEAD, `headers` say how long the body would have been.
        """
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204 and self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self._flush()

    def begin_chunks(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """Begin an answer whose body comes in chunks: `send_chunk` for each, then `end_chunks`."""
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._flush()

    def send_chunk(self, data: bytes) -> None:
        """Send a chunk now."""
        if data and self.command != "HEAD":
            self._write(b"%x\r\n%b\r\n" % (len(data), data))

    def end_chunks(self) -> None:
        """End an answer in chunks."""
        if self.command != "HEAD":
            self._write(b"0\r\n\r\n")

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # the client has gone
            self.wfile.write(data)
        self._flush()

    def _flush(self) -> None:
        try:
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def hang_up(self) -> None:
        """Close the connection without an answer."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing: the service has its own log."""


class Listener:
    """Listens on a port of 127.0.0.1 (0: a free one) and calls `serve(exchange)` for every request, in a thread."""

    def __init__(self, serve: Callable[[Exchange], None], port: int = 0, *, name: str = "listener") -> None:
        self.serve = serve
        self._socket = socket.create_server((LOOPBACK, port), backlog=256)
        self.port: int = self._socket.getsockname()[1]
        self._lock = threading.Lock()
        self._ended = threading.Condition(self._lock)
        self._connections: set[socket.socket] = set()
        self._closed = False
        self._name = name
        self._thread = threading.Thread(target=self._accept, name=name, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://{LOOPBACK}:{self.port}"

    def drain(self, seconds: float) -> None:
        """Wait until the connections that were made so far have ended, as those of a process that is gone do."""
        with contextlib.suppress(OSError):  # one more: when it was taken, all before it were
            socket.create_connection((LOOPBACK, self.port)).close()
        end = time.monotonic() + seconds
        with self._ended:
            while self._connections and (left := end - time.monotonic()) > 0:
                self._ended.wait(left)

    def close(self) -> None:
        """Stop listening and close every connection."""
        with self._lock:
            self._closed = True
            connections = list(self._connections)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, address = self._socket.accept()
            except OSError:
                return
            with self._lock:
                if self._closed:
                    connection.close()
                    return
                self._connections.add(connection)
            threading.Thread(target=self._talk, args=(connection, address), name=self._name, daemon=True).start()

    def _talk(self, connection: socket.socket, address: Any) -> None:
        try:
            Exchange(connection, address, self)
        except OSError:
            pass
        finally:
            with self._ended:
                self._connections.discard(connection)
                self._ended.notify_all()
            connection.close()
