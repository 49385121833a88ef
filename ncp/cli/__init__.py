"""The command ``ncp``."""
