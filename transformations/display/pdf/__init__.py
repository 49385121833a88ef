"""Documents as PDF/A."""

from transformations.display.pdf.rendering import render_document

__all__ = ["render_document"]
