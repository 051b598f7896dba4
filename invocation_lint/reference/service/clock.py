"""The service's clock: seconds that pass `factor` times as fast as those on the wall."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone

_RAREST_LOOK = 0.05  # seconds on the wall


class Clock:
    """Time of the service. At `factor` 50, an hour of the service is 72 seconds on the wall.

    It starts at the wall's now; workers and callers read the same time (workers/process_site/sitecustomize.py), so that
    a deadline handed to a worker means the same there.
    """

    def __init__(self, factor: float = 1.0) -> None:
        if factor < 1:
            raise ValueError("the clock factor is at least 1")
        self.factor = float(factor)
        self.wall_start = time.time()
        self.monotonic_start = time.monotonic()

    def time(self) -> float:
        """Seconds since the epoch, as the service sees them."""
        return self.wall_start + (time.monotonic() - self.monotonic_start) * self.factor

    def wall_seconds(self, seconds: float) -> float:
        """How long `seconds` of the service last on the wall."""
        return max(0.0, seconds) / self.factor

    def sleep(self, seconds: float) -> None:
        """Sleep for `seconds` of the service."""
        time.sleep(self.wall_seconds(seconds))

    def wait_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Look at `condition` until it holds or `seconds` of the service are over; whether it held.

        At least ten seconds on the wall are granted: processes do not start faster because a clock does. Where it takes
        long, looks become rarer: one may be a request to moto.
        """
        begin = time.monotonic()
        end = begin + max(10.0, self.wall_seconds(seconds))
        while not condition():
            if (now := time.monotonic()) > end:
                return condition()
            time.sleep(min(_RAREST_LOOK, max(0.005, (now - begin) / 10)))
        return True

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for `event`, at most `seconds` of the service; whether it came."""
        return event.wait(self.wall_seconds(seconds))

    def stamp(self, seconds: float | None = None) -> str:
        """`seconds` (default: now) as Lambda writes them: `2026-11-21T14:00:00.123Z`."""
        moment = datetime.fromtimestamp(self.time() if seconds is None else seconds, tz=timezone.utc)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
