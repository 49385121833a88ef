"""The asking side: the use cases of country A from the other end."""
