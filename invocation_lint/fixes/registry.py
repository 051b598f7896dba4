"""The fixes by the name that rules ask for, each with the module of this package that knows how."""

from __future__ import annotations

from collections.abc import Mapping

FIXES: Mapping[str, str] = {
    "ask-for-item-failures": "item_failures",
    "check-function-error": "function_error",
    "correct-action": "action",
    "correct-invocation-type": "invocation_type",
    "decode-object-key": "object_key",
    "dump-payload": "dump",
    "encode-once": "encode_once",
    "invoke-event": "mode",
    "invoke-instead-of-invoke-async": "invoke_async",
    "invoke-request-response": "mode",
    "limit-job-query": "job_query",
    "order-job-query": "job_query",
    "raise-read-timeout": "read_timeout",
    "read-payload-stream": "stream",
    "rename-field": "field",
    "rename-parameter": "parameter",
}
