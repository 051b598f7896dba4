"""Reads one file as a template, whatever its language.

The reader of a language is imported when there is a file of it: most projects have templates in one, or none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from invocation_lint.deployment.documents.candidates import (
    CHALICE,
    DOCUMENTS,
    MAX_BYTES,
    PYTHON,
    SERVERLESS,
    SNAPSHOT,
    SYNTHESIZED,
    TERRAFORM,
    TYPESCRIPT,
    speaks_of_cdk,
)
from invocation_lint.deployment.documents.marks import has_functions
from invocation_lint.records import record

if TYPE_CHECKING:
    from invocation_lint.deployment import sketch
    from invocation_lint.deployment.model import Template

_RESOURCES = re.compile(rb"\bResources\b")
_FUNCTION = re.compile(rb'"AWS::(?:Lambda|Serverless)::Function\\*"')
_MADE_BY_CDK = re.compile(rb"\baws:cdk:path\b|\bAWS::CDK::Metadata\b|/cdk-bootstrap/")
_SERVERLESS = (b"functions:", b"layers:")


def may_be_document(path: str, data: bytes) -> bool:
    """Whether a file may be a template of CloudFormation, of SAM or of the Serverless Framework."""
    if len(data) > MAX_BYTES or not path.endswith(DOCUMENTS):
        return False
    if b"AWS::" in data and _RESOURCES.search(data) is not None:
        return True
    if path.rpartition("/")[2] in SERVERLESS:
        return True
    return any(data.startswith(word) or b"\n" + word in data for word in _SERVERLESS)


def is_document(path: Path) -> bool:
    """Whether a file may be such a template, or one of Terraform or the CDK in TypeScript; one that cannot be read is
    none."""
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    except OSError:
        return False
    if path.name.endswith(TYPESCRIPT):
        return may_be_typescript(path.name, data)
    return may_be_document(path.name, data) or (path.name.endswith(TERRAFORM) and has_functions(data))


def may_be_definition(path: str, data: bytes) -> bool:
    """Whether a file may define a state machine and nothing else."""
    return len(data) <= MAX_BYTES and path.endswith(DOCUMENTS) and b"StartAt" in data


def may_be_python(path: str, data: bytes) -> bool:
    """Whether a file may be part of an application of the CDK in Python."""
    return len(data) <= MAX_BYTES and path.endswith(PYTHON) and b"aws_cdk" in data


def may_be_chalice(path: str, data: bytes) -> bool:
    """Whether a file may be an application of Chalice."""
    return len(data) <= MAX_BYTES and path.endswith(CHALICE) and b"Chalice(" in data


def may_be_typescript(path: str, data: bytes) -> bool:
    """Whether a file may be part of an application of the CDK in TypeScript that makes resources."""
    return (
        path.endswith(TYPESCRIPT)
        and len(data) <= MAX_BYTES
        and not path.endswith((".d.ts", ".test.ts", ".spec.ts"))
        and b"aws-cdk" in data
        and speaks_of_cdk(data)
    )


def may_be_synthesized(path: str, data: bytes) -> bool:
    """Whether a file may hold a template that the CDK made and that has a function: in `cdk.out`, or in a snapshot; one
    of pytest is a file of JSON."""
    if path.endswith(SNAPSHOT):  # written out as one, a template takes up more
        return len(data) <= 2 * MAX_BYTES and b"exports[`" in data and _FUNCTION.search(data) is not None
    return path.endswith(".json") and len(data) <= MAX_BYTES and _FUNCTION.search(data) is not None


def read_synthesized(files: dict[str, bytes], read: Callable[[str], bytes | None]) -> tuple[Template, ...]:
    """The templates in such files."""
    from invocation_lint.deployment.cdk_output.snapshots import as_snapshot, read_snapshots

    found: list[Template] = []
    for path, data in files.items():
        if path.endswith(SNAPSHOT):
            found += read_snapshots(path, data, read)
        elif (template := read_document(path, data, read)) is not None:
            found.append(as_snapshot(template) if SYNTHESIZED not in path else template)
    return tuple(found)


def made_by_cdk(documents: dict[str, bytes], synthesized: Iterable[Template]) -> dict[str, str]:
    """Which templates the CDK made, by their paths: those of `synthesized`, and documents that say so."""
    from invocation_lint.deployment.cdk_output.reconciling import ASSEMBLY, SNAPSHOT_OF_TEST, TEMPLATE

    found = {path: TEMPLATE for path, data in documents.items() if _MADE_BY_CDK.search(data) is not None}
    return {**found, **{one.path: ASSEMBLY if SYNTHESIZED in one.path else SNAPSHOT_OF_TEST for one in synthesized}}


def packed(file: str, same: Iterable[str], read: Callable[[str], bytes | None]) -> str:
    """The file of the project that the CDK packed, for a copy: of those of its name, the only one that is the same or,
    where that was changed since, the only one; else the file itself."""
    if SYNTHESIZED not in file:
        return file
    named = [one for one in same if SYNTHESIZED not in one]
    found = [one for one in named if read(one) == read(file)] or named
    return found[0] if len(found) == 1 else file


def read_document(path: str, data: bytes, read: Callable[[str], bytes | None] = lambda _: None) -> Template | None:
    """What the document at an absolute path deploys; None when it is no template. `read` gives the bytes of another
    file, by its absolute path.

    A document that is no YAML is a template with a problem that says so."""
    from invocation_lint.deployment.documents.nodes import mapping
    from invocation_lint.deployment.documents.yaml_nodes import Unreadable, read_nodes
    from invocation_lint.deployment.model import Problem, Template
    from invocation_lint.findings import Place

    path = path.replace(os.sep, "/")
    root = read_nodes(path, data)
    if isinstance(root, Unreadable):
        place = Place(path, root.line, root.column, root.line, root.column + 1)
        return Template(path, "", problems=(Problem(root.message, place, is_error=True),))
    if "Resources" in mapping(root):
        from invocation_lint.deployment.cloudformation.reader import read_cloudformation

        return read_cloudformation(path, root, read)
    if {"service", "provider"} & mapping(root).keys():
        from invocation_lint.deployment.serverless.reader import read_serverless

        return read_serverless(path, root, read)
    return None


def read_definition_alone(path: str, data: bytes) -> Template | None:
    """The state machine that a file defines to which no template refers; None when it is none. What stands for its
    functions is filled in elsewhere, so that only those are known whose names are written out."""
    from invocation_lint.deployment.definitions import may_be_definition as is_definition
    from invocation_lint.deployment.definitions import plain
    from invocation_lint.deployment.definitions import read_definition as read_it
    from invocation_lint.deployment.documents.yaml_nodes import Unreadable, place_of, read_nodes
    from invocation_lint.deployment.model import StateMachine, Template
    from invocation_lint.deployment.triggers import with_tasks
    from invocation_lint.deployment.values import Key

    root = read_nodes(path, data)
    if isinstance(root, Unreadable) or not is_definition(root):
        return None
    definition, key = read_it(path, root, plain), Key(path, "definition")
    machine = StateMachine(key, "definition", place_of(root), definition=definition)
    return Template(path, "definition", tuple(with_tasks(machine, None)), definition=definition)


def read_definition(path: str, data: bytes) -> sketch.Template:
    """The tasks of a file that defines a state machine."""
    from invocation_lint.deployment.sketch import Template
    from invocation_lint.deployment.state_machines import is_definition, tasks_in

    text = data.decode("utf-8", "replace")
    return Template(path, tasks=tasks_in(text) if is_definition(text) else ())


@record
class Applications:
    """What programs and configurations of a project deploy, and the files beside them that were read for that."""

    templates: tuple[Template, ...] = ()
    read: dict[str, bytes] = field(default_factory=dict)


def read_applications(code: dict[str, bytes], read: Callable[[str], bytes | None]) -> Applications:
    """What the applications of the CDK in TypeScript in these files deploy; `read` gives the bytes of another."""
    if not any(b"Function" in data for data in code.values()):
        return Applications()
    from invocation_lint.deployment.cdk_typescript.reader import read_applications as read_them

    return read_them(code, read)


def read_python(code: dict[str, bytes], read: Callable[[str], bytes | None]) -> Applications:
    """What the applications of the CDK in Python in these files deploy; `read` gives the bytes of another."""
    if not any(b"Function" in data for data in code.values()):
        return Applications()
    from invocation_lint.deployment.cdk_python.reader import read_applications as read_them

    return read_them(code, read)


def read_chalice(code: dict[str, bytes], read: Callable[[str], bytes | None]) -> Applications:
    """What the applications of Chalice in these files deploy; `read` gives the bytes of another."""
    if not code:
        return Applications()
    from invocation_lint.deployment.chalice import application

    taken: dict[str, bytes] = {}

    def take(path: str) -> bytes | None:
        data = read(path)
        if data is not None:
            taken[path] = data
        return data

    found = (application.read_chalice(path, data, take) for path, data in code.items())
    return Applications(tuple(template for template in found if template is not None), taken)


def read_configurations(files: dict[str, bytes], read: Callable[[str], bytes | None]) -> Applications:
    """What the configurations of Terraform in these files deploy; `read` gives the bytes of another."""
    if not any(b"lambda" in data for data in files.values()):
        return Applications()
    from invocation_lint.deployment.terraform.reader import read_configurations as read_them

    return read_them(files, read)


def read_zappa_of(path: str, data: bytes) -> sketch.Template:
    """What the settings of Zappa deploy."""
    from invocation_lint.deployment.zappa import read_zappa

    return read_zappa(path.replace(os.sep, "/"), data)
