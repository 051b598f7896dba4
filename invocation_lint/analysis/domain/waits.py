"""How long code surely sleeps, and waits for models, before it comes to a point."""

from __future__ import annotations

from invocation_lint.findings import Place
from invocation_lint.records import record


@record
class Waited:
    """The least time, in seconds, that is slept on the ways to a point, and waited for models; `place` is that of the
    longest sleep, which takes `longest` seconds."""

    seconds: float = 0.0
    longest: float = 0.0
    place: Place | None = None

    def then(self, other: Waited) -> Waited:
        """The one after the other."""
        if not other.seconds:
            return self
        first, longer = self, other
        if first.longest >= longer.longest:
            longer = first
        return Waited(round(self.seconds + other.seconds, 3), longer.longest, longer.place)

    def since(self, before: Waited, times: int) -> Waited:
        """What was waited since then, so many times."""
        return Waited(round((self.seconds - before.seconds) * times, 3), self.longest, self.place)


NO_WAIT = Waited()


def shorter(left: Waited, right: Waited) -> Waited:
    """What is surely waited where one of two ways is taken."""
    return right if right.seconds < left.seconds else left
