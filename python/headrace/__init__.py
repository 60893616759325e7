"""Client side of Headrace: the serving worker and the feature store's transport."""
