"""Reads applications of the AWS CDK in Python.

    files -> running (statements, expressions, calls) -> Thing, Call -> cdk_constructs -> Template

An application is run as far as its files go: from the file that `cdk.json` names, through own constructs, functions and
loops, with objects of the construct library of which nothing is known but what they were given. Nothing of a project is
executed: what is computed by anything but the language itself is open, with its reason. Names of the library are
translated into those that `cdk_constructs` knows: `add_environment` is `addEnvironment`.
"""
