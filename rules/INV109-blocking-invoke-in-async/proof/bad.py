"""Looks something up straight in a coroutine, beside a heartbeat that must not stand still."""

import asyncio
import os

import boto3

lambda_client = boto3.client("lambda")
beats = []


async def heartbeat():
    while True:
        await asyncio.sleep(0)
        beats.append(1)


async def look_up():
    beating = asyncio.create_task(heartbeat())
    response = lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], Payload=b"{}")
    beating.cancel()
    if response.get("FunctionError") or not beats:
        raise RuntimeError("the heartbeat stood still")


def handler(event, context):
    asyncio.run(look_up())


def main():
    lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
