"""Strategies, one small file each: the folder is the registry."""
