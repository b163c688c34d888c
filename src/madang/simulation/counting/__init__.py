"""Engines that count one kind of resource and know no rules beside the queue: quick, for archive traces."""
