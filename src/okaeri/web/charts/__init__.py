"""Pictures of numbers: Altair specs turned into SVG on the server; no script draws anything.

One spec serves the page (colours become CSS variables, so both schemes work), the file to download
and the picture in a mail. Every chart comes wide and narrow, so that its words stay readable.
"""
