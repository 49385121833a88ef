"""The commands as they are typed: one module for each group, nothing heavy on top.

``ncp --help`` reads every module here, so each imports typer and its options, and a
command's function imports what it needs when it is run.
"""
