-- Forgets work orders that ended so many days ago, with SPG's originals of them, and conflicts that are as old. Run by
-- an operator while Karere works, again until it says 0:
--   psql -v ON_ERROR_STOP=1 -v days=365 -f docker/postgres/forget-work-orders.sql "$DATABASE_URL"
-- Guarantees: an order that has changed since then stays, and so does what has come since then. Not fewer days than
-- RETENTION_DAYS: a rebuild would bring back what the event log still has. Should SPG send one of them again, it is new
-- to Karere. By the indexes spg_work_order_by_status and spg_notification_of_work_order.

WITH ended AS MATERIALIZED (
  SELECT wonum FROM spg_work_order
  WHERE status IN ('CLOSED', 'CANCELLED') AND changed_at < now() - :days * interval '1 day'
  ORDER BY changed_at LIMIT 10000
  FOR UPDATE SKIP LOCKED
), originals AS (
  DELETE FROM spg_notification n USING ended
  WHERE n.wonum = ended.wonum AND n.received_at < now() - :days * interval '1 day'
), orders AS (
  DELETE FROM spg_work_order w USING ended WHERE w.wonum = ended.wonum RETURNING w.wonum
)
SELECT count(*) AS "work orders forgotten" FROM orders;

DELETE FROM spg_conflicting_notification WHERE received_at < now() - :days * interval '1 day';
