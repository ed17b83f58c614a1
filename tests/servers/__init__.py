"""Real servers for the tests: started on loopback, on free ports, and stopped with the test run."""
