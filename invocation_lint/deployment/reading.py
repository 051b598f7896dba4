"""Reads one file as a template, whatever its language. What is broken, odd or too large tells nothing.

The reader of a language is imported when there is a file of it: most projects have templates in one, or none.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from invocation_lint.deployment.candidates import CODE, DOCUMENTS, MAX_BYTES, speaks_of_cdk
from invocation_lint.deployment.model import Template
from invocation_lint.documents import Node, read_yaml
from invocation_lint.errors import UsageError

_RESOURCES = re.compile(rb"AWS::(?:Lambda|Serverless)::(?:LayerVersion|Function)")
_SERVERLESS = (b"functions:", b"layers:")


def may_be_document(path: str, data: bytes) -> bool:
    """Whether a file may be a template that has functions or layers."""
    if len(data) > MAX_BYTES or not path.endswith(DOCUMENTS):
        return False
    if b"AWS::" in data and _RESOURCES.search(data) is not None:
        return True
    return any(data.startswith(word) or b"\n" + word in data for word in _SERVERLESS)


def is_document(path: Path) -> bool:
    """Whether a file may be a template that has functions or layers; one that cannot be read is none."""
    try:
        return path.stat().st_size <= MAX_BYTES and may_be_document(path.name, path.read_bytes())
    except OSError:
        return False


def may_be_definition(path: str, data: bytes) -> bool:
    """Whether a file may define a state machine and nothing else."""
    return len(data) <= MAX_BYTES and path.endswith(DOCUMENTS) and b"StartAt" in data


def may_be_code(path: str, data: bytes) -> bool:
    """Whether a file may be a stack of the CDK that has functions."""
    return (
        len(data) <= MAX_BYTES
        and path.endswith(CODE)
        and not path.endswith((".d.ts", ".test.ts"))
        and b"Function(" in data
        and speaks_of_cdk(data)
    )


def read_document(path: str, data: bytes, read: Callable[[str], bytes | None] = lambda _: None) -> Template:
    """What the document at an absolute path deploys. `read` gives the bytes of another file, by its absolute path."""
    from invocation_lint.deployment.cloudformation import read_cloudformation
    from invocation_lint.deployment.nodes import mapping

    root = _root(path, data)
    folder = posixpath.dirname(path.replace(os.sep, "/"))

    def text_of(other: str) -> str:
        return (read(other) or b"").decode("utf-8", "replace")

    if root is None:
        return Template(path)
    told = read_cloudformation(path, root, folder, text_of)
    if {"service", "provider"} & mapping(root).keys():
        from invocation_lint.deployment.serverless import read_serverless

        other = read_serverless(path, root, folder, text_of)
        told = replace(told, functions=told.functions + other.functions, layers=told.layers + other.layers)
    return told


def _root(path: str, data: bytes) -> Node | None:
    try:
        return read_yaml(path, data.decode("utf-8"), short_forms=True)
    except (UsageError, UnicodeDecodeError):
        return None


def read_definition(path: str, data: bytes) -> Template:
    """The tasks of a file that defines a state machine."""
    from invocation_lint.deployment.state_machines import is_definition, tasks_in

    text = data.decode("utf-8", "replace")
    return Template(path, tasks=tasks_in(text) if is_definition(text) else ())


def read_code(path: str, data: bytes, is_file: Callable[[str], bool]) -> Template:
    """What a file of the CDK deploys."""
    from invocation_lint.deployment.cdk import read_cdk

    return read_cdk(path, data.decode("utf-8", "replace"), is_file)


def read_terraform_of(path: str, data: bytes) -> Template:
    """What the files of Terraform in a folder deploy, as one text."""
    from invocation_lint.deployment.terraform import read_terraform

    return read_terraform(path, data.decode("utf-8", "replace"))
