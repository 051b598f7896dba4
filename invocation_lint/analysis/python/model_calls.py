"""Calls that wait for the answer of a language model, and how long such a call surely takes."""

from __future__ import annotations

import re
from typing import Any

from invocation_lint.analysis.domain.atoms import Client, Const, Method, Unknown, Value
from invocation_lint.analysis.python.frames.arguments import Arguments

MODEL_CALL_SECONDS = 0.3
"""The least time that a whole answer of a hosted model takes: small ones begin to answer after some tenths of a second
(Amazon Bedrock user guide, latency-optimized inference; OpenAI API guides, latency optimization)."""

_SDK_CALL = re.compile(
    r"(?:\w+\.)*(?:Azure)?OpenAI\(\)\.(?:chat\.completions\.(?:create|parse)|completions\.create|responses\.(?:create|parse))"
    r"|(?:\w+\.)*Anthropic(?:Bedrock|Vertex)?\(\)\.(?:beta\.)?messages\.create"
)
"""The source of a method of a client of OpenAI's or Anthropic's SDK that waits for an answer."""

_NO_TEXT = re.compile(r"embed|rerank")
"""What names models that give no text: they are fast."""


def seconds_of(atom: Any, arguments: Arguments) -> float:
    """How long a call of a thing surely waits for a model; 0 for any other call, and for one that gives a stream."""
    if isinstance(atom, Method):
        client = atom.receiver.single
        if (
            not isinstance(client, Client)
            or client.service != "bedrock-runtime"
            or client.sdk not in {"boto3", "botocore"}
        ):
            return 0.0
        is_text = atom.name == "converse" or (atom.name == "invoke_model" and _gives_text(arguments.get(0, "modelId")))
        return MODEL_CALL_SECONDS if is_text else 0.0
    if not isinstance(atom, Unknown) or _SDK_CALL.fullmatch(atom.source) is None or arguments.open:
        return 0.0
    stream = arguments.get(0, "stream") if "stream" in arguments.kwargs else None
    return MODEL_CALL_SECONDS if stream is None or _is_off(stream) else 0.0


def _gives_text(model: Value | None) -> bool:
    atom = model.single if model is not None else None
    return isinstance(atom, Const) and isinstance(atom.value, str) and _NO_TEXT.search(atom.value) is None


def _is_off(value: Value) -> bool:
    return all(isinstance(atom, Const) and not atom.value for atom in value.atoms)


__all__ = ["MODEL_CALL_SECONDS", "seconds_of"]
