import { Parser } from '@asyncapi/parser';
import { CloudEvent } from 'cloudevents';
import { AsyncApi } from './support/asyncapi';
import { EVENT_TYPES } from './support/event-names';
import { type Gateway, startGateway } from './support/gateway';

let gateway: Gateway;
let api: AsyncApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = await AsyncApi.of(gateway);
});
afterAll(() => gateway.close());

describe('GET /asyncapi.json', () => {
  it('is open, and JSON', () => {
    const { status, headers } = api.answer;
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  });

  it('is AsyncAPI 3 by its own parser, which has nothing to remark', async () => {
    const { document, diagnostics } = await new Parser().parse(api.answer.bytes.toString());
    // That there is a 3.1, with bindings that nothing here needs, is no fault.
    expect(diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version')).toEqual([]);
    expect(document?.version()).toBe('3.0.0');
  });

  it('has each type on a subject of its own, and all of them in the stream', () => {
    const { stream, ...subjects } = api.document.channels;
    const sorted = [...EVENT_TYPES].toSorted();
    expect(Object.keys(subjects).toSorted()).toEqual(sorted);
    expect(Object.keys(stream?.messages ?? {}).toSorted()).toEqual(sorted);
    for (const [type, { address, messages }] of Object.entries(subjects)) {
      expect([address, Object.keys(messages)]).toEqual([`karere.${type}`, [type]]);
    }
    expect(Object.values(api.document.operations).map(({ channel }) => channel.$ref)).toEqual(
      Object.keys(api.document.channels).map((name) => `#/channels/${name}`),
    );
  });
});

describe.each(EVENT_TYPES)('%s', (type) => {
  it('is described', () => {
    expect(api.messageOf(type)).toMatchObject({
      name: type,
      summary: expect.stringMatching(/^[A-Z].*\.$/) as string,
    });
  });

  it('has an example that is a CloudEvent, and valid by its schema', () => {
    const example = api.exampleOf(type);
    expect(new CloudEvent(example).validate()).toBe(true);
    expect(api.faultsOf(example)).toEqual([]);
  });

  it('is not valid with something missing or wrong', () => {
    const { correlationid: _id, traceparent: _trace, ...example } = api.exampleOf(type);
    expect(api.faultsOf({ ...example, type })).toEqual([]);
    for (const member of Object.keys(example).filter((name) => name !== 'type')) {
      const { [member]: _left, ...others } = example;
      expect(api.faultsOf({ ...others, type })).toContain(' required');
      expect(api.faultsOf(wrong({ ...example, type }, member))).toContain(`/${member} type`);
    }
    const data = example['data'] as object;
    for (const member of Object.keys(data)) {
      const event = { ...example, type, data: wrong(data, member) };
      expect(api.faultsOf(event)).toContain(`/data/${member} type`);
    }
  });
});

/** With one member that is of no type that JSON has. */
function wrong<T extends object>(whole: T, member: string): T {
  return { ...whole, [member]: Symbol(member) };
}
