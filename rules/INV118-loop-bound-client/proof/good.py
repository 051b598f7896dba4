"""Makes an asynchronous client for each event."""

import asyncio
import os

import boto3
import httpx

lambda_client = boto3.client("lambda")


async def ask():
    async with httpx.AsyncClient(base_url=os.environ["AWS_ENDPOINT_URL"]) as web:
        path = f"/2015-03-31/functions/{os.environ['ECHO_FUNCTION']}/invocations"
        return (await web.post(path, json={"a": 1})).json()


def handler(event, context):
    return asyncio.run(ask())


def main():
    for _ in range(2):
        answer = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")
        if "FunctionError" in answer:
            raise RuntimeError(answer["Payload"].read())


if __name__ == "__main__":
    main()
