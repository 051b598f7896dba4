"""What the request of a read of a page asks for, as its arguments are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from invocation_lint.data.list_operations import ListOperation
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.page_uses import Uses
from invocation_lint.facts.building.reading.list_growth import Request, is_cleared
from invocation_lint.facts.building.reading.partitions import asks_for_a_kind, asks_for_a_status, names_one
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.source.parsing.walk import walk

_FORM = frozenset({"ExpressionAttributeNames", "ExpressionAttributeValues", "ProjectionExpression", "ConsistentRead",
                   "Select", "ReturnConsumedCapacity", "ScanIndexForward", "IndexName", "TableName", "AttributesToGet",
                   "FetchOwner", "RequestPayer", "EncodingType", "ExpectedBucketOwner", "Delimiter", "Recursive",
                   "WithDecryption", "SortBy"})  # fmt: skip
"""Parameters that change how entries are answered, or from where, and not which."""


_PARENTS = frozenset({"cluster", "EventBusName", "CatalogId", "stateMachineArn"})
"""Parameters that may be left out, and name what holds the entries: a cluster, an event bus, a catalog."""

_DEFAULTS = {"desiredStatus": "RUNNING"}
"""Parameters and what they ask for where they are left out, too (ECS API reference, ListTasks)."""

_IN_USE = {
    "StackStatusFilter": frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"}),
    "CertificateStatuses": frozenset({"ISSUED"}),
    "SnapshotType": frozenset({"manual"}),
}
"""Parameters and the states of what is in use, which leave out only what is gone, has failed, or goes away by itself
(CloudFormation API reference, ListStacks; ACM API reference, ListCertificates; RDS API reference,
DescribeDBSnapshots)."""

_NARROWING = re.compile(r"prefix|filter|status|state|scope|time|date|type|delimiter|recursive|include", re.IGNORECASE)
"""Parameters that leave many: any other one names what is wanted."""

_FILTERS = frozenset({"FilterExpression", "ScanFilter", "QueryFilter"})
"""Parameters of DynamoDB by which entries are dropped after a page was read (developer guide: filter expressions)."""

_MAKES = ("create_", "make_", "put_", "register_", "import_", "publish_version", "start_")


_OF_A_KIND = re.compile(r"status|state|scope|runtime|architecture|type", re.IGNORECASE)
"""Parameters that leave those of a kind, and say nothing about a name."""

_ID = re.compile(r"(?:^|_|[a-z])(?:id|Id|ID)$")

_IN_LOGS = frozenset({"logGroupName", "logGroupIdentifier", "startTime", "endTime", "filterPattern"})
"""Parameters of FilterLogEvents that leave many events of a log group."""


def asks_for(operation: ListOperation, request: Request, given: set[str], *, is_sifted: bool = False) -> Any:
    """All that there is, all in one parent, all of a kind, a part that names a parent of another sort, or what further
    parameters name. `is_sifted` is whether the function looks for a name among those that a limit leaves."""
    if operation.service == "dynamodb" and operation.name == "query":
        return _of_query(request)
    if operation.service == "dynamodb" and operation.name == "scan":
        return "all"
    if request.is_open:
        return UnknownAnswer("more may be asked for than is in sight")
    needed = (operation.required - {"TableName"}) | (given & _PARENTS)
    further = given - needed - operation.given - {operation.limit} - _FORM
    further -= {name for name, value in request.given.items() if text_of(value) == _DEFAULTS.get(name)}
    further -= {name for name in further & _IN_USE.keys() if _IN_USE[name] & set(_texts(request.given.get(name)))}
    if operation.service == "s3" and further == {"Prefix"}:
        return _below(request)
    if operation.name == "filter_log_events" and further <= _IN_LOGS:
        return "parent"
    if further and is_sifted and all(map(_OF_A_KIND.search, further)):
        return "kind"
    if len(further) == 1 and _is_folder(next(iter(further)), request):
        return "kind"
    if further:
        narrowed = any(_NARROWING.search(name) for name in further)
        return UnknownAnswer(f"what {min(further)} leaves is not known") if narrowed else "named"
    return "parent" if needed else "all"


def _is_folder(name: str, request: Request) -> bool:
    """Whether a parameter names all below a constant prefix that ends like a folder: `/aws/lambda/`."""
    value = request.given.get(name)
    return name.lower().endswith("prefix") and request.is_constant(value) and _text_in(value).endswith("/")


def _text_in(value: cst.BaseExpression | None) -> str:
    return text_of(value) if value is not None else ""


def _of_query(request: Request) -> Any:
    compared = request.compared
    if asks_for_a_status(compared):
        return "kind"
    if names_one(compared):
        return "named"
    if not compared or request.is_open:
        return UnknownAnswer("which partition is asked for is not in sight")
    return "kind" if asks_for_a_kind(compared, request.is_constant) else "part"


def _texts(listed: cst.BaseExpression | None) -> Iterator[str]:
    """The texts of a list that is written where it is given, or the one that is."""
    if isinstance(listed, cst.SimpleString):
        yield text_of(listed)
    if isinstance(listed, (cst.List, cst.Tuple)):
        yield from (text for one in listed.elements if (text := text_of(one.value)))


def _below(request: Request) -> Any:
    """What a listing of a bucket with a prefix asks for: a constant prefix that ends like a file's name is one."""
    prefix = request.given.get("Prefix")
    if not request.is_constant(prefix):
        return "part"
    written = prefix.evaluated_value if isinstance(prefix, cst.SimpleString) else ""
    return "named" if isinstance(written, str) and re.search(r"\.\w{1,8}$", written) else "kind"


def left_empty(operation: ListOperation, request: Request) -> set[str]:
    """The parameters that ask for nothing: a token that is None, and a filter that drops one item only, by its id."""
    tokens = {name for name in operation.given if _is_none(request.given.get(name))}
    return tokens | ({"FilterExpression"} if operation.service == "dynamodb" and _drops_one(request) else set())


def _is_none(node: cst.BaseExpression | None) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def _drops_one(request: Request) -> bool:
    """Whether a filter is that the id is not a certain one: `Attr("id").ne(own)`, `id <> :own`."""
    condition = request.given.get("FilterExpression")
    if isinstance(condition, (cst.SimpleString, cst.ConcatenatedString)):
        written = re.fullmatch(r"\s*#?(\w+)\s*<>\s*:\w+\s*", str(condition.evaluated_value))
        return written is not None and _ID.search(written[1]) is not None
    if not isinstance(condition, cst.Call) or called_name(condition) != "ne":
        return False
    owner = condition.func.value if isinstance(condition.func, cst.Attribute) else None
    named = text_of(owner.args[0].value) if isinstance(owner, cst.Call) and owner.args else ""
    return _ID.search(named) is not None


def next_page(
    operation: ListOperation,
    uses: Uses,
    given: set[str],
    looks: bool,
    spread: list[cst.BaseExpression],
    scope: Scope,
) -> Any:
    """Whether anything looks for the next page."""
    if looks or operation.given & given:
        return "yes"
    if uses.escapes is not None:
        return UnknownAnswer("the answer is handed on")
    if any(not isinstance(one, cst.Dict) and last_name(one) not in scope.assignments for one in spread):
        return UnknownAnswer("the request comes from elsewhere")
    return "no"


def is_a_page(operation: ListOperation, request: Request) -> bool:
    """Whether the limit of a request is what a page holds anyway: `MaxKeys=1000`."""
    limit = request.given.get(operation.limit)
    return isinstance(limit, cst.Integer) and 0 < operation.page <= limit.evaluated_value


def page_of(operation: ListOperation, request: Request, *, is_limited: bool, given: set[str]) -> Any:
    """How much a page holds: as many as are asked for, where a number says it. DynamoDB counts what it looked at for a
    limit, not what passes a filter."""
    if operation.service == "dynamodb" and operation.name in {"scan", "query"}:
        if not is_limited:
            return "1 MB"
        held = "what passes the filter among" if is_filtered(operation, given) else "only"
        return f"{held} the first {operation.limit} items"
    limit = request.given.get(operation.limit) if operation.service != "s3" else None  # which never gives more
    if limit is not None and not isinstance(limit, cst.Integer):
        return UnknownAnswer("the limit is not a number that is written there")
    page = limit.evaluated_value if limit is not None else operation.page
    return f"{page} entries" if page else UnknownAnswer("how much a page holds is not known")


def read_of(operation: ListOperation, *, is_limited: bool, given: set[str]) -> str:
    """What of all entries a call can give, in words."""
    if not is_limited:
        return "the first page"
    what = "what passes the filter" if is_filtered(operation, given) else "what is"
    return f"{what} among the first `{operation.limit}` {'items' if operation.service == 'dynamodb' else 'entries'}"


def is_in_while(operation: ListOperation, given: set[str], scope: Scope, call: cst.Call, uses: Uses) -> bool:
    """Whether a loop may make the call until nothing is left: the same call in each round, or one that goes on from
    what the last one gave. A round that only counts or searches what there is leaves all of it; so does one that asks
    for the result of a job, and a scan whose filter looks at the same items again, unless these are removed."""
    if operation.is_of_one_job:
        return False
    is_from_start = operation.name == "scan" and is_filtered(operation, given) and bool(uses.loops)
    if is_from_start and not any(is_cleared(loop, scope) for loop in uses.loops):
        return False
    if uses.strongest in {"counted", "searched"} and uses.acts is None and "tested" not in uses.found:
        return False
    for node in scope.around(call):
        if isinstance(node, (cst.While, cst.FunctionDef)):
            return isinstance(node, cst.While) and not _asks_anew(node, call)
    return False


def _asks_anew(loop: cst.While, call: cst.Call) -> bool:
    """Whether each round asks about something else: by a name that it sets first, and not to what the answer holds."""
    asked = {name for arg in call.args if arg.keyword is not None for name in _words(arg.value)}
    set_by = [(node.targets, node.value) for node in walk(loop.body) if isinstance(node, cst.Assign)]
    moved = {node.target.value for node in walk(loop.body)
             if isinstance(node, cst.AugAssign) and isinstance(node.target, cst.Name)}  # fmt: skip
    from_answer = set(moved)
    for _ in set_by:
        for targets, value in set_by:
            if call in walk(value) or not from_answer.isdisjoint(_words(value)):
                from_answer |= {name for one in targets for name in _words(one.target)}
    new = {one.target.value for targets, _ in set_by for one in targets if isinstance(one.target, cst.Name)}
    return not asked.isdisjoint(new - from_answer)


def _words(node: cst.CSTNode) -> set[str]:
    return {part.value for part in walk(node) if isinstance(part, cst.Name)}


def is_filtered(operation: ListOperation, given: set[str]) -> bool:
    """Whether a filter drops entries of a page after it was read."""
    return operation.service == "dynamodb" and not _FILTERS.isdisjoint(given)


def has_just_made(scope: Scope, call: cst.Call) -> bool:
    """Whether the function makes, before it, what a call asks about: by a name that both use, or by the answer."""
    assert isinstance(call.func, cst.Attribute)
    asked = {name for arg in call.args if arg.keyword is not None for name in _names_in(arg.value)}
    if isinstance(call.func.value, cst.Name):
        asked.add(call.func.value.value)
    asked -= {"self"}
    for made in scope.calls:
        if made is call:
            return False
        if called_name(made).startswith(_MAKES) and not asked.isdisjoint(_named_by(scope, made)):
            return True
    return False


def _named_by(scope: Scope, made: cst.Call) -> set[str]:
    """The names that a call is given for what it makes, and those that its answer is bound to."""
    found = {name for arg in made.args if arg.keyword is not None for name in _names_in(arg.value)}
    for outer in scope.around(made):
        if isinstance(outer, cst.Assign):
            found |= {name for one in outer.targets for name in _names_in(one.target)}
        if isinstance(outer, cst.BaseSmallStatement):
            break
    return found


def _names_in(node: cst.CSTNode) -> set[str]:
    """The names and texts that stand for a thing: not those that a key or attribute is read by."""
    if isinstance(node, (cst.Name, cst.SimpleString)):
        return {node.value}
    if isinstance(node, (cst.Attribute, cst.Subscript)):
        return _names_in(node.value)
    return set()


def last_name(node: cst.CSTNode) -> str:
    """The last part of a name; empty for anything else."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""
