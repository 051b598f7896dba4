"""The binary event stream (application/vnd.amazon.eventstream) in which InvokeWithResponseStream answers.

https://docs.aws.amazon.com/lambda/latest/dg/response-streaming-tutorial.html; the layout of a message:
https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from __future__ import annotations

import binascii
import struct

CONTENT_TYPE = "application/vnd.amazon.eventstream"


def message(headers: dict[str, str], body: bytes) -> bytes:
    """One message: lengths, their checksum, text headers, body, checksum of all."""
    packed = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(value.encode())) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack("!II", 16 + len(packed) + len(body), len(packed))
    checked = prelude + struct.pack("!I", binascii.crc32(prelude)) + packed + body
    return checked + struct.pack("!I", binascii.crc32(checked))


def event(kind: str, body: bytes, content_type: str) -> bytes:
    """One event of the stream: `PayloadChunk` (raw bytes) or `InvokeComplete` (JSON)."""
    return message({":message-type": "event", ":event-type": kind, ":content-type": content_type}, body)
