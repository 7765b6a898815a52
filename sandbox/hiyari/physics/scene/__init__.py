"""A scene: the shape of its file, finding its assets, building it, what happens in it."""
