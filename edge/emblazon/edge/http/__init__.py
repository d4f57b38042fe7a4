"""HTTP fields, read and written as their RFCs say. Pure functions.

cache_control.py      lives: Cache-Control, CDN-Cache-Control, Expires, Age; HTTP-date
cache_status.py       Cache-Status and Server-Timing
conditional.py        If-None-Match, If-Modified-Since, Range
structured_fields.py  dictionaries of RFC 9651
"""
