"""The reader of Terraform: from the files of a folder to what they deploy.

    files -> parsing (blocks) -> modules (what is where) -> expressions (values) -> resources -> Template

Each folder that no other folder calls as a module is a template; the modules that it calls are made as often as they
are called, with what they are given. What counts are the resources of the provider aws that the model knows.
"""
