"""Findings that were known before: those of a baseline file, or of another revision of the code.

A baseline is JSON with one entry a line, sorted, so that it merges well. Paths count from its folder.

{"version": 1,
 "findings": [
  {"rule": "INV101", "path": "src/app.py", "function": "start", "snippet": "client.invoke(...)", "ordinal": 1},
  ...]}

An entry of what is only possible has `"possible": true` as well. A file that could not be analysed is never in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from invocation_lint.errors import UsageError
from invocation_lint.findings import Confidence, Finding, Place, Report, Suppression
from invocation_lint.identity import Key, Lines, keys_of
from invocation_lint.records import mutable, record
from invocation_lint.tool_findings import NOT_ANALYSED

VERSION = 1
_FIELDS = {"rule": str, "path": str, "function": str, "snippet": str, "ordinal": int}


@record
class Entry:
    """What a baseline says of a key beside it."""

    line: int = 0
    possible: bool = False


@mutable
class Baseline:
    """The findings that a file lists. `name` is the file as it was given."""

    name: str
    entries: dict[Key, Entry] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder that paths count from."""
        return Path(os.path.normpath(Path(self.name).absolute())).parent

    def path_of(self, name: str) -> str:
        """The path that keys hold for a file."""
        try:
            return Path(os.path.relpath(name, self.folder)).as_posix()
        except ValueError:  # on another drive
            return Path(name).as_posix()

    def keys(self, report: Report, lines_of: Lines) -> dict[Key, Finding]:
        """The findings of a report that a baseline can hold, by key."""
        found = [finding for finding in report.active if finding.id not in NOT_ANALYSED]
        return dict(zip(keys_of(found, lines_of, self.path_of), found, strict=True))

    def mark(self, report: Report, lines_of: Lines) -> list[Key]:
        """Marks the findings that are listed as known, in the report; the entries that were not met are returned."""
        found = self.keys(report, lines_of)
        known = {id(finding): key for key, finding in found.items() if key in self.entries}
        marked = []
        for finding in report.findings:
            key = known.get(id(finding))
            if key is not None:
                line = self.entries[key].line
                by = Suppression(Place(self.name, line, 1, line, 1), "baseline", (), f"known before: {self.name}")
                finding = replace(finding, suppressed_by=by)  # noqa: PLW2901
            marked.append(finding)
        report.findings[:] = marked
        return [key for key in self.entries if key not in found]

    def vanished(
        self, unmet: Collection[Key], linted: Mapping[str, Collection[str]], *, possible: bool, broken: Collection[str]
    ) -> list[Key]:
        """Of the entries that were not met, those that are gone for sure.

        `linted` gives the rules that ran by path (as in keys). An entry is gone when its rule ran on its file, or the
        file does not exist any more; what is only possible, when `possible` findings were looked for. Nothing is known
        of `broken` files.
        """
        return [
            key
            for key in unmet
            if key.path not in broken
            and (key.rule in linted[key.path] if key.path in linted else not (self.folder / key.path).exists())
            and (possible or not self.entries[key].possible)
        ]

    def shown(self, key: Key) -> str:
        """An entry in a line for people."""
        where = f" in {key.function}" if key.function else ""
        return f"{self.name}:{self.entries[key].line}: no longer found: {key.rule} in {key.path}{where}"

    def rewritten(self, report: Report, lines_of: Lines, gone: Collection[Key]) -> Baseline:
        """This baseline with every finding of the report, and without the entries that are `gone`."""
        entries = {key: entry for key, entry in self.entries.items() if key not in gone}
        for key, finding in self.keys(report, lines_of).items():
            entries[key] = Entry(possible=finding.confidence is Confidence.POSSIBLE)
        return Baseline(self.name, {key: entries[key] for key in sorted(entries)})

    def text(self) -> str:
        """The file."""
        rows = []
        for key, entry in self.entries.items():
            fields = key._asdict() | ({"possible": True} if entry.possible else {})
            rows.append(f"  {json.dumps(fields)}")
        listed = "[\n" + ",\n".join(rows) + "\n ]" if rows else "[]"
        return f'{{"version": {VERSION},\n "findings": {listed}}}\n'


def read_baseline(name: str, named_by: str = "--baseline") -> Baseline:
    """The baseline of a file. UsageError, which says what names the file, when it cannot be read or is none."""
    try:
        text = Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(f"{named_by}: cannot read {name}: {why}", "--write-baseline creates it") from None
    try:
        document = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{named_by}: {name}: not valid JSON: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("findings"), list):
        raise UsageError(f"{named_by}: {name}: not a baseline of invocation-lint")
    if document.get("version") != VERSION:
        raise UsageError(f"{name}: version {document.get('version')!r} is not supported, {VERSION} is")
    lines = _lines_of_entries(text)
    entries = {}
    for number, item in enumerate(document["findings"], 1):
        key = _key_of(item)
        if key is None:
            raise UsageError(f"{name}: entry {number} is wrong: it needs {', '.join(_FIELDS)}")
        entries[key] = Entry(lines.get(number, 0), item.get("possible") is True)
    return Baseline(name, entries)


def _lines_of_entries(text: str) -> dict[int, int]:
    """The line of each entry, by its number; none when the file was laid out anew, with entries over several lines."""
    starts = [number for number, line in enumerate(text.split("\n"), 1) if line.strip().startswith('{"rule"')]
    return dict(enumerate(starts, 1))


def _key_of(item: Any) -> Key | None:
    if not isinstance(item, dict):
        return None
    if any(not isinstance(item.get(name), kind) for name, kind in _FIELDS.items()):
        return None
    return Key(**{name: item[name] for name in _FIELDS})


def mark_known(
    report: Report, lines_of: Lines, before: Collection[Key], path_of: Callable[[str], str], revision: str
) -> None:
    """Marks the findings whose keys (with paths by `path_of`) are among those of an earlier revision."""
    found = [finding for finding in report.active if finding.id not in NOT_ANALYSED]
    keys = dict(zip(map(id, found), keys_of(found, lines_of, path_of), strict=True))
    report.findings[:] = [
        replace(finding, suppressed_by=Suppression(finding.place, "diff-base", (), f"there before, in {revision}"))
        if keys.get(id(finding)) in before
        else finding
        for finding in report.findings
    ]
