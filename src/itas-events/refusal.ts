import { NotJson } from '../http/parse-json';
import { invalidInput, malformedBody } from '../problems/problems';
import { InvalidMessage } from './invalid-message';

/** What is told of a message that can't be read. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof NotJson) return malformedBody(error.message);
  if (error instanceof InvalidMessage) {
    return invalidInput('The members to mend are in errors.', { errors: error.invalid });
  }
  return error;
}

/** What is told of a message whose id is another one's. */
export function idTaken(messageId: string): string {
  return `Another message has come with the MessageId ${messageId}. That one stands.`;
}
