"""Pages for customers: reached by signed links, without login, without scripts."""
