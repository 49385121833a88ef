"""HCP and TRC assertions: built, signed, read, and believed or not."""
