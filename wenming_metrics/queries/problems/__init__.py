"""问题整改: `book` problems with their course, `figures` rates, `units` who holds what, `reminders`."""
