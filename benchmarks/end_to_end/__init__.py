"""Country A end to end: what runs, who asks it, and what each stage takes alone."""
