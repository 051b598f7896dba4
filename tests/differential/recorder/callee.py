"""The function that programs invoke: it answers with what a file says, or fails."""

import json
import os
import time


def handler(event, context):
    """Answers as the file that BEHAVIOUR names has it for this function: a value, an error, or after some seconds."""
    with open(os.environ["BEHAVIOUR"], encoding="utf-8") as file:
        told = json.load(file).get(context.function_name, {})
    if told.get("seconds"):
        time.sleep(told["seconds"])
    if told.get("raises"):
        raise ValueError(told["raises"])
    return told.get("answer")
