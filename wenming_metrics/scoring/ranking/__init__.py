"""Places inside a group, and who is named in front and at the back."""
