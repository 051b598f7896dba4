"""What a run cost, and what was too much for it: for users who wonder, and for reports of slowness."""

from __future__ import annotations

from collections.abc import Iterator

from invocation_lint.run import Run

_SHOWN = 20


def too_large(run: Run) -> Iterator[str]:
    """A line for each function that was over a budget (`--verbose`)."""
    for name in run.report.summary.functions_too_large:
        yield f"{name}: too large to follow; what it sends and which errors it catches are unknown"


def costs(run: Run) -> Iterator[str]:
    """Where the time went, file by file and function by function, in lines (`--profile-analysis`).

    Seconds are of a processor. A function counts with all that was walked for it, and for the file whose turn it was;
    what a file of the cache costs is not known.
    """
    files = sorted(((seconds, name) for name, (seconds, _) in run.costs.items() if seconds), reverse=True)
    yield f"{sum(seconds for seconds, _ in files):.2f} s in {len(files)} files; the {_SHOWN} slowest:"
    for seconds, name in files[:_SHOWN]:
        yield f"{seconds:8.2f} s  {name}"
    walks = sorted((walk for _, walks in run.costs.values() for walk in walks), key=lambda walk: -walk.seconds)
    yield f"{len(walks)} functions walked; the {_SHOWN} slowest, with what they call:"
    for walk in walks[:_SHOWN]:
        yield f"{walk.seconds:8.2f} s {walk.nodes:9,} nodes  {walk.path}: {walk.function}"
