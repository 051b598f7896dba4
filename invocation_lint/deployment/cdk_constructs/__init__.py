"""What the construct library of the AWS CDK is in the model, whatever language an application is written in.

    running an application -> Thing, Call -> building -> Template

`things` are the values of a run, `runs` what a run holds, `attributes` and `asking` what the library gives back,
`functions`, `messaging`, `rules` and `triggers` what its constructs deploy. Names are those of the library in
TypeScript: who reads another language translates them.
"""
