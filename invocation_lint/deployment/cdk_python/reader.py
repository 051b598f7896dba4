"""Reads the applications of a project: from the files that make resources to what they deploy, a template a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from invocation_lint.deployment.cdk_constructs.building import templates_of
from invocation_lint.deployment.cdk_python.programs import Program
from invocation_lint.deployment.reading import Applications

LANGUAGE = "cdk-python"


def read_applications(code: Mapping[str, bytes], read: Callable[[str], bytes | None]) -> Applications:
    """What the applications deploy whose files are given by their absolute paths; `read` gives the bytes of any other
    file."""
    program = Program(code, read)
    run = program.run()
    return Applications(templates_of(run, program, LANGUAGE, program.problems), program.taken)
