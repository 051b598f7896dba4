"""Variables of a serverless.yml, filled in for one stage: `${self:custom.table}`, `${opt:stage, 'dev'}`.

https://www.serverless.com/framework/docs/guides/variables
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from invocation_lint.errors import UsageError
from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.reading import read_yaml

_INNERMOST = re.compile(r"\$\{([^${}]*)\}")
_SOURCE = re.compile(r"([A-Za-z]+)(?:\(([^)]*)\))?(?::(?!:)(.*))?", re.DOTALL)
_PSEUDO = re.compile(r"[$#]\{(AWS::(?:Region|AccountId|Partition|StackName|URLSuffix))\}")
_SOURCES = {"self", "opt", "env", "sls", "param", "file", "aws", "ssm", "cf", "s3", "git", "strToBool", "vault"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_WORDS = {"true": True, "false": False, "null": None}
_DEPTH = 60
_MISSING = object()


class Variables:
    """Fills in the variables of the serverless.yml at `path`, which holds `document`.

    `given` are values by name (`stage`, or with their source: `env:TOKEN`, `ssm:/shop/key`). Raises UsageError for a
    variable that has no value.
    """

    def __init__(self, path: Path, document: Mapping[str, Any], given: Mapping[str, str], place: Place) -> None:
        self._path = path
        self._document = document
        self._given = given
        self._place = place
        self._depth = 0
        provider = document.get("provider")
        own = provider.get("stage") if isinstance(provider, dict) else None
        self.stage = str(given.get("stage") or self.filled(own or "dev"))

    def filled(self, value: Any) -> Any:
        """`value` with all variables filled in."""
        if isinstance(value, dict):
            return {self.filled(key): self.filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.filled(each) for each in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> Any:
        if self._depth > _DEPTH:
            raise UsageError(f"{self._path}: the variables of {text!r} lead to each other")
        self._depth += 1
        try:
            while (match := self._next(text)) is not None:
                value = self._value(match[1])
                if match[0] == text:
                    return self.filled(value)
                text = text[: match.start()] + _as_text(self.filled(value)) + text[match.end() :]
            return _PSEUDO.sub(lambda match: self._pseudo(match[1]), text)
        finally:
            self._depth -= 1

    @staticmethod
    def _next(text: str) -> re.Match[str] | None:
        """An innermost variable of a text; `${Queue.Arn}` is one of CloudFormation, and stays."""
        for match in _INNERMOST.finditer(text):
            source = _SOURCE.match(match[1])
            if source is not None and source[1] in _SOURCES and (source[2] is not None or source[3] is not None):
                return match
        return None

    def _pseudo(self, name: str) -> str:
        values = {"AWS::Region": self._place.region, "AWS::AccountId": self._place.account, "AWS::Partition": "aws"}
        values |= {"AWS::URLSuffix": "amazonaws.com", "AWS::StackName": self._place.stack}
        return values[name]

    def _value(self, expression: str) -> Any:
        for address in _split(expression):
            if (literal := _literal(address)) is not _MISSING:
                return literal
            match = _SOURCE.fullmatch(address)
            if match is not None and (value := self._at(match[1], match[2], match[3] or "")) is not _MISSING:
                return value
        name = expression.removeprefix("opt:").removeprefix("param:")
        raise UsageError(f"{self._path}: ${{{expression}}} has no value", f"add --parameter {name}=VALUE")

    def _at(self, source: str, argument: str | None, path: str) -> Any:
        """What an address stands for; a mark of its own where it has no value."""
        named = f"{source}:{path}"
        if named in self._given:
            return self._given[named]
        if source == "self":
            return self.stage if path == "provider.stage" else self._below(self._document, path)
        if source == "sls":
            return self.stage if path == "stage" else "local"
        if source in ("opt", "param") and path in self._given:
            return self._given[path]
        if source == "param":
            return self._parameter(path)
        if source == "opt" and path in ("stage", "region"):
            return self._place.region if path == "region" else getattr(self, "stage", _MISSING)
        if source == "env":
            return os.environ.get(path, _MISSING)
        if source == "aws":
            return {"accountId": self._place.account, "region": self._place.region}.get(path, _MISSING)
        if source == "strToBool":
            return str(argument).strip().strip("'\"").lower() in ("true", "1")
        return self._of_file(str(argument), path) if source == "file" else _MISSING

    def _parameter(self, name: str) -> Any:
        for stage in (self.stage, "default"):
            for keys in (("params", stage), ("stages", stage, "params")):
                held = self._below(self._document, ".".join(keys))
                if isinstance(held, dict) and name in held:
                    return held[name]
        return _MISSING

    def _of_file(self, name: str, path: str) -> Any:
        file = self._path.parent / name.strip().strip("'\"")
        if not file.is_file() or file.suffix not in (".yml", ".yaml", ".json", ".txt"):
            return _MISSING  # what a program would give is not known
        if file.suffix == ".txt":
            return file.read_text(encoding="utf-8")
        return self._below(read_yaml(file), path)

    def _below(self, value: Any, path: str) -> Any:
        for key in path.split(".") if path else ():
            if isinstance(value, str):
                value = self._text(value)
            if isinstance(value, dict) and key in value:
                value = value[key]
            elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            else:
                return _MISSING
        return value


def _split(expression: str) -> list[str]:
    """The addresses of a variable, which stand between commas outside of quotes and parentheses."""
    return [part.strip() for part in re.findall(r"(?:'[^']*'|\"[^\"]*\"|\([^)]*\)|[^,])+", expression)]


def _literal(address: str) -> Any:
    if len(address) > 1 and address[0] == address[-1] and address[0] in "'\"":
        return address[1:-1]
    if _NUMBER.fullmatch(address):
        return float(address) if "." in address else int(address)
    return _WORDS.get(address, _MISSING)


def _as_text(value: Any) -> str:
    return "true" if value is True else "false" if value is False else str(value)
