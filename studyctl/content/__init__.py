"""Loads curriculum/ and labs/ into domain objects; errors name file and line."""
