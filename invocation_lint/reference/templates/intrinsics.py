"""What references and intrinsic functions of a template stand for.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from invocation_lint.errors import UsageError

NO_EXPORTS: Mapping[str, str] = MappingProxyType({})
_SHOWN = 80  # characters of a wrong operand
_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")


class NoValue:
    """AWS::NoValue: the property that holds it is left out."""


NO_VALUE = NoValue()


class Resolver:
    """Resolves values of one template.

    `pseudo` are the pseudo parameters, `parameters` the template's, `resources` what may be referred to;
    `reference(logical id)` and `attribute(logical id, name)` answer for them; `exports` are what other stacks export.
    Raises UsageError for what cannot be
    resolved.
    """

    def __init__(
        self,
        template: Mapping[str, Any],
        *,
        where: str,
        pseudo: Mapping[str, str],
        parameters: Mapping[str, Any],
        resources: Mapping[str, Any],
        reference: Callable[[str], Any],
        attribute: Callable[[str, str], Any],
        exports: Mapping[str, str] = NO_EXPORTS,
    ) -> None:
        self._template = template
        self._where = where
        self._pseudo = pseudo
        self._parameters = parameters
        self._resources = resources
        self._reference = reference
        self._attribute = attribute
        self._exports = exports
        self._under_way: list[str] = []

    def resolve(self, value: Any) -> Any:
        """`value` with everything resolved; members that are AWS::NoValue are gone."""
        if isinstance(value, list):
            return [each for each in map(self.resolve, value) if each is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name, operand) = next(iter(value.items()))
            function = _FUNCTIONS.get(name) if isinstance(name, str) else None
            if function is not None:
                try:
                    return function(self, operand)
                except (AttributeError, IndexError, KeyError, TypeError, ValueError):
                    raise UsageError(f"{self._where}: {name} cannot take {_shortened(operand)}") from None
            if isinstance(name, str) and name.startswith("Fn::"):
                raise UsageError(f"{self._where}: {name} is not supported here", "write its value instead")
        resolved = {key: self.resolve(each) for key, each in value.items()}
        return {key: each for key, each in resolved.items() if each is not NO_VALUE}

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template holds."""
        conditions = self._template.get("Conditions", {})
        if condition not in conditions:
            raise UsageError(f"{self._where}: no condition {condition!r}")
        with self._once(f"condition {condition}"):
            return bool(self.resolve(conditions[condition]))

    def ref(self, name: Any) -> Any:
        """Ref."""
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self._parameters:
            return self._parameters[name]
        if name in self._resources:
            with self._once(f"Ref {name}"):
                return self._reference(name)
        owner, _, attribute = str(name).rpartition(".")
        if owner in self._resources and attribute in ("Alias", "Version"):  # as SAM has it
            return self._attribute(owner, attribute)
        raise UsageError(f"{self._where}: Ref {name}: no parameter or resource of that name")

    def get_att(self, operand: Any) -> Any:
        """Fn::GetAtt."""
        parts = operand.split(".", 1) if isinstance(operand, str) else [self.resolve(each) for each in operand]
        if len(parts) != 2 or parts[0] not in self._resources:
            raise UsageError(f"{self._where}: GetAtt {'.'.join(map(str, parts))}: no resource of that name")
        with self._once(f"GetAtt {parts[0]}.{parts[1]}"):
            return self._attribute(parts[0], str(parts[1]))

    @contextmanager
    def _once(self, asked: str) -> Iterator[None]:
        """Raises UsageError where the answer to what is `asked` depends on itself."""
        if asked in self._under_way:
            circle = [*self._under_way[self._under_way.index(asked) :], asked]
            raise UsageError(f"{self._where}: references in a circle: {' -> '.join(circle)}")
        self._under_way.append(asked)
        try:
            yield
        finally:
            self._under_way.pop()

    def sub(self, operand: Any) -> str:
        """Fn::Sub."""
        text, given = (operand, {}) if isinstance(operand, str) else (operand[0], self.resolve(operand[1]))

        def value(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return "${" + name + "}"
            name = name.strip()
            if name in given:
                return _text(given[name])
            return _text(self.get_att(name) if "." in name and name not in self._parameters else self.ref(name))

        return _VARIABLE.sub(value, text)

    def join(self, operand: Any) -> str:
        """Fn::Join."""
        delimiter, values = operand
        return str(delimiter).join(_text(each) for each in self.resolve(values))

    def select(self, operand: Any) -> Any:
        """Fn::Select."""
        index, values = int(self.resolve(operand[0])), self.resolve(operand[1])
        if not 0 <= index < len(values):
            raise UsageError(f"{self._where}: Select {index} of {len(values)} values")
        return values[index]

    def split(self, operand: Any) -> list[str]:
        """Fn::Split."""
        delimiter, text = operand
        return _text(self.resolve(text)).split(str(delimiter))

    def find_in_map(self, operand: Any) -> Any:
        """Fn::FindInMap."""
        name, first, second = (self.resolve(each) for each in operand[:3])
        try:
            return self.resolve(self._template.get("Mappings", {})[name][first][second])
        except (KeyError, TypeError):
            raise UsageError(f"{self._where}: FindInMap {name}.{first}.{second}: no such entry") from None

    def import_value(self, operand: Any) -> str:
        """Fn::ImportValue."""
        name = _text(self.resolve(operand))
        if name not in self._exports:
            raise UsageError(
                f"{self._where}: ImportValue {name}: no template exports it", "give the template that exports it first"
            )
        return self._exports[name]

    def if_(self, operand: Any) -> Any:
        """Fn::If."""
        condition, then, otherwise = operand
        return self.resolve(then if self.holds(condition) else otherwise)

    def condition(self, name: Any) -> Any:
        """Condition, inside another condition (elsewhere it is a plain key)."""
        return self.holds(name) if isinstance(name, str) else {"Condition": self.resolve(name)}

    def equals(self, operand: Any) -> bool:
        """Fn::Equals."""
        left, right = self.resolve(operand)
        return _text(left) == _text(right)


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}.."


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return str(value)


_FUNCTIONS: dict[str, Callable[[Resolver, Any], Any]] = {
    "Ref": Resolver.ref,
    "Condition": Resolver.condition,
    "Fn::GetAtt": Resolver.get_att,
    "Fn::Sub": Resolver.sub,
    "Fn::Join": Resolver.join,
    "Fn::Select": Resolver.select,
    "Fn::Split": Resolver.split,
    "Fn::FindInMap": Resolver.find_in_map,
    "Fn::ImportValue": Resolver.import_value,
    "Fn::If": Resolver.if_,
    "Fn::Equals": Resolver.equals,
    "Fn::And": lambda resolver, operand: all(resolver.resolve(operand)),
    "Fn::Or": lambda resolver, operand: any(resolver.resolve(operand)),
    "Fn::Not": lambda resolver, operand: not resolver.resolve(operand)[0],
    "Fn::Base64": lambda resolver, operand: base64.b64encode(_text(resolver.resolve(operand)).encode()).decode(),
    "Fn::ToJsonString": lambda resolver, operand: json.dumps(resolver.resolve(operand)),
    "Fn::Length": lambda resolver, operand: len(resolver.resolve(operand)),
}
