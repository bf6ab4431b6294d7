"""One unit: its places over time, its group, its open problems."""
