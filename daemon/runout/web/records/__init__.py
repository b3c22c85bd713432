"""The sides that were heard: kept, looked up, labelled, compared, handed out."""
