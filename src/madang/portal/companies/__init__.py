"""Companies on their way from a first contact to an opened office, and what the centre gave them."""
