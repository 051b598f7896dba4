"""What a user can tell the analysis about a project."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """`boundary_paths`: globs of files whose functions a state machine or another runner calls and retries;
    `boundary_frameworks`: names of frameworks whose views are not to be taken for a last frame."""

    boundary_paths: tuple[str, ...] = ()
    boundary_frameworks: tuple[str, ...] = ()
