"""Labels in further languages."""

LABELS: dict[str, dict[str, str]] = {}
