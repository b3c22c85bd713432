"""What is told, and how: JSON, MQTT, the terminal."""
