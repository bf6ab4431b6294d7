"""The file as it goes back to its sender, with what was found on its own cells."""
