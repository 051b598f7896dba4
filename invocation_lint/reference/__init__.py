"""The reference runtime: a local Lambda service, the story platform built on it, and the proofs of the rules.

Nothing in here knows the analysis, and the analysis does not know this. Needs the extra `reference`.
"""
