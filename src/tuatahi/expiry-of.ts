import { InvalidExpiresOn, toExpiry } from './expires-on.policy';
import { invalidMembers } from './invalid-members';

/** When a subscription is to end, as a request says. @throws invalidInput */
export function expiryOf(expiresOn: string | undefined, now: Date): Date {
  try {
    return toExpiry(expiresOn, now);
  } catch (error) {
    throw error instanceof InvalidExpiresOn ? invalidMembers(error.invalid) : error;
  }
}
