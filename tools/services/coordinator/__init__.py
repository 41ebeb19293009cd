"""The coordinator: takes files from an SMB share through extraction and submission, and archives them."""
