"""What an invocation is given besides its payload: the keywords of the call, and its client context."""

from __future__ import annotations

from invocation_lint.facts.base import Text, Unknown, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class UnknownArgument:
    name: str = fact_field("the keyword as written", default="")
    near: Text = fact_field("the Invoke parameter with a similar name")
    operation: Text = fact_field("another Lambda operation that has a parameter of this name")


@record
class RefusedArgument:
    name: str = fact_field("the keyword; the missing parameter; 'the first argument' for a positional one", default="")
    why: Text = fact_field(
        "why boto3 rejects it", words=("missing", "positional", "misspelled", "of another operation")
    )
    meant: Text = fact_field("the parameter with a similar name, or the operation that has it")
    always: Text = fact_field(
        "whether this is so on every path; unknown when only on some", words=YES_NO, default="yes"
    )


@record
class SyncOnly:
    name: str = fact_field("LogType or ClientContext", default="")
    lost: Text = fact_field("what an asynchronous invocation does not return then, in words")


@record
class Named:
    name: str = fact_field("the name", default="")


@record
class Arguments:
    positional: Text = fact_field("whether there are positional arguments", words=YES_NO)
    missing: tuple[Named, ...] | Unknown = fact_field("required parameters that are certainly missing", default=())
    unknown: tuple[UnknownArgument, ...] | Unknown = fact_field("keywords that Invoke does not have", default=())
    refused: tuple[RefusedArgument, ...] | Unknown = fact_field("what boto3 rejects before it sends", default=())
    open: Text = fact_field("whether unknown **kwargs may add more keywords", words=YES_NO)
    sync_only: tuple[SyncOnly, ...] | Unknown = fact_field(
        "parameters that only RequestResponse uses: LogType Tail, ClientContext", default=()
    )


@record
class ClientContext:
    type: Text = fact_field(
        "the Python type of the ClientContext argument", words=("str", "bytes", "dict", "none", "other")
    )
    encoding: Text = fact_field("how it is encoded", words=("plain", "base64"))
