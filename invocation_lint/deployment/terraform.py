"""Terraform: the functions that the files of one folder make, and what invokes them.

Read as text: a block is a header with balanced braces, and what refers to a function names its resource. Modules are
read where they are those of terraform-aws-modules/lambda, or like them: with a handler of their own (provider aws,
resource reference). What is computed is left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from invocation_lint.deployment.cloudformation import PRINCIPALS
from invocation_lint.deployment.model import DeployedFunction, Template, in_order
from invocation_lint.deployment.nodes import below
from invocation_lint.records import record

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\#[^\n]*|//[^\n]*|/\*.*?\*/|[{}]', re.DOTALL)
_HEADER = re.compile(r'^[ \t]*(resource|data|module)[ \t]+"([\w-]+)"(?:[ \t]+"([\w-]+)")?[ \t]*\{', re.MULTILINE)
_REFERENCE = re.compile(r"\b(aws_lambda_function|aws_lambda_alias|module)\.([\w-]+)(?:\[[^\]]*\])?\.(\w+)")
_VARIABLE = re.compile(
    rf'(?:^|[{{,])[ \t]*"?([A-Za-z_]\w*)"?[ \t]*[=:][ \t]*"?(?:\$\{{)?{_REFERENCE.pattern}', re.MULTILINE
)

_REFERRING = {
    "aws_cloudwatch_event_target": "eventbridge", "aws_scheduler_schedule": "schedule",
    "aws_sns_topic_subscription": "sns", "aws_s3_bucket_notification": "s3",
    "aws_cloudwatch_log_subscription_filter": "event", "aws_lambda_function_event_invoke_config": "event",
    "aws_iot_topic_rule": "event", "aws_api_gateway_integration": "http", "aws_apigatewayv2_integration": "http",
    "aws_api_gateway_rest_api": "http", "aws_apigatewayv2_api": "http", "aws_lambda_function_url": "http",
    "aws_lb_target_group_attachment": "http", "aws_appsync_datasource": "service",
    "aws_bedrockagent_agent_action_group": "service", "aws_cognito_user_pool": "cognito",
    "aws_sfn_state_machine": "state_machine",
}  # fmt: skip
"""What the resources of a type do to the functions that they refer to."""


@record
class _Block:
    kind: str  # resource, data or module
    type: str  # of a module: its name
    name: str
    body: str


def read_terraform(path: str, source: str) -> Template:
    """What the files of a folder deploy, which are given as one text; `path` is of a file in that folder."""
    folder = path.rpartition("/")[0]
    blocks = list(_blocks(source))
    archives = {one.name: one.body for one in blocks if one.kind == "data" and one.type == "archive_file"}
    functions = {_key(one): one for one in blocks if _is_function(one)}
    invoked: dict[str, set[str]] = defaultdict(set)
    known_as: dict[str, set[str]] = defaultdict(set)
    for block in blocks:
        kind = _kind(block)
        for owner, name, _ in _REFERENCE.findall(block.body) if kind is not None else ():
            invoked[_called(owner, name)].add(kind or "")
        for variable, owner, name, attribute in _VARIABLE.findall(block.body) if _key(block) in functions else ():
            if attribute.endswith(("arn", "name")):
                known_as[_called(owner, name)].add(variable)
    found = []
    for key, block in functions.items():
        if "dead_letter" in block.body:
            invoked[key].add("event")
        if (literal := _attribute(block.body, "function_name")) and "$" not in literal:
            known_as[key].add(literal)
        runtime = _attribute(block.body, "runtime")
        found.append(
            DeployedFunction(
                block.name or block.type,
                handler=_attribute(block.body, "handler") if not runtime or "python" in runtime else "",
                code=_code(folder, block.body, archives),
                invoked_by=in_order(invoked[key]),
                known_as=in_order(known_as[key]),
            )
        )
    return Template(path, tuple(found))


def _blocks(source: str) -> Iterator[_Block]:
    """The blocks of the file itself whose braces match."""
    closes: dict[int, int] = {}
    waiting: list[int] = []
    blanked = _TOKEN.sub(lambda match: match[0] if match[0][0] in '"{}' else " " * len(match[0]), source)
    for match in _TOKEN.finditer(blanked):
        if match[0] == "{":
            waiting.append(match.start())
        elif match[0] == "}" and waiting:
            opened = waiting.pop()
            if not waiting:
                closes[opened] = match.start()
    for header in _HEADER.finditer(blanked):
        end = closes.get(header.end() - 1)
        if end is not None:
            yield _Block(header[1], header[2], header[3] or "", blanked[header.end() : end])


def _is_function(block: _Block) -> bool:
    if block.kind == "module":
        return bool(_attribute(block.body, "handler"))
    return block.kind == "resource" and block.type == "aws_lambda_function"


def _key(block: _Block) -> str:
    return f"module.{block.type}" if block.kind == "module" else f"{block.type}.{block.name}"


def _called(owner: str, name: str) -> str:
    """The key of the function that a reference means; an alias has the name of its function more often than not."""
    return f"module.{name}" if owner == "module" else f"aws_lambda_function.{name}"


def _kind(block: _Block) -> str | None:
    """How a resource invokes the functions that it refers to; None when it does not, or nothing is known of it."""
    if block.kind != "resource":
        return None
    if block.type == "aws_lambda_event_source_mapping":
        return "stream" if _attribute(block.body, "starting_position") else "queue"
    if block.type == "aws_lambda_permission":
        return PRINCIPALS.get(_attribute(block.body, "principal").partition(".")[0])
    return _REFERRING.get(block.type)


def _attribute(body: str, name: str) -> str:
    """The text that is given for a name."""
    found = re.search(rf'^[ \t]*{name}[ \t]*=[ \t]*"([^"\n]*)"', body, re.MULTILINE)
    return found[1] if found else ""


def _code(folder: str, body: str, archives: dict[str, str]) -> str | None:
    """The folder of the code: what an archive is made of, or the path that a module packs."""
    archive = re.search(r"\bdata\.archive_file\.([\w-]+)\b", body)
    if archive is not None:
        body = archives.get(archive[1], "")
    where = _attribute(body, "source_dir") or _attribute(body, "source_path")
    file = _attribute(body, "source_file")
    if file:
        where = file.rpartition("/")[0] or "."
    where = re.sub(r"\$\{path\.(?:module|root|cwd)\}/?", "", where)
    return below(folder, where) if where and "$" not in where else None
