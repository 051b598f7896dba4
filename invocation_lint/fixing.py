"""Mending files in rounds: lint, edit, lint what came out, until nothing is left to mend. Nothing is written before
all rounds are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field, replace
from difflib import unified_diff
from pathlib import Path

from invocation_lint.errors import UnreadableFile
from invocation_lint.findings import Edit, Finding
from invocation_lint.fixes.editing.applying import chosen, edited
from invocation_lint.fixes.editing.writing import ChangedMeanwhile, write
from invocation_lint.outcome import Input
from invocation_lint.plain import quoted_path
from invocation_lint.records import mutable, record
from invocation_lint.run import Run

MOST_ROUNDS = 10


@record
class Mended:
    """One file before and after."""

    name: str
    path: Path
    before: bytes
    after: bytes

    def diff(self) -> str:
        """What changes, as a unified diff."""
        old, new = (_lines(data) for data in (self.before, self.after))
        rows = unified_diff(old, new, quoted_path(f"a/{self.name}"), quoted_path(f"b/{self.name}"))
        return "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)


@mutable
class Fixing:
    """What the rounds gave: the runs on the files as they were and as they are then, the files that change, and what
    was mended."""

    found: Run
    run: Run
    files: list[Mended] = field(default_factory=list)
    mended: list[Finding] = field(default_factory=list)
    rounds: int = 0
    untouched: list[tuple[str, str]] = field(default_factory=list)  # name and why


def fix(inputs: Sequence[Input], lint: Callable[[Sequence[Input]], Run], *, unsafe: bool) -> Fixing:
    """Mends texts in memory. `lint` lints inputs, of which those that were changed carry their new bytes.

    A file that is not what was linted any more, or whose edits would not parse, is left alone.
    """
    at = {given.name: index for index, given in enumerate(inputs)}
    now = list(inputs)
    before: dict[str, bytes] = {}
    found = lint(now)
    result = Fixing(found, found, untouched=_notebooks(found.report.findings))
    for _ in range(MOST_ROUNDS):
        left_alone = {name for name, _ in result.untouched}
        candidates = [finding for finding in result.run.report.findings if finding.place.path not in left_alone]
        picked = [finding for finding in chosen(candidates, unsafe=unsafe) if finding.place.path in at]
        by_file: dict[str, list[Finding]] = {}
        for finding in picked:
            by_file.setdefault(finding.place.path, []).append(finding)
        changed = False
        for name, findings in by_file.items():
            given = now[at[name]]
            try:
                data = given.path.read_bytes() if given.data is None else given.data
                new = _mended(data, name, result.run.text_of(name) or "", findings)
            except (OSError, ValueError, UnreadableFile) as error:
                result.untouched.append((name, str(error)))
                continue
            before.setdefault(name, data)
            now[at[name]] = replace(given, data=new)
            result.mended += findings
            changed = True
        if not changed:
            break
        result.rounds += 1
        result.run = lint(now)
    result.files = [
        Mended(name, inputs[at[name]].path, data, now[at[name]].data or b"") for name, data in sorted(before.items())
    ]
    return result


def _notebooks(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """The notebooks with findings for which there is a fix: their cells are not edited."""
    wanted = [one for one in findings if one.place.cell and one.fix is not None and one.suppressed_by is None]
    return [(name, "fixes are not applied to notebooks") for name in dict.fromkeys(one.place.path for one in wanted)]


def write_all(fixing: Fixing) -> None:
    """Writes the files. One that changed meanwhile, or cannot be written, is left as it is and noted in `untouched`."""
    for file in fixing.files:
        try:
            write(file.path, file.before, file.after)
        except ChangedMeanwhile:
            fixing.untouched.append((file.name, "the file changed meanwhile"))
        except OSError as error:
            fixing.untouched.append((file.name, f"cannot be written: {error.strerror or error}"))


def _mended(data: bytes, name: str, linted: str, findings: Sequence[Finding]) -> bytes:
    """The bytes after the edits of these findings. ValueError where that is not certain."""
    from invocation_lint.deployment.documents.candidates import CHECKED
    from invocation_lint.source.files.decode import decode

    if decode(data, name)[0] != linted:
        raise ValueError("the file changed meanwhile")
    edits: list[Edit] = [edit for finding in findings if finding.fix is not None for edit in finding.fix.edits]
    new = edited(data, name, edits)
    if name.endswith(CHECKED):
        from invocation_lint.deployment.documents.checking import State, check

        if check(name, new) is not State.READ:
            raise ValueError("the template could not be read any more")
        return new
    from invocation_lint.source.parsing.tree import parse

    parse(new, name)
    return new


def _lines(data: bytes) -> list[str]:
    """The lines with their newlines; `splitlines` would cut at form feeds, too."""
    rows = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [f"{row}\n" for row in rows[:-1]] + [rows[-1]] * bool(rows[-1])
