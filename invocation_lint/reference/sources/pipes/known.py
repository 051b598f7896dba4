"""The pipes that moto holds: started, changed and ended as they are there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.sources.mapping import SourceMapping
from invocation_lint.reference.sources.pipes.pipe import Pipe, pipe_of


class Movers(Protocol):
    """What moves the events of a pipe, as those of a mapping."""

    def start(self, mapping: SourceMapping) -> None:
        """Begin to move events; Refusal 400 when the source is not there."""

    def restart(self, mapping: SourceMapping) -> None:
        """Go on with changed settings."""

    def end(self, mapping: SourceMapping) -> None:
        """Move no more."""


class Pipes:
    """Keeps `movers` as the pipes are. `client(service)` gives an SDK client of moto itself."""

    def __init__(
        self,
        *,
        client: Callable[[str], Any],
        movers: Movers,
        check: Callable[[Pipe], None],
        say: Callable[[str], None],
    ) -> None:
        self._client = client
        self._movers = movers
        self._check = check
        self._say = say
        self._lock = threading.Lock()
        self._running: dict[str, Pipe] = {}
        self._said: dict[str, str] = {}

    def refresh(self) -> None:
        """Read the pipes anew: one was made, changed or removed. What goes on reads on where it was."""
        with self._lock:
            told = {str(each["Arn"]): each for each in self._told()}
            for arn in self._running.keys() - told.keys():
                self._movers.end(self._running.pop(arn))
            for arn, each in told.items():
                try:
                    self._follow(arn, each)
                except Refusal as refusal:
                    self._say_once(arn, f"PIPE     {each['Name']} does not run: {refusal.message}")
                except Exception as error:  # whatever an SDK client raises of a source that is not there
                    self._say_once(arn, f"PIPE     {each['Name']} does not run: {type(error).__name__}: {error}")
                else:
                    self._said.pop(arn, None)

    def _say_once(self, arn: str, line: str) -> None:
        if self._said.get(arn) != line:
            self._said[arn] = line
            self._say(line)

    def _follow(self, arn: str, told: Mapping[str, Any]) -> None:
        if (pipe := self._running.get(arn)) is not None:
            pipe.take(told)
            self._movers.restart(pipe)
            return
        pipe = pipe_of(told)
        self._check(pipe)
        self._movers.start(pipe)
        self._running[arn] = pipe

    def _told(self) -> Iterator[dict[str, Any]]:
        client = self._client("pipes")
        more: dict[str, str] = {}
        while True:
            page = client.list_pipes(**more)
            for each in page["Pipes"]:
                yield client.describe_pipe(Name=each["Name"])
            if not (token := page.get("NextToken")):
                return
            more = {"NextToken": token}
