"""The command line `oaiworkbook`."""
