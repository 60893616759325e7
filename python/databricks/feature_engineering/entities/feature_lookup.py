from headrace.features.entities import FeatureLookup

__all__ = ["FeatureLookup"]
