import type { Invariant } from '../evidence';

/**
 * Whatever was stored was answered: a gateway that is told to stop finishes what it has taken. A request that comes
 * over a connection just as that is closed is reset, and nobody has seen it.
 */
export const takenIsAnswered: Invariant = ({ ledger: { answersCutOff } }) =>
  Promise.resolve(answersCutOff === 0 ? [] : [`${answersCutOff} notifications are stored and got no answer`]);
