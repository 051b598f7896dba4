"""What templates deploy, as data: functions with their handlers and code, what invokes them, and all that they touch.

    files -> reading -> Template (model.py) -> Deployed (deployed.py) -> questions

- `candidates` and `reading`: which files are templates, and which reader reads one. Readers are imported when there is
  a file of theirs.
- `values`: what stands at a place of a template: cases by condition, texts with open parts, unknown with a reason.
- `model`: the resources, one record a kind, each with its place. `definitions` has the states of state machines.
- `cloudformation/`: the reader of SAM and CloudFormation. `serverless/`: the reader of serverless.yml. `terraform/`:
  the reader of Terraform. `cdk_typescript/`, `cdk_python/`: the readers of applications of the CDK; what their
  constructs are in the model is in `cdk_constructs/`, whatever language an application is written in.
- `linking`, `names`, `deployed`: brings the templates of a project together, and answers what invokes a function, what
  a name means, what a role may do.
- `deployments`: what is deployed of a project's files, for the analysis; `views` and `sketch` are what it sees.

A new reader makes `Template`s: a record for each resource, with `values.known`, `values.text` and `values.unknown` for
what stands there, and `Attribute`s for references. What it cannot tell is unknown with a reason; it never guesses.

To look at what is known of a template:

    from invocation_lint.deployment.reading import read_document
    template = read_document(path, data)

A template that cannot be read has a problem that says why and where.
"""
