"""The doors: HTTP and TLS at the edge, the use cases behind ports."""
