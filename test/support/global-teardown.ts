/** What `global-setup` has started; both run in the process that runs the tests' processes. */
export const tearDowns: (() => Promise<void>)[] = [];

export default async function tearDown(): Promise<void> {
  for (const tearDownOne of tearDowns.toReversed()) await tearDownOne();
}
