"""The doors of the cataloguing desk; none of them is there when it is off."""

from aseancan_kg.web.desk import access, drafts, entries, forms, look_up, records, tables

ROUTES = [
    *access.ROUTES,
    *records.ROUTES,
    *drafts.ROUTES,
    *forms.ROUTES,
    *look_up.ROUTES,
    *tables.ROUTES,
    *entries.ROUTES,
]
"""What answers which address of the desk."""
