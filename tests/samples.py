"""Two small files for tests of the faces: one with a finding at 7:12, one without."""

BAD = """\
import boto3

client = boto3.client("lambda")


def start(name):
    return client.invoke(
        FunctionName=name,
        InvocationType="Async",
        Payload=b"{}",
    )
"""
GOOD = "print('nothing is invoked here')\n"
FOUND = "INV107 [invalid-invocation-type]"
USER_RULE = """\
id: INX001
name: our-own
summary: nothing may be invoked
severity: warning
fact: invocation
when: {api: invoke}
message: do not invoke
why: The team said so.
"""
