"""The documents of a simulated country: small, synthetic, of every kind that travels.

The summary is our own sample made CDA by ``transformations``. Prescriptions and
original documents are templates written by hand: what a simulator sends must not share
the mistakes of a gateway's writer.
"""
