"""How scores went over windows, why they moved, and which phases of campaigns fell due."""
