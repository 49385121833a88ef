"""Puts a gateway together from its settings: the one room that knows every part."""

from ncp.assembly.assemble import assemble
from ncp.assembly.doors import places

__all__ = ["assemble", "places"]
