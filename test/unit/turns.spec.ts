import { Turns } from '../../src/database/turns';
import { Gate } from '../support/gate';

describe('Turns', () => {
  it('lets so many work at once, and the others in the order in which they came', async () => {
    const turns = new Turns(2);
    const gates = [1, 2, 3, 4].map(() => new Gate());
    const begun: number[] = [];
    const all = gates.map((gate, n) =>
      turns.take(async () => {
        begun.push(n);
        await gate.pass();
        return n;
      }),
    );
    await gates[1]?.reached;
    expect(begun).toEqual([0, 1]);
    gates[1]?.open();
    await gates[2]?.reached;
    expect(begun).toEqual([0, 1, 2]);
    for (const gate of gates) gate.open();
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
  });

  it('passes a turn on also when the work fails', async () => {
    const turns = new Turns(1);
    const failing = turns.take(() => Promise.reject(new Error('no')));
    const next = turns.take(() => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
    expect(await turns.take(() => Promise.resolve('again'))).toBe('again');
  });
});
