"""Every lost point traced to leaf and row, what can be made of the lines, problems that come back."""
