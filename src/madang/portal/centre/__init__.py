"""The centre as an installation: setting up, running, backing up, looking after itself."""
