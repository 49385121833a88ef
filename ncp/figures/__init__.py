"""Figures about exchanges: how long each stage took."""

from ncp.figures.stages import Stages

__all__ = ["Stages"]
