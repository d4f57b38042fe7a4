"""Draws the photographs of the templates' previews, so that they are nobody else's.

    python -m photographs [NAME]        # in docs/: those whose name holds NAME, else all

landscape   layers of haze over fractal ridges and water; discs of sound
still_life  signed distance fields, marched by rays and lit by a window
scenes      what is photographed, by the file that it becomes
"""
