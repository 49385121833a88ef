"""Lets ``python -m conformance`` do what ``ncp-conformance`` does."""

from conformance.cli.main import main

main()
