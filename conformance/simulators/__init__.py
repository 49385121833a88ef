"""Foreign countries as a gateway meets them: one that answers, one that asks.

Each plays one of three families of programs, with messages from our own templates.
"""
