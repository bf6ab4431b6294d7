"""Outlines of units and points of sites: GeoJSON or a table, read and checked.

`read` bytes -> shapes · `shapes` what a shape is, its system of coordinates, its geometry · `checks` what is wrong.
"""
