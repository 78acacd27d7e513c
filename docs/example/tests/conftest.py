pytest_plugins = ["oaiworkbook.pytest_plugin"]
