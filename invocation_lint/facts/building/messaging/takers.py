"""Whether a rule of the project takes an event, or a subscription a message, as far as both are written.

A rule takes an event that has, for each field of its pattern, one of the values listed there; a filter policy does the
same with the attributes of a message (EventBridge user guide, event patterns; SNS developer guide, subscription filter
policies). Publishing what nobody in the project takes is common: other stacks listen. So nothing is told unless a rule
of the project names the source or the kind of the event, or all subscriptions of the topic are in the project.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.model import Rule, Subscription, Topic, Trigger
from invocation_lint.deployment.values import Value
from invocation_lint.facts.base import Text, Unknown
from invocation_lint.facts.building.searching import may_speak
from invocation_lint.facts.building.templates.told import truth
from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.wording import listed

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program
    from invocation_lint.deployment.deployed import Deployed

MOST_SHOWN = 3

_RULES_BY_HAND = re.compile(rb"put[-_]rule|PutRule|putRule|create[-_]archive|CreateArchive|Events::Archive")
_SUBSCRIBED_BY_HAND = re.compile(rb"\.subscribe\(|SubscribeCommand|sns subscribe")
"""How a script or a program listens."""


@record
class Taken:
    """Whether somebody takes it: yes or no; where nobody does, why, in words, and the place of who nearly does."""

    state: Text = None
    why: str | None = None
    place: Place | None = None


NOT_TOLD = Taken()


def taken_event(source: str | None, kind: str | None, program: Program, asker: str) -> Taken:
    """Whether a rule takes an event with this source and detail type, which are None where they are not known."""
    if source is None or source.startswith("aws."):
        return NOT_TOLD
    deployed = program.modules.files.deployed_for(asker)
    of_kind: list[tuple[Any, Place]] = []  # those that take the source, and not the detail type
    of_source: list[tuple[Any, Place]] = []  # those that take the detail type, and not the source
    may_take = False
    for pattern, place in _patterns(deployed):
        told = _mapping(pattern)
        if told is None:
            return Taken(Unknown("the pattern of a rule is not known"))
        takes_source, takes_kind = _takes(told.get("source"), source), _takes(told.get("detail-type"), kind)
        if takes_source and takes_kind:
            return Taken("yes")
        if takes_source is not False and takes_kind is not False:
            may_take = True
        elif takes_source and "source" in told:
            of_kind.append((told.get("detail-type"), place))
        elif takes_kind and "detail-type" in told:
            of_source.append((told.get("source"), place))
    if may_take:
        return Taken(Unknown("a rule may take it"))
    if not of_kind and not of_source:
        return NOT_TOLD
    if may_speak(program.modules.files, asker, _RULES_BY_HAND):
        return Taken(Unknown("a script or a program may make a rule"))
    place = (of_kind or of_source)[0][1]
    shown = place._replace(path=program.modules.shown(place.path))
    if of_kind:
        others = _listed(one for one, _ in of_kind)
        return Taken("no", f'rules take events of {source} with DetailType {others}, but not "{kind}"', shown)
    others = _listed(one for one, _ in of_source)
    return Taken("no", f'rules take "{kind}" of {others}, but not of {source}', shown)


def taken_message(attributes: frozenset[str] | None, topics: Iterable[Topic], program: Program, asker: str) -> Taken:
    """Whether a subscription takes a message with attributes of these names; None where more may be sent."""
    deployed = program.modules.files.deployed_for(asker)
    asked: dict[str, Place] = {}
    for topic in topics:
        policies = list(_policies(deployed, topic))
        if not policies:
            return NOT_TOLD
        for policy, scope in policies:
            told = _mapping(policy) if policy is not None else {}
            if told is None or attributes is None or (scope is not None and scope.text != "MessageAttributes"):
                return Taken(Unknown("what the filter policies let through is not known"))
            lacking = [name for name, wanted in told.items() if name not in attributes and _needs(wanted)]
            if not lacking:
                return Taken("yes")
            assert policy is not None
            asked.setdefault(lacking[0], policy.place)
    if not asked:
        return NOT_TOLD
    if may_speak(program.modules.files, asker, _SUBSCRIBED_BY_HAND):
        return Taken(Unknown("a script or a program may subscribe"))
    place = next(iter(asked.values()))
    why = f"each subscription of the topic filters by {' or '.join(asked)}, and no such attribute is sent"
    return Taken("no", why, place._replace(path=program.modules.shown(place.path)))


def _patterns(deployed: Deployed) -> Iterator[tuple[Value, Place]]:
    """The patterns of all rules that are on, or may be."""
    every: list[Rule | Trigger] = [*deployed.all(Rule)]
    every += [one for one in deployed.all(Trigger) if one.kind == "eventbridge"]
    for one in every:
        if one.pattern is not None and truth(one.is_enabled, default=True) != "no":
            yield one.pattern, one.place


def _policies(deployed: Deployed, topic: Topic) -> Iterator[tuple[Value | None, Value | None]]:
    """The filter policies of all that is subscribed to a topic, each with its scope."""
    for one in deployed.all(Subscription):
        attribute = one.topic.attribute if one.topic is not None else None
        if attribute is not None and attribute.resource == topic.key:
            yield one.filter_policy, one.filter_scope
    for trigger in deployed.all(Trigger):
        attribute = trigger.source.attribute if trigger.source is not None else None
        is_told = any(one.key == trigger.key for one in deployed.all(Subscription))
        if trigger.kind == "sns" and attribute is not None and attribute.resource == topic.key and not is_told:
            yield trigger.pattern, None


def _mapping(value: Value) -> dict[str, Any] | None:
    """A pattern or policy as a dictionary; None where it is not written out."""
    plain = value.plain()
    if isinstance(plain, str):
        try:
            plain = json.loads(plain)
        except ValueError:
            return None
    return plain if isinstance(plain, dict) and not any(key.startswith("$") for key in plain) else None


def _takes(wanted: Any, told: str | None) -> bool | None:
    """Whether a field of a pattern takes a value; None where that cannot be told."""
    if wanted is None:
        return True
    if not isinstance(wanted, list):
        return None
    if told is None:
        return None
    found = [_is_one(one, told) for one in wanted]
    return True if True in found else None if None in found else False


def _is_one(wanted: Any, told: str) -> bool | None:
    if isinstance(wanted, str):
        return wanted == told
    if not isinstance(wanted, dict) or len(wanted) != 1:
        return None
    ((operator, operand),) = wanted.items()
    if operator == "anything-but" and isinstance(operand, (str, list)):
        return told not in ([operand] if isinstance(operand, str) else operand)
    if not isinstance(operand, str):
        return True if wanted == {"exists": True} else None
    if operator == "prefix":
        return told.startswith(operand)
    if operator == "suffix":
        return told.endswith(operand)
    if operator == "equals-ignore-case":
        return told.lower() == operand.lower()
    if operator == "wildcard":
        return fnmatch.fnmatchcase(told, operand.replace("[", "[[]").replace("?", "[?]"))
    return None


def _needs(wanted: Any) -> bool:
    """Whether an attribute must be there for a policy to let a message through."""
    return isinstance(wanted, list) and not any(isinstance(one, dict) and one.get("exists") is False for one in wanted)


def _listed(fields: Iterable[Any]) -> str:
    """Values of patterns for a message."""
    every = (_shown(one) for field in fields for one in (field if isinstance(field, list) else []))
    return listed(every, "or", MOST_SHOWN)


def _shown(one: Any) -> str:
    return f'"{one}"' if isinstance(one, str) else json.dumps(one, default=str)


__all__ = ["Taken", "taken_event", "taken_message"]
