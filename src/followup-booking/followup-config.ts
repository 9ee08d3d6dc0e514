import type { SharedSecretsConfig } from '../auth/shared-secrets';
import type { OrderNumberFormat } from './order-number-format';
import type { FollowupUser } from './user';

/** Follow-up visits that ServiceMobility books. */
export interface FollowupConfig {
  /** Shared with ServiceMobility; signs `x-access-token` (HS256). */
  readonly jwtSecrets: SharedSecretsConfig;
  readonly tokenTtlMs: number;
  readonly users: readonly FollowupUser[];
  readonly orderNumber: OrderNumberFormat & {
    /** No order gets a lower one. */
    readonly start: number;
  };
  /** System categories of the partner. */
  readonly constraintTypes: {
    readonly slot: string;
    readonly available: string;
    readonly notAvailable: string;
  };
  /** Local time on the day before a visit, `hh:mm`. */
  readonly remindAt: string;
}
