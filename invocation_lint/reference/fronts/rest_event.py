"""The event that a REST API makes of a request (Lambda proxy integration, format 1.0).

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html; details as recorded
(test_lambda_aws_proxy_integration, 2024-08-02). The headers that CloudFront adds before edge-optimised APIs are not.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qsl

from invocation_lint.reference.fronts.front import FrontRequest, grouped
from invocation_lint.reference.service.functions import RestApi, Route

_PARAMETER = re.compile(r"\{([^}+]+)(\+?)\}")


def match_route(routes: Sequence[Route], method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route for a path (below the stage, escapes kept) and its parameters; a greedy path matches last.

    An exact method goes before ANY. A slash at the end is not looked at, nor are several at the beginning.
    """
    best: tuple[tuple[int, int, int], Route, dict[str, str]] | None = None
    wanted = "/" + path.strip("/")
    for route in routes:
        if route.method.upper() not in ("ANY", method):
            continue
        found = re.fullmatch(_pattern(route.path), wanted)
        if found is None:
            continue
        greedy = "+}" in route.path
        rank = (int(greedy), len(_names(route.path)), int(route.method.upper() == "ANY"))
        if best is None or rank < best[0]:
            best = (rank, route, dict(zip(_names(route.path), found.groups(), strict=True)))
    return None if best is None else best[1:]


def split_stage(target: str, stage: str) -> tuple[str, str] | None:
    """The path below the stage, and the whole path as the request context has it; None when the stage is another."""
    whole = "/" + target.split("?", 1)[0].split("#", 1)[0].lstrip("/")
    head, _, rest = whole[1:].partition("/")
    if head != stage:
        return None
    return "/" + rest.lstrip("/"), whole


def rest_event(
    api: RestApi,
    request: FrontRequest,
    *,
    route: Route,
    parameters: dict[str, str],
    paths: tuple[str, str],
    identity: dict[str, str],
    now: float,
) -> dict[str, Any]:
    """The proxy event. `paths` are those of `split_stage`; `identity` holds account, api, request and host ids."""
    headers = grouped((_header_name(name), value) for name, value in request.headers if name.lower() != "connection")
    headers.pop("Content-Length", None)
    headers["X-Amzn-Trace-Id"] = [identity["trace"]]
    headers["X-Forwarded-For"] = [request.client]
    headers["X-Forwarded-Port"] = [identity["port"]]
    headers["X-Forwarded-Proto"] = ["http"]
    query = target_query(request.target)
    values = grouped_exactly(query)
    binary = is_binary(api, request.header("Content-Type"))
    body: str | None = None
    if request.body:
        body = base64.b64encode(request.body).decode() if binary else request.body.decode("utf-8", "replace")
    host = request.header("Host") or identity["host"]
    moment = datetime.fromtimestamp(now, tz=timezone.utc)
    return {
        "resource": route.path,
        "path": paths[0],
        "httpMethod": request.method,
        "headers": {name: each[-1] for name, each in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: each[-1] for name, each in values.items()} or None,
        "multiValueQueryStringParameters": values or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": identity["resource"],
            "resourcePath": route.path,
            "httpMethod": request.method,
            "extendedRequestId": identity["extended"],
            "requestTime": moment.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "path": paths[1],
            "accountId": identity["account"],
            "protocol": "HTTP/1.1",
            "stage": api.stage,
            "domainPrefix": identity["api"],
            "requestTimeEpoch": int(now * 1000),
            "requestId": identity["request"],
            "identity": {
                "cognitoIdentityPoolId": None,
                "accountId": None,
                "cognitoIdentityId": None,
                "caller": None,
                "sourceIp": request.client,
                "principalOrgId": None,
                "accessKey": None,
                "cognitoAuthenticationType": None,
                "cognitoAuthenticationProvider": None,
                "userArn": None,
                "userAgent": request.header("User-Agent"),
                "user": None,
            },
            "domainName": host,
            "deploymentId": identity["deployment"],
            "apiId": identity["api"],
        },
        "body": body,
        "isBase64Encoded": binary and body is not None,
    }


def target_query(target: str) -> list[tuple[str, str]]:
    """The decoded query of a request target, in order."""
    query = target.split("#", 1)[0].partition("?")[2]
    return parse_qsl(query, keep_blank_values=True)


def grouped_exactly(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """The values of each name, in order."""
    groups: dict[str, list[str]] = {}
    for name, value in pairs:
        groups.setdefault(name, []).append(value)
    return groups


def is_binary(api: RestApi, content_type: str | None) -> bool:
    """Whether a body of this type is handed over in base64."""
    plain = (content_type or "application/json").split(";")[0].strip().lower()
    return any(each in ("*/*", plain) for each in api.binary_media_types)


def _header_name(name: str) -> str:
    """Recorded: letters are kept, but for Authorization."""
    return "Authorization" if name.lower() == "authorization" else name


def _names(path: str) -> list[str]:
    return [found[1] for found in _PARAMETER.finditer(path)]


def _pattern(path: str) -> str:
    pieces: list[str] = []
    end = 0
    for found in _PARAMETER.finditer(path):
        pieces += [re.escape(path[end : found.start()]), "(.+)" if found[2] else "([^/]+)"]
        end = found.end()
    return "".join([*pieces, re.escape(path[end:])]).rstrip("/") or "/"
