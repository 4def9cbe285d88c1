"""What a station told before does not keep an aircraft on the ground that could fly now."""

import asyncio
from pathlib import Path

from room_rig import office

from models.weather import Reading


def test_of_each_station_its_newest_reading_counts(tmp_path: Path) -> None:
    async def story() -> None:
        async with office(tmp_path, []) as made:
            made.aircraft("quad")
            run = made.by_hand(made.sweep("quad"), "quad")
            made.weather(14.0)
            first = made.room.facts.of(run).weather
            made.clock.begin()
            await asyncio.sleep(0.05)
            made.weather(4.0)
            other = Reading("valley", made.clock.now(), 15.0, 40.0, 6.0, 0.0)
            made.store.weather.add([other], author="wang")
            now = made.room.facts.of(run).weather
            assert [(one.station, one.wind_m_s) for one in first] == [("tower", 14.0)]
            assert {(one.station, one.wind_m_s) for one in now} == {("tower", 4.0), ("valley", 6.0)}

    asyncio.run(story())
