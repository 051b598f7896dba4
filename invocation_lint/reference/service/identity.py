"""Who a caller is: every role has an access key of its own, which its requests are signed with."""

from __future__ import annotations

import base64
import hashlib

UNNAMED = "ASIALOCALLOCALLOCAL0"


def access_key(role: str) -> str:
    """The access key id of the role with this ARN (or of nobody in particular, when it is empty): 20 characters."""
    if not role:
        return UNNAMED
    return "ASIA" + base64.b32encode(hashlib.sha256(role.encode()).digest()).decode()[:16]
