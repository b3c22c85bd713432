"""Over MQTT: the connection to a broker, and what is said on it."""
