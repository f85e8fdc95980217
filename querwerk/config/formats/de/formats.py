"""German with a comma between day and time, which would otherwise run into each other: 29. September 2021, 14:30."""

DATETIME_FORMAT = "j. F Y, H:i"
SHORT_DATETIME_FORMAT = "d.m.Y, H:i"
