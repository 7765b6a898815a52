"""The engine protocol over MuJoCo, an optional extra."""
