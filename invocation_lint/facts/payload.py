"""The parts of the fact `invocation` that are about what is sent."""

from __future__ import annotations

from invocation_lint.facts.base import Number, Text, Unknown, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class Action:
    value: Text = fact_field("the action that the payload requests, by the contract's discriminator")
    nearest: Text = fact_field("the action in the contract with a similar name")


@record
class Key:
    name: str = fact_field("the key", default="")
    presence: Text = fact_field("whether the key is sent; unknown when only on some paths", words=YES_NO, default="yes")
    type: Text = fact_field(
        "the JSON type of its value", words=("string", "number", "boolean", "object", "array", "null")
    )
    role: Text = fact_field("what the contract says the key identifies", words=("story", "job", "owner"))
    expects: Text = fact_field(
        "the JSON type that the contract requires", words=("string", "number", "boolean", "object", "array")
    )
    source: Text = fact_field("the attribute, key or name that the value is read from")
    forbidden_source: Text = fact_field("the contract's glob that the source matches; absent when none does")
    why: Text = fact_field("what the contract says about the field: what it is for, and what goes wrong without it")


@record
class MissingKey:
    name: str = fact_field("the required field", default="")
    presence: Text = fact_field("'no': certainly absent; unknown when only on some paths", words=("no",), default="no")
    role: Text = fact_field("what the contract says the field identifies", words=("story", "job", "owner"))
    near: Text = fact_field("a sent key with a similar name")
    fallback_sent: Text = fact_field("whether the field that the contract accepts instead is sent", words=YES_NO)
    why: Text = fact_field("what the contract says about the field: what it is for, and what goes wrong without it")
    read: Text = fact_field("whether the place where the function reads it is visible", words=YES_NO)


@record
class EncodedField:
    name: str = fact_field("the field that holds an encoded string; $ for the payload itself", default="")
    told: str = fact_field("what is encoded twice, in words", default="")
    holds: Text = fact_field("what the string decodes to", words=("object", "array", "text", "number", "other"))
    expects: Text = fact_field("the JSON type that the contract requires; 'decoded' if the invoked function decodes it")
    taken_as: Text = fact_field("how the function treats a field named body", words=("fields", "text"))


@record
class Correlation:
    held: Text = fact_field("the id of a request, a session or a trace that the function of the call writes to its log")
    sent: Text = fact_field("whether a key of the payload carries such an id, or may do so", words=YES_NO)


@record
class UnreadKey:
    name: str = fact_field("the key that is sent, and that the handler of the function never reads", default="")
    near: Text = fact_field("a key that it reads, that is not sent, and that this one nearly spells")


@record
class RefusedValue:
    path: str = fact_field("where in the payload the value is", default="")
    type: Text = fact_field("its Python type")
    encoder: Text = fact_field("the encoder that rejects it")


@record
class Payload:
    python_type: Text = fact_field(
        "the Python type of the Payload argument; a stream or an answer is the response of an AWS operation",
        words=(
            "str", "bytes", "bytearray", "binary_file", "text_file",
            "stream", "answer", "dict", "list", "tuple", "none", "generator", "other",
        ),
    )  # fmt: skip
    layers: Number = fact_field("JSON decodings until the value is no longer a string; 1 for json.dumps of an object")
    encoding: Text = fact_field("how the string was created", words=("json", "base64", "repr", "plain"))
    parses_as_json: Text = fact_field(
        "whether the sent string is a single JSON document; it depends where quotes are replaced in the repr of an"
        " object that holds text: an apostrophe breaks it",
        words=("yes", "no", "depends"),
    )
    refusal: Text = fact_field(
        "what Lambda does with the repr of an object, in words; absent for JSON and anything else"
    )
    form: Text = fact_field(
        "what the string or the bytes contain: JSON or, in words, what is certainly not JSON: plain text, form "
        "data, YAML, a .png file, ..; absent when unknown, and for a Python object"
    )
    shape: Text = fact_field("what the payload imitates", words=("plain", "http", "records", "eventbridge"))
    open: Text = fact_field("whether there may be unknown keys", words=YES_NO)
    action: Action = fact_field("the requested action", default=Action())
    keys: tuple[Key, ...] | Unknown | None = fact_field("the top-level keys, and what is known about each")
    missing: tuple[MissingKey, ...] | Unknown | None = fact_field("fields that the contract requires and are not sent")
    encoded_fields: tuple[EncodedField, ...] | Unknown = fact_field("fields that hold encoded strings", default=())
    correlation: Correlation | None = fact_field(
        "the id by which the caller's log lines are told apart; absent where it writes none, or it is not known what is"
        " sent"
    )
    unread: tuple[UnreadKey, ...] = fact_field(
        "the keys that are sent and that the handler of the function never reads; none where it is not in sight how it"
        " reads its event",
        default=(),
    )
    refused: tuple[RefusedValue, ...] | Unknown = fact_field("values that the encoder cannot encode", default=())
    size_bytes: Number = fact_field("the size of the encoded payload in bytes, or its minimum, if known")
    size_limit: Number = fact_field("how many bytes the operation accepts in this mode")
    extent: Text = fact_field(
        "what makes it large: a number of bytes above 256 KB, the contents of a file, all rows of a query, base64"
        " data; absent when nothing does"
    )
    size_compared: Text = fact_field(
        "whether a function on the way to the call compares a size or length; absent when the size is limited",
        words=YES_NO,
    )
    measured: Text = fact_field(
        "how the function of the call measures it, or one of its module that is given it, if not in bytes of what is"
        " sent: the memory of a Python object without its contents, the characters of a string with non-ASCII text or"
        " of a dict's repr, or the keys of a dict; absent otherwise",
        words=("memory", "characters", "keys"),
    )
