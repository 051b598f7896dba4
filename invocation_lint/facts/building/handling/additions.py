"""What a handler adds to or inserts on each run without a condition: the same event twice makes the sum wrong.

All that invokes asynchronously, and queues and streams, may deliver an event more than once (Lambda developer guide,
invocation and event source mappings).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.deployment.kinds import REDELIVERING
from invocation_lint.facts.building.handling.subjects import Subject
from invocation_lint.facts.building.messaging.calls import is_spread, keywords
from invocation_lint.facts.building.messaging.resolving import Resolver, values_of
from invocation_lint.facts.building.scopes import called_name, text_of
from invocation_lint.facts.handler import Repeat
from invocation_lint.findings import Place
from invocation_lint.source.parsing.walk import walk

_ADDED = re.compile(r"\bADD\s+([\w#.]+)\s+(:\w+)", re.IGNORECASE)
_SUMMED = re.compile(r"([\w#.]+)\s*=\s*(?:if_not_exists\(\s*)?\1\s*(?:,\s*:\w+\s*\))?\s*[+-]\s*:\w+", re.IGNORECASE)
_IN_SQL = re.compile(
    r"\bUPDATE\b.*?\bSET\b.*?\b(\w+)\s*=\s*(?:COALESCE\(\s*)?\1\s*(?:,\s*0\s*\))?\s*[+-]", re.I | re.DOTALL
)

_INSERTED = re.compile(r"\bINSERT\s+INTO\s+[\"`\[]?([\w.]+)[\"`\]]?\s*\(([^()]*)\)\s*VALUES\b", re.IGNORECASE)
_UNLESS = re.compile(r"\bON\s+(?:CONFLICT|DUPLICATE)\b|\bIGNORE\b|\bNOT\s+EXISTS\b|\bEXCEPT\b", re.IGNORECASE)
"""What an INSERT says that leaves a row alone which is there already."""

_MAILS = {
    "send_email": "an email", "send_raw_email": "an email", "send_templated_email": "an email",
    "send_bulk_email": "emails", "send_bulk_templated_email": "emails", "send_text_message": "a text message",
}  # fmt: skip
_OF_MAILS = frozenset({"Destination", "Destinations", "RawMessage", "FromEmailAddress", "DestinationPhoneNumber"})
"""Operations of Amazon SES and End User Messaging, and parameters that only they have: a person gets what they send."""

_ASKS = re.compile(
    r"idempot|dedup|duplicate|already|\bprocessed\b|processed_(?:ids?|messages?|events?)|\bseen\b|conditional"
    r"|condition_?expression|attribute_(?:not_)?exists|rowcount|on_conflict|exactly_?once|\block|_lock",
    re.IGNORECASE,
)
"""Words of code that sees to it that an event is handled once."""

_READS = frozenset({"get_item", "batch_get_item", "query", "transact_write_items", "scalar_one_or_none", "fetchone"})
"""Calls by which a function may ask first whether an event was handled."""

_NAMES_KEY = re.compile(r"(?:^|_)(?:id|ID|Id|pk|PK|uuid|key)$|[a-z](?:Id|ID|Uuid|Key)$")
_IS_KEY = re.compile(r"^(?:id|ID|Id|pk|PK|sk|SK)$")
"""Names of attributes by which items are told apart."""

_HOLDS_BACK = re.compile(r"idempotent|once|lock|retry_safe", re.IGNORECASE)


def repeat_of(subject: Subject) -> tuple[Repeat, Place] | None:
    """What a handler does again with an event that comes twice, with the place; None where that is nothing, or where
    something may keep it from that."""
    if subject.event_source not in REDELIVERING or any(_may_ask(info, subject) for info in subject.reached):
        return None
    for info in subject.reached:
        for call in subject.code.scope_of(info).calls:
            resolver = Resolver(subject.code, info)
            name = _added_by(call, resolver)
            if name is not None:
                told = Repeat("adds", name, f"adds to `{name}`", "an event that is delivered twice is counted twice")
                return told, subject.code.module.source.place(call)
            name = _made_up_by(call, resolver)
            if name is not None:
                does = f"makes up `{name}` and writes an item under it"
                told = Repeat("inserts", name, does, "an event that is delivered twice is stored twice")
                return told, subject.code.module.source.place(call)
            name = _inserted_by(call, resolver)
            if name is not None:
                does = f"inserts a row into `{name}`"
                told = Repeat("inserts", name, does, "an event that is delivered twice is stored twice")
                return told, subject.code.module.source.place(call)
            name = _sent_by(call)
            if name is not None:
                told = Repeat(
                    "sends", name, f"sends {name}", "who gets it, gets it twice when the event is delivered twice"
                )
                return told, subject.code.module.source.place(call)
    return None


def _sent_by(call: cst.Call) -> str | None:
    """What a call sends to a person: an email or a text message."""
    name, given = called_name(call), keywords(call)
    if not isinstance(call.func, cst.Attribute):
        return None
    if name in _MAILS and _OF_MAILS & given.keys():
        return _MAILS[name]
    return "a text message" if name == "publish" and "PhoneNumber" in given else None


def _inserted_by(call: cst.Call, resolver: Resolver) -> str | None:
    """The table that a statement in SQL inserts a row into which has no key of its event: the database makes one."""
    for text in _statements(call, resolver):
        found = _INSERTED.search(text)
        if found is not None and not _UNLESS.search(text):
            columns = [one.strip(' \n\t"`[]') for one in found[2].split(",")]
            if all(columns) and not any(map(_NAMES_KEY.search, columns)):
                return found[1]
    return None


def _made_up_by(call: cst.Call, resolver: Resolver) -> str | None:
    """The attribute of an item that is put to a table and whose value is made up: the first one, or one that is called
    as keys are, where no other one is."""
    given = keywords(call)
    if is_spread(call) or called_name(call) != "put_item" or "ConditionExpression" in given:
        return None
    entries = _entries("Item", given, resolver)
    ids = [name for name in entries if _NAMES_KEY.search(name)]
    if not ids or ids[0] != next(iter(entries)):
        return None
    made_up = [name for name in ids if _is_made_up(entries[name], resolver)]
    keys = [name for name in ids if name in made_up or _IS_KEY.search(name)]
    return ids[0] if made_up == keys == ids[:1] else None


def _is_made_up(node: cst.BaseExpression, resolver: Resolver) -> bool:
    """Whether a value is a random id, or a text of one."""
    value = resolver.value_of(node)
    if isinstance(value, cst.Dict):
        return any(isinstance(one, cst.DictElement) and _is_made_up(one.value, resolver) for one in value.elements)
    if isinstance(value, cst.Attribute) and value.attr.value == "hex":
        return _is_made_up(value.value, resolver)
    if not isinstance(value, cst.Call):
        return False
    if called_name(value) == "str" and len(value.args) == 1:
        return _is_made_up(value.args[0].value, resolver)
    return called_name(value) in {"uuid4", "uuid1"}


def _counters(info: FunctionInfo, subject: Subject) -> frozenset[str]:
    """The names of numbers that a function counts up, which tell nothing of an event: `processed += 1`."""
    if not any(map(_ASKS.search, info.words)):
        return frozenset()
    return frozenset(
        node.target.value.lower()
        for node in subject.code.scope_of(info).parents
        if isinstance(node, cst.AugAssign) and isinstance(node.target, cst.Name)
    )


def _may_ask(info: FunctionInfo, subject: Subject) -> bool:
    """Whether a function may ask whether its event was handled already."""
    decorators = (dotted(item.func if isinstance(item, cst.Call) else item) for item in info.decorators)
    if any(map(_HOLDS_BACK.search, decorators)):
        return True
    counted = _counters(info, subject)
    if any(_ASKS.search(word) for word in info.words if word.lower() not in counted):
        return True
    scope = subject.code.scope_of(info)
    return any(_ASKS.search(text) for text in scope.texts if text.lower() not in counted) or any(
        called_name(one) in _READS for one in scope.calls
    )


def _added_by(call: cst.Call, resolver: Resolver) -> str | None:
    """What a call adds to: `update_item` of DynamoDB, or a statement in SQL that is executed."""
    if is_spread(call):
        return None
    name, given = called_name(call), keywords(call)
    if name == "update_item" and "UpdateExpression" in given and "ConditionExpression" not in given:
        text = _text(given["UpdateExpression"].value, resolver)
        found = _SUMMED.search(text)
        if found is not None:
            return _shown(found[1], given, resolver)
        found = _ADDED.search(text)
        if found is not None and _is_number(found[2], given, resolver):
            return _shown(found[1], given, resolver)
    for text in _statements(call, resolver):
        found = _IN_SQL.search(text)
        if found is not None:
            return found[1]
    return None


def _statements(call: cst.Call, resolver: Resolver) -> list[str]:
    """The statements in SQL that a call executes, as far as they are written there."""
    if called_name(call) not in {"execute", "execute_statement"} or not isinstance(call.func, cst.Attribute):
        return []
    given = keywords(call)
    if "sql" in given:
        return [_text(given["sql"].value, resolver)]
    return [_text(arg.value, resolver) for arg in call.args[:1]]


def _text(node: cst.BaseExpression, resolver: Resolver) -> str:
    """The text of an expression, as far as it is written there."""
    value = resolver.value_of(node)
    if value is None:
        return ""
    if isinstance(value, cst.Call) and called_name(value) == "text" and value.args:
        return _text(value.args[0].value, resolver)
    return "".join(_pieces(value))


def _pieces(value: cst.BaseExpression) -> Iterator[str]:
    for one in walk(value):
        if isinstance(one, cst.SimpleString):
            yield text_of(one)
        elif isinstance(one, cst.FormattedStringText):
            yield one.value
        elif isinstance(one, cst.FormattedStringExpression):
            yield " ? "


def _entries(name: str, given: dict[str, cst.Arg], resolver: Resolver) -> dict[str, cst.BaseExpression]:
    """The entries of a mapping that is written as an argument."""
    value = resolver.value_of(given[name].value) if name in given else None
    if not isinstance(value, cst.Dict):
        return {}
    return {text_of(one.key): one.value for one in value.elements if isinstance(one, cst.DictElement)}


def _is_number(name: str, given: dict[str, cst.Arg], resolver: Resolver) -> bool:
    """Whether the value that is added is surely a number: what is added to a set may be added twice."""
    value = _entries("ExpressionAttributeValues", given, resolver).get(name)
    made = list(values_of(value.value, resolver.scope)) if isinstance(value, cst.Name) else []
    if len(made) > 1:  # one for each branch
        return all(one is not None and _is_numeric(one) for one in made)
    return _is_numeric(resolver.value_of(value) if value is not None else None)


def _is_numeric(value: cst.BaseExpression | None) -> bool:
    if isinstance(value, cst.Dict):
        return any(isinstance(one, cst.DictElement) and text_of(one.key) == "N" for one in value.elements)
    if isinstance(value, cst.UnaryOperation):
        value = value.expression
    is_made = isinstance(value, cst.Call) and called_name(value) in {"Decimal", "len", "int", "float", "sum"}
    return is_made or isinstance(value, (cst.Integer, cst.Float))


def _shown(name: str, given: dict[str, cst.Arg], resolver: Resolver) -> str:
    """The attribute that a name in an expression stands for."""
    names = _entries("ExpressionAttributeNames", given, resolver)
    parts = [text_of(names[part]) if part in names else part for part in name.split(".")]
    return ".".join(part or "?" for part in parts)


__all__ = ["repeat_of"]
