from hypothesis import settings

# A shared machine may stall a test for a second; how long an example takes proves nothing here.
settings.register_profile("firewatch", deadline=None)
settings.load_profile("firewatch")
