"""The command line: thin commands over the services. stdout is data, stderr is talk."""
