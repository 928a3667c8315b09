-- Since when an endpoint fails, and when it had taken a message last before that: written when either begins, never for each message.
alter table webhook_endpoint add column failing_since_ms bigint;  -- null: it took the last message that it was sent, or none was
alter table webhook_endpoint add column delivered_ms bigint;      -- of use only while it fails
