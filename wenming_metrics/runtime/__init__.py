"""What the software runs on: settings of the environment, logs, executors."""
