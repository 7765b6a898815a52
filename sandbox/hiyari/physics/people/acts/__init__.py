"""What people do: one module for each family of acts, and how each deed of a scene begins.

To add one, give it a model in ``people.model``, an act here, and a line in ``beginning``.
"""
