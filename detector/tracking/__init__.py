"""What following a plume rests on.

How a frame lies against its reference (:mod:`shift`), which box continues which track
(:mod:`matching`), what a track remembers (:mod:`track`), and how much time has passed on a clock
that may jump (:mod:`view_time`). :mod:`detector.registration` and :mod:`detector.tracker` put them
together.
"""
