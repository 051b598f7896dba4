"""Configurations of Terraform: what invokes functions, what they touch, and what they may do."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.model import (
    Api,
    Bucket,
    Bus,
    EventSourceMapping,
    Function,
    Permission,
    Queue,
    Rule,
    Schedule,
    Setting,
    Stream,
    Subscription,
    Table,
    Topic,
    Trigger,
)
from tests.deployment.reading import deployed_by_terraform, one, shown

FUNCTION = """
resource "aws_lambda_function" "orders" {
  function_name = "shop-orders"
  handler       = "app.handler"
  runtime       = "python3.12"
  role          = aws_iam_role.orders.arn
}
"""


def deployed(text: str, **files: str) -> Deployed:
    """What a configuration with one function deploys."""
    return deployed_by_terraform({"main.tf": FUNCTION + dedent(text), **files})


def kinds(text: str) -> set[str]:
    """What invokes the function."""
    found = deployed(text)
    return set(found.invoked_by(one(found, Function)))


ARN = "aws_lambda_function.orders.arn"
INVOKE = "aws_lambda_function.orders.invoke_arn"
INVOKED = {
    "queue": (
        "aws_lambda_event_source_mapping",
        f"function_name = {ARN}\nbatch_size = 5",
        "queue",
    ),
    "stream": ("aws_lambda_event_source_mapping", f'function_name = {ARN}\nstarting_position = "LATEST"', "stream"),
    "topic": ("aws_sns_topic_subscription", f'protocol = "lambda"\nendpoint = {ARN}', "sns"),
    "bucket": ("aws_s3_bucket_notification", f"lambda_function {{\n lambda_function_arn = {ARN}\n}}", "s3"),
    "target": ("aws_cloudwatch_event_target", f"arn = {ARN}", "eventbridge"),
    "scheduler": ("aws_scheduler_schedule", f"target {{\n arn = {ARN}\n}}", "schedule"),
    "logs": ("aws_cloudwatch_log_subscription_filter", f"destination_arn = {ARN}", "event"),
    "iot": ("aws_iot_topic_rule", f"lambda {{\n function_arn = {ARN}\n}}", "event"),
    "retries": ("aws_lambda_function_event_invoke_config", f"function_name = {ARN}", "event"),
    "rest": ("aws_api_gateway_integration", f"uri = {INVOKE}", "rest_api"),
    "rest, mapped": ("aws_api_gateway_integration", f'type = "AWS"\nuri = {INVOKE}', "http"),
    "http": ("aws_apigatewayv2_integration", f"integration_uri = {INVOKE}", "http"),
    "quick": ("aws_apigatewayv2_api", f'protocol_type = "HTTP"\ntarget = {ARN}', "http_api"),
    "OpenAPI": (
        "aws_api_gateway_rest_api",
        f"body = jsonencode({{ paths = {{ uri = {INVOKE} }} }})",
        "rest_api",
    ),
    "authorizer": ("aws_apigatewayv2_authorizer", f"authorizer_uri = {INVOKE}", "service"),
    "balancer": ("aws_lb_target_group_attachment", f"target_id = {ARN}", "load_balancer"),
    "url": ("aws_lambda_function_url", "function_name = aws_lambda_function.orders.function_name", "function_url"),
    "AppSync": ("aws_appsync_datasource", f"lambda_config {{\n function_arn = {ARN}\n}}", "service"),
    "user pool": ("aws_cognito_user_pool", f"lambda_config {{\n pre_sign_up = {ARN}\n}}", "cognito"),
    "permission": ("aws_lambda_permission", f'function_name = {ARN}\nprincipal = "ses.amazonaws.com"', "event"),
    "a role": ("aws_iam_role", f"description = {ARN}", None),
    "an email": ("aws_sns_topic_subscription", f'protocol = "email"\nendpoint = {ARN}', None),
}


@pytest.mark.parametrize(("type", "body", "kind"), INVOKED.values(), ids=INVOKED)
def test_what_invokes_a_function(type: str, body: str, kind: str | None) -> None:
    assert kinds(f'resource "{type}" "x" {{\n{body}\n}}\n') == ({kind} if kind else set())


def test_an_alias_stands_for_its_function() -> None:
    assert kinds("""
        resource "aws_lambda_alias" "live" {
          name          = "live"
          function_name = aws_lambda_function.orders.function_name
        }
        resource "aws_cloudwatch_event_target" "x" {
          arn = aws_lambda_alias.live.arn
        }
    """) == {"eventbridge"}


def test_a_mapping_has_its_batches_filters_and_limits() -> None:
    found = one(
        deployed(f"""
        resource "aws_lambda_event_source_mapping" "m" {{
          function_name                      = {ARN}
          event_source_arn                   = aws_kinesis_stream.s.arn
          starting_position                  = "LATEST"
          batch_size                         = 5
          maximum_batching_window_in_seconds = 2
          function_response_types            = ["ReportBatchItemFailures"]
          maximum_retry_attempts             = 3
          maximum_record_age_in_seconds      = 60
          bisect_batch_on_function_error     = true
          parallelization_factor             = 4
          enabled                            = false
          filter_criteria {{
            filter {{
              pattern = jsonencode({{ body = {{ kind = ["order"] }} }})
            }}
          }}
          destination_config {{
            on_failure {{
              destination_arn = aws_sqs_queue.q.arn
            }}
          }}
        }}
        """),
        EventSourceMapping,
    )
    told = (found.batch_size, found.window_seconds, found.reports_item_failures, found.max_attempts)
    assert [shown(value) for value in told] == [5, 2, ["ReportBatchItemFailures"], 3]
    more = (found.max_age_seconds, found.bisects, found.parallel_batches, found.is_enabled)
    assert [shown(value) for value in more] == [60, True, 4, False]
    assert [shown(value) for value in found.filters] == [{"body": {"kind": ["order"]}}]
    assert (shown(found.source), shown(found.on_failure)) == ("${aws_kinesis_stream.s.arn}", "${aws_sqs_queue.q.arn}")


REDRIVE = {
    "encoded": "jsonencode({ deadLetterTargetArn = aws_sqs_queue.d.arn, maxReceiveCount = 3 })",
    "a text": '"{\\"deadLetterTargetArn\\": \\"${aws_sqs_queue.d.arn}\\", \\"maxReceiveCount\\": 3}"',
    "a heredoc": '<<E\n{"deadLetterTargetArn": "${aws_sqs_queue.d.arn}", "maxReceiveCount": ${1 + 2}}\nE',
}


@pytest.mark.parametrize("policy", REDRIVE.values(), ids=REDRIVE)
def test_a_queue_and_where_it_redrives(policy: str) -> None:
    found = one(
        deployed(f"""
        resource "aws_sqs_queue" "q" {{
          name                       = "q.fifo"
          fifo_queue                 = true
          visibility_timeout_seconds = 90
          redrive_policy             = {policy}
        }}
        """),
        Queue,
    )
    assert [shown(value) for value in (found.name, found.fifo, found.visibility_seconds)] == ["q.fifo", True, 90]
    assert found.max_receives is not None
    assert (shown(found.dead_letter), found.max_receives.number) == ("${aws_sqs_queue.d.arn}", 3)


def test_a_rule_and_its_targets() -> None:
    found = deployed(f"""
        resource "aws_cloudwatch_event_bus" "shop" {{
          name = "shop"
        }}
        resource "aws_cloudwatch_event_rule" "placed" {{
          name           = "placed"
          event_bus_name = aws_cloudwatch_event_bus.shop.name
          event_pattern  = jsonencode({{ detail-type = ["placed"] }})
        }}
        resource "aws_cloudwatch_event_target" "orders" {{
          rule  = aws_cloudwatch_event_rule.placed.name
          arn   = {ARN}
          input = jsonencode({{ a = 1 }})
          dead_letter_config {{
            arn = aws_sqs_queue.d.arn
          }}
        }}
        resource "aws_cloudwatch_event_rule" "hourly" {{
          name                = "hourly"
          schedule_expression = "rate(1 hour)"
          state               = "DISABLED"
        }}
        resource "aws_cloudwatch_event_target" "hourly" {{
          rule = "hourly"
          arn  = {ARN}
        }}
    """)
    placed = one(found, Rule, "aws_cloudwatch_event_rule.placed")
    hourly = one(found, Rule, "aws_cloudwatch_event_rule.hourly")
    assert (shown(placed.pattern), shown(placed.bus)) == (
        {"detail-type": ["placed"]},
        "${aws_cloudwatch_event_bus.shop.name}",
    )
    (target,) = placed.targets
    assert (shown(target.arn), shown(target.input), shown(target.dead_letter)) == (
        "${aws_lambda_function.orders.arn}",
        {"a": 1},
        "${aws_sqs_queue.d.arn}",
    )
    assert (shown(hourly.expression), shown(hourly.is_enabled), len(hourly.targets)) == ("rate(1 hour)", False, 1)
    assert shown(one(found, Bus).name) == "shop"
    assert {trigger.kind for trigger in found.triggers_of(one(found, Function))} == {"eventbridge", "schedule"}


def test_a_schedule() -> None:
    found = one(
        deployed(f"""
        resource "aws_scheduler_schedule" "s" {{
          schedule_expression = "rate(5 minutes)"
          target {{
            arn   = {ARN}
            input = jsonencode({{ a = 1 }})
            retry_policy {{
              maximum_retry_attempts = 0
            }}
          }}
        }}
        """),
        Schedule,
    )
    assert found.target is not None
    told = (found.expression, found.target.input, found.target.retry_attempts)
    assert [shown(value) for value in told] == ["rate(5 minutes)", {"a": 1}, 0]


def test_a_bucket_and_what_it_tells() -> None:
    found = deployed(f"""
        resource "aws_s3_bucket" "b" {{
          bucket = "shop-pictures"
        }}
        resource "aws_s3_bucket_notification" "n" {{
          bucket      = aws_s3_bucket.b.id
          eventbridge = true
          lambda_function {{
            lambda_function_arn = {ARN}
            events              = ["s3:ObjectCreated:*"]
            filter_suffix       = ".png"
          }}
        }}
    """)
    bucket = one(found, Bucket)
    (told,) = bucket.notifications
    assert (shown(bucket.name), shown(bucket.tells_bus)) == ("shop-pictures", True)
    assert ([shown(value) for value in told.events], shown(told.suffix)) == (["s3:ObjectCreated:*"], ".png")
    assert [trigger.kind for trigger in found.triggers_of(one(found, Function))] == ["s3"]


def test_tables_topics_streams_settings_and_apis() -> None:
    found = deployed("""
        resource "aws_dynamodb_table" "t" {
          name             = "orders"
          hash_key         = "id"
          range_key        = "at"
          stream_enabled   = true
          stream_view_type = "NEW_IMAGE"
          ttl {
            attribute_name = "expires"
            enabled        = true
          }
          global_secondary_index {
            name     = "by-shop"
            hash_key = "shop"
          }
        }
        resource "aws_sns_topic" "t" {
          name       = "orders.fifo"
          fifo_topic = true
        }
        resource "aws_sns_topic_subscription" "s" {
          topic_arn     = aws_sns_topic.t.arn
          protocol      = "sqs"
          endpoint      = aws_sqs_queue.q.arn
          filter_policy = jsonencode({ kind = ["a"] })
        }
        resource "aws_kinesis_stream" "k" {
          name = "clicks"
        }
        resource "aws_ssm_parameter" "p" {
          name  = "/shop/orders"
          value = aws_lambda_function.orders.arn
        }
        resource "aws_apigatewayv2_api" "a" {
          name          = "shop"
          protocol_type = "HTTP"
          cors_configuration {
            allow_origins = ["*"]
          }
        }
    """)
    table = one(found, Table)
    assert [shown(value) for value in (*table.keys, *table.indexes)] == ["id", "at", "by-shop"]
    assert (shown(table.stream_view), shown(table.expires_by)) == ("NEW_IMAGE", "expires")
    assert shown(one(found, Topic).fifo) is True
    subscription = one(found, Subscription)
    assert (shown(subscription.topic), shown(subscription.filter_policy)) == (
        "${aws_sns_topic.t.arn}",
        {"kind": ["a"]},
    )
    assert shown(one(found, Stream).name) == "clicks"
    assert shown(one(found, Setting).value) == "${aws_lambda_function.orders.arn}"
    api = one(found, Api)
    assert (api.kind, api.cors is not None) == ("http_api", True)


def test_how_a_function_is_retried() -> None:
    found = one(
        deployed("""
        resource "aws_lambda_function_event_invoke_config" "c" {
          function_name                = aws_lambda_function.orders.function_name
          maximum_retry_attempts       = 0
          maximum_event_age_in_seconds = 60
          destination_config {
            on_failure {
              destination = aws_sqs_queue.d.arn
            }
          }
        }
        """),
        Function,
    )
    assert found.retries is not None
    told = (found.retries.attempts, found.retries.age_seconds, found.retries.on_failure)
    assert [shown(value) for value in told] == [0, 60, "${aws_sqs_queue.d.arn}"]


def test_a_permission() -> None:
    found = one(
        deployed("""
        resource "aws_lambda_permission" "p" {
          function_name = aws_lambda_function.orders.function_name
          action        = "lambda:InvokeFunction"
          principal     = "sns.amazonaws.com"
          source_arn    = aws_sns_topic.t.arn
        }
        """),
        Permission,
    )
    told = (found.function, found.action, found.principal, found.source)
    assert [shown(value) for value in told] == [
        "${aws_lambda_function.orders.name}",
        "lambda:InvokeFunction",
        "sns.amazonaws.com",
        "${aws_sns_topic.t.arn}",
    ]


def test_what_the_module_of_the_registry_makes_beside_the_function() -> None:
    found = deployed_by_terraform({"main.tf": dedent("""
        module "orders" {
          source                     = "terraform-aws-modules/lambda/aws"
          handler                    = "app.handler"
          create_lambda_function_url = true
          event_source_mapping = {
            queue = { event_source_arn = aws_sqs_queue.q.arn, batch_size = 5 }
          }
          allowed_triggers = {
            topic = { service = "sns", source_arn = aws_sns_topic.t.arn }
          }
          policy_statements = {
            send = { effect = "Allow", actions = ["sqs:SendMessage"], resources = ["*"] }
          }
        }
    """)})  # fmt: skip
    function = one(found, Function)
    assert found.invoked_by(function) == {"queue", "sns", "function_url"}
    assert shown(one(found, EventSourceMapping).batch_size) == 5
    assert [shown(value) for value in found.access_of(function).statements[0].actions] == ["sqs:SendMessage"]


def test_what_invokes_a_function_comes_in_one_order() -> None:
    told = ["logs", "iot", "balancer", "AppSync", "authorizer"]
    for names in (told, told[::-1]):
        text = "\n".join(f'resource "{INVOKED[name][0]}" "{name}" {{\n{INVOKED[name][1]}\n}}' for name in names)
        assert [one.type for one in deployed(text).all(Trigger)] == [INVOKED[name][0] for name in told]
