"""What is deployed: functions, what invokes them, and everything they touch, whatever language the template is in.

A reader (of SAM, serverless.yml, Terraform, the CDK, ...) makes one `Template` a file, out of `Resource`s of the kinds
below. Each has a `key`, under which other resources refer to it (`Attribute(key, "arn")`), the conditions under which
it is there, and the place of its id. `deployment.deployed.Deployed` brings the templates of a project together: it
hands parameters down to nested stacks, finds what is imported from other stacks, and answers questions.

A property is a `Value` (module `values`): one or more cases, each known, open or unknown with a reason. A property of
type `Value | None` is None where the template does not set it; what holds then is said in its comment. Properties of
which no rule and no link asks are not here; a resource of another type is a plain `Resource`.

Names of properties are plain words, not those of one template language; units are in the names. Defaults and limits
are AWS's (Lambda, SQS, EventBridge API references).
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from invocation_lint.records import record

if TYPE_CHECKING:
    from invocation_lint.deployment.definitions import Definition
    from invocation_lint.deployment.values import Conditions, Key, Value
    from invocation_lint.findings import Place


@record
class Resource:
    """A resource of any type: `type` is as the template has it ("AWS::SQS::Queue", "aws_sqs_queue")."""

    key: Key
    type: str
    place: Place
    when: Conditions = ()  # there only when these hold
    name: Value | None = None  # the physical name; None: the service makes one up


@record
class Code:
    """Where the code of a function or a layer comes from."""

    kind: str  # "folder", "archive" (a file that a build makes, or in S3), "asset" (of it no more is known than that
    # the CDK packed it), "inline", "image", "unknown"
    folder: str | None = None  # absolute; of an image, the folder that is its context
    handler_folders: tuple[str, ...] = ()  # where else the handler's file may lie, absolute, in order
    reason: str = ""  # why the folder is not known
    place: Place | None = None
    archive: str = ""  # the name of the archive, without its folders and ending
    built_by: str = ""  # the way in which a build makes it that is not that of the language ("makefile")


@record
class Statement:
    """One statement of a policy. Resources are texts of ARNs; a `*` in them stands for any text."""

    allows: bool  # False: denies
    actions: tuple[Value, ...]  # "lambda:InvokeFunction"; lists behind a condition are one Value
    resources: tuple[Value, ...]
    place: Place
    is_conditional: bool = False  # the statement has a Condition, or excludes (NotAction, NotResource)


@record
class Access:
    """What a role, or the role that is made for a function, may do."""

    statements: tuple[Statement, ...] = ()
    open: tuple[str, ...] = ()  # why there may be more: managed policies, a role of another stack


@record
class Retries:
    """How Lambda retries asynchronous invocations of a function (EventInvokeConfig), by default twice in six hours."""

    attempts: Value | None = None  # 0 to 2
    age_seconds: Value | None = None
    on_failure: Value | None = None  # the ARN of the destination
    on_success: Value | None = None
    place: Place | None = None


@record
class Function(Resource):
    """A Lambda function. Its name is `name`; where that is None, the service makes one up. `called` is what the
    template calls it where that is not its id: the key in a serverless.yml."""

    called: str = ""
    handler: Value | None = None  # "orders/app.handler"; of an image, its command
    runtime: Value | None = None  # "python3.12"; None: of an image, or told elsewhere
    code: Code = Code("unknown")
    layers: tuple[Value, ...] = ()  # ARNs, or attributes of `Layer`s
    timeout_seconds: Value | None = None  # None: 3
    memory_mb: Value | None = None  # None: 128
    environment: dict[str, Value] = field(default_factory=dict)
    environment_open: str = ""  # why there may be more variables; empty when these are all
    role: Value | None = None  # ARN; None: one is made for it
    access: Access = Access()  # of the role that is made for it
    concurrency: Value | None = None  # reserved; None: unreserved
    dead_letter: Value | None = None  # the ARN of a queue or a topic
    retries: Retries | None = None
    url: Value | None = None  # the authorization of its URL ("NONE", "AWS_IAM"); None: it has no URL


@record
class Layer(Resource):
    """A version of a layer."""

    code: Code = Code("unknown")


@record
class Alias(Resource):
    """A name for a version of a function, or for a version itself: who invokes it, invokes the function."""

    function: Value | None = None


@record
class InvokeConfig(Resource):
    """How a function, or an alias of it, is retried, by a resource of its own."""

    function: Value | None = None
    retries: Retries = Retries()


@record
class Trigger(Resource):
    """Something that invokes a function, by `kind` (see `kinds`):

    - polled (see `EventSourceMapping`): `queue`, `stream`
    - asynchronous: `s3`, `sns`, `eventbridge`, `schedule`, `event` (another service, or not told which)
    - waiting for an answer: the words of `FRONTS`, `service` (AppSync, Lex, ...), `cognito`, `state_machine`
    - `custom_resource`: CloudFormation, which invokes asynchronously and waits for what is sent to the response URL

    `source` is the queue, topic, bucket, bus, API or state machine, as far as it is told. `key` is that of the resource
    that says it; the events of a SAM function have the id that SAM gives them.
    """

    kind: str = ""
    function: Value | None = None
    source: Value | None = None
    is_enabled: Value | None = None  # None: it is
    pattern: Value | None = (
        None  # of an event (`eventbridge`), the filter policy of a subscription, of an object (`s3`)
    )
    expression: Value | None = None  # of a `schedule`: "rate(5 minutes)", "cron(..)"
    events: tuple[Value, ...] = ()  # of `s3`: "s3:ObjectCreated:*"
    method: Value | None = None  # of a front
    path: Value | None = None
    timeout_ms: Value | None = None  # of a front: how long the API waits
    is_proxy: bool = True  # of a front: what the function returns is the response; False: a mapping makes it, or may
    maps_errors: bool = False  # of a front: a mapping makes the response of an error, too, surely
    input: Value | None = None  # a constant event, for rules and schedules
    dead_letter: Value | None = None  # where events go that cannot be delivered
    retry_attempts: Value | None = None


@record
class EventSourceMapping(Trigger):
    """An event source mapping: Lambda polls a queue or a stream and invokes the function with batches."""

    batch_size: Value | None = None  # None: 10 for queues, 100 for streams
    window_seconds: Value | None = None
    reports_item_failures: Value | None = None  # a list of response types; None: a failure fails the whole batch
    filters: tuple[Value, ...] = ()  # patterns, as texts of JSON or as structures; empty: everything
    on_failure: Value | None = None  # streams: where a batch goes that is given up
    max_attempts: Value | None = None  # streams; None or -1: without end
    max_age_seconds: Value | None = None  # streams; None or -1: until the record expires
    bisects: Value | None = None
    parallel_batches: Value | None = None
    max_concurrency: Value | None = None
    starting_position: Value | None = None  # streams have one, queues do not


@record
class Queue(Resource):
    """An SQS queue."""

    visibility_seconds: Value | None = None  # None: 30
    retention_seconds: Value | None = None  # None: 345,600
    fifo: Value | None = None
    deduplicates_by_content: Value | None = None
    dead_letter: Value | None = None  # the ARN to which it redrives
    max_receives: Value | None = None
    unread: tuple[tuple[str, Place], ...] = ()  # properties that the service does not know: misspelt ones


@record
class Topic(Resource):
    """An SNS topic."""

    fifo: Value | None = None
    deduplicates_by_content: Value | None = None


@record
class Subscription(Resource):
    """What a topic hands its messages to. One that invokes a function is a `Trigger` beside."""

    topic: Value | None = None
    protocol: Value | None = None  # "sqs", "lambda", "https"
    endpoint: Value | None = None
    filter_policy: Value | None = None
    filter_scope: Value | None = None  # None: MessageAttributes
    is_raw: Value | None = None
    dead_letter: Value | None = None


@record
class Bus(Resource):
    """An event bus."""


@record
class Target:
    """What a rule or a schedule hands its events to."""

    arn: Value
    input: Value | None = None
    dead_letter: Value | None = None
    retry_attempts: Value | None = None


@record
class Rule(Resource):
    """A rule of EventBridge. Targets that are functions are `Trigger`s beside."""

    bus: Value | None = None  # None: the default bus
    pattern: Value | None = None
    expression: Value | None = None  # of a schedule
    is_enabled: Value | None = None
    targets: tuple[Target, ...] = ()


@record
class Schedule(Resource):
    """A schedule of EventBridge Scheduler. A target that is a function is a `Trigger` beside."""

    expression: Value | None = None
    is_enabled: Value | None = None
    target: Target | None = None


@record
class Stream(Resource):
    """A Kinesis stream."""


@record
class Table(Resource):
    """A DynamoDB table."""

    stream_view: Value | None = None  # "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"; None: no stream
    has_global_replicas: bool = False
    keys: tuple[Value, ...] = ()  # the names of its partition and sort key
    indexes: tuple[Value, ...] = ()  # the names of its secondary indexes
    expires_by: Value | None = None  # the attribute of its time to live


@record
class Notification:
    """What a bucket tells of its objects."""

    target: Value  # the ARN of a function, queue or topic
    events: tuple[Value, ...]
    prefix: Value | None
    suffix: Value | None
    place: Place


@record
class Bucket(Resource):
    """An S3 bucket. Functions among its notifications are `Trigger`s beside."""

    notifications: tuple[Notification, ...] = ()
    tells_bus: Value | None = None  # sends everything to EventBridge


@record
class Api(Resource):
    """An API: `kind` is rest_api, http_api, http (not told apart), websocket or graphql."""

    kind: str = ""
    cors: Value | None = None  # None: none is configured here
    definition: Value | None = None  # of OpenAPI, inline; what it invokes are `Trigger`s beside


@record
class Permission(Resource):
    """Who may invoke a function, by its resource-based policy."""

    function: Value | None = None
    principal: Value | None = None  # "s3.amazonaws.com", an account
    action: Value | None = None
    source: Value | None = None  # the ARN that may; None: any


@record
class Role(Resource):
    """An IAM role; policies that name it are among its statements once templates are brought together."""

    access: Access = Access()


@record
class Policy(Resource):
    """A policy that is attached to roles."""

    roles: tuple[Value, ...] = ()
    access: Access = Access()


@record
class StateMachine(Resource):
    """A state machine of Step Functions."""

    kind: Value | None = None  # "STANDARD" (when None) or "EXPRESS"
    role: Value | None = None
    access: Access = Access()
    definition: Definition | None = None
    definition_unknown: str = ""  # why there is none


@record
class Setting(Resource):
    """A parameter of Systems Manager, by which stacks hand names to programs."""

    value: Value | None = None


@record
class Stack(Resource):
    """A stack that is nested in this one, a module of Terraform, a NestedStack of the CDK."""

    template: str | None = None  # the absolute path of its template
    reason: str = ""  # why that is not known
    parameters: dict[str, Value] = field(default_factory=dict)


@record
class Parameter:
    """What is set when the template is deployed."""

    name: str
    type: str
    place: Place
    default: Value | None = None
    allowed: tuple[str, ...] = ()


@record
class Output:
    """What a stack hands to the outside: to the stack around it by its name, to all others by its export."""

    name: str
    value: Value
    place: Place
    export: Value | None = None
    when: Conditions = ()


@record
class Problem:
    """Why a template, or a part of it, is not read. An `error` makes the whole template unreadable."""

    message: str
    place: Place
    is_error: bool = False


@record
class Template:
    """One template. `language` is "cloudformation", "serverless", "terraform", "cdk-python", "cdk-typescript",
    "chalice" or "definition" (a state machine by itself)."""

    path: str
    language: str
    resources: tuple[Resource, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    outputs: tuple[Output, ...] = ()
    problems: tuple[Problem, ...] = ()
    definition: Definition | None = None  # of language "definition"
    stack: Value | None = None  # the name of its stack, where it tells that
    includes: tuple[str, ...] = ()  # other files that are part of it, and no templates by themselves
