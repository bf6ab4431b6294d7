"""Inspections: checklists, problems and visits to checks; plans and registers."""
