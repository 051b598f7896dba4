"""Which documents are templates, by their names and by what stands in them; nothing is parsed."""

from __future__ import annotations

import os
import re

from invocation_lint.deployment.documents.candidates import (
    LINTED,
    MAX_BYTES,
    SERVERLESS,
    TERRAFORM,
    TYPESCRIPT,
    speaks_of_cdk,
)

HEAD = 16_000
"""Bytes at the beginning of a file in which the marks of a template stand."""

NAMES = ("template.yaml", "template.yml", *SERVERLESS)
"""The names that the tools look for (AWS: sam build; Serverless Framework)."""

_VERSION = re.compile(rb"\bAWSTemplateFormatVersion\b")
_SAM = re.compile(rb"""(?m)^[\s{]*["']?Transform["']?\s*:[^{}]{0,200}?\bAWS::Serverless\b""")
_RESOURCES = re.compile(rb"\bResources\b")
_NO_STACKS = (".d.ts", ".test.ts", ".spec.ts")
_PART = re.compile(rb"(?m)^[ \t]+handler:[ \t]*\S[\s\S]*^[ \t]+events:|^[ \t]+events:[\s\S]*^[ \t]+handler:[ \t]*\S")
_PROVIDER = re.compile(rb"(?m)^provider:")
_FUNCTIONS = re.compile(rb"(?m)^functions:")


def has_marks(data: bytes) -> bool:
    """Whether bytes hold the marks of a template of CloudFormation, SAM or the Serverless Framework."""
    if b"AWS" in data and (_VERSION.search(data) or _SAM.search(data)):
        return True
    return b"provider:" in data and _PROVIDER.search(data) is not None and _FUNCTIONS.search(data) is not None


def is_marked(path: str, head: bytes) -> bool:
    """Whether a file is named as a template, or holds the marks of one."""
    return path.rpartition("/")[2] in NAMES or has_marks(head)


def has_functions(data: bytes) -> bool:
    """Whether bytes of a file of Terraform are about Lambda."""
    return b"aws_lambda" in data


def _is_beside_functions(path: str, folders: dict[str, bool]) -> bool:
    """Whether a file of Terraform is one configuration with others that name Lambda, or modules of that name: the files
    of a folder are one. `folders` keeps the answer for its neighbours."""
    folder = os.path.dirname(path) or "."  # noqa: PTH120 - of each document
    if folder not in folders:
        folders[folder] = any(
            _names_lambda(os.path.join(folder, name))  # noqa: PTH118
            for name in os.listdir(folder)  # noqa: PTH208
            if name.endswith(TERRAFORM)
        )
    return folders[folder]


def _names_lambda(path: str) -> bool:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return b"lambda" in file.read(MAX_BYTES)
    except OSError:
        return False


def is_template(path: str, folders: dict[str, bool]) -> bool:
    """Whether the file at a path is named as a template, holds the marks of one, names resources of AWS, is the
    definition of a state machine, a program of the CDK, perhaps a part of a serverless.yml, or of a configuration of
    Terraform with functions; one that cannot be read is none. `folders` keeps what was
    found of a folder for other files of it."""
    if not path.endswith(LINTED):
        return False
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - of each document
            if path.endswith(TERRAFORM):
                return has_functions(file.read(MAX_BYTES)) or _is_beside_functions(path, folders)
            head = file.read(HEAD)
            if path.endswith(TYPESCRIPT):
                return not path.endswith(_NO_STACKS) and b"aws-cdk" in head and speaks_of_cdk(head)
            is_one = is_marked(path, head) or (b"AWS::" in head and _RESOURCES.search(head) is not None)
            is_one = is_one or (b"StartAt" in head and b"States" in head)
            is_one = is_one or (b"handler:" in head and b"events:" in head and _PART.search(head) is not None)
            return is_one and file.seek(0, 2) <= MAX_BYTES
    except OSError:
        return False
