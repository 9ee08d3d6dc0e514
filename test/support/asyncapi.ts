import type { EventType } from '../../src/events/domain-event';
import { newAjv } from './ajv';
import type { Gateway } from './gateway';
import { type Answer, ask } from './http';

/** An event that says at least what it is. */
type OfType = Readonly<Record<string, unknown>> & { readonly type: EventType };

interface Message {
  readonly name: string;
  readonly summary: string;
  readonly payload: { readonly $ref: string };
  readonly examples: readonly { readonly payload: OfType }[];
}

interface Channel {
  readonly address: string;
  readonly messages: Readonly<Record<string, { readonly $ref: string }>>;
}

interface Document {
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Readonly<Record<string, { readonly channel: { readonly $ref: string } }>>;
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
}

/** `/asyncapi.json` of a gateway, as one reads it who wants its events. */
export class AsyncApi {
  private readonly ajv;

  private constructor(
    readonly answer: Answer,
    readonly document: Document,
  ) {
    // What stands around the schemas is not one.
    this.ajv = newAjv().addVocabulary(Object.keys(document)).addSchema(document, 'asyncapi.json');
  }

  static async of({ url }: Pick<Gateway, 'url'>): Promise<AsyncApi> {
    const answer = await ask(`${url}/asyncapi.json`);
    return new AsyncApi(answer, answer.body as object as Document);
  }

  messageOf(type: EventType): Message {
    const message = this.document.components.messages[type];
    if (!message) throw new Error(`${type} is not in the document`);
    return message;
  }

  exampleOf(type: EventType): OfType {
    const [example] = this.messageOf(type).examples;
    if (!example) throw new Error(`${type} has no example`);
    return example.payload;
  }

  /** Where and by which keywords an event breaks the schema of its type. */
  faultsOf(event: { readonly type: EventType }): string[] {
    const validate = this.ajv.getSchema(`asyncapi.json${this.messageOf(event.type).payload.$ref}`);
    if (!validate) throw new Error(`there is no schema of ${event.type}`);
    void validate(event);
    return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
  }
}
