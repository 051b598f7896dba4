"""A topic that the policy of the worker lets invoke it: the story is written."""

import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

sns = boto3.client("sns")
lambda_client = boto3.client("lambda")


def handler(event, context):
    for record in event["Records"]:
        finish_story(record["Sns"]["Message"], "Once upon a time")


def main():
    story, name = open_story(), os.environ["PROOF_FUNCTION"]
    function = lambda_client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    topic = sns.create_topic(Name="stories")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
    sns.publish(TopicArn=topic, Message=story.id)


if __name__ == "__main__":
    main()
