"""What a Korean centre begins with."""
