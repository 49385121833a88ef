"""Measurements as ratios: one candidate against another in the same run."""
