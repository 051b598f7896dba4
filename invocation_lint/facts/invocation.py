"""The fact `invocation`: what one call of Lambda's Invoke sends, how, and what happens to its answer and its errors.

Field names say what was seen, never a verdict. Parameters, modes and errors are those of the Invoke API
(docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
"""

from __future__ import annotations

from invocation_lint.facts.arguments import (
    YES_NO,
    Arguments,
    ClientContext,
    Named,
    RefusedArgument,
    SyncOnly,
    UnknownArgument,
)
from invocation_lint.facts.base import Number, Text, Unknown, fact_field
from invocation_lint.facts.payload import Action, EncodedField, Key, MissingKey, Payload, RefusedValue, UnreadKey
from invocation_lint.facts.target import Function, Target
from invocation_lint.records import record

__all__ = [
    "YES_NO",
    "Action",
    "Arguments",
    "ClientContext",
    "EncodedField",
    "Function",
    "Key",
    "MissingKey",
    "Named",
    "Payload",
    "RefusedArgument",
    "RefusedValue",
    "SyncOnly",
    "Target",
    "UnknownArgument",
    "UnreadKey",
]


@record
class Client:
    sdk: Text = fact_field("the library the client comes from", words=("boto3", "botocore", "aioboto3", "aiobotocore"))
    read_timeout: Number = fact_field("seconds the client waits for the next byte; 60 unless configured")
    requests: Number = fact_field("how many times one call may be sent")
    pool_connections: Number = fact_field("how many connections it keeps; 10 unless configured")
    created: Text = fact_field("where the client is created", words=("module", "function", "attribute", "parameter"))


@record
class StatusCompared:
    field: Text = fact_field("the status that it is compared with", words=("StatusCode", "HTTPStatusCode"))
    accepts_mode_status: Text = fact_field(
        "whether the mode's own status (200, 202, 204) counts as success", words=YES_NO
    )
    decides: Text = fact_field(
        "whether a raise, a return or another branch depends on it; logs: a log line that speaks of a failure",
        words=(*YES_NO, "logs"),
    )
    told: Text = fact_field("why the status does not tell success, in words", default=None)


@record
class Read:
    field: str = fact_field(
        "what is read: response, Payload, FunctionError, StatusCode, or payload.<key>", default="response"
    )
    use: str = fact_field(
        "what happens to it; subscripted, for FunctionError: nothing checks that it is present; read_closed: "
        "after the asynchronous client was closed",
        words=(
            "read", "read_again", "decoded", "loads_unread", "json_load", "subscripted", "compared", "tested",
            "formatted", "logged", "returned", "stored", "handed_over", "not_awaited", "used",
            "read_closed",
        ),
        default="read",
    )  # fmt: skip


@record
class UnknownKey:
    name: str = fact_field("the key of the payload that is read by subscript, dotted if nested")
    near: Text = fact_field("a key with a similar name that the function returns")
    returned: Text = fact_field("the keys that the function returns instead")


@record
class Response:
    mode: Text = fact_field(
        "the mode of the calls whose response it is: InvocationType, or RequestResponse where that is unknown and the"
        " payload is decoded, which fails for any other"
    )
    payload: Text = fact_field(
        "what happens to the payload of the response", words=("unused", "used", "tested", "handed_over", "returned")
    )
    function_error: Text = fact_field(
        "whether FunctionError is checked", words=("checked", "unchecked", "handed_over", "returned")
    )
    crash: Text = fact_field(
        "what happens when the payload of a failed function is read: key_error when a key that it lacks is read "
        "by subscript before anything else, caught when an except clause for that error acts on it; absent otherwise",
        words=("key_error", "caught"),
    )
    after_crash: Text = fact_field(
        "what becomes of the payload of a failed function, in words", default="a crash also returns status 200"
    )
    status_code: Text = fact_field(
        "whether a statusCode of 4xx or 5xx in the payload, by which a function reports that it failed, is told from"
        " success",
        words=("checked", "unchecked"),
    )
    status_compared: StatusCompared | None = fact_field("how the status is compared; absent when it is not")
    reads: tuple[Read, ...] | Unknown = fact_field("what is read from the response, in order", default=())
    unknown_keys: tuple[UnknownKey, ...] | Unknown = fact_field(
        "keys of the payload that are read by subscript, without a check, and that the function never returns; "
        "none when these are not all known",
        default=(),
    )
    elsewhere: Text = fact_field(
        "what another caller of the same function does with a response that this one drops; absent where none reads it",
        words=("read",),
        default=None,
    )


@record
class ErrorFate:
    seen_by_handler: Text = fact_field("whether an except clause catches it", words=("yes", "partly", "no"))
    handler_does: Text = fact_field(
        "the strongest act of the weakest clause that catches it",
        words=("reraises", "returns", "records", "logs", "drops"),
    )
    frame: Text = fact_field(
        "where the error ends when nothing catches it; background: in a task or future that nothing checks; "
        "thread: in a thread, whose traceback Python prints",
        words=("entry", "helper", "module", "background", "thread"),
    )
    boundary: Text = fact_field(
        "what catches it after the last frame; trigger: a service that rejects what it asked the handler about; "
        "absent when nothing does",
        words=("redelivered", "script", "test", "state_machine", "trigger", "scheduler", "option"),
    )
    loss: Text = fact_field("what happens, in words, when it leaves the last frame and nothing after that catches it")


@record
class Catch:
    name: str = fact_field("the exception as written, or the error code that a clause compares", default="")
    kind: Text = fact_field(
        "what kind of exception it is; 'code' for a compared error code",
        words=("modelled", "unmodelled", "builtin", "vendored", "botocore", "generic", "code"),
    )
    covers: Text = fact_field(
        "which families of invocation errors it catches", words=("service", "transport", "both", "code", "nothing")
    )
    reads_response: Text = fact_field("how the clause reads e.response", words=("guarded", "unguarded", "no"))
    other_source: Text = fact_field("whether something else in the guarded statements may raise it", words=YES_NO)
    effect: Text = fact_field("what the clause achieves when an invocation fails, in words")
    taken_alike: Text = fact_field(
        "whether an error that it does not catch is handled in the same way by another of its types, or by a "
        "later clause",
        words=YES_NO,
    )


@record
class CodeCompared:
    code: str = fact_field("the error code in the comparison", default="")
    known: Text = fact_field("whether Invoke ever returns it", words=YES_NO)


@record
class Caller:
    kind: Text = fact_field(
        "what kind of code the call site is", words=("lambda_handler", "view", "script", "library", "test", "task")
    )
    event_source: Text = fact_field("what triggers the handler", words=("http", "queue", "stream", "s3", "sns",
                                    "eventbridge", "schedule", "direct", "custom_resource"))  # fmt: skip
    awaited_by: Text = fact_field(
        "who waits for the code: http is an API of unknown type; not_told: the caller is unknown; absent when "
        "nobody waits: a worker, a script, a test",
        words=("rest_api", "http_api", "http", "function_url", "load_balancer", "view", "not_told"),
    )
    deadline_seconds: Number = fact_field("seconds until the caller gives up; absent when there is no limit")
    limit: Text = fact_field("what happens when the code takes longer than that, in words")
    timeout_seconds: Number = fact_field("the caller's own deployed timeout, in seconds")
    is_async: Text = fact_field("whether the call is in an async function", words=YES_NO)
    own_loop: Text = fact_field(
        "whether nothing else runs in its event loop: only `asyncio.run` starts it, or Lambda runs its application",
        words=YES_NO,
    )
    event: Text = fact_field("whether the handler reads its event at all", words=("read", "unread"))
    on_lambda: Text = fact_field("whether the code runs on Lambda, as far as the project shows", words=YES_NO)
    by_hand: Text = fact_field(
        "whether a person runs the code and sees how it ends: a script, a module of a command line, or one that can be "
        "run and that no module of the project imports",
        words=YES_NO,
    )


@record
class Retry:
    pause: Text = fact_field("how long it sleeps between attempts", words=("none", "fixed", "growing"))
    bounded: Text = fact_field("whether the number of attempts is limited", words=YES_NO)
    manner: Text = fact_field("how it retries, in words")


@record
class Loop:
    times: Number = fact_field("how often the loop runs, times the known counts of the loops around it")
    concurrent: Text = fact_field("whether its invocations overlap", words=YES_NO)
    over: Text = fact_field(
        "what it loops over: unknown items, all of them or up to a break or return (search), pages of a "
        "paginator, constants, numbers, numbers with an exit before the last (attempts), or a condition",
        words=("items", "search", "pages", "constants", "numbers", "attempts", "condition"),
    )
    collection: Text = fact_field(
        "where the items come from, if their number is unlimited: all pages of a listing, a bucket's objects, a table "
        "scan, all rows of a model or objects of a bucket, or the rows of a file; absent otherwise",
        words=("pages", "listing", "scan", "rows", "file"),
    )
    each_of: Text = fact_field("what the iterations are for, in words: 40 numbers, the items of a scan")
    item_failure: Text = fact_field(
        "what the error of one item does to the loop over items: it escapes from it; absent when it does not; "
        "unknown when the loop is for a single item, or a clause around it handles the failed one",
        words=("escapes",),
    )
    in_order: Text = fact_field(
        "why an iteration must wait for the previous one: it uses its result, the iterations are timed, or each "
        "changes how the function runs; absent when nothing indicates it",
        words=("carries", "measures", "changes"),
    )
    loss: Text = fact_field("what happens, in words, when the error of one item ends the loop")
    answers: Text = fact_field(
        "what happens to the results of a loop that an error ends: each stands alone, or a later step needs all "
        "of them together",
        words=("each", "together"),
    )
    retry: Retry | None = fact_field("how a failed invocation is retried; absent when it is not")
    at_once: Number = fact_field(
        "how many iterations may run at the same time with a shared client: the threads of the executor, and no "
        "more than there are iterations; absent without such threads"
    )


@record
class WrittenRecord:
    status: Text = fact_field("the waiting state that is written: pending, running and so on")
    touched_on_failure: Text = fact_field(
        "whether a clause around the invocation calls anything that may change the record, other than logs and "
        "responses",
        words=YES_NO,
    )


@record
class LaterRecord:
    status: Text = fact_field("the waiting state that is written: pending, running and so on")
    named_by: Text = fact_field("the sent id that identifies the record, as written in the code")
    way: Text = fact_field("whether the record is created there, or changed", words=("created", "updated"))


@record
class TaskToken:
    key: Text = fact_field("the key of the payload that carries it")
    failure_told: Text = fact_field("whether the module can report to a workflow that a task failed", words=YES_NO)


@record
class ToldFailure:
    value: Text = fact_field("what it returns: False, None, a number, a string, an object, a tuple, a list or an error")
    use: Text = fact_field(
        "what the caller does with the value: dropped, if the call is a statement of its own; unread, if it is "
        "assigned to a name that is never read",
        words=("dropped", "unread", "read"),
    )
    logged: Text = fact_field("whether the function logs the failure before it returns", words=YES_NO)
    promised: Text = fact_field(
        "what the caller reports as if the work had begun: the waiting state (pending, running and so on) of a "
        "record that it writes first, or 202; absent when nothing is seen"
    )


@record
class Row:
    functions: Number = fact_field("how many functions are invoked one after another with the same payload")
    names: Text = fact_field("these functions, in words")
    ended_by_error: Text = fact_field("whether an error of one invocation prevents the later ones",
                                      words=YES_NO)  # fmt: skip


@record
class Permission:
    granted: Text = fact_field(
        "whether the role of the function whose handler calls allows it to invoke the function", words=YES_NO
    )
    caller: Text = fact_field("that function, as its template calls it")
    target: Text = fact_field("the name of the invoked function in the template")


@record
class Invocation:
    """One invocation, as seen from one frame. Absent is None, not known is `Unknown`."""

    api: Text = fact_field("the operation", words=("invoke", "invoke_async", "invoke_with_response_stream"))
    invocation_type: Text = fact_field(
        "the value sent as InvocationType; RequestResponse when omitted; 'none' for None; for a variable or a "
        "setting, its default"
    )
    invocation_type_refused: Text | None = fact_field(
        "a value that the call sends, perhaps only through the default of a parameter or under one of several "
        "keys, and that is not a mode of the operation; absent when every known value is valid",
        default=None,
    )
    invocation_type_source: Text = fact_field(
        "how it is set: written, omitted, a member of an enum, or the default of a variable or a setting",
        words=("written", "default", "enum_member", "variable"),
    )
    arguments: Arguments = fact_field("the call's keywords", default=Arguments())
    client_context: ClientContext | None = fact_field("the ClientContext argument; absent when omitted")
    function: Function = fact_field("the invoked function", default=Function())
    target: Target = fact_field("what is known about that function", default=Target())
    payload: Payload | None = fact_field("the Payload argument; absent when omitted")
    client: Client = fact_field("the client", default=Client())
    response: Response = fact_field("what happens to the response", default=Response())
    service_error: ErrorFate = fact_field("what happens to an error that the service returns", default=ErrorFate())
    transport_error: ErrorFate = fact_field("what happens to a connection error", default=ErrorFate())
    catches: tuple[Catch, ...] | Unknown = fact_field("the exceptions that clauses around the call name", default=())
    codes_compared: tuple[CodeCompared, ...] | Unknown = fact_field(
        "error codes that those clauses compare", default=()
    )
    caller: Caller = fact_field("the code that calls", default=Caller())
    guarded: Text = fact_field(
        "where a handler invokes its own function: whether a condition decides, anywhere on the way to the call",
        words=YES_NO,
    )
    permission: Permission | None = fact_field(
        "whether it is allowed, if a template deploys the handler that invokes it; absent otherwise"
    )
    in_loop: Loop | None = fact_field("the loop around the call; absent when there is none")
    row: Row | None = fact_field(
        "the series of invocations that this one begins: several functions with the same payload; absent when it "
        "begins none"
    )
    sent: Text = fact_field(
        "how the request is sent: awaited, or in a task or future whose outcome nothing checks; never: in a "
        "coroutine that nothing awaits; called_first: immediately, where a function to call later is expected",
        words=("awaited", "scheduled", "submitted", "never", "called_first"),
    )
    unobserved: Text = fact_field("what happens to it, in words, when nothing observes it; absent otherwise")
    in_clause: Text = fact_field(
        "what the except clause around the call does; absent when there is none, or it does neither",
        words=("reraises", "logs"),
    )
    record_written: WrittenRecord | None = fact_field(
        "the record that the function writes before the invocation, in a waiting state; absent when none is seen"
    )
    record_later: LaterRecord | None = fact_field(
        "the record that the function writes after the invocation, on the same path and without a condition, in a"
        " waiting state; absent when none is seen"
    )
    left_waiting: Text = fact_field(
        "what waits for the invoked function, in words: the record, or the workflow; absent when neither is seen"
    )
    task_token: TaskToken | None = fact_field("the task token of a workflow in the payload; absent when there is none")
    run_by: Text = fact_field(
        "what runs the call: the statement itself, a thread that the statement awaits, or an executor or thread that"
        " runs beside it",
        words=("statement", "awaited", "executor"),
    )
    told_failure: ToldFailure | None = fact_field(
        "how the return value of a called function shows that the invocation failed; absent when none does"
    )
    waited_for: Text = fact_field(
        "whether the function that starts it in the background waits for its end; absent when the outcome is checked",
        words=YES_NO,
    )
