"""Several processes behind the same doors: one hands connections on, the others answer.

The supervisor holds the listening sockets and nothing else; it gives each connection to
the worker that has the fewest. A worker is a whole gateway of its own over the same
store.
"""

from ncp.workers.supervisor import Supervisor

__all__ = ["Supervisor"]
