"""Colours of the report `full`: plain escape sequences, or nothing."""

from __future__ import annotations

from invocation_lint.findings import Severity
from invocation_lint.records import record

_RESET = "\x1b[0m"
_SEVERITY = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.ADVICE: "1;36"}


@record
class Style:
    """Paints words when `color`, else leaves them as they are. `severity` is that of the finding being shown."""

    color: bool = False
    severity: Severity = Severity.ERROR

    def main(self, text: str) -> str:
        """The main place and its label: in the colour of the severity."""
        return self._paint(text, _SEVERITY[self.severity])

    def related(self, text: str) -> str:
        """Related places and their labels."""
        return self._paint(text, "1;34")

    def frame(self, text: str) -> str:
        """Line numbers and bars."""
        return self._paint(text, "34")

    def strong(self, text: str) -> str:
        """The message."""
        return self._paint(text, "1")

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}{_RESET}" if self.color and text else text
