"""The shipped data on what answers hold is what botocore says."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import botocore
import pytest
from botocore import xform_name
from botocore.loaders import Loader

from invocation_lint.data.output_shapes import PATH, shapes_of
from tests.command import ROOT
from tests.package.list_answers import written


def test_the_file_is_the_one_that_the_script_writes() -> None:
    shipped = json.loads(PATH.read_text(encoding="utf-8"))
    if botocore.__version__ == shipped["botocore"]:
        assert PATH.read_text(encoding="utf-8") == written()
    assert shipped["botocore"]


def told(service: str, number: int, levels: int) -> dict[str, Any]:
    """A structure as a tree: Python types, or further trees, each in the lists that are around it."""
    found: dict[str, Any] = {}
    for member in shapes_of(service).members(number):
        inner: Any = member.type or (told(service, member.shape, levels - 1) if levels else {})
        for _ in range(member.lists):
            inner = [inner]
        found[member.name] = inner
    return found


def modelled(shapes: dict[str, Any], name: str, levels: int) -> Any:
    """The same of botocore's model; None for a shape of which nothing is told."""
    shape = shapes[name]
    if shape["type"] == "timestamp":
        return "datetime"
    if shape["type"] == "blob":
        return "StreamingBody" if shape.get("streaming") else "bytes"
    if shape["type"] == "list":
        inner = modelled(shapes, shape["member"]["shape"], levels)
        return None if inner is None else [inner]
    if shape["type"] != "structure" or shape.get("eventstream"):
        return None
    below = levels - 1 if levels else 0
    found = {key: modelled(shapes, one["shape"], below) for key, one in shape["members"].items()}
    found.update({key: "StreamingBody" for key, one in shape["members"].items() if one.get("streaming")})
    known = {key: inner for key, inner in found.items() if inner is not None}
    return ({} if not levels else known) if known else None


@pytest.mark.parametrize("service", ["s3", "sts", "kms", "sqs", "logs", "secretsmanager", "cognito-idp", "lambda"])
def test_members_are_those_of_the_model(service: str) -> None:
    model = Loader().load_service_model(service, "service-2")
    answers = shapes_of(service)
    names = {xform_name(name): one["output"]["shape"] for name, one in model["operations"].items() if "output" in one}
    for operation in answers.operations.keys() & names.keys():  # an older botocore knows fewer
        expected = modelled(model["shapes"], names[operation], 2)
        assert told(service, answers.operations[operation], 1) == expected, operation


def test_what_is_there_at_once_is_told_from_what_comes_later() -> None:
    s3 = shapes_of("s3")
    sure = {member.name: member.is_sure for member in s3.members(s3.operations["head_object"])}
    assert sure["LastModified"]
    assert not sure["ObjectLockRetainUntilDate"]
    ecs = shapes_of("ecs")
    (tasks,) = [member for member in ecs.members(ecs.operations["describe_tasks"]) if member.name == "tasks"]
    assert tasks.lists == 1
    sure = {member.name: member.is_sure for member in ecs.members(tasks.shape)}
    assert sure["createdAt"]
    assert not sure["stoppedAt"]


def test_services_and_operations_without_such_members_have_none() -> None:
    assert not shapes_of("no-service").operations
    assert "receive_message" not in shapes_of("sqs").operations
    assert "invoke_async" not in shapes_of("lambda").operations


def test_the_analysis_does_not_import_botocore() -> None:
    code = "import sys, invocation_lint.analysis.libraries.outside.responses; print('botocore' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
