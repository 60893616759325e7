# `databricks` is shared with databricks-sdk and others, in pkgutil's style of namespace packages.
__path__ = __import__("pkgutil").extend_path(__path__, __name__)
