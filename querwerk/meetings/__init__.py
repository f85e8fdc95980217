"""Meetings at an event: who wants to meet whom, the timetable with its proof, and the day itself."""
