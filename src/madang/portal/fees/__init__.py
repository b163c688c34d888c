"""What bookings of facilities cost: as which product each facility is charged, and what a booking comes to."""
