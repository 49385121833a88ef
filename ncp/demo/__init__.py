"""Two countries on one machine: a fresh PKI, two gateways, a story."""
