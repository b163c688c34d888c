"""Who has which facility when: bookings, what is closed, waiting lists, calendars and utilisation."""
