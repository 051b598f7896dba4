"""Reads applications of the AWS CDK in TypeScript.

    files -> syntax (tree-sitter) -> running (statements, expressions, calls) -> Thing, Call -> models -> Template

An application is run as far as its files go: from the file that `cdk.json` names, through own constructs, factories and
loops, with objects of libraries for which nothing is known but what they were given. `things` are the values of such a
run, `programs` finds the files, `models` says what the constructs of libraries are in the model. Nothing of a project
is executed: what is computed by anything but the language itself is open, with its reason.
"""
