"""The few facts of Lambda's service model that the analysis asks for, read from `lambda_api.json`."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from invocation_lint.records import record


@record
class Operation:
    """One of the three operations that invoke a function."""

    parameters: frozenset[str]
    required: frozenset[str]
    answer: frozenset[str]
    errors: frozenset[str]


@record
class LambdaApi:
    """`operations` by boto3's method name; the codes are those that Invoke answers without modelling them."""

    version: str
    operations: dict[str, Operation]
    invocation_types: frozenset[str]
    service_errors: frozenset[str]
    unmodelled_codes: frozenset[str]
    parameters_of_other_operations: dict[str, str]


@lru_cache(maxsize=1)
def lambda_api() -> LambdaApi:
    """The facts as shipped; a test compares them with botocore's model."""
    data = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    operations = {
        name: Operation(*(frozenset(entry[key]) for key in ("parameters", "required", "answer", "errors")))
        for name, entry in data["operations"].items()
    }
    return LambdaApi(
        data["version"],
        operations,
        frozenset(data["invocation_types"]),
        frozenset(data["service_errors"]),
        frozenset(data["unmodelled_codes"]),
        dict(data["parameters_of_other_operations"]),
    )
