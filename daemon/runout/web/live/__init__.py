"""What is heard, as it is heard: from the ear's datagrams to whoever looks on."""
