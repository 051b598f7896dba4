"""Tasks: whom they call, and the names of their errors. Runs in moto's process.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import os
import threading
from typing import Any

from invocation_lint.reference.service.identity import access_key

_SDK_ERROR = "Lambda.SdkClientException"
_SECONDS = 99_999_999
_FIRST_ERROR = 400
_OF_A_CALL = ("AllowNullValues", "AuthType", "Headers", "Path", "QueryParameters", "RequestBody", "Stage")
_ANY_REGION = "us-east-1"  # of a client that is only asked for its model


def endpoint() -> str:
    """The address of the service, which tasks call."""
    return os.environ["LOCAL_LAMBDA_ENDPOINT"]


def before_import() -> None:
    """Let tasks call the service; to be called before the interpreter is imported."""
    from moto.stepfunctions.parser.asl.utils import boto_client

    clients: dict[tuple[str, str, str], Any] = {}
    lock = threading.Lock()

    def client_for(region: str, service: str, state_credentials: Any = None) -> Any:
        """A client that acts in the role of a machine or a task. It makes no retries: those are the definition's."""
        import boto3
        from botocore.config import Config

        role = str(getattr(state_credentials, "role_arn", None) or "")
        with lock:
            if (key := (service, region, role)) not in clients:
                untyped: Any = boto3
                clients[key] = untyped.client(
                    service,
                    endpoint_url=endpoint(),
                    region_name=region,
                    aws_access_key_id=access_key(role),
                    aws_secret_access_key="local",
                    config=Config(
                        parameter_validation=False,
                        retries={"total_max_attempts": 1},
                        connect_timeout=_SECONDS,
                        read_timeout=_SECONDS,
                        inject_host_prefix=False,
                        max_pool_connections=100,
                    ),
                )
            return clients[key]

    boto_client.boto_client_for = client_for


def after_import() -> None:
    """Mend the errors of functions, the parameters of `lambda:invoke`, names of members, and calls of APIs."""
    _name_errors_of_functions()
    _name_errors_of_tables()
    _keep_to_the_model()
    _call_apis()


def _name_errors_of_functions() -> None:
    """Lambda's errors as AWS names them, also for a task that has a function's plain ARN."""
    from botocore.exceptions import BotoCoreError, ClientError
    from moto.stepfunctions.parser.api import HistoryEventType, LambdaFunctionFailedEventDetails, TaskFailedEventDetails
    from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
    from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service_lambda as by_service,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_lambda import StateTaskLambda

    by_service._SUPPORTED_API_PARAM_BINDINGS["invoke"].add("InvocationType")
    plain, service = StateTaskLambda._from_error, by_service.StateTaskServiceLambda._from_error

    def from_plain(self: Any, env: Any, ex: Exception) -> Any:
        if isinstance(ex, ClientError):
            error, cause = by_service.StateTaskServiceLambda._error_cause_from_client_error(ex)
        elif isinstance(ex, BotoCoreError):
            error, cause = _SDK_ERROR, str(ex)
        else:
            return plain(self, env, ex)
        failed = LambdaFunctionFailedEventDetails(error=error, cause=cause)
        details: Any = {"lambdaFunctionFailedEventDetails": failed}
        return FailureEvent(env, CustomErrorName(error), HistoryEventType.LambdaFunctionFailed, details)

    def from_service(self: Any, env: Any, ex: Exception) -> Any:
        if not isinstance(ex, BotoCoreError):
            return service(self, env, ex)
        failed = TaskFailedEventDetails(
            error=_SDK_ERROR,
            cause=str(ex),
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
        )
        details: Any = {"taskFailedEventDetails": failed}
        return FailureEvent(env, CustomErrorName(_SDK_ERROR), HistoryEventType.TaskFailed, details)

    def with_any_name(self: Any, error_name: str | None) -> None:
        """AWS takes names of one's own that begin with `States.`: samples of its own have them."""
        ErrorName.__init__(self, error_name=error_name)

    CustomErrorName.__init__ = with_any_name  # type: ignore[method-assign]
    StateTaskLambda._from_error = from_plain  # type: ignore[method-assign]
    by_service.StateTaskServiceLambda._from_error = from_service  # type: ignore[method-assign]


def _name_errors_of_tables() -> None:
    """An error that DynamoDB's model does not have (ValidationException) has the name of them all. AWS's sample
    github.com/aws-samples/aws-stepfunctions-examples (sam/app-control-concurrency-with-dynamodb) catches it so.
    """
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service_dynamodb as tables,
    )
    from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

    task = tables.StateTaskServiceDynamoDB
    error_cause = task._error_cause_from_client_error

    def name_and_cause(client_error: Any) -> tuple[str, str]:
        name, cause = error_cause(client_error)
        known: Any = boto_client_for(_ANY_REGION, "dynamodb").exceptions
        return (name if hasattr(known, client_error.response["Error"]["Code"]) else tables._ERROR_NAME_AWS), cause

    task._error_cause_from_client_error = staticmethod(name_and_cause)  # type: ignore[method-assign]


def _keep_to_the_model() -> None:
    """Parameters and results have names in `PascalCase`, whatever an API has; texts and bytes may be given as JSON."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (
        StateTaskService,
    )
    from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

    def model(self: Any, service: str | None, action: str | None) -> Any:
        client: Any = boto_client_for(_ANY_REGION, self._get_boto_service_name(service))
        operation = client.meta.method_to_api_mapping[self._get_boto_service_action(action)]
        return client.meta.service_model.operation_model(operation)

    def normalise_parameters(
        self: Any, parameters: Any, boto_service_name: str | None = None, service_action_name: str | None = None
    ) -> None:
        shape = model(self, boto_service_name, service_action_name).input_shape
        if shape is not None:
            self._to_boto_request(parameters, shape)

    def normalise_response(
        self: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None
    ) -> None:
        shape = model(self, boto_service_name, service_action_name).output_shape
        if shape is not None:
            self._from_boto_response(response, shape)

    StateTaskService._normalise_parameters = normalise_parameters  # type: ignore[method-assign]
    StateTaskService._normalise_response = normalise_response  # type: ignore[method-assign]


def _call_apis() -> None:
    """`apigateway:invoke` reaches the APIs of the service, by the host that AWS has for them.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html
    """
    import requests
    from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
    from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service_api_gateway as gateway,
    )

    def call(self: Any, env: Any, normalised_parameters: Any, **_: Any) -> None:
        given = normalised_parameters
        parts = [str(given[key]).strip("/") for key in ("Stage", "Path") if given.get(key)]
        response = requests.request(
            given["Method"],
            "/".join([endpoint(), *parts]),
            params=given.get("QueryParameters"),
            headers={**(given.get("Headers") or {}), "Host": given["ApiEndpoint"], "Accept": "application/json"},
            json=given.get("RequestBody"),
            timeout=_SECONDS,
        )
        if response.status_code >= _FIRST_ERROR:
            raise gateway.SfnGatewayException(parameters=given, response=response)
        try:
            body = response.json()
        except ValueError:  # no JSON
            body = response.text
        env.stack.append(
            {
                "Headers": {name: [value] for name, value in response.headers.items()},
                "ResponseBody": body,
                "StatusCode": response.status_code,
                "StatusText": response.reason,
            }
        )

    def from_error(self: Any, env: Any, ex: Exception) -> Any:
        known = isinstance(ex, gateway.SfnGatewayException)
        error = f"ApiGateway.{ex.response.status_code if known else type(ex).__name__}"  # type: ignore[attr-defined]
        failed = TaskFailedEventDetails(
            error=error,
            cause=ex.response.text if known else str(ex),  # type: ignore[attr-defined]
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
        )
        details: Any = {"taskFailedEventDetails": failed}
        return FailureEvent(env, CustomErrorName(error), HistoryEventType.TaskFailed, details)

    api: Any = gateway.StateTaskServiceApiGateway
    api._SUPPORTED_API_PARAM_BINDINGS["invoke"].update(_OF_A_CALL)
    api._eval_service_task = call
    api._from_error = from_error
