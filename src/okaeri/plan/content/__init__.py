"""Words of messages: Liquid with limits, merge values, header-safe subjects, the shipped templates."""
