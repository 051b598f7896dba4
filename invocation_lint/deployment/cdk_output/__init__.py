"""What the CDK makes of an application: synthesized templates, and the snapshots of them that tests keep.

They say what some earlier version of the application deploys. Where that is in the project, too, it counts.
"""
