import type { ItasParameters } from '../events/itas.events';
import { anyText, count, freezeDate, oneOf, type ParameterType } from './parameter-type';

/** A parameter that a topic's messages may carry in `AdditionalParameters`: the document says of none that it must. */
export interface TopicParameter {
  /** In lower case; ITAS writes it in any. */
  readonly name: keyof ItasParameters;
  readonly meaning: string;
  readonly type: ParameterType;
}

/** What is known of a topic. */
export interface Topic {
  readonly topic: string;
  readonly meaning: string;
  /** The number under which its messages come nowadays. */
  readonly redirectedTo?: string;
  /** Of its messages, where the document says it. */
  readonly template?: string;
  readonly parameters: readonly TopicParameter[];
}

const FREEZE = [parameter('freezedate', 'What was frozen: a day, or a whole month', freezeDate)];

const redirected: readonly Topic[] = [
  { topic: '2-13', meaning: 'A freeze', redirectedTo: '3-10', template: 'TID-014', parameters: FREEZE },
  { topic: '6-3', meaning: 'A freeze', redirectedTo: '3-10', template: 'TID-014', parameters: FREEZE },
  {
    topic: '2-266',
    meaning: 'A document for contracts',
    redirectedTo: '3-10',
    template: 'TID-014',
    parameters: [
      parameter('docname', 'Name of the document', anyText),
      parameter('doctype', 'Type of the document, such as WI', anyText),
      parameter('docdescription', 'Description of that type, such as Warehouse Instruction', anyText),
      parameter('contractlist', 'The contracts', anyText),
    ],
  },
  {
    topic: '6-20',
    meaning: 'Something was submitted',
    redirectedTo: '3-10',
    template: 'TID-014',
    parameters: [parameter('submittedby', 'Name of the user', anyText)],
  },
];

/** The topics of which the interface document says something ("AdditionalParameters", and the samples). */
export const TOPICS: readonly Topic[] = [
  ...redirected,
  {
    topic: '3-8',
    meaning: 'An accounting document',
    template: 'TID-013',
    parameters: [],
  },
  {
    topic: '3-10',
    meaning: 'An operation; also what was sent under the topics that are redirected to it',
    template: 'TID-014',
    parameters: parametersOfAny(redirected),
  },
  {
    topic: '3-300',
    meaning: 'Freezes are to be cleared away',
    template: 'TID-018',
    parameters: [
      parameter('date', 'What the clearing is of: a day, or a whole month', freezeDate),
      parameter('keepdays', 'Number of days to keep', count),
      parameter('keepfridays', 'Number of freezes of Fridays to keep', count),
    ],
  },
  {
    topic: '6-21',
    meaning: 'A document of the Documents API',
    parameters: [
      parameter('docname', 'Name of the document', anyText),
      parameter('doctype', 'Classification of the document', anyText),
      parameter('docindexid', 'Its id, for GET /Documents/{id} and /Documents/{id}/download', anyText),
      parameter('action', 'What was done with it', oneOf('Added', 'Updated', 'Deleted')),
      parameter('actionstatus', 'How that ended', oneOf('OK', 'Aborted', 'Failed')),
      parameter('actionresponse', 'What the user was told', anyText),
    ],
  },
];

const byNumber = new Map(TOPICS.map((topic) => [topic.topic, topic]));

/** What is known of the topic with this number; nothing of most. */
export function topicOf(number: string): Topic | undefined {
  return byNumber.get(number);
}

/** The topics whose messages come under the number of another one nowadays. */
export function redirectedTo(number: string): readonly Topic[] {
  return redirected.filter((topic) => topic.redirectedTo === number);
}

function parameter(name: TopicParameter['name'], meaning: string, type: ParameterType): TopicParameter {
  return { name, meaning, type };
}

function parametersOfAny(topics: readonly Topic[]): TopicParameter[] {
  const byName = new Map(topics.flatMap(({ parameters }) => parameters.map((each) => [each.name, each])));
  return [...byName.values()];
}
