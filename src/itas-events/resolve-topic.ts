import { type AdditionalParameter } from './dto/additional-parameter';
import { nameOf } from './read-parameters';
import { redirectedTo, type Topic, topicOf, type TopicParameter } from './topics';

/** Which topic a message belongs to, and which parameters it may have. */
interface ResolvedTopic {
  /** As it is called now. */
  readonly topic: string;
  /** Its number before it was redirected, where that can be told. */
  readonly originTopic?: string;
  readonly known: boolean;
  readonly documented: readonly TopicParameter[];
}

/** A topic that is redirected comes under either number. */
export function resolveTopic(number: string, given: readonly AdditionalParameter[]): ResolvedTopic {
  const topic = topicOf(number);
  if (!topic) return { topic: number, known: false, documented: [] };
  const { redirectedTo: current, parameters: documented } = topic;
  if (current !== undefined) return { topic: current, originTopic: number, known: true, documented };
  const origin = originOf(number, given);
  return { topic: number, known: true, documented, ...(origin && { originTopic: origin.topic }) };
}

/** The only one of the redirected topics that has exactly these parameters. */
function originOf(number: string, given: readonly AdditionalParameter[]): Topic | undefined {
  const names = new Set<string>(given.map(({ Key }) => nameOf(Key)));
  const alike = redirectedTo(number).filter(
    ({ parameters }) => parameters.length === names.size && parameters.every(({ name }) => names.has(name)),
  );
  return alike.length === 1 ? alike[0] : undefined;
}
