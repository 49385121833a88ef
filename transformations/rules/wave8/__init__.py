"""The rules of Wave 8 as data: one tree for each kind of document."""
