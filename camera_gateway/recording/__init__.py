"""What is recorded: a ring of coded video per camera, and what alerts keep of it.

Coded pictures come from :mod:`camera_gateway.video.tap` and are written as they came: nothing here
decodes or encodes, but for the small copy of video that browsers do not play.
"""
