"""What is Luxembourg's own: its object identifiers and its identification number."""
