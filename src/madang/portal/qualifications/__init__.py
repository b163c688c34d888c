"""What a person has to hold before they may use a facility."""
