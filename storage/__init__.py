"""What has happened: tables, queries, the transaction, inbox and outbox."""
