"""What a user can tell the analysis about a project."""

from __future__ import annotations

from invocation_lint.records import record

JOB_TABLES = ("*_jobs", "*_job_queue", "jobs", "job", "job_queue", "*Job")
"""Names of tables, and of ORM classes (with a capital), that hold jobs unless the configuration says otherwise."""


@record
class AnalysisOptions:
    """`boundary_paths`: globs of files whose functions a state machine or another runner calls and retries;
    `boundary_frameworks`: names of frameworks whose views are not to be taken for a last frame; `job_tables`: globs of
    the tables and ORM classes that hold jobs, None for the usual names; `functions`: settings (variables, dotted names)
    with the functions that they name."""

    boundary_paths: tuple[str, ...] = ()
    boundary_frameworks: tuple[str, ...] = ()
    job_tables: tuple[str, ...] | None = None
    functions: tuple[tuple[str, str], ...] = ()
