"""Measurements against other engines; nothing here ships."""
