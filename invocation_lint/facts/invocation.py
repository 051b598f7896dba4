"""The fact `invocation`: what one call of Lambda's Invoke sends, how, and what happens to its answer and its errors.

Field names say what was seen, never a verdict. Parameters, modes and errors are those of the Invoke API
(docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
"""

from __future__ import annotations

from invocation_lint.facts.base import Number, Text, Unknown, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class UnknownArgument:
    name: str = fact_field("the keyword as written", default="")
    near: Text = fact_field("the parameter of Invoke that it nearly spells")
    operation: Text = fact_field("another Lambda operation that has a parameter of this name")


@record
class RefusedArgument:
    name: str = fact_field("the keyword; the missing parameter; 'the first argument' for a positional one", default="")
    why: Text = fact_field(
        "why boto3 refuses it", words=("missing", "positional", "misspelled", "of another operation")
    )
    meant: Text = fact_field("the parameter that it nearly spells, or the operation that has it")
    always: Text = fact_field("whether it is so on every path; unknown when on some", words=YES_NO, default="yes")


@record
class Named:
    name: str = fact_field("the name", default="")


@record
class Arguments:
    positional: Text = fact_field("whether positional arguments are given", words=YES_NO)
    missing: tuple[Named, ...] | Unknown = fact_field("required parameters that are surely not given", default=())
    unknown: tuple[UnknownArgument, ...] | Unknown = fact_field("keywords that Invoke does not have", default=())
    refused: tuple[RefusedArgument, ...] | Unknown = fact_field("what boto3 refuses before it sends", default=())
    open: Text = fact_field("whether more keywords may come, from **kwargs that are not known", words=YES_NO)


@record
class ClientContext:
    type: Text = fact_field(
        "the Python type of the ClientContext argument", words=("str", "bytes", "dict", "none", "other")
    )
    encoding: Text = fact_field("how its text is encoded", words=("plain", "base64"))


@record
class Function:
    name: Text = fact_field("the function's plain name: region, account and qualifier cut off")
    environment_variable: Text = fact_field("the environment variable that names it")
    pattern: Text = fact_field("the name with * for the pieces that are not known")
    self: Text = fact_field("whether the function names itself", words=YES_NO)


@record
class Target:
    contract: Text = fact_field("the contract that describes the invoked function; absent when none does")
    duration_seconds: Number = fact_field(
        "how long the action takes, in seconds; up to the timeout when only that is known"
    )
    duration_from: Text = fact_field("where the duration comes from", words=("contract", "timeout"))
    timeout_seconds: Number = fact_field("the function's timeout, in seconds")
    actions: tuple[Named, ...] | Unknown | None = fact_field("the actions that the function handles")
    decodes: Text = fact_field("where it looks for its payload", words=("event", "body", "both"))
    idempotent: Text = fact_field("whether running it twice does no harm", words=YES_NO)
    failure_answer: Text = fact_field("how it reports a failure", words=("raises", "status_code"))
    origin: Text = fact_field("where the contract comes from", words=("declared", "inferred", "deployed", "shipped"))


@record
class Action:
    value: Text = fact_field("the action that the payload asks for, under the contract's discriminator")
    nearest: Text = fact_field("the action of the contract that it nearly spells")


@record
class Key:
    name: str = fact_field("the key", default="")
    presence: Text = fact_field("whether the key is sent; unknown when only on some paths", words=YES_NO, default="yes")
    type: Text = fact_field(
        "the JSON type of its value", words=("string", "number", "boolean", "object", "array", "null")
    )
    role: Text = fact_field("what the contract says the key identifies", words=("story", "job", "owner"))
    expects: Text = fact_field(
        "the JSON type that the contract asks for", words=("string", "number", "boolean", "object", "array")
    )
    source: Text = fact_field("the attribute, key or name that the value is read from")
    forbidden_source: Text = fact_field("the contract's glob that the source matches; absent when none does")


@record
class MissingKey:
    name: str = fact_field("the required field", default="")
    presence: Text = fact_field("'no': surely absent; unknown when only on some paths", words=("no",), default="no")
    role: Text = fact_field("what the contract says the field identifies", words=("story", "job", "owner"))
    near: Text = fact_field("a key that is sent and nearly spells it")
    fallback_sent: Text = fact_field("whether the field that the contract accepts instead is sent", words=YES_NO)
    why: Text = fact_field("why the contract requires it")


@record
class EncodedField:
    name: str = fact_field("the field that holds encoded text; $ for the payload itself", default="")
    holds: Text = fact_field("what the text decodes to", words=("object", "array", "text", "number", "other"))
    expects: Text = fact_field("the JSON type that the contract asks for; 'decoded' where the callee decodes it")
    taken_as: Text = fact_field("how the function takes a field named body", words=("fields", "text"))


@record
class RefusedValue:
    path: str = fact_field("where in the payload the value stands", default="")
    type: Text = fact_field("its Python type")
    encoder: Text = fact_field("the encoder that refuses it")


@record
class Payload:
    python_type: Text = fact_field(
        "the Python type of the Payload argument",
        words=(
            "str", "bytes", "bytearray", "binary_file", "text_file",
            "dict", "list", "tuple", "none", "generator", "other",
        ),
    )  # fmt: skip
    layers: Number = fact_field("JSON decodings until the value is no longer text; 1 for json.dumps of an object")
    encoding: Text = fact_field("how the text was made", words=("json", "base64", "repr", "plain"))
    parses_as_json: Text = fact_field("whether the text that is sent is one JSON document", words=YES_NO)
    shape: Text = fact_field("what the payload imitates", words=("plain", "http", "records", "eventbridge"))
    open: Text = fact_field("whether keys may be there that are not known", words=YES_NO)
    action: Action = fact_field("the action asked for", default=Action())
    keys: tuple[Key, ...] | Unknown | None = fact_field("the top-level keys, with what is known of each")
    missing: tuple[MissingKey, ...] | Unknown | None = fact_field("fields that the contract requires and are not sent")
    encoded_fields: tuple[EncodedField, ...] | Unknown = fact_field("fields that hold encoded text", default=())
    refused: tuple[RefusedValue, ...] | Unknown = fact_field("values that the encoder cannot encode", default=())
    size_bytes: Number = fact_field("the size of the encoded payload in bytes, where it is known")


@record
class Client:
    sdk: Text = fact_field("the library the client comes from", words=("boto3", "botocore", "aioboto3", "aiobotocore"))
    read_timeout: Number = fact_field("seconds the client waits for the next byte; 60 unless configured")
    requests: Number = fact_field("how many times one call may be sent")
    created: Text = fact_field("where the client is made", words=("module", "function", "attribute", "parameter"))


@record
class StatusCompared:
    field: Text = fact_field("the status that is compared", words=("StatusCode", "HTTPStatusCode"))
    accepts_mode_status: Text = fact_field(
        "whether the mode's own status (200, 202, 204) passes for success", words=YES_NO
    )
    decides: Text = fact_field("whether a raise, a return or another branch depends on it", words=YES_NO)


@record
class Read:
    field: str = fact_field(
        "what is read: response, Payload, FunctionError, StatusCode, or payload.<key>", default="response"
    )
    use: str = fact_field(
        "what happens to it",
        words=(
            "read", "read_again", "decoded", "loads_unread", "json_load", "subscripted", "compared", "tested",
            "formatted", "logged", "returned", "stored", "handed_over", "not_awaited", "used",
        ),
        default="read",
    )  # fmt: skip


@record
class Response:
    payload: Text = fact_field(
        "what happens to the payload of the answer", words=("unused", "used", "tested", "handed_over", "returned")
    )
    function_error: Text = fact_field(
        "whether FunctionError is looked at", words=("checked", "unchecked", "handed_over", "returned")
    )
    crash: Text = fact_field(
        "what the payload of a crash does where it is read: key_error when a key that it lacks is read by subscript "
        "before anything else is done with it; absent otherwise",
        words=("key_error",),
    )
    status_compared: StatusCompared | None = fact_field("how the status is compared; absent when it is not")
    reads: tuple[Read, ...] | Unknown = fact_field("what is read of the answer, in order", default=())


@record
class ErrorFate:
    seen_by_handler: Text = fact_field("whether an except clause takes it", words=("yes", "partly", "no"))
    handler_does: Text = fact_field(
        "the strongest act of the weakest clause that takes it",
        words=("reraises", "returns", "records", "logs", "drops"),
    )
    frame: Text = fact_field(
        "where the error ends when nothing takes it; background: in a task or future that nobody looks at; thread: in "
        "a thread, whose traceback Python prints",
        words=("entry", "helper", "module", "background", "thread"),
    )
    boundary: Text = fact_field(
        "what takes it behind the last frame; trigger: a service that refuses what it asked the handler about; "
        "absent when nothing does",
        words=("redelivered", "script", "test", "state_machine", "trigger", "option"),
    )


@record
class Catch:
    name: str = fact_field("the exception as written, or the error code that a clause compares", default="")
    kind: Text = fact_field(
        "what kind of exception it is; 'code' for a compared error code",
        words=("modelled", "unmodelled", "builtin", "vendored", "botocore", "generic", "code"),
    )
    covers: Text = fact_field(
        "which families of an invocation's errors it takes", words=("service", "transport", "both", "code", "nothing")
    )
    reads_response: Text = fact_field("how the clause reads e.response", words=("guarded", "unguarded", "no"))
    other_source: Text = fact_field("whether something else in the guarded statements may raise it", words=YES_NO)


@record
class CodeCompared:
    code: str = fact_field("the error code that is compared", default="")
    known: Text = fact_field("whether Invoke ever answers with it", words=YES_NO)


@record
class Caller:
    kind: Text = fact_field(
        "what the code of the call site is", words=("lambda_handler", "view", "script", "library", "test", "task")
    )
    event_source: Text = fact_field("what triggers the handler", words=("http", "queue", "stream", "s3", "sns",
                                    "eventbridge", "schedule", "direct", "custom_resource"))  # fmt: skip
    deadline_seconds: Number = fact_field("seconds until whoever waits for the caller gives up")
    timeout_seconds: Number = fact_field("the caller's own deployed timeout, in seconds")
    is_async: Text = fact_field("whether the call stands in an async function", words=YES_NO)
    by_hand: Text = fact_field(
        "whether a person runs the code and sees how it ends: a script, or a module of a command line", words=YES_NO
    )


@record
class Retry:
    pause: Text = fact_field("how long it sleeps in between", words=("none", "fixed", "growing"))
    bounded: Text = fact_field("whether the number of its rounds has an end", words=YES_NO)


@record
class Loop:
    times: Number = fact_field("how often the loop runs, times that of the loops around it that are known")
    concurrent: Text = fact_field("whether its invocations overlap", words=YES_NO)
    over: Text = fact_field(
        "what it runs over: items of something not known, all of them or up to a break or return (search), pages of a "
        "paginator, constants, numbers, numbers with an end before the last (attempts), or a condition",
        words=("items", "search", "pages", "constants", "numbers", "attempts", "condition"),
    )
    collection: Text = fact_field(
        "what the items come from, where nothing bounds how many there are: all pages of a listing, or a scan of a "
        "table; absent where that is not seen",
        words=("pages", "scan"),
    )
    each_of: Text = fact_field("what there is a round for, in words: 40 numbers, the items of a scan")
    item_failure: Text = fact_field(
        "what the error of one item does to the loop over items: it escapes from it; absent when it does not, unknown "
        "where the loop is there for one item, or a clause around it looks after the one that failed",
        words=("escapes",),
    )
    retry: Retry | None = fact_field("how a failed invocation is sent again; absent when it is not")


@record
class WrittenRecord:
    status: Text = fact_field("the waiting state that is written: pending, running and the like")
    touched_on_failure: Text = fact_field(
        "whether a clause around the invocation calls anything that may change the record, besides logs and answers",
        words=YES_NO,
    )


@record
class TaskToken:
    key: Text = fact_field("the key of the payload that carries it")
    failure_told: Text = fact_field("whether the module speaks of telling a workflow that a task failed", words=YES_NO)


@record
class ToldFailure:
    value: Text = fact_field("what it returns: False, None, number, text, object, tuple, list or error")
    use: Text = fact_field(
        "what the caller does with the value: dropped, where the call is a statement of its own; unread, where it goes "
        "to a name that is never read",
        words=("dropped", "unread", "read"),
    )
    logged: Text = fact_field("whether the function logs the failure before it tells it", words=YES_NO)
    promised: Text = fact_field(
        "what the caller says as if the work had begun: the waiting state (pending, running and the like) of a record "
        "that it writes before, or 202; absent when nothing is seen"
    )


@record
class Invocation:
    """One invocation, as seen from one frame. Absent is None, not known is `Unknown`."""

    api: Text = fact_field("the operation", words=("invoke", "invoke_async", "invoke_with_response_stream"))
    invocation_type: Text = fact_field(
        "the text sent as InvocationType; RequestResponse when left out; 'none' for None"
    )
    invocation_type_source: Text = fact_field("how it comes about", words=("written", "default", "enum_member"))
    arguments: Arguments = fact_field("the call's keywords", default=Arguments())
    client_context: ClientContext | None = fact_field("the ClientContext argument; absent when left out")
    function: Function = fact_field("the function that is invoked", default=Function())
    target: Target = fact_field("what is known of that function", default=Target())
    payload: Payload | None = fact_field("the Payload argument; absent when left out")
    client: Client = fact_field("the client", default=Client())
    response: Response = fact_field("what happens to the answer", default=Response())
    service_error: ErrorFate = fact_field("what happens to an error that the service answers", default=ErrorFate())
    transport_error: ErrorFate = fact_field("what happens to an error of the connection", default=ErrorFate())
    catches: tuple[Catch, ...] | Unknown = fact_field("the exceptions that clauses around the call name", default=())
    codes_compared: tuple[CodeCompared, ...] | Unknown = fact_field(
        "error codes that those clauses compare", default=()
    )
    caller: Caller = fact_field("the code that calls", default=Caller())
    in_loop: Loop | None = fact_field("the loop around the call; absent when there is none")
    sent: Text = fact_field(
        "how the request goes out: awaited, or in a task or future of which nobody looks at the outcome; never: in a "
        "coroutine that nobody awaits",
        words=("awaited", "scheduled", "submitted", "never"),
    )
    record_written: WrittenRecord | None = fact_field(
        "the record that the function writes before the invocation, in a waiting state; absent when none is seen"
    )
    task_token: TaskToken | None = fact_field("the task token of a workflow in the payload; absent when there is none")
    run_by: Text = fact_field(
        "what runs the call: the statement itself, or an executor or thread that gets it",
        words=("statement", "executor"),
    )
    told_failure: ToldFailure | None = fact_field(
        "how a function that is called here tells, by what it returns, that the invocation failed; absent when none "
        "does"
    )
    waited_for: Text = fact_field(
        "whether the function that hands it away waits for its end; absent when somebody looks at the outcome",
        words=YES_NO,
    )
