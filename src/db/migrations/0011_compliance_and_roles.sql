ALTER TABLE "tokens" DROP CONSTRAINT "tokens_role";--> statement-breakpoint
CREATE INDEX "rollouts_compliant" ON "rollouts" USING btree ("compliant_at") WHERE compliant_at IS NOT NULL;--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_role" CHECK (role IN ('viewer', 'publisher', 'approver', 'operator', 'admin', 'alertmanager'));