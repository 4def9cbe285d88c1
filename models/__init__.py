"""The shared language of the house, its memory (`store`) and the detector's weights (`zoo`).

Names are imported from the module whose idea they are (``models.frame.Frame``). This package
imports nothing itself, so that the detection core stays free of the land and of SQL.
"""
