"""Countries on one machine: a fresh PKI, two gateways, three simulators, a story."""
