"""Stacks of the AWS CDK in Python and TypeScript: functions with their handlers and code, and what invokes them.

Read as text, both languages in one way: a construct is a call with balanced brackets, its arguments have names, and a
function is known by the variable that holds it. What is computed, or held by two variables of one name, is left out.
Names are those of aws-cdk-lib (AWS: CDK API reference, version 2).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace

from invocation_lint.deployment.model import DeployedFunction, Template, in_order
from invocation_lint.records import record

_TEXTS = (
    r'"""(?:[^\\]|\\.)*?"""'
    r"|'''(?:[^\\]|\\.)*?'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r"|`(?:[^`\\]|\\.)*`"
)
_PYTHON = re.compile(rf"{_TEXTS}|\#[^\n]*|[()]", re.DOTALL)
_TYPESCRIPT = re.compile(rf"{_TEXTS}|//[^\n]*|/\*.*?\*/|[()]", re.DOTALL)
_HELD_BY = re.compile(r"(\w+)\s*(?::\s*[\w.<>\[\]| ]+?)?\s*=\s*(?:new\s+)?\Z")
_TEXT = re.compile(r"""(["'`])((?:(?!\1).)*)\1""")
_WORD = re.compile(r"\b([A-Za-z_]\w*)\b(?!\s*[:=](?!=))")

_VARIABLE = re.compile(
    r"""["']?\b([A-Za-z_]\w*)["']?\s*[:,]\s*(?:this\.|self\.)?(\w+)\.function_?(?:[nN]ame|[aA]rn)\b"""
)
"""A variable of an environment that holds the name or the ARN of a function."""

_OTHER_RUNTIME = re.compile(r"\b(?:NODEJS|JAVA|DOTNET|GO|RUBY|PROVIDED)_")
_INLINE = re.compile(r"\bfrom_?[iI]nline\b|\bInlineCode\b")

_FUNCTIONS = frozenset({"Function", "PythonFunction", "SingletonFunction"})

_INVOKERS = {
    "LambdaInvoke": "state_machine", "RunLambdaTask": "state_machine", "StateMachine": "state_machine",
    "LambdaFunction": "eventbridge", "LambdaTarget": "http", "LambdaIntegration": "http", "LambdaRestApi": "http",
    "HttpLambdaIntegration": "http", "WebSocketLambdaIntegration": "http", "LambdaSubscription": "sns",
    "LambdaDestination": "event", "EventSourceMapping": "queue", "SubscriptionFilter": "event",
    "addLambdaDataSource": "service", "add_lambda_data_source": "service", "addTrigger": "cognito",
    "add_trigger": "cognito", "UserPool": "cognito",
}  # fmt: skip
"""What constructs and methods do to the functions among their arguments."""

_OWN_STATE_MACHINE = re.compile(r"(?:StateMachine|StepFunctions?)(?:Construct)?\Z")
"""How a project calls its own constructs that hold a state machine: they are given its tasks."""

_SOURCES = {
    "SqsEventSource": "queue", "DynamoEventSource": "stream", "KinesisEventSource": "stream",
    "ManagedKafkaEventSource": "stream", "SelfManagedKafkaEventSource": "stream", "S3EventSource": "s3",
    "S3EventSourceV2": "s3", "SnsEventSource": "sns", "ApiEventSource": "http",
}  # fmt: skip
_METHODS = {"addFunctionUrl": "http", "add_function_url": "http"}


LONGEST_NAME = 200
LONGEST_PATH = 400
MAX_CALLS = 20_000
"""Calls of one file: what has more is no stack that a person wrote."""

MAX_FUNCTIONS = 500
"""Functions of one stack: it may have 500 resources (AWS: CloudFormation quotas)."""

MAX_ARGUMENTS = 4_000
"""Characters of the arguments of one call that are looked at: a definition with all its states has fewer."""


@record
class _Call:
    name: str
    start: int  # of the name
    opens: int
    closes: int

    def arguments(self, code: str) -> str:
        """The text of the arguments, as far as it is looked at."""
        return code[self.opens : min(self.closes, self.opens + MAX_ARGUMENTS)]

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]


def read_cdk(path: str, source: str, is_file: Callable[[str], bool]) -> Template:
    """The functions of Python that a file of the CDK makes. `is_file` is asked where their code may be."""
    token = _PYTHON if path.endswith(".py") else _TYPESCRIPT
    code = _without_comments(source, token)
    calls = _calls(code, token)
    made = [call for call in calls if call.last in _FUNCTIONS][:MAX_FUNCTIONS]
    held = {call: match[1] for call in made if (match := _HELD_BY.search(code, max(0, call.start - 200), call.start))}
    counted = Counter(held.values())
    variables = {name: call for call, name in held.items() if counted[name] == 1}
    invoked: dict[_Call, set[str]] = defaultdict(set)
    for call in calls:
        for kind, functions in _invocations(call, code, made, variables):
            for function in functions:
                invoked[function].add(kind)
    known_as: dict[_Call, set[str]] = defaultdict(set)
    for variable, name in _VARIABLE.findall(code):
        if name in variables:
            known_as[variables[name]].add(variable)
    found: list[DeployedFunction] = []
    for call in made:
        one = _function(path, held.get(call, ""), call.arguments(code), is_file)
        if one is not None:
            found.append(replace(one, invoked_by=in_order(invoked[call]), known_as=in_order(known_as[call])))
    return Template(path, tuple(found))


def _without_comments(source: str, token: re.Pattern[str]) -> str:
    """The text with blanks for its comments, so that places stay."""

    def blank(match: re.Match[str]) -> str:
        return match[0] if match[0][0] not in "/#" else " " * len(match[0])

    return token.sub(blank, source)


def _calls(code: str, token: re.Pattern[str]) -> list[_Call]:
    """The calls in order of their opening brackets; none where the brackets do not match."""
    found: list[_Call] = []
    waiting: list[int] = []
    for match in token.finditer(code):
        if match[0] == "(":
            waiting.append(match.start())
        elif match[0] == ")":
            if not waiting:
                return []
            opens = waiting.pop()
            start = opens
            while start and (code[start - 1].isalnum() or code[start - 1] in "._") and opens - start < LONGEST_NAME:
                start -= 1
            if start < opens:
                found.append(_Call(code[start:opens], start, opens, match.start()))
            if len(found) > MAX_CALLS:
                return []
    return [] if waiting else sorted(found, key=lambda call: call.opens)


def _invocations(
    call: _Call, code: str, made: list[_Call], variables: dict[str, _Call]
) -> Iterator[tuple[str, list[_Call]]]:
    owner = call.name.removeprefix("this.").removeprefix("self.").split(".")[0]
    if call.last in _METHODS and owner in variables:
        yield _METHODS[call.last], [variables[owner]]
    if call.last in {"addEventSource", "add_event_source"} and owner in variables:
        for name in _WORD.findall(call.arguments(code)):
            if name in _SOURCES:
                yield _SOURCES[name], [variables[owner]]
    kind = _INVOKERS.get(call.last) or ("state_machine" if _OWN_STATE_MACHINE.search(call.last) else None)
    if kind is not None:
        inside = _within(call, made)
        named = {variables[name] for name in _WORD.findall(call.arguments(code)) if name in variables}
        yield kind, [*inside, *named]


def _within(call: _Call, made: list[_Call]) -> list[_Call]:
    first = bisect_right([one.opens for one in made], call.opens)
    return [one for one in made[first:] if one.closes < call.closes]


def _function(path: str, variable: str, arguments: str, is_file: Callable[[str], bool]) -> DeployedFunction | None:
    handler = _argument(arguments, "handler")
    parts = _path_of(arguments)
    if re.search(r"\bentry\s*[:=]", arguments):
        index = _argument(arguments, "index") or "index.py"
        handler = f"{index.removesuffix('.py')}.{handler or 'handler'}"
    if "." not in handler or _OTHER_RUNTIME.search(arguments) or _INLINE.search(arguments):
        return None
    return DeployedFunction(variable, handler=handler, code=_folder(path, parts, handler, is_file))


def _argument(arguments: str, name: str) -> str:
    """The text that is given for a name."""
    found = re.search(rf"""\b{name}\s*[:=]\s*["'`]([\w./-]+)["'`]""", arguments)
    return found[1] if found else ""


def _path_of(arguments: str) -> str | None:
    """The folder of code that is given, with `path.join` of texts put together; None where a part is computed."""
    found = re.search(r"(?:\b[fF]rom_?[aA]sset|\b[cC]ode\.asset)\s*\(|\bentry\s*[:=]", arguments)
    if found is None:
        return None
    depth, end = 0, found.end()
    while end < min(len(arguments), found.end() + LONGEST_PATH):
        sign = arguments[end]
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        if depth < 0 or (depth == 0 and sign in ",\n" and "join" not in arguments[found.end() : end]):
            break
        if depth == 0 and sign == ")":
            end += 1
            break
        end += 1
    texts = [match[2] for match in _TEXT.finditer(arguments, found.end(), end)]
    if not texts or any("$" in one or "{" in one for one in texts):
        return None
    return "/".join(one.strip("/") if index else one for index, one in enumerate(texts))


def _folder(path: str, asset: str | None, handler: str, is_file: Callable[[str], bool]) -> str | None:
    """Where the code stands: the folder counts from that of the file, or from one above, where the CDK is run."""
    from invocation_lint.deployment.nodes import below

    if asset is None:
        return None
    module = f"{handler.rpartition('.')[0].replace('.', '/')}.py"
    folder = path.rpartition("/")[0]
    while folder:
        code = below(folder, asset.lstrip("/"))
        if is_file(f"{code}/{module}"):
            return code
        folder = folder.rpartition("/")[0]
    return None
