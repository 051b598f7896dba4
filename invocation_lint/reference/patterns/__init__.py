"""The patterns by which functions work together, each a small program beside its template.

`invocation-lint reference serve` runs the template of one. All of them keep one promise: whatever is delivered twice,
cut short or refused for a while, nothing is lost and nothing is done twice.
"""
