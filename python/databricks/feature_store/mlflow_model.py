"""The loader module that logged models name (`python_function.loader_module` of their MLmodel file)."""

from headrace.features.logged_model import _load_pyfunc

__all__ = ["_load_pyfunc"]
