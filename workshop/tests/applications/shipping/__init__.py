"""Quotes for shipments: nested documents, an enumeration, dates, lists, a union, and boxes in boxes."""
