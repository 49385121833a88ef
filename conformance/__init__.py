"""Does a gateway, ours or anyone's, keep the rules? Asked only over the wire."""
