"""Small helpers for functions behind the HTTP API."""

import json


def user_id(event):
    return event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]


def body(event):
    return json.loads(event.get("body") or "{}")


def answer(status, data):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"},
        "body": json.dumps(data),
    }
