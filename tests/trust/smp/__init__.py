"""Tests of trust.smp."""
