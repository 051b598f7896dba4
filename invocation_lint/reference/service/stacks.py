"""What CloudFormation tells of stacks: clients of a stack ask it for the names and addresses that it has given.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from invocation_lint.reference.service.http import LOOPBACK, Exchange

_SERVICE = "/cloudformation/aws4_request"
_NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
_API = re.compile(r"https://([\w-]+\.execute-api\.[\w.-]+)")


@dataclass(frozen=True)
class DescribedStack:
    """A stack that is served: `outputs` are name -> (value, description), `resources` id -> (type, physical id)."""

    name: str
    arn: str
    created: str
    outputs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def port_of_api(host: str, urls: Mapping[str, str]) -> int | None:
    """The port of the API that AWS would have at `API.execute-api.REGION.amazonaws.com`; None for other hosts.

    `urls` are those of the APIs by their own names; a template names an API by its stack and that name.
    """
    label, _, rest = host.partition(".")
    if rest.startswith("execute-api."):
        for name, url in urls.items():
            if label == name or label.endswith(f"-{name}"):
                return urlsplit(url).port
    return None


def with_local_apis(text: str, urls: Mapping[str, str]) -> str:
    """The text with the addresses of APIs on AWS as those that they have here."""

    def local(match: re.Match[str]) -> str:
        port = port_of_api(match[1], urls)
        return match[0] if port is None else f"http://{LOOPBACK}:{port}"

    return _API.sub(local, text)


class Stacks:
    """The stacks that are served; `serve` answers what is asked about them, and leaves all else to moto."""

    def __init__(self, urls: Callable[[], Mapping[str, str]]) -> None:
        self._urls = urls
        self._stacks: dict[str, DescribedStack] = {}

    def add(self, stack: DescribedStack) -> None:
        """Tell of a stack from now on."""
        self._stacks[stack.name] = stack

    def serve(self, exchange: Exchange) -> bool:
        """Answer a request if it asks about one of these stacks; whether it did."""
        if not self._stacks or _SERVICE not in exchange.headers.get("Authorization", ""):
            return False
        asked = {name: values[0] for name, values in parse_qs(exchange.read_body().decode()).items()}
        answer = _ANSWERS.get(asked.get("Action", ""))
        name = asked.get("StackName")
        known = [each for each in self._stacks.values() if name in (None, each.name, each.arn)]
        if answer is None or not known or (name is None and asked["Action"] != "DescribeStacks"):
            return False
        action, result = asked["Action"], answer(known, asked, self._urls())
        body = f'<{action}Response xmlns="{_NAMESPACE}"><{action}Result>{result}</{action}Result></{action}Response>'
        exchange.answer(200, [("Content-Type", "text/xml")], body.encode("utf-8"))
        return True


def _described(stacks: list[DescribedStack], _asked: Mapping[str, str], urls: Mapping[str, str]) -> str:
    """DescribeStacks."""
    return _listed(
        "Stacks",
        [
            {
                "StackName": stack.name,
                "StackId": stack.arn,
                "CreationTime": stack.created,
                "StackStatus": "CREATE_COMPLETE",
                "Outputs": [
                    {
                        "OutputKey": key,
                        "OutputValue": with_local_apis(value, urls),
                        **({"Description": description} if description else {}),
                    }
                    for key, (value, description) in stack.outputs.items()
                ],
                "Parameters": [
                    {"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters.items()
                ],
            }
            for stack in stacks
        ],
    )


def _rows(stack: DescribedStack, only: str | None = None, **more: str) -> list[dict[str, Any]]:
    return [
        {
            "LogicalResourceId": logical,
            "PhysicalResourceId": physical,
            "ResourceType": kind,
            "ResourceStatus": "CREATE_COMPLETE",
            **more,
        }
        for logical, (kind, physical) in stack.resources.items()
        if only in (None, logical)
    ]


def _summaries(stacks: list[DescribedStack], _asked: Mapping[str, str], _urls: Mapping[str, str]) -> str:
    """ListStackResources."""
    return _listed("StackResourceSummaries", _rows(stacks[0], LastUpdatedTimestamp=stacks[0].created))


def _resources(stacks: list[DescribedStack], asked: Mapping[str, str], _urls: Mapping[str, str]) -> str:
    """DescribeStackResources."""
    only = asked.get("LogicalResourceId")
    return _listed("StackResources", _rows(stacks[0], only, StackName=stacks[0].name, Timestamp=stacks[0].created))


_ANSWERS: Mapping[str, Callable[[list[DescribedStack], Mapping[str, str], Mapping[str, str]], str]] = {
    "DescribeStacks": _described,
    "ListStackResources": _summaries,
    "DescribeStackResources": _resources,
}


def _listed(name: str, members: list[dict[str, Any]]) -> str:
    """A list in the form of AWS's query protocol."""
    rows = "".join(f"<member>{''.join(_element(*each) for each in member.items())}</member>" for member in members)
    return f"<{name}>{rows}</{name}>"


def _element(name: str, value: Any) -> str:
    return _listed(name, value) if isinstance(value, list) else f"<{name}>{escape(str(value))}</{name}>"
