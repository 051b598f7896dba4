"""The operations of AWS that answer in pages, read from `list_operations.json`: botocore's paginators and models.

The file is written by a script from the botocore whose version it holds; botocore itself is not imported.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from invocation_lint.records import record

PATH = Path(__file__).with_suffix(".json")

_WITH_JOBS = frozenset({"rekognition", "textract"})


@record
class ListOperation:
    """One operation. `tokens` are the names by which a page leads to the next one, in the request and in the answer;
    `keys` the parts of the answer that hold the entries; `page` how many entries a page holds, 0 where not known;
    `entries` what they are: data or resources, empty where that is not known."""

    service: str
    name: str
    tokens: frozenset[str]
    given: frozenset[str]  # those of the tokens that the request takes
    limit: str
    page: int
    entries: str
    required: frozenset[str]
    keys: tuple[str, ...]

    @property
    def is_of_one_job(self) -> bool:
        """Whether the pages are the result of one job that was started before; boto3 has no paginator for those."""
        return self.service in _WITH_JOBS and self.name.startswith("get_")


@lru_cache(maxsize=1)
def _data() -> tuple[list[Any], dict[str, dict[str, str]]]:
    data = json.loads(PATH.read_text(encoding="utf-8"))
    return data["tokens"], data["services"]


@lru_cache(maxsize=1)
def _services() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for service, operations in _data()[1].items():
        for name in operations:
            found[name] = (*found.get(name, ()), service)
    return found


@lru_cache(maxsize=1)
def services() -> frozenset[str]:
    """The services whose clients have such operations, and those whose operations answer with everything."""
    return frozenset(_data()[1]) | {"ec2", "sqs"}


def is_list_operation(name: str) -> bool:
    """Whether a method of some client of boto3 answers in pages."""
    return name in _services()


@lru_cache(maxsize=512)
def list_operations(name: str) -> tuple[ListOperation, ...]:
    """The operations of that name (`list_functions`), one a service."""
    tokens, services = _data()
    found = []
    for service in _services().get(name, ()):
        index, page, required, keys = services[service][name].split(" ")
        given, answered, limit, more = tokens[int(index)]
        names = {*given, *(part for one in (*answered, more) for part in _words(one))}
        needed = frozenset(required.split(",")) if required != "-" else frozenset()
        found.append(
            ListOperation(
                service,
                name,
                frozenset(names),
                frozenset(given),
                limit,
                int(page.rstrip("dr")),
                {"d": "data", "r": "resources"}.get(page[-1], ""),
                needed,
                tuple(keys.split(",")),
            )
        )
    return tuple(found)


def _words(expression: str) -> list[str]:
    """The names at the ends of an expression such as `NextMarker || Contents[-1].Key`; what is no token stays out."""
    ends = [part.strip() for part in expression.split("||")]
    return [part.rpartition(".")[2] for part in ends if part and "[" not in part]
