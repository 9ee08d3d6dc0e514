import { readFile } from 'node:fs/promises';

/** What a process has used so far. Members that this system or this process does not tell are absent. */
export interface Usage {
  /** All threads, user and system. */
  readonly cpuSeconds?: number;
  /** Resident memory, MiB. */
  readonly residentMb?: number;
  /** JavaScript heap in use, MiB; of a process with Karere's `/metrics`. */
  readonly heapMb?: number;
}

/** Linux counts CPU time in hundredths for user space, whatever the kernel's own clock. */
export const TICKS_PER_SECOND = 100;

export async function readUsage(pid: number, url: string): Promise<Usage> {
  return { ...(await usageByKernel(pid)), ...(await fromMetrics(url)) };
}

/** From `/proc`, because that costs the process nothing and tells as much of any subject. Linux only. */
export async function usageByKernel(pid: number): Promise<Usage> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  if (stat === undefined || status === undefined) return {};
  // The second field is the program's name in parentheses; user and system time are the 14th and the 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(status);
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    ...(resident && { residentMb: Number(resident[1]) / 1024 }),
  };
}

async function fromMetrics(url: string): Promise<Usage> {
  const response = await fetch(`${url}/metrics`);
  const text = await response.text();
  const heap = response.ok ? /^nodejs_heap_size_used_bytes (\d+)$/m.exec(text) : null;
  return heap ? { heapMb: Number(heap[1]) / 1024 / 1024 } : {};
}
