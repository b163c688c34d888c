"""An intake's allocation policies: rules from a menu, kept in versions, and the committed seed of the lottery."""
