"""The answering side: one use case per module, all behind one responding gateway."""
