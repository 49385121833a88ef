"""Tests of trust; they mirror its rooms."""
