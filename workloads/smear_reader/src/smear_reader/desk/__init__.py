"""The desk: a small web service to which devices send fields and at which a technician confirms."""
