"""One fact for each handler of a custom resource, read with the helpers of its module."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts import custom_resource as facts
from invocation_lint.facts.base import Fact
from invocation_lint.facts.building.handlers import is_handler, may_be_handler
from invocation_lint.facts.building.handling import failing
from invocation_lint.facts.building.handling.event_reads import event_name
from invocation_lint.facts.building.handling.mappings import has_provider
from invocation_lint.facts.building.handling.records.processors import takes_every
from invocation_lint.facts.building.handling.resources.requests import (
    holds_id,
    id_kind,
    is_for,
    is_making,
    made_names,
    names_in,
    of_delete,
    only_makes,
    root_of,
    takes_errors,
    title_of,
)
from invocation_lint.facts.building.handling.resources.unanswered import unanswered
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.records import mutable
from invocation_lint.source.parsing.walk import walk

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program

MAX_HELPERS = 3
_SENDS = re.compile(
    r"^(?:cfn_?)?(?:send|respond|answer)(?:_?\w*(?:response|cfn|success|failed|status|result)\w*)?$", re.IGNORECASE
)
_UNDOES = re.compile(
    r"^_?(?:delete|remove|terminate|deregister|destroy|drop|empty|undo|detach|purge|release|revoke|clean)"
)
_OUTSIDE = frozenset({"urlopen", "connect", "request", "get_secret_value"})
_REQUESTS = frozenset({"urlopen", "request", "put", "getresponse"})
_TOLD = {
    "swallowed": "the error is caught, and the handler returns",
    "status_failed": "the provider framework does not read `Status`",
    "dropped": "the helper's result is not returned",
}


def custom_resources(code: Code, program: Program | None) -> Iterator[Fact]:
    """The facts of a module, in no order."""
    for info in code.functions():
        if may_be_handler(info) and (is_handler(info) or info.name == "on_event"):
            resource = _Resource(code, info)
            if resource.is_one:
                resource.has_provider = program is not None and has_provider(program, code.module, info)
                yield resource.fact()


@mutable
class _Resource:
    code: Code
    info: FunctionInfo
    scopes: list[tuple[FunctionInfo, Scope]] = field(default_factory=list)
    senders: set[str] = field(default_factory=set)
    has_provider: bool = False  # the CDK's, which responds to what the handler returns or raises

    def __post_init__(self) -> None:
        seen = {self.info.key}
        level = [self.info]
        for _ in range(MAX_HELPERS):
            self.scopes += [(one, self.code.scope_of(one)) for one in level]
            names = {name.value for one in level for name in names_in(self.code.scope_of(one))}
            level = [one for one in self.code.functions() if one.name in names and one.key not in seen]
            seen.update(one.key for one in level)
        self.senders = {one.name for one, scope in self.scopes if "ResponseURL" in scope.texts and one is not self.info}

    @property
    def is_one(self) -> bool:
        """Whether it reads what only CloudFormation sends, and answers by itself or by returning."""
        if "RequestType" not in self.info.words and not self._answers_alike():
            return False
        texts = frozenset().union(*(scope.texts for _, scope in self.scopes))
        about = {"ResourceProperties", "PhysicalResourceId", "ResponseURL", "LogicalResourceId"} & texts
        words = frozenset().union(*(one.words for one, _ in self.scopes))
        is_helped = "CfnResource" in self.code.module.source.text or bool({"crhelper"} & words)
        return bool(about or "cfnresponse" in words) and not is_helped and not self._is_wrapped()

    def _answers_alike(self) -> bool:
        """Whether it answers every request in the same way, and is no part of a handler that tells them apart."""
        return any(map(self._is_of_library, self._scope.calls)) and not self.code.module.is_mentioned_outside(self.info)

    def _is_wrapped(self) -> bool:
        names = {
            dotted(item.func if isinstance(item, cst.Call) else item).rpartition(".")[2]
            for item in self.info.decorators
        }
        return bool(names - {"inject_lambda_context", "capture_lambda_handler", "log_metrics", "event_source"})

    def fact(self) -> Fact:
        """The fact."""
        source = self.code.module.source
        site = source.place(self.info.node.name) if isinstance(self.info.node, cst.FunctionDef) else self.info.place
        sends = list(self._sends())
        is_raw = not self.has_provider and (sends or "ResponseURL" in self._scope.texts)
        framework = "raw" if is_raw else "provider"
        places = {}
        answered = self._answers_errors()
        early = self._early_work() if answered else None
        answered, work = answered and early is None, early or self._work()
        if work is not None and not (answered and is_raw):
            places["work"] = source.place(work)
        left = unanswered(self.code, self.info, self._is_send) if is_raw else None
        if left is not None:
            places["unanswered"] = source.place(left[1])
        update, update_place = self._id_on_update(framework, sends)
        delete, delete_place = self._delete()
        outcome, outcome_place = self._outcome() if framework == "provider" else (None, None)
        for path, place in (("id_on_update", update_place), ("delete_does", delete_place), ("outcome", outcome_place)):
            if place is not None:
                places[path] = source.place(place)
        places["told"] = places.get("outcome", site)
        places["hangs"] = places.get("unanswered", places.get("work", site))
        data = facts.CustomResource(
            framework=framework,
            work=title_of(work) if work is not None else None,
            error_answered="yes" if answered else "no",
            unanswered=left[0] if left is not None else None,
            hangs=_hangs(left[0] if left is not None else None, work if is_raw and not answered else None),
            id_on_update=update,
            delete_does=delete,
            outcome=outcome,
            told=_TOLD.get(outcome) if outcome is not None else None,
        )
        for path in ("framework", "error_answered"):
            places.setdefault(path, site)
        return Fact("custom_resource", data, site, places, (), self.info.title)

    @property
    def _scope(self) -> Scope:
        return self.scopes[0][1]

    # -- answers -----------------------------------------------------------------------------------------------------

    def _sends(self) -> Iterator[tuple[cst.Call, Scope]]:
        for _, scope in self.scopes:
            for call in scope.calls:
                if self._is_send(call):
                    yield call, scope

    def _is_send(self, call: cst.Call) -> bool:
        name = called_name(call)
        if self.code.meaning(call.func).startswith("cfnresponse.") or name in self.senders:
            return True
        given = [arg.value.value for arg in call.args[:2] if isinstance(arg.value, cst.Name)]
        return bool(_SENDS.match(name)) and given[:1] == [event_name(self.info)] and len(call.args) >= 2

    def _is_of_library(self, call: cst.Call) -> bool:
        return self.code.meaning(call.func) == "cfnresponse.send"

    def _holds_send(self, body: cst.CSTNode) -> bool:
        for node in walk(body):
            if not isinstance(node, cst.Call):
                continue
            if self._is_send(node):
                return True
            for one, scope in self.scopes:
                if one.name != called_name(node) or one is self.info:
                    continue
                if "ResponseURL" in scope.texts or any(self._is_send(inner) for inner in scope.calls):
                    return True
            if called_name(node) == "put" or "ResponseURL" in dotted(node.func):
                return True
        return False

    def _answers_errors(self) -> bool:
        return any(
            isinstance(node, cst.Try) and self._answers_error(node, one, scope)
            for one, scope in self.scopes
            for node in scope.parents
        )

    def _answers_error(self, node: cst.Try, info: FunctionInfo, scope: Scope) -> bool:
        """Whether a `try` answers whatever error leaves its body, or goes on so that it is answered."""
        if node.finalbody is not None and self._holds_send(node.finalbody):
            return True
        for handler in node.handlers:
            if not takes_every(handler) or failing.gives_itself(handler, self._is_of_library):
                continue
            is_own = info is self.info and not is_for(node, scope, {"Create", "Update", "Delete"})
            goes_on = not failing.raises(handler.body)
            if self._holds_send(handler.body) or (goes_on and is_own):
                return True
        return False

    # -- work --------------------------------------------------------------------------------------------------------

    def _early_work(self) -> cst.Call | None:
        """What the handler calls before the first `try` in it that answers errors, and in none that takes them."""
        place_of, scope = self.code.module.source.place, self._scope
        tries = [
            one for one in scope.parents if isinstance(one, cst.Try) and self._answers_error(one, self.info, scope)
        ]
        if not tries:
            return None
        first = min(place_of(one).line for one in tries)
        early = (call for call in self._working() if place_of(call).line < first)
        return next((call for call in early if not any(_is_apart(one, scope) for one in scope.around(call))), None)

    def _working(self) -> Iterator[cst.Call]:
        """The calls of the handler itself that may fail."""
        return self._of_outside([(self.info, self._scope)])

    def _work(self) -> cst.Call | None:
        return next(self._of_outside(self.scopes), None)

    def _of_outside(self, scopes: list[tuple[FunctionInfo, Scope]]) -> Iterator[cst.Call]:
        made = set(made_names(self.code))
        for one, scope in scopes:
            own = {name for name, found in scope.assignments.items() if any(is_making(made.value) for made in found)}
            for call in scope.calls:
                receiver = call.func.value if isinstance(call.func, cst.Attribute) else None
                root = root_of(receiver) if receiver is not None else ""
                if self._is_send(call) or only_makes(called_name(call)):
                    continue
                is_made = isinstance(receiver, cst.Call) and is_making(receiver)  # boto3.client("s3").delete_bucket(..)
                is_work = is_made or root in made | own or called_name(call) in _OUTSIDE
                if is_work and not self._is_answer(call, one, scope):
                    yield call

    def _is_answer(self, call: cst.Call, info: FunctionInfo, scope: Scope) -> bool:
        """Whether a request is the PUT to CloudFormation, also by a name: `urlopen(request)`."""
        if called_name(call) in _REQUESTS and info.name in self.senders:
            return True
        given = {node.value for argument in call.args for node in walk(argument) if isinstance(node, cst.Name)}
        named = [made.value for name in given for made in scope.assignments.get(name, ())]
        texts = {text_of(node) for root in (call, *named) for node in walk(root) if isinstance(node, cst.SimpleString)}
        return bool({"ResponseURL", "PUT"} & texts)

    # -- the id ------------------------------------------------------------------------------------------------------

    def _id_on_update(
        self, framework: str, sends: list[tuple[cst.Call, Scope]]
    ) -> tuple[str | None, cst.CSTNode | None]:
        if framework == "provider":
            return self._returned_id()
        found: list[tuple[str, cst.CSTNode]] = []
        for call, scope in sends:
            if self.code.meaning(call.func).startswith("cfnresponse."):
                if called_name(call) == "send":
                    found.append((self._sent_id(call, scope), call))
            elif called_name(call) in self.senders:
                found.append((self._id_of_sender(called_name(call)), call))
        kinds = {kind for kind, _ in found}
        if not found or "kept" in kinds or "other" in kinds:
            return ("kept" if "kept" in kinds else "other" if found else None), None
        return found[0]

    def _sent_id(self, call: cst.Call, scope: Scope) -> str:
        named = [arg for arg in call.args if arg.keyword is not None and arg.keyword.value == "physicalResourceId"]
        given = named[0] if named else call.args[4] if len(call.args) > 4 and call.args[4].keyword is None else None
        if any(arg.star for arg in call.args):
            return "other"
        return "log_stream" if given is None else id_kind(given.value, scope, 0)

    def _id_of_sender(self, name: str) -> str:
        for one, scope in self.scopes:
            if one.name == name:
                for node in scope.parents:
                    if isinstance(node, cst.DictElement) and text_of(node.key) == "PhysicalResourceId":
                        return id_kind(node.value, scope, 0)
        return "other"

    def _returned_id(self) -> tuple[str | None, cst.CSTNode | None]:
        """The id that a provider's handler returns for Update, where a branch or a helper is for that."""
        kinds = []
        for one, scope in self.scopes:
            if re.search(r"delete|create", one.name, re.IGNORECASE):
                continue
            for node in scope.parents:
                if not (isinstance(node, cst.DictElement) and text_of(node.key) == "PhysicalResourceId"):
                    continue
                if not is_for(node, scope, {"Create", "Delete"}):
                    kinds.append((id_kind(node.value, scope, 0), node))
        if not kinds:
            return "kept", None
        new = [one for one in kinds if one[0] in {"log_stream", "new"}]
        return new[0] if len(new) == len(kinds) else (kinds[0][0] if not new else "other", None)

    # -- Delete ------------------------------------------------------------------------------------------------------

    def _delete(self) -> tuple[str | None, cst.CSTNode | None]:
        bodies: list[cst.CSTNode] = []
        for one, scope in self.scopes:
            if re.search(r"^_?(?:on_|handle_|do_|process_)?delete(?:_resource|_handler)?$|^on_delete", one.name):
                bodies.append(one.node.body)
            bodies.extend(own for node in scope.parents if (own := of_delete(node)) is not None)
        if not bodies:
            return None, None
        for body in bodies:
            call = self._undoing(body, 0)
            if call is not None:
                return "undoes", call
        return "nothing", None

    def _undoing(self, body: cst.CSTNode, depth: int) -> cst.CSTNode | None:
        for node in walk(body):
            if not isinstance(node, cst.Call):
                continue
            helpers = self.code.named(called_name(node))
            if helpers and depth < MAX_HELPERS:
                says_so = _UNDOES.match(helpers[0].name) and failing.notes(helpers[0].node.body)
                if says_so or self._undoing(helpers[0].node.body, depth + 1) is not None:
                    return node
            elif not helpers and isinstance(node.func, cst.Attribute) and _UNDOES.match(node.func.attr.value):
                return node
        return None

    # -- the provider framework --------------------------------------------------------------------------------------

    def _outcome(self) -> tuple[str | None, cst.CSTNode | None]:
        for _, scope in self.scopes:
            for node in scope.parents:
                if not isinstance(node, cst.DictElement) or text_of(node.key) != "Status":
                    continue
                is_returned = any(isinstance(outer, cst.Return) for outer in scope.around(node))
                if text_of(node.value) == "FAILED" and is_returned:
                    return "status_failed", node
        scope = self._scope
        for node in scope.parents:
            if isinstance(node, cst.Try) and self._covers_work(node):
                for handler in node.handlers:
                    if (
                        takes_every(handler)
                        and not failing.raises(handler.body)
                        and not is_for(node, scope, {"Delete"})
                    ):
                        return "swallowed", handler
        dropped = self._dropped(scope)
        return ("dropped", dropped) if dropped is not None else (None, None)

    def _covers_work(self, node: cst.Try) -> bool:
        """Whether a `try` is around the calls for all kinds of request."""
        texts = {text_of(one) for one in walk(node.body) if isinstance(one, cst.SimpleString)}
        return {"Create", "Delete"} <= texts or {"Create", "Update"} <= texts

    def _dropped(self, scope: Scope) -> cst.CSTNode | None:
        """A call of what makes the answer whose own answer is not used, in a handler that returns nothing."""
        if any(isinstance(node, cst.Return) and node.value is not None for node in scope.parents):
            return None
        for call in scope.calls:
            if not isinstance(scope.parents.get(call), cst.Expr):
                continue
            helpers = self.code.named(called_name(call))
            if isinstance(call.func, cst.Subscript):  # handlers[request_type](event, context)
                names = {name.value for name in names_in(scope)}
                helpers = [one for one in self.code.functions() if one.name in names and one is not self.info]
                helpers = helpers or [one for one in self.code.functions() if one is not self.info]
            for one in helpers:
                if any(
                    isinstance(node, cst.Return) and node.value is not None and holds_id(node.value)
                    for node in self.code.scope_of(one).parents
                ):
                    return call
        return None


def _is_apart(node: cst.CSTNode, scope: Scope) -> bool:
    """Whether what is raised below a node does not leave the function: a clause takes it, or it runs later."""
    return takes_errors(node) or (isinstance(node, (cst.Lambda, cst.FunctionDef)) and node is not scope.root)


def _hangs(unanswered: str | None, work: cst.Call | None) -> str | None:
    """How it comes that there is no response."""
    if unanswered is not None:
        return f"nothing responds to {unanswered}"
    return f"when {title_of(work)} fails, nothing responds, on Delete as well" if work is not None else None


__all__ = ["custom_resources"]
