import { cpuSecondsOfTree } from '../bench/process-tree';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name?: string;
  /** In hundredths of a second. */
  readonly user?: number;
  readonly system?: number;
  /** Of children that have ended and were waited for. */
  readonly gone?: readonly [user: number, system: number];
}

/** As proc(5) has it. */
function stat({ pid, parent, name = 'postgres', user = 0, system = 0, gone = [0, 0] }: Process): string {
  return `${pid} (${name}) S ${parent} ${pid} ${pid} 0 -1 4194304 7 8 9 10 ${user} ${system} ${gone.join(' ')} 20 0 1 0 99`;
}

describe('CPU of a tree of processes', () => {
  it('is that of the process, of its children and of theirs, in user space and in the kernel', () => {
    const stats = [
      stat({ pid: 12, parent: 11, system: 100 }),
      stat({ pid: 10, parent: 1, user: 300, system: 50 }),
      stat({ pid: 11, parent: 10, user: 25, system: 25 }),
    ];
    expect(cpuSecondsOfTree(stats, 10)).toBe(5);
  });

  it('keeps that of a child that has ended', () => {
    const before = [
      stat({ pid: 10, parent: 1, user: 100 }),
      stat({ pid: 11, parent: 10, user: 200, system: 40 }),
    ];
    const after = [stat({ pid: 10, parent: 1, user: 100, gone: [200, 40] })];
    expect(cpuSecondsOfTree(after, 10)).toBe(cpuSecondsOfTree(before, 10));
  });

  it('leaves out all others', () => {
    const stats = [
      stat({ pid: 1, parent: 0, user: 1000, gone: [5000, 5000] }),
      stat({ pid: 10, parent: 1, user: 100 }),
      stat({ pid: 13, parent: 1, user: 700 }),
    ];
    expect(cpuSecondsOfTree(stats, 10)).toBe(1);
  });

  it('is not misled by the name of a program', () => {
    const stats = [
      stat({ pid: 10, parent: 1, user: 100 }),
      stat({ pid: 11, parent: 10, name: 'a) S 1 (b', user: 100 }),
    ];
    expect(cpuSecondsOfTree(stats, 10)).toBe(2);
  });

  it('is unknown of a process that is not there', () => {
    expect(cpuSecondsOfTree([stat({ pid: 10, parent: 1, user: 100 })], 11)).toBeUndefined();
  });
});
