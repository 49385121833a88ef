"""Documents as PDF/A."""

from transformations.display.pdf.rendering import render_summary

__all__ = ["render_summary"]
