"""A small directory on this machine, for trying things out: SMP metadata, and names.

What it serves is kept and judged by ``trust.smp.register``.
"""

from ncp.directory_server.metadata_server import MetadataServer
from ncp.directory_server.name_server import NameServer

__all__ = ["MetadataServer", "NameServer"]
