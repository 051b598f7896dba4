"""Makes a project that shows a problem smaller: fewer files, then fewer lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tests.fuzz.looking import Looker, Problem
from tests.fuzz.projects import Files

Part = TypeVar("Part")


def smaller(files: Files, problem: Problem, looker: Looker, most: int = 150) -> Files:
    """A part of the files that still shows a problem of that kind, found in `most` looks or so."""
    left = [most]

    def shows(candidate: Files) -> bool:
        if left[0] <= 0 or not candidate:
            return False
        left[0] -= 1
        found = looker.problems(candidate, 2 if problem.kind.startswith("difference") else 1)
        return any(signature(one) == signature(problem) for one in found)

    if problem.file and shows({problem.file: files[problem.file]}):
        files = {problem.file: files[problem.file]}
    else:
        files = {name: files[name] for name in fewer(sorted(files), lambda names: shows({n: files[n] for n in names}))}
    for name in sorted(files):
        rest = {other: text for other, text in files.items() if other != name}

        def still(lines: Sequence[str], rest: Files = rest, name: str = name) -> bool:
            return shows({**rest, name: "".join(lines)})

        files = {**files, name: "".join(fewer(files[name].splitlines(keepends=True), still))}
    return files


def fewer(parts: Sequence[Part], holds: Callable[[Sequence[Part]], bool]) -> Sequence[Part]:
    """Parts of which `holds` still says yes: pieces are left out, first large, then small ones, and single ones until
    each is needed: one may only be left out once a later one is."""
    size = max(1, len(parts) // 2)
    while True:
        at, before = 0, len(parts)
        while at < len(parts):
            rest = [*parts[:at], *parts[at + size :]]
            if rest and holds(rest):
                parts = rest
            else:
                at += size
        if size == 1 and len(parts) == before:
            return parts
        size = max(1, size // 2)


def signature(problem: Problem) -> tuple[str, str]:
    """What makes two problems the same: the kind, and where an exception was raised."""
    raised = [line.strip() for line in problem.detail.splitlines() if line.startswith("  File ")]
    last = problem.detail.strip().splitlines()[-1:] if raised else []
    return problem.kind, f"{raised[-1:]}{[line.partition(':')[0] for line in last]}"
