"""The documents of a simulated country: small, synthetic, of every kind that travels.

They are templates written by hand: what a simulator sends must not share the mistakes
of a gateway's writer.
"""
